//! A hall at its own pace: so many candidates, each with an answer every so many seconds and a heartbeat every five, on a new connection each time,
//! as behind the worst of proxies.

use std::net::SocketAddr;
use std::time::Duration;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::bench::{Failure, Size, name};
use super::bench_room::{Seat, Seated, seats};
use super::bench_server::{BenchServer, send};
use super::bench_table::Row;
use crate::app::Ijkpunt;
use crate::clock::Clock;
use crate::entity::answers;

/// As often as the kiosk app sends one.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// An `IN` of so many attempts.
const ASKED_TOGETHER: usize = 500;

#[derive(Default)]
struct Times {
    saves: Vec<Duration>,
    heartbeats: Vec<Duration>,
    bytes: u64,
    failed: usize,
}

pub async fn hall(ijkpunt: &Ijkpunt, server: &BenchServer, size: Size) -> Result<(), Failure> {
    let Size { candidates, every, seconds, .. } = size;
    let seats = seats(ijkpunt, candidates, Seated::AtWork).await?;
    let attempts: Vec<_> = seats.iter().map(|seat| seat.attempt).collect();
    let pace = (every / HEARTBEAT.as_secs()).max(1);
    let (start, before) = (Instant::now(), server.cpu());
    let end = start + Duration::from_secs(seconds);
    let kiosks: Vec<_> = seats
        .into_iter()
        .enumerate()
        .map(|(n, seat)| {
            // They did not all begin in the same instant.
            let first = start + HEARTBEAT.mul_f64(n as f64 / candidates as f64);
            let turns = (n as u64 % pace, pace);
            actix_web::rt::spawn(work(ijkpunt.clock.clone(), server.address, seat, first, turns, end))
        })
        .collect();
    let mut all = Times::default();
    for kiosk in kiosks {
        let times = kiosk.await?;
        all.saves.extend(times.saves);
        all.heartbeats.extend(times.heartbeats);
        all.bytes += times.bytes;
        all.failed += times.failed;
    }
    let took = server.cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
    let mut kept = 0;
    for some in attempts.chunks(ASKED_TOGETHER) {
        kept += answers::Entity::find().filter(answers::Column::AttemptId.is_in(some.iter().copied())).count(&ijkpunt.db).await? as usize;
    }
    let (database, acknowledged, beats) = (name(&ijkpunt.db), all.saves.len(), all.heartbeats.len());
    let what = format!("answers of {candidates} candidates, one each {every} s; {acknowledged} acknowledged, {kept} kept");
    let bytes = all.bytes / (acknowledged + beats).max(1) as u64 * acknowledged as u64;
    // The processor's time is shared with the heartbeats: of each request the same.
    let cpu = took.map(|took| took.mul_f64(acknowledged as f64 / (acknowledged + beats).max(1) as f64));
    let row = Row::new(database, what, all.saves, seconds as f64);
    Row { cpu, memory: server.memory(), bytes: Some(bytes), failed: all.failed, ..row }.print();
    Row::new(database, format!("heartbeats of the same, one each {} s", HEARTBEAT.as_secs()), all.heartbeats, seconds as f64).print();
    if kept != acknowledged {
        return Err(format!("{acknowledged} answers were acknowledged, and {kept} are kept").into());
    }
    Ok(())
}

async fn work(clock: Clock, address: SocketAddr, seat: Seat, first: Instant, (offset, pace): (u64, u64), end: Instant) -> Times {
    let (mut times, mut next, mut seq) = (Times::default(), first, seat.first_seq());
    for turn in offset.. {
        sleep_until(next).await;
        if next >= end {
            break;
        }
        let saves = turn % pace == 0;
        let at = "2026-11-23T09:00:00Z";
        let event = json!({ "seq": seq, "position": 0, "response": { "r1": "b" }, "flagged": false, "client_at": at });
        let body = if saves { json!({ "events": [event], "position": 0, "sent_at": at }) } else { json!({ "events": [] }) };
        let Ok(request) = seat.save(clock.now(), address, &body) else { return times };
        let began = Instant::now();
        match send(address, &request).await {
            Ok(answer) => {
                times.bytes += answer.bytes;
                if saves {
                    times.saves.push(began.elapsed());
                    seq += 1;
                } else {
                    times.heartbeats.push(began.elapsed());
                }
            }
            Err(_) => times.failed += 1,
        }
        next += HEARTBEAT;
    }
    times
}
