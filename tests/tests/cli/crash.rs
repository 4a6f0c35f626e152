//! Killed, stopped and started again while a room answers: what was acknowledged is there, once, and nothing else is.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use ijkpunt::entity::answers;
use ijkpunt::entity::enums::{Part, SessionKind};
use sea_orm::{ColumnTrait, ConnectionTrait, Database, EntityTrait, QueryFilter};
use serde_json::json;
use tests::hall::{Hall, Kiosk};
use tests::postgres::Cluster;
use tests::process::{Process, free_port};
use tests::{Backend, TestApp};

const KIOSKS: usize = 12;

/// Somebody at a kiosk, who answers one question after the other and gives no answer before the one before is acknowledged.
struct Writer {
    kiosk: Kiosk,
    attempt: String,
}

impl Writer {
    /// Goes on until told to stop; answers the numbers that were acknowledged. `urls` are tried in turn, as a balancer does.
    async fn answer(self, urls: Vec<String>, enough: Arc<AtomicBool>, counts: Counts) -> (String, HashSet<i64>) {
        let Counts { missed, refused, .. } = &counts;
        let mut last = std::time::Instant::now();
        let (mut seq, mut turn, mut acknowledged) = (0_i64, 0, HashSet::new());
        while !enough.load(Ordering::Relaxed) {
            seq += 1;
            let at = now().to_rfc3339();
            let event =
                json!({ "seq": seq, "position": seq % 15, "response": { "r1": seq.to_string() }, "flagged": false, "client_at": at });
            let body = json!({ "events": [event], "position": seq % 15, "sent_at": at });
            loop {
                let kiosk = Kiosk { url: urls[turn % urls.len()].clone(), ..self.kiosk.clone() };
                let sent = kiosk
                    .request(reqwest::Method::POST, &format!("/attempts/{}/answers", self.attempt), body.to_string().as_bytes())
                    .send()
                    .await;
                match sent {
                    Ok(answer) if answer.status().is_success() => break,
                    Ok(answer) => {
                        let wait = answer.headers().get("retry-after").map(|seconds| seconds.to_str().unwrap().to_owned());
                        let status = answer.status().as_u16();
                        let body: serde_json::Value = answer.json().await.unwrap();
                        if kiosk.heed(&body) {
                            continue;
                        }
                        assert_eq!((status, wait.as_deref()), (503, Some("2")), "{body}");
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(_) => {}
                }
                missed.fetch_add(1, Ordering::Relaxed);
                turn += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            acknowledged.insert(seq);
            counts.longest.fetch_max(last.elapsed().as_millis() as u64, Ordering::Relaxed);
            last = std::time::Instant::now();
        }
        (self.attempt, acknowledged)
    }
}

/// How often an answer did not get through, and how often of these the server said so.
#[derive(Clone, Default)]
struct Counts {
    missed: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
    /// The longest time between two acknowledgements of one kiosk, in milliseconds.
    longest: Arc<AtomicU64>,
}

/// The system's time, which the processes beside go by.
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

async fn room(app: &TestApp) -> Vec<Writer> {
    // The processes beside go by the system's clock, so that the room does as well.
    app.ijkpunt.clock.advance(now() - app.ijkpunt.clock.now());
    app.load_sample_bank().await;
    let hall = Hall::new(app, SessionKind::First).await;
    hall.open().await;
    let mut writers = Vec::new();
    for n in 0..KIOSKS {
        let (kiosk, _, attempt) = hall.at_work(&format!("Kiosk {n}"), &[Part::Reading]).await;
        writers.push(Writer { kiosk, attempt });
    }
    writers
}

/// Lets the room answer while `disturb` does its worst, and compares what was acknowledged with what is kept.
/// The processes that are left in the end take the answers that are still under way.
async fn nothing_is_lost(app: &TestApp, ports: &[u16], disturb: impl Future<Output = Vec<Process>>) -> Counts {
    let (enough, counts) = (Arc::new(AtomicBool::new(false)), Counts::default());
    let urls: Vec<String> = ports.iter().map(|port| format!("http://127.0.0.1:{port}")).collect();
    let writers: Vec<_> =
        room(app).await.into_iter().map(|writer| tokio::spawn(writer.answer(urls.clone(), enough.clone(), counts.clone()))).collect();
    let _serving = disturb.await;
    enough.store(true, Ordering::Relaxed);
    let mut total = 0;
    for writer in writers {
        let (attempt, acknowledged) = writer.await.unwrap();
        let kept: Vec<i64> = answers::Entity::find()
            .filter(answers::Column::AttemptId.eq(attempt.parse::<uuid::Uuid>().unwrap()))
            .all(&app.ijkpunt.db)
            .await
            .unwrap()
            .into_iter()
            .inspect(|row| assert_eq!(row.response, json!({ "r1": row.seq.to_string() }), "each number keeps its own answer"))
            .map(|row| row.seq)
            .collect();
        assert_eq!(kept.len(), acknowledged.len(), "an answer is kept once");
        assert_eq!(kept.into_iter().collect::<HashSet<_>>(), acknowledged);
        total += acknowledged.len();
    }
    assert!(total > KIOSKS * 10, "the room did answer: {total}");
    counts
}

fn killed(backend: Backend) {
    tests::run(backend, |app| async move {
        let port = free_port();
        let mut process = Process::beside(&app, port);
        let counts = nothing_is_lost(&app, &[port], async {
            for round in 0..5 {
                tokio::time::sleep(Duration::from_millis(400 + 130 * round)).await;
                process.kill();
                process = Process::beside(&app, port);
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
            process.kill();
            vec![Process::beside(&app, port)]
        })
        .await;
        assert!(counts.missed.load(Ordering::Relaxed) > 0, "the kiosks noticed that the server was gone");
    });
}

#[test]
fn no_acknowledged_answer_is_lost_when_the_server_is_killed_on_sqlite() {
    killed(Backend::Sqlite);
}

#[test]
fn no_acknowledged_answer_is_lost_when_the_server_is_killed_on_postgres() {
    killed(Backend::Postgres);
}

#[test]
fn a_disk_that_is_full_is_waited_out() {
    tests::run(Backend::Sqlite, |app| async move {
        let port = free_port();
        let process = Process::beside(&app, port);
        let counts = nothing_is_lost(&app, &[port], async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(400)).await;
                process.disk_full(true);
                tokio::time::sleep(Duration::from_millis(400)).await;
                process.disk_full(false);
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
            vec![process]
        })
        .await;
        assert!(counts.refused.load(Ordering::Relaxed) > 0, "the kiosks were told to wait");
    });
}

#[test]
fn a_database_that_is_gone_is_waited_out() {
    tests::run(Backend::Postgres, |app| async move {
        let admin = Database::connect(format!("{}/postgres", tests::postgres_server())).await.unwrap();
        let name = app.ijkpunt.config.database_url.rsplit('/').next().unwrap().to_owned();
        let port = free_port();
        let process = Process::beside(&app, port);
        let counts = nothing_is_lost(&app, &[port], async {
            for _ in 0..2 {
                tokio::time::sleep(Duration::from_millis(500)).await;
                admin.execute_unprepared(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await.unwrap();
                let all = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
                admin.execute_unprepared(&all).await.unwrap();
                tokio::time::sleep(Duration::from_millis(700)).await;
                admin.execute_unprepared(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await.unwrap();
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
            vec![process]
        })
        .await;
        assert!(counts.refused.load(Ordering::Relaxed) > 0, "the kiosks were told to wait");
    });
}

#[test]
fn servers_restarted_one_after_the_other_keep_taking_answers() {
    tests::run(Backend::Postgres, |app| async move {
        let ports = [free_port(), free_port()];
        let mut processes: Vec<Process> = ports.iter().map(|port| Process::beside(&app, *port)).collect();
        nothing_is_lost(&app, &ports, async {
            for port in ports.iter().cycle().take(4) {
                tokio::time::sleep(Duration::from_millis(500)).await;
                processes.remove(0).stop();
                processes.push(Process::beside(&app, *port));
            }
            processes
        })
        .await;
    });
}

/// The next process listens at the same address before the one before goes: kiosks need to know of nothing.
fn replaced(backend: Backend) {
    tests::run(backend, |app| async move {
        let (port, shared) = (free_port(), [("IJKPUNT_SHARE_PORT", "1")]);
        let mut process = Process::beside_with(&app, port, &shared);
        let counts = nothing_is_lost(&app, &[port], async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(500)).await;
                let next = Process::beside_with(&app, port, &shared);
                std::mem::replace(&mut process, next).stop();
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
            vec![process]
        })
        .await;
        let longest = counts.longest.load(Ordering::Relaxed);
        println!("{} saves sent again, the longest wait was {longest} ms", counts.missed.load(Ordering::Relaxed));
        assert_eq!(counts.refused.load(Ordering::Relaxed), 0, "nobody is told to wait");
        assert!(longest < 2000, "a kiosk waited {longest} ms");
    });
}

#[test]
fn a_server_is_replaced_at_its_own_address_on_sqlite() {
    replaced(Backend::Sqlite);
}

#[test]
fn a_server_is_replaced_at_its_own_address_on_postgres() {
    replaced(Backend::Postgres);
}

#[test]
fn a_server_that_is_asked_to_stop_says_so_and_goes_on_for_a_while() {
    tests::run(Backend::Sqlite, |app| async move {
        let process = Process::beside_with(&app, free_port(), &[("IJKPUNT_DRAIN_SECONDS", "1")]);
        let balancer = process.user();
        assert_eq!(balancer.get("/api/ready").await.status, 204);
        process.ask_to_stop();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let ready = balancer.get("/api/ready").await;
        assert_eq!((ready.status.as_u16(), ready.headers["retry-after"].to_str().unwrap()), (503, "2"));
        let health = balancer.get("/api/health").await;
        assert_eq!((health.status.as_u16(), health.headers["connection"].to_str().unwrap()), (204, "close"));
        process.stop();
    });
}

#[test]
fn a_primary_that_dies_is_followed_by_its_replica_and_nothing_is_lost() {
    let primary = Cluster::start("");
    let replica = primary.replica();
    // From now on a commit waits until the replica has it on disk as well.
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.sql("SELECT pg_reload_conf()");
    let hosts = format!("postgres://ijkpunt@127.0.0.1:{},127.0.0.1:{}/ijkpunt", primary.port, replica.port);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let app = TestApp::on_empty(Backend::Postgres, tempfile::tempdir().unwrap(), hosts).await;
        let port = free_port();
        let process = Process::beside(&app, port);
        let counts = nothing_is_lost(&app, &[port], async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            primary.kill();
            tokio::time::sleep(Duration::from_millis(500)).await;
            replica.promote();
            tokio::time::sleep(Duration::from_secs(4)).await;
            vec![process]
        })
        .await;
        println!("the longest wait was {} ms", counts.longest.load(Ordering::Relaxed));
        assert!(counts.refused.load(Ordering::Relaxed) > 0, "the kiosks were told to wait");
    });
}
