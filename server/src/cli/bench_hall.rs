//! `bench --candidates`: how long saving takes while so many candidates work at their own pace, each with an answer every so many
//! seconds and a heartbeat every five, on a new connection each time, as behind the worst of proxies.

use std::net::SocketAddr;
use std::time::Duration;

use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use super::Outcome;
use super::bench::{Failure, name, on_a_fresh_product, percentile, read_answer};
use super::bench_room::{Seat, seats};
use crate::clock::Clock;
use crate::entity::answers;

/// As often as the kiosk app sends one.
const HEARTBEAT: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Times {
    saves: Vec<Duration>,
    heartbeats: Vec<Duration>,
    failed: usize,
}

pub fn run(candidates: usize, every: u64, seconds: u64) -> Outcome {
    on_a_fresh_product(async move |ijkpunt, address| {
        let seats = seats(&ijkpunt, candidates).await?;
        let pace = (every / HEARTBEAT.as_secs()).max(1);
        let start = Instant::now();
        let kiosks: Vec<_> = seats
            .into_iter()
            .enumerate()
            .map(|(n, seat)| {
                // They did not all begin in the same instant.
                let first = start + HEARTBEAT.mul_f64(n as f64 / candidates as f64);
                actix_web::rt::spawn(work(
                    ijkpunt.clock.clone(),
                    address,
                    seat,
                    first,
                    n as u64 % pace,
                    pace,
                    start + Duration::from_secs(seconds),
                ))
            })
            .collect();
        let mut all = Times::default();
        for kiosk in kiosks {
            let times = kiosk.await?;
            all.saves.extend(times.saves);
            all.heartbeats.extend(times.heartbeats);
            all.failed += times.failed;
        }
        let kept = answers::Entity::find().count(&ijkpunt.db).await?;
        println!(
            "| database | candidates | saves/s | save p50 ms | save p99 ms | heartbeats/s | heartbeat p99 ms | refused | acknowledged | kept | peak memory MB |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|---|");
        all.saves.sort_unstable();
        all.heartbeats.sort_unstable();
        let per_second = |count: usize| count as f64 / seconds as f64;
        println!(
            "| {} | {candidates} | {:.0} | {:.1} | {:.1} | {:.0} | {:.1} | {} | {} | {kept} | {} |",
            name(&ijkpunt.db),
            per_second(all.saves.len()),
            percentile(&all.saves, 0.50),
            percentile(&all.saves, 0.99),
            per_second(all.heartbeats.len()),
            percentile(&all.heartbeats, 0.99),
            all.failed,
            all.saves.len(),
            peak_memory().map_or_else(|| "?".into(), |megabytes| megabytes.to_string()),
        );
        Ok(())
    })
}

async fn work(clock: Clock, address: SocketAddr, seat: Seat, first: Instant, offset: u64, pace: u64, end: Instant) -> Times {
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
        let Ok(request) = seat.request(clock.now(), address, &body) else { return times };
        let began = Instant::now();
        match send(address, &request).await {
            Ok(()) if saves => {
                times.saves.push(began.elapsed());
                seq += 1;
            }
            Ok(()) => times.heartbeats.push(began.elapsed()),
            Err(_) => times.failed += 1,
        }
        next += HEARTBEAT;
    }
    times
}

async fn send(address: SocketAddr, request: &str) -> Result<(), Failure> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    connection.write_all(request.as_bytes()).await?;
    read_answer(&mut connection).await
}

/// Of this process, in which both the server and the kiosks are.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse::<u64>().ok()?;
    Some(kilobytes / 1024)
}
