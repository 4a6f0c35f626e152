//! What a kiosk tells the room of itself: that the candidate left the test's window, its full screen, or that a device went away.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::{Refusal, store};
use crate::app::Ijkpunt;
use crate::db::begin_write;
use crate::entity::{incidents, sittings};
use crate::ids::BookingId;
use crate::room::store as room;

/// Of one kind a candidate's report holds one line a minute: the room must see it, not drown in it.
const ONE_A: Duration = Duration::minutes(1);

pub const KINDS: [&str; 5] =
    ["kiosk-focus-lost", "kiosk-full-screen-left", "kiosk-second-display", "kiosk-device-gone", "kiosk-storage-full"];

/// Something that happened at the kiosk.
pub struct Noticed {
    pub kind: &'static str,
    /// How long it lasted, where it lasts.
    pub seconds: Option<i64>,
    pub ago: Duration,
}

pub async fn note(ijkpunt: &Ijkpunt, sitting: &sittings::Model, noticed: &[Noticed]) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let attempts = store::attempts_of(&tx, sitting.booking_id).await?;
    let session = attempts.first().ok_or(Refusal::NotFound)?.session_id;
    for one in noticed {
        let at = now - one.ago.clamp(Duration::zero(), super::rules::ABSENCE);
        if last(&tx, sitting.booking_id, one.kind).await?.is_some_and(|before| at - before < ONE_A) {
            continue;
        }
        let text = one.seconds.map_or_else(String::new, |seconds| format!("{seconds} s"));
        room::note(&tx, at, (session, Some(sitting.booking_id)), one.kind, &text, None).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn last(db: &impl ConnectionTrait, booking: BookingId, kind: &str) -> Result<Option<DateTime<Utc>>, DbErr> {
    let row = incidents::Entity::find()
        .filter(incidents::Column::BookingId.eq(booking))
        .filter(incidents::Column::Kind.eq(kind))
        .order_by_desc(incidents::Column::At)
        .one(db)
        .await?;
    Ok(row.map(|row| row.at))
}
