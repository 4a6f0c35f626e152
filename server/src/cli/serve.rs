//! `serve`, `work`, `migrate` and `audit verify`: the commands that open the database.

use std::net::{TcpListener, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr};
use tokio::net::TcpSocket;
use tokio::sync::watch;

use super::Outcome;
use crate::app::{self, Ijkpunt};
use crate::audit::{self, Verified};
use crate::clock::Clock;
use crate::config::Config;
use crate::{agencies, db, demo, items, jobs, marking, policy, steady, stopping};

/// Opens the database, brings it up to date and gives a fresh one its rules.
pub async fn open(config: Config) -> Result<Ijkpunt, Box<dyn std::error::Error + Send + Sync>> {
    let keys = config.keys()?;
    let connection = db::open(&config.database_url).await?;
    let saves = db::connect_for_saves(&config.database_url).await?;
    let ijkpunt = Ijkpunt::new(connection, Clock::system(), keys, config).with_saves_on(saves);
    steady::take_up(&ijkpunt).await?;
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
    let listener = listen(&ijkpunt.config)?;
    let address = listener.local_addr()?;
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = app::serve(ijkpunt.clone(), listener, workers)?;
    let handle = server.handle();
    let mut server = actix_web::rt::spawn(server);
    let (stop, stopped) = watch::channel(false);
    let mut worker = actix_web::rt::spawn(jobs::work(ijkpunt.clone(), stopped));
    println!("IJkpunt serves at http://{address}/ (public address {})", ijkpunt.config.public_origin);
    tokio::select! {
        ended = &mut server => return Err(format!("the server ended by itself: {ended:?}").into()),
        // Whoever watches over the process starts it again: better than one that serves and never marks.
        ended = &mut worker => return Err(format!("the worker ended by itself: {ended:?}").into()),
        asked = stopping::asked() => asked?,
    }
    ijkpunt.stopping.announce();
    let _ = stop.send(true);
    tokio::time::sleep(ijkpunt.config.drain).await;
    tokio::select! {
        () = handle.stop(true) => {}
        () = ijkpunt.stopping.quiet() => {}
    }
    worker.await?;
    close(&ijkpunt).await;
    Ok(ExitCode::SUCCESS)
}

/// Binds the address, beside other processes where the operator allows it.
fn listen(config: &Config) -> std::io::Result<TcpListener> {
    if !config.share_port {
        return TcpListener::bind(&config.listen);
    }
    let address = config.listen.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(4096)?.into_std()
}

/// Lets go of the database. One that does not answer is not waited for: what was acknowledged is in it.
async fn close(ijkpunt: &Ijkpunt) {
    if tokio::time::timeout(Duration::from_secs(5), ijkpunt.db.clone().close()).await.is_err() {
        tracing::warn!("the database did not take leave");
    }
}

pub fn work() -> Outcome {
    start_logging();
    actix_web::rt::System::new().block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let (stop, stopped) = watch::channel(false);
        let mut worker = actix_web::rt::spawn(jobs::work(ijkpunt.clone(), stopped));
        println!("IJkpunt works in the background");
        tokio::select! {
            ended = &mut worker => return Err(format!("the worker ended by itself: {ended:?}").into()),
            asked = stopping::asked() => asked?,
        }
        let _ = stop.send(true);
        worker.await?;
        close(&ijkpunt).await;
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
    // A log that cannot be written, because the disk is full, must not stop who writes it.
    tracing_subscriber::fmt().log_internal_errors(false).with_env_filter(filter).with_writer(std::io::stderr).init();
}
