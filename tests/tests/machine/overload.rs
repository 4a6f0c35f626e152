//! A database that stands still: what comes in waits up to a bound, the rest is told to come again, and nothing of it is lost.

use std::time::Duration;

use ijkpunt::entity::answers;
use ijkpunt::entity::enums::{Part, SessionKind};
use reqwest::Method;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, TransactionTrait};
use serde_json::json;
use tests::hall::{Hall, Kiosk};
use tests::process::{Process, free_port};
use tests::{Answer, Backend};

const REQUESTS: usize = 60;

/// Fifteen long texts, close to what a request may hold.
fn texts(first: i64) -> serde_json::Value {
    let at = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).to_rfc3339();
    let text = "nederlands ".repeat(5_500);
    let events: Vec<_> = (0..15)
        .map(|n| json!({ "seq": first + n, "position": n % 3, "response": { "r1": text }, "flagged": false, "client_at": at }))
        .collect();
    json!({ "events": events, "position": 0, "sent_at": at })
}

fn stalled(backend: Backend) {
    tests::run(backend, |app| async move {
        app.ijkpunt.clock.advance(chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()) - app.ijkpunt.clock.now());
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let port = free_port();
        let process = Process::beside(&app, port);
        let kiosk = Kiosk { url: format!("http://127.0.0.1:{port}"), ..kiosk };
        let path = format!("/attempts/{attempt}/answers");
        assert!(kiosk.post(&path, json!({ "events": [] })).await.status.is_success());

        let stalling = app.ijkpunt.db.begin().await.unwrap();
        let hold = match backend {
            Backend::Sqlite => "UPDATE audit_head SET seq = seq",
            Backend::Postgres => "LOCK TABLE answers IN ACCESS EXCLUSIVE MODE",
        };
        stalling.execute_unprepared(hold).await.unwrap();
        let saves: Vec<_> = (0..REQUESTS as i64)
            .map(|n| {
                let (kiosk, path) = (kiosk.clone(), path.clone());
                tokio::spawn(async move {
                    let body = texts(1 + n * 15).to_string();
                    let mut refused = 0;
                    loop {
                        if let Ok(sent) = kiosk.request(Method::POST, &path, body.as_bytes()).send().await {
                            let answer = Answer::read(sent).await;
                            if answer.status.is_success() {
                                return refused;
                            }
                            if kiosk.heed(&answer.body) {
                                continue;
                            }
                            assert_eq!(
                                (answer.status.as_u16(), &answer.headers["retry-after"]),
                                (503, &"2".parse().unwrap()),
                                "{}",
                                answer.body
                            );
                            refused += 1;
                        }
                        tokio::time::sleep(Duration::from_millis(500)).await;
                    }
                })
            })
            .collect();
        let mut highest = 0;
        for _ in 0..30 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            highest = highest.max(process.memory());
        }
        stalling.rollback().await.unwrap();
        let mut refused = 0;
        for save in saves {
            refused += save.await.unwrap();
        }
        println!("{refused} saves were told to come again; the process held {highest} MB at most");
        assert!(refused > 10, "the bound was reached");
        assert!(highest < 400, "the process grew to {highest} MB");
        assert_eq!(answers::Entity::find().count(&app.ijkpunt.db).await.unwrap(), REQUESTS as u64 * 15);
    });
}

#[test]
fn what_a_stalled_database_cannot_take_is_refused_before_memory_grows_on_sqlite() {
    stalled(Backend::Sqlite);
}

#[test]
fn what_a_stalled_database_cannot_take_is_refused_before_memory_grows_on_postgres() {
    stalled(Backend::Postgres);
}
