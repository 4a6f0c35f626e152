//! `bench`: what the product takes over a hall of candidates, in one table: answers saved beside what the bare database commits in the same run with
//! the same grouping, a hall at its own pace, a storm of starts, and one whole journey. It runs on a database of its own: a temporary folder, or
//! the (empty) database of `DATABASE_URL`. The generator is this process; what is measured of the server is of another one, beside it.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DatabaseBackend, DbErr, EntityTrait};
use serde_json::json;
use tokio::net::TcpStream;

use super::bench_room::{Seat, Seated, seats};
use super::bench_server::{BenchServer, exchange};
use super::bench_table::{Row, print_heading};
use super::{Outcome, bench_hall, bench_start, serve};
use crate::app::{self, Ijkpunt};
use crate::clock::Clock;
use crate::config::{Config, embedded_url};
use crate::db::begin_write;
use crate::entity::answers;

const KIOSKS: [usize; 3] = [1, 32, 100];
const EACH: Duration = Duration::from_secs(5);
/// Whole journeys, one after the other, of which the server's time is counted.
const JOURNEYS: usize = 100;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Size {
    /// Candidates at their own pace, each with an answer every so many seconds, for so long.
    pub candidates: usize,
    pub every: u64,
    pub seconds: u64,
    /// Candidates who start within a minute.
    pub starts: usize,
}

pub fn run(size: Size) -> Outcome {
    in_a_folder(|config| actix_web::rt::System::new().block_on(measure(config, size)))
}

async fn measure(config: Config, size: Size) -> Outcome {
    let ijkpunt = serve::open(config).await?;
    print_heading();
    saves(&ijkpunt).await?;
    let server = BenchServer::start(&ijkpunt.config)?;
    bench_start::journeys(&ijkpunt, &server, JOURNEYS).await?;
    bench_start::storm(&ijkpunt, &server, size.starts).await?;
    drop(server);
    // A process of its own, so that its memory is that of the hall.
    let server = BenchServer::start(&ijkpunt.config)?;
    bench_hall::hall(&ijkpunt, &server, size).await?;
    drop(server);
    Ok(ExitCode::SUCCESS)
}

/// As fast as so many kiosks can, in this process: the share of what the bare database does.
async fn saves(ijkpunt: &Ijkpunt) -> Result<(), Failure> {
    let (address, handle) = serve_here(ijkpunt)?;
    let seats = seats(ijkpunt, KIOSKS.into_iter().max().unwrap_or(1), Seated::AtWork).await?;
    for kiosks in KIOSKS {
        let before = ijkpunt.saves.groups();
        let started = Instant::now();
        let times = drive(&ijkpunt.clock, address, seats.iter().take(kiosks)).await?;
        let seconds = started.elapsed().as_secs_f64();
        let groups = ijkpunt.saves.groups().saturating_sub(before).max(1);
        let per_second = times.len() as f64 / seconds;
        let group = (times.len() as f64 / groups as f64).round().max(1.0) as usize;
        let bare = bare(&ijkpunt.db, &seats, group).await?;
        let of_bare = format!("{:.0} % of {bare:.0}/s in groups of {group}", 100.0 * per_second / bare);
        let row = Row::new(name(&ijkpunt.db), format!("saves, {kiosks} kiosks at full speed"), times, seconds);
        Row { of_bare: Some(of_bare), ..row }.print();
    }
    handle.stop(false).await;
    Ok(())
}

/// Serves in this process.
fn serve_here(ijkpunt: &Ijkpunt) -> std::io::Result<(SocketAddr, ServerHandle)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = app::serve(ijkpunt.clone(), listener, std::thread::available_parallelism().map_or(2, usize::from))?;
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok((address, handle))
}

/// Serves a product on a database of its own in this process while `measure` runs.
pub fn on_a_fresh_product(measure: impl AsyncFnOnce(Ijkpunt, SocketAddr) -> Result<(), Failure>) -> Outcome {
    in_a_folder(|config| {
        actix_web::rt::System::new().block_on(async {
            let ijkpunt = serve::open(config).await?;
            let (address, handle) = serve_here(&ijkpunt)?;
            measure(ijkpunt, address).await?;
            handle.stop(true).await;
            Ok(ExitCode::SUCCESS)
        })
    })
}

/// On the database of `DATABASE_URL`, or in a folder that is thrown away.
fn in_a_folder(measure: impl FnOnce(Config) -> Outcome) -> Outcome {
    let folder = std::env::temp_dir().join(format!("ijkpunt-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let given = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let config = Config { database_url: given.unwrap_or_else(|| embedded_url(&folder)), data: folder.clone(), ..Config::from_env()? };
    let outcome = measure(config);
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
        let request = seat.save(clock.now(), address, &json!({ "events": [event], "position": 0, "sent_at": at }))?;
        let sent = Instant::now();
        exchange(&mut connection, &request).await?;
        times.push(sent.elapsed());
        seq += 1;
    }
    Ok(times)
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
