//! `bench --watched`: how soon the invigilator's screen shows what happens in a room of so many candidates: an answer after the kiosk was told that
//! it is kept, and a kiosk that fell silent after it was heard last. The screen is the stream that it listens to, beside the kiosks.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use super::Outcome;
use super::bench::{Failure, name, on_a_fresh_product};
use super::bench_room::{Seat, Seated, seats};
use super::bench_server::exchange;
use super::bench_table::percentile;
use crate::app::Ijkpunt;
use crate::clock::Clock;
use crate::entity::attempts;
use crate::ids::SessionId;
use crate::room::live;

const HEARTBEAT: Duration = Duration::from_secs(2);
/// A candidate answers with every fifth sign of life.
const ANSWERS_EVERY: u64 = 5;
/// Of the kiosks one in so many falls silent half-way.
const SILENT: usize = 10;

/// When the screen showed so many answers of an attempt, and when it showed that its kiosk is lost.
#[derive(Default)]
struct Shown {
    answers: HashMap<(String, u64), Instant>,
    lost: HashMap<String, Instant>,
}

struct Kiosk {
    attempt: String,
    /// When it was told that each of its answers is kept.
    kept: Vec<Instant>,
    last: Instant,
    silent: bool,
}

pub fn run(candidates: usize, seconds: u64) -> Outcome {
    on_a_fresh_product(async move |ijkpunt, address| {
        let seats = seats(&ijkpunt, candidates, Seated::AtWork).await?;
        let first = seats.first().ok_or("at least one candidate")?.attempt;
        let session = attempts::Entity::find_by_id(first).one(&ijkpunt.db).await?.ok_or("the attempt is gone")?.session_id;
        let shown = Arc::new(Mutex::new(Shown::default()));
        let screen = actix_web::rt::spawn(watch(ijkpunt.clone(), session, shown.clone()));
        let start = Instant::now();
        let end = start + Duration::from_secs(seconds);
        let mut working = Vec::with_capacity(candidates);
        for (n, seat) in seats.into_iter().enumerate() {
            let begin = start + HEARTBEAT.mul_f64(n as f64 / candidates as f64);
            let until = if n % SILENT == 0 { start + Duration::from_secs(seconds / 2) } else { end };
            working.push(actix_web::rt::spawn(work(ijkpunt.clock.clone(), address, seat, (begin, until, n as u64), until < end)));
        }
        let mut kiosks = Vec::with_capacity(candidates);
        for kiosk in working {
            kiosks.push(kiosk.await??);
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        screen.abort();
        let shown = shown.lock().map_err(|_| "the screen failed")?;
        report(&ijkpunt, &kiosks, &shown);
        Ok(())
    })
}

fn report(ijkpunt: &Ijkpunt, kiosks: &[Kiosk], shown: &Shown) {
    let mut answers = Vec::new();
    for kiosk in kiosks {
        for (n, kept) in (1..).zip(&kiosk.kept) {
            if let Some(seen) = shown.answers.get(&(kiosk.attempt.clone(), n)) {
                answers.push(seen.saturating_duration_since(*kept));
            }
        }
    }
    let silent: Vec<&Kiosk> = kiosks.iter().filter(|kiosk| kiosk.silent).collect();
    let mut lost: Vec<Duration> =
        silent.iter().filter_map(|kiosk| Some(shown.lost.get(&kiosk.attempt)?.saturating_duration_since(kiosk.last))).collect();
    let given: usize = kiosks.iter().map(|kiosk| kiosk.kept.len()).sum();
    println!(
        "| database | candidates | answers kept | shown | p50 ms | p95 ms | longest ms | kiosks fallen silent | shown as lost | p95 ms | longest ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    answers.sort_unstable();
    lost.sort_unstable();
    println!(
        "| {} | {} | {given} | {} | {:.0} | {:.0} | {:.0} | {} | {} | {:.0} | {:.0} |",
        name(&ijkpunt.db),
        kiosks.len(),
        answers.len(),
        percentile(&answers, 0.50),
        percentile(&answers, 0.95),
        percentile(&answers, 1.0),
        silent.len(),
        lost.len(),
        percentile(&lost, 0.95),
        percentile(&lost, 1.0),
    );
}

/// Reads the stream as the screen does.
async fn watch(ijkpunt: Ijkpunt, session: SessionId, shown: Arc<Mutex<Shown>>) {
    let mut stream = pin!(live::changes(ijkpunt, session));
    while let Some(Ok(bytes)) = stream.next().await {
        let text = String::from_utf8_lossy(&bytes);
        let Some(room) = text.lines().find_map(|line| line.strip_prefix("data: {")) else { continue };
        let Ok(room) = serde_json::from_str::<Value>(&format!("{{{room}")) else { continue };
        let now = Instant::now();
        let Ok(mut shown) = shown.lock() else { return };
        for attempt in room.get("seats").and_then(Value::as_array).into_iter().flatten().filter_map(|seat| seat.pointer("/attempts/0")) {
            let id = attempt.get("id").and_then(Value::as_str).unwrap_or_default();
            for n in 1..=attempt.get("answered").and_then(Value::as_u64).unwrap_or(0) {
                shown.answers.entry((id.to_owned(), n)).or_insert(now);
            }
            if attempt.get("connected").and_then(Value::as_bool) == Some(false) {
                shown.lost.entry(id.to_owned()).or_insert(now);
            }
        }
    }
}

async fn work(
    clock: Clock,
    address: SocketAddr,
    seat: Seat,
    (first, until, offset): (Instant, Instant, u64),
    silent: bool,
) -> Result<Kiosk, Failure> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    let mut kiosk = Kiosk { attempt: seat.attempt.to_string(), kept: Vec::new(), last: first, silent };
    let (mut next, first_seq) = (first, seat.first_seq());
    for turn in offset.. {
        sleep_until(next).await;
        if next >= until {
            break;
        }
        let position = kiosk.kept.len();
        let answers = turn % ANSWERS_EVERY == 0 && position < 15;
        let at = "2026-11-23T09:00:00Z";
        let event = json!({ "seq": first_seq + position as i64, "position": position, "response": { "r1": "b" }, "flagged": false, "client_at": at });
        let body = if answers { json!({ "events": [event], "position": position, "sent_at": at }) } else { json!({ "events": [] }) };
        exchange(&mut connection, &seat.save(clock.now(), address, &body)?).await?;
        kiosk.last = Instant::now();
        if answers {
            kiosk.kept.push(kiosk.last);
        }
        next += HEARTBEAT;
    }
    Ok(kiosk)
}
