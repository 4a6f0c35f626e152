//! `serve`, `work`, `migrate` and `audit verify`: the commands that open the database.

use std::net::TcpListener;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::watch;

use super::Outcome;
use crate::app::{self, Ijkpunt};
use crate::audit::{self, Verified};
use crate::clock::Clock;
use crate::config::Config;
use crate::{agencies, db, demo, items, jobs, marking, policy};

/// Opens the database, brings it up to date and gives a fresh one its rules.
pub async fn open(config: Config) -> Result<Ijkpunt, Box<dyn std::error::Error + Send + Sync>> {
    let keys = config.keys()?;
    let connection = db::open(&config.database_url).await?;
    let clock = Clock::System;
    let ijkpunt = Ijkpunt::new(connection, clock, keys, config);
    fill_fresh(&ijkpunt.db, ijkpunt.clock.now()).await?;
    items::load::load_if_empty(&ijkpunt.db, &ijkpunt.media, ijkpunt.clock.now()).await?;
    Ok(ijkpunt)
}

/// Gives a fresh database what it cannot do without; an existing one is left as it is.
pub async fn fill_fresh(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<(), DbErr> {
    agencies::load_if_empty(db).await?;
    policy::load::load_if_empty(db, now).await?;
    marking::ratings::rubrics::load_if_empty(db, now).await
}

pub fn serve() -> Outcome {
    start_logging();
    actix_web::rt::System::new().block_on(async { serve_until_stopped(open(Config::from_env()?).await?).await })
}

/// Serves the worked example, and makes it first where the database has no accounts.
pub fn demo(fresh: bool) -> Outcome {
    start_logging();
    let config = Config { demo: true, ..Config::from_env()? };
    if fresh {
        start_over(&config)?;
    }
    actix_web::rt::System::new().block_on(async {
        let ijkpunt = open(config).await?;
        if let Some(accounts) = demo::fill(&ijkpunt).await? {
            println!("A worked example was made. These accounts are shown only now; their password is: {}", accounts.password);
            for (username, agency, title) in &accounts.people {
                println!("  {username:<20} {title:<24} {agency}");
            }
        }
        serve_until_stopped(ijkpunt).await
    })
}

/// Removes what the example's embedded database keeps; a database elsewhere is not ours to empty.
fn start_over(config: &Config) -> std::io::Result<()> {
    if !config.database_url.starts_with("sqlite") {
        return Err(std::io::Error::other("--fresh starts over only on the embedded database; empty the PostgreSQL database by hand"));
    }
    for name in ["ijkpunt.db", "ijkpunt.db-wal", "ijkpunt.db-shm"] {
        match std::fs::remove_file(config.data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    match std::fs::remove_dir_all(config.data.join("media")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn serve_until_stopped(ijkpunt: Ijkpunt) -> Outcome {
    let listener = TcpListener::bind(&ijkpunt.config.listen)?;
    let address = listener.local_addr()?;
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = app::serve(ijkpunt.clone(), listener, workers)?;
    let (stop, stopped) = watch::channel(false);
    let worker = actix_web::rt::spawn(jobs::work(ijkpunt.clone(), stopped));
    println!("IJkpunt serves at http://{address}/ (public address {})", ijkpunt.config.public_origin);
    server.await?;
    let _ = stop.send(true);
    worker.await?;
    ijkpunt.db.close().await?;
    Ok(ExitCode::SUCCESS)
}

pub fn work() -> Outcome {
    start_logging();
    actix_web::rt::System::new().block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let (stop, stopped) = watch::channel(false);
        let worker = actix_web::rt::spawn(jobs::work(ijkpunt.clone(), stopped));
        tokio::signal::ctrl_c().await?;
        let _ = stop.send(true);
        worker.await?;
        ijkpunt.db.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}

pub fn migrate() -> Outcome {
    block_on(async {
        open(Config::from_env()?).await?.db.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}

pub fn verify_audit() -> Outcome {
    block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        Ok(match audit::verify(&ijkpunt.db).await? {
            Verified::Intact { rows } => {
                println!("The audit log is intact: {rows} rows.");
                ExitCode::SUCCESS
            }
            Verified::Broken { seq, what } => {
                println!("The audit log is broken at row {seq}: {what}.");
                ExitCode::FAILURE
            }
        })
    })
}

/// Runs a command that needs the database but serves nothing.
pub fn block_on(command: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(command)
}

fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,ijkpunt=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
