//! Candidates who start: a thousand within a minute, and whole journeys one after the other, of which the server's time is counted.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::bench::{Failure, name};
use super::bench_room::{Seat, Seated, seats};
use super::bench_server::{BenchServer, Exchanged, send};
use super::bench_table::Row;
use crate::app::Ijkpunt;
use crate::clock::Clock;

const STORM: Duration = Duration::from_secs(60);
const ANSWERS: i64 = 20;

/// A candidate on the way from the code to the questions.
struct Walk {
    clock: Clock,
    address: std::net::SocketAddr,
    seat: Seat,
    attempt: String,
    bytes: u64,
}

/// How long each step took.
#[derive(Default)]
struct Steps {
    start: Duration,
    items: Duration,
    begin: Duration,
}

impl Walk {
    fn new(ijkpunt: &Ijkpunt, server: &BenchServer, seat: Seat) -> Self {
        Self { clock: ijkpunt.clock.clone(), address: server.address, seat, attempt: String::new(), bytes: 0 }
    }

    async fn ask(&mut self, method: &str, path: &str, body: &Value) -> Result<(Exchanged, Duration), Failure> {
        let request = self.seat.request(self.clock.now(), self.address, method, path, body)?;
        let began = Instant::now();
        let answer = send(self.address, &request).await?;
        self.bytes += answer.bytes;
        Ok((answer, began.elapsed()))
    }

    /// With the code from the ticket to running time, as the kiosk app does it.
    async fn enter(&mut self) -> Result<Steps, Failure> {
        let code = json!({ "code": self.seat.code, "language": "nl" });
        let (sitting, start) = self.ask("POST", "/start", &code).await?;
        let sitting = sitting.json()?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("the sitting is not what it should be");
        self.seat.attempt_token = text(sitting.get("attempt_token").unwrap_or(&Value::Null))?;
        self.attempt = text(sitting.pointer("/current/id").unwrap_or(&Value::Null))?;
        let (_, items) = self.ask("GET", &format!("/attempts/{}/items", self.attempt), &json!({})).await?;
        let (_, begin) = self.ask("POST", &format!("/attempts/{}/begin", self.attempt), &json!({})).await?;
        Ok(Steps { start, items, begin })
    }

    /// The answers, and the end.
    async fn finish(&mut self) -> Result<(), Failure> {
        let at = "2026-11-23T09:00:00Z";
        for seq in 1..=ANSWERS {
            let position = seq % 15;
            let event = json!({ "seq": seq, "position": position, "response": { "r1": "b" }, "flagged": false, "client_at": at });
            let body = json!({ "events": [event], "position": position, "sent_at": at });
            self.ask("POST", &format!("/attempts/{}/answers", self.attempt), &body).await?;
        }
        self.ask("POST", &format!("/attempts/{}/submit", self.attempt), &json!({ "last_seq": ANSWERS })).await?;
        Ok(())
    }
}

/// So many candidates start within a minute.
pub async fn storm(ijkpunt: &Ijkpunt, server: &BenchServer, starts: usize) -> Result<(), Failure> {
    let seats = seats(ijkpunt, starts, Seated::Waiting).await?;
    let (begun, before) = (Instant::now(), server.cpu());
    let walks: Vec<_> = seats
        .into_iter()
        .enumerate()
        .map(|(n, seat)| {
            let at = begun + STORM.mul_f64(n as f64 / starts as f64);
            let mut walk = Walk::new(ijkpunt, server, seat);
            actix_web::rt::spawn(async move {
                sleep_until(at).await;
                let steps = walk.enter().await;
                (steps, walk.bytes)
            })
        })
        .collect();
    let (mut start, mut items, mut begin, mut bytes, mut failed) = (Vec::new(), Vec::new(), Vec::new(), 0, 0);
    for walk in walks {
        match walk.await? {
            (Ok(steps), sent) => {
                start.push(steps.start);
                items.push(steps.items);
                begin.push(steps.begin);
                bytes += sent;
            }
            (Err(error), _) => {
                failed += 1;
                tracing::warn!(%error, "a start failed");
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = server.cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
    let database = name(&ijkpunt.db);
    let row = Row::new(database, format!("starts with a code, {starts} in {} s", STORM.as_secs()), start, seconds);
    Row { cpu, memory: server.memory(), bytes: Some(bytes), failed, ..row }.print();
    Row::new(database, "questions delivered in the same", items, seconds).print();
    Row::new(database, "clocks started in the same", begin, seconds).print();
    Ok(())
}

/// Whole journeys, one after the other: with the code, the start, twenty answers, the end, and the mark that follows.
pub async fn journeys(ijkpunt: &Ijkpunt, server: &BenchServer, count: usize) -> Result<(), Failure> {
    let seats = seats(ijkpunt, count, Seated::Waiting).await?;
    let (begun, before, mut bytes) = (Instant::now(), server.cpu(), 0);
    let mut times = Vec::with_capacity(count);
    for seat in seats {
        let started = Instant::now();
        let mut walk = Walk::new(ijkpunt, server, seat);
        walk.enter().await?;
        walk.finish().await?;
        times.push(started.elapsed());
        bytes += walk.bytes;
    }
    let seconds = begun.elapsed().as_secs_f64();
    // The worker looks twice a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let cpu = server.cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
    let row = Row::new(name(&ijkpunt.db), format!("whole journeys with {ANSWERS} answers, and their marks"), times, seconds);
    Row { cpu, memory: server.memory(), bytes: Some(bytes), ..row }.print();
    Ok(())
}
