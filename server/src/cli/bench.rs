//! `bench`: how fast answers are saved, over HTTP, beside what the bare database commits in the same run with the same grouping.
//! It runs on a database of its own: a temporary folder, or the (empty) database of `DATABASE_URL`.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DatabaseBackend, DbErr, EntityTrait};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::bench_room::{Seat, seats};
use super::{Outcome, serve};
use crate::app::{self, Ijkpunt};
use crate::clock::Clock;
use crate::config::{Config, embedded_url};
use crate::db::begin_write;
use crate::entity::answers;

const KIOSKS: [usize; 3] = [1, 32, 100];
const EACH: Duration = Duration::from_secs(5);

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

pub fn run() -> Outcome {
    on_a_fresh_product(async |ijkpunt, address| {
        let database = name(&ijkpunt.db);
        let seats = seats(&ijkpunt, KIOSKS.into_iter().max().unwrap_or(1)).await?;
        println!("| database | kiosks | saves/s | p50 ms | p99 ms | answers a commit | bare database rows/s | share |");
        println!("|---|---|---|---|---|---|---|---|");
        for kiosks in KIOSKS {
            let before = ijkpunt.saves.groups();
            let started = Instant::now();
            let mut times = drive(&ijkpunt.clock, address, seats.iter().take(kiosks)).await?;
            let seconds = started.elapsed().as_secs_f64();
            let groups = ijkpunt.saves.groups().saturating_sub(before).max(1);
            times.sort_unstable();
            let per_second = times.len() as f64 / seconds;
            let group = (times.len() as f64 / groups as f64).round().max(1.0) as usize;
            let bare = bare(&ijkpunt.db, &seats, group).await?;
            println!(
                "| {database} | {kiosks} | {per_second:.0} | {:.2} | {:.2} | {group} | {bare:.0} | {:.0} % |",
                percentile(&times, 0.50),
                percentile(&times, 0.99),
                100.0 * per_second / bare
            );
        }
        Ok(())
    })
}

/// Serves a product on a database of its own while `measure` runs.
pub fn on_a_fresh_product(measure: impl AsyncFnOnce(Ijkpunt, SocketAddr) -> Result<(), Failure>) -> Outcome {
    let folder = std::env::temp_dir().join(format!("ijkpunt-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let given = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let config = Config { database_url: given.unwrap_or_else(|| embedded_url(&folder)), data: folder.clone(), ..Config::from_env()? };
    let outcome = actix_web::rt::System::new().block_on(async {
        let ijkpunt = serve::open(config).await?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = app::serve(ijkpunt.clone(), listener, std::thread::available_parallelism().map_or(2, usize::from))?;
        let handle = server.handle();
        actix_web::rt::spawn(server);
        measure(ijkpunt, address).await?;
        handle.stop(true).await;
        Ok(ExitCode::SUCCESS)
    });
    std::fs::remove_dir_all(&folder)?;
    outcome
}

pub fn name(db: &sea_orm::DatabaseConnection) -> &'static str {
    match db.get_database_backend() {
        DatabaseBackend::Sqlite => "SQLite",
        _ => "PostgreSQL",
    }
}

/// Every kiosk saves one answer after the other on a connection of its own; answers how long each took.
async fn drive<'a>(clock: &Clock, address: SocketAddr, seats: impl Iterator<Item = &'a Seat>) -> Result<Vec<Duration>, Failure> {
    let kiosks: Vec<_> = seats.cloned().map(|seat| actix_web::rt::spawn(one_kiosk(clock.clone(), address, seat))).collect();
    let mut times = Vec::new();
    for kiosk in kiosks {
        times.extend(kiosk.await??);
    }
    Ok(times)
}

async fn one_kiosk(clock: Clock, address: SocketAddr, seat: Seat) -> Result<Vec<Duration>, Failure> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    let (mut times, started) = (Vec::new(), Instant::now());
    let mut seq = seat.first_seq();
    while started.elapsed() < EACH {
        let at = "2026-11-23T09:00:00Z";
        let event = json!({ "seq": seq, "position": 0, "response": { "r1": "b" }, "flagged": false, "client_at": at });
        let request = seat.request(clock.now(), address, &json!({ "events": [event], "position": 0, "sent_at": at }))?;
        let sent = Instant::now();
        connection.write_all(request.as_bytes()).await?;
        read_answer(&mut connection).await?;
        times.push(sent.elapsed());
        seq += 1;
    }
    Ok(times)
}

/// Reads one whole answer; anything but 200 stops the measurement, since a refusal is faster than a save.
pub async fn read_answer(connection: &mut TcpStream) -> Result<(), Failure> {
    let (mut read, mut buffer) = (Vec::new(), [0_u8; 4096]);
    loop {
        let n = connection.read(&mut buffer).await?;
        read.extend(buffer.get(..n).unwrap_or_default());
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if n == 0 {
                return Err("the server closed the connection".into());
            }
            continue;
        };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").and_then(|n| n.trim().parse::<usize>().ok()));
        if body.len() >= length.unwrap_or(0) {
            return if head.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(text.into_owned().into()) };
        }
    }
}

/// What the database commits when nothing is asked of it but to keep rows: one INSERT of so many answers a transaction.
async fn bare(db: &sea_orm::DatabaseConnection, seats: &[Seat], group: usize) -> Result<f64, DbErr> {
    let (mut rows, started, mut seq) = (0_usize, Instant::now(), 2_000_000_000_i64);
    let at = chrono::DateTime::UNIX_EPOCH;
    while started.elapsed() < EACH / 2 {
        seq += 1;
        let batch = seats.iter().cycle().take(group).enumerate().map(|(n, seat)| answers::ActiveModel {
            attempt_id: Set(seat.attempt),
            seq: Set(seq * 1000 + n as i64),
            position: Set(0),
            response: Set(json!({ "r1": "b" })),
            flagged: Set(false),
            late: Set(false),
            client_at: Set(at),
            received_at: Set(at),
        });
        let tx = begin_write(db).await?;
        answers::Entity::insert_many(batch)
            .on_conflict(OnConflict::columns([answers::Column::AttemptId, answers::Column::Seq]).do_nothing().to_owned())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        rows += group;
    }
    Ok(rows as f64 / started.elapsed().as_secs_f64())
}

pub fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let at = ((sorted.len().max(1) - 1) as f64 * share).round() as usize;
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
