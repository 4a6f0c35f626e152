//! The machine's clock is set while somebody sits a test: the time left is what it was, also for a process that is started meanwhile.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use ijkpunt::entity::enums::{Part, SessionKind};
use ijkpunt::entity::marks;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tests::Backend;
use tests::hall::{Hall, Kiosk};
use tests::process::{Process, faked_clock, free_port};

fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

fn set_clock(file: &Path, by: &str) {
    std::fs::write(file.with_extension("partial"), by).unwrap();
    std::fs::rename(file.with_extension("partial"), file).unwrap();
    // The library looks at its file once a second.
    std::thread::sleep(Duration::from_millis(1300));
}

#[test]
fn a_clock_that_is_set_moves_no_deadline() {
    tests::run(Backend::Sqlite, |app| async move {
        app.ijkpunt.clock.advance(now() - app.ijkpunt.clock.now());
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let begun = Instant::now();
        let (file, port) = (app.folder.path().join("time"), free_port());
        set_clock(&file, "+0s");
        let library = faked_clock();
        let settings = [
            ("LD_PRELOAD", library.to_str().unwrap()),
            ("FAKETIME_TIMESTAMP_FILE", file.to_str().unwrap()),
            ("FAKETIME_CACHE_DURATION", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        let mut process = Process::beside_with(&app, port, &settings);
        let kiosk = Kiosk { url: format!("http://127.0.0.1:{port}"), ..kiosk };
        for by in ["+2h", "-3h", "+10m"] {
            set_clock(&file, by);
            for restarted in [false, true] {
                if restarted {
                    process.kill();
                    process = Process::beside_with(&app, port, &settings);
                }
                let beat = kiosk.heartbeat(&attempt).await.ok();
                let remaining = beat["remaining_seconds"].as_i64().unwrap() as f64;
                let expected = 1800.0 - begun.elapsed().as_secs_f64();
                assert!(
                    (remaining - expected).abs() < 3.0,
                    "{by}, restarted {restarted}: {remaining} s are left, and should be {expected}"
                );
                assert_eq!(beat["attempt"]["status"], "running");
            }
        }
        set_clock(&file, "-90m");
        kiosk.submit(&attempt, 0).await.ok();
        // Nobody's time depends on it any more: the product goes by what the machine says, and what was asked for before is still done.
        let until = Instant::now() + Duration::from_secs(15);
        let behind = loop {
            let said: DateTime<Utc> = kiosk.get("/sitting").await.ok()["server_time"].as_str().unwrap().parse().unwrap();
            let behind = (now() - said).num_minutes();
            let marked = marks::Entity::find().count(&app.ijkpunt.db).await.unwrap();
            if (behind, marked) == (90, 1) || Instant::now() > until {
                break (behind, marked);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        assert_eq!(behind, (90, 1));
        assert_eq!(
            kiosk.post(&format!("/attempts/{attempt}/answers"), json!({ "events": [] })).await.ok()["attempt"]["status"],
            "submitted"
        );
        process.stop();
    });
}
