//! The room as a stream of server-sent events: read again each second, sent when it changed. A viewer costs a few indexed queries a second
//! and needs nothing from the process that took the change, so that any number of server processes show the same room.

use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::stream::{self, Stream};

use super::state;
use crate::app::Ijkpunt;
use crate::ids::SessionId;

const EVERY: Duration = Duration::from_secs(1);
/// Silence is broken this often, so that no proxy takes the connection for dead.
const QUIET_ROUNDS: u32 = 15;
/// The stream ends after this many rounds and the browser opens it again: a log-in that has ended stops being shown the room.
const ROUNDS: u32 = 300;

struct Watching {
    ijkpunt: Ijkpunt,
    session: SessionId,
    last: String,
    round: u32,
    quiet: u32,
}

pub fn changes(ijkpunt: Ijkpunt, session: SessionId) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    stream::unfold(Watching { ijkpunt, session, last: String::new(), round: 0, quiet: 0 }, next)
}

async fn next(mut watching: Watching) -> Option<(Result<Bytes, actix_web::Error>, Watching)> {
    loop {
        if watching.round == ROUNDS {
            return None;
        }
        if watching.round > 0 {
            tokio::time::sleep(EVERY).await;
        }
        watching.round += 1;
        watching.quiet += 1;
        // A database that is away for a moment is no reason to end the stream: the next round reads again.
        if let Ok(room) = state::room(&watching.ijkpunt, watching.session).await
            && let Ok(text) = serde_json::to_string(&room)
            && text != watching.last
        {
            // The time left is counted on the screen, by the server's clock.
            let clock = serde_json::to_string(&watching.ijkpunt.clock.now()).unwrap_or_default();
            let event = format!("event: clock\ndata: {clock}\n\nevent: room\ndata: {text}\n\n");
            watching.last = text;
            watching.quiet = 0;
            return Some((Ok(event.into()), watching));
        }
        if watching.quiet >= QUIET_ROUNDS {
            watching.quiet = 0;
            return Some((Ok(Bytes::from_static(b": still here\n\n")), watching));
        }
    }
}
