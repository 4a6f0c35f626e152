//! Kiosks that cannot be heard: pauses by themselves, time given back, parts begun without connection, rescue files, parts opened again.

use chrono::Duration;
use ijkpunt::entity::enums::{AttemptStatus, Band, FormPart, Level, Part, SessionKind};
use ijkpunt::entity::{answers, attempts, marks, recordings, results};
use ijkpunt::ids::AttemptId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::hall::{Hall, Kiosk, choice_item, choose};
use tests::rescue::Journal;
use tests::{TestApp, both};

both! {
    async fn a_kiosk_that_is_not_heard_is_paused_and_its_time_given_back(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.heartbeat(&attempt).await.ok();
        app.ijkpunt.clock.advance(Duration::seconds(59));
        app.work().await;
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Running);
        app.ijkpunt.clock.advance(Duration::seconds(241));
        app.work().await;
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Paused);
        let seat = hall.room().await["seats"][0]["attempts"][0].clone();
        assert_eq!((&seat["status"], &seat["paused_reason"], &seat["connected"]), (&json!("paused"), &json!("unseen"), &json!(false)));
        // The machine was off: it has been at work for two seconds only since it was started again.
        let body = json!({ "events": [], "at_work_ms": 2000 });
        let beat = kiosk.post(&format!("/attempts/{attempt}/answers"), body).await.ok();
        assert_eq!((&beat["attempt"]["status"], &beat["remaining_seconds"]), (&json!("running"), &json!(1798)));
        let mut noted: Vec<String> = kinds(&hall).await.iter().map(|kind| kind.as_str().unwrap().to_owned()).collect();
        noted.sort();
        assert_eq!(noted, ["heard-again", "paused-unseen"]);
        // Nothing is given twice.
        assert_eq!(kiosk.heartbeat(&attempt).await.ok()["remaining_seconds"], 1798);
    }

    async fn who_worked_on_without_connection_gets_no_time_for_it(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.heartbeat(&attempt).await.ok();
        app.ijkpunt.clock.advance(Duration::minutes(20));
        app.work().await;
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Paused);
        let event = json!({ "seq": 1, "position": 0, "response": { "r1": "a" }, "flagged": false, "client_at": "2026-01-01T00:10:00Z" });
        let body = json!({ "events": [event], "sent_at": "2026-01-01T00:20:00Z", "at_work_ms": 20 * 60 * 1000 });
        let saved = kiosk.post(&format!("/attempts/{attempt}/answers"), body).await.ok();
        assert_eq!((&saved["late"], &saved["attempt"]["status"], &saved["remaining_seconds"]), (&json!([]), &json!("running"), &json!(600)));
    }

    async fn a_kiosk_that_comes_back_during_a_fire_alarm_waits_with_the_room(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.heartbeat(&attempt).await.ok();
        app.ijkpunt.clock.advance(Duration::minutes(5));
        app.work().await;
        let room = format!("/api/room/sessions/{}", hall.session);
        hall.invigilator.post(&format!("{room}/pause"), json!({ "reason": "Brandalarm" })).await.ok();
        let beat = kiosk.heartbeat(&attempt).await.ok();
        assert_eq!((&beat["attempt"]["status"], &beat["attempt"]["paused"]["reason"]), (&json!("paused"), &json!("room")));
        app.ijkpunt.clock.advance(Duration::minutes(30));
        kiosk.heartbeat(&attempt).await.ok();
        hall.invigilator.post(&format!("{room}/resume"), json!({})).await.ok();
        assert_eq!(kiosk.heartbeat(&attempt).await.ok()["remaining_seconds"], 1800);
    }

    async fn a_pause_that_is_ended_by_hand_gives_its_time_once(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.heartbeat(&attempt).await.ok();
        app.ijkpunt.clock.advance(Duration::minutes(5));
        app.work().await;
        hall.invigilator.post(&format!("/api/room/bookings/{booking}/resume"), json!({})).await.ok();
        // Still not heard: paused again, from now on.
        app.ijkpunt.clock.advance(Duration::seconds(61));
        app.work().await;
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Paused);
        assert_eq!(kiosk.heartbeat(&attempt).await.ok()["remaining_seconds"], 1800);
    }

    async fn a_part_that_was_begun_without_connection_has_run_since(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.form(FormPart::Listening, Some(Band::A1A2), vec![(choice_item("l"), Level::A1, false)], json!({})).await;
        hall.open().await;
        let (kiosk, _, reading) = hall.at_work("Kiosk 1", &[Part::Reading, Part::Listening]).await;
        let sitting = kiosk.get("/sitting").await.ok();
        let listening = sitting["attempts"][1]["id"].as_str().unwrap().to_owned();
        // The questions of every part can be had before the first clock starts.
        assert_eq!(kiosk.get(&format!("/attempts/{listening}/items")).await.ok()["items"].as_array().unwrap().len(), 1);
        app.ijkpunt.clock.advance(Duration::minutes(20));
        // Ten minutes ago it was handed in at the kiosk, and the next part begun.
        kiosk.submit(&reading, 0).await.ok();
        let begun = kiosk.post(&format!("/attempts/{listening}/begin"), json!({ "ago_ms": 600_000 })).await.ok();
        assert_eq!(begun["current"]["remaining_seconds"], 1200);
        // It cannot have begun before the part before it did.
        let row = attempts::Entity::find_by_id(AttemptId(listening.parse().unwrap())).one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!(row.started_at.unwrap(), app.ijkpunt.clock.now() - Duration::minutes(10));
    }

    async fn a_first_part_begins_when_the_server_hears_of_it(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.open().await;
        let mut kiosk = hall.kiosk("Kiosk 1").await;
        let booking = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        let code = hall.seat(booking, &kiosk).await;
        let sitting = kiosk.start(&code, "nl").await.ok();
        let attempt = sitting["current"]["id"].as_str().unwrap().to_owned();
        let begun = kiosk.post(&format!("/attempts/{attempt}/begin"), json!({ "ago_ms": 600_000 })).await.ok();
        assert_eq!(begun["current"]["remaining_seconds"], 1800);
    }

    async fn a_rescue_file_brings_in_what_was_given_in_time(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        let mut journal = Journal::new(&attempt, &server_key(&kiosk).await);
        // By the kiosk's clock, which is years off: an answer after ten minutes, one after the deadline, and one that did arrive.
        let events = vec![
            journal.event(1, 0, json!({"r1": "x"}), "2019-01-01T08:00:00Z"),
            journal.event(2, 1, json!({"r1": "b"}), "2019-01-01T08:10:00Z"),
            journal.event(3, 0, json!({"r1": "c"}), "2019-01-01T08:31:00Z"),
        ];
        let file = journal.file(&kiosk, "2019-01-01T08:00:00Z", events, vec![], vec![]);
        app.ijkpunt.clock.advance(Duration::minutes(40));
        let rescued = hand_over(&hall, file.clone()).await.ok();
        assert_eq!(rescued, json!({ "booking_id": booking, "answers": 3, "taken": 2, "late": 1, "slices": 0 }));
        let rows = answers::Entity::find().order_by_asc(answers::Column::Seq).all(&app.ijkpunt.db).await.unwrap();
        let rows: Vec<_> = rows.into_iter().map(|row| (row.seq, row.response, row.late)).collect();
        assert_eq!(rows, [(1, json!({"r1": "a"}), false), (2, json!({"r1": "b"}), false), (3, json!({"r1": "c"}), true)]);
        assert_eq!(hand_over(&hall, file).await.code(), "rescue-read");
        assert_eq!(kinds(&hall).await, ["rescued"]);
    }

    async fn a_rescue_file_is_believed_only_from_the_kiosk_it_names(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let mut journal = Journal::new(&attempt, &server_key(&kiosk).await);
        let events = vec![journal.event(1, 0, json!({"r1": "b"}), "2026-06-01T09:00:00Z")];
        let file = journal.file(&kiosk, "2026-06-01T09:00:00Z", events.clone(), vec![], vec![]);
        let text = String::from_utf8(file.clone()).unwrap();
        for (damaged, code) in [
            (b"".to_vec(), "rescue-unreadable"),
            (b"{}\nx\n".to_vec(), "rescue-unreadable"),
            (vec![0xff; 40], "rescue-unreadable"),
            (text.replace("\"v\":1", "\"v\":2").into_bytes(), "rescue-foreign"),
            (text.replace("\"seq\":1", "\"seq\":7").into_bytes(), "rescue-foreign"),
        ] {
            assert_eq!(hand_over(&hall, damaged).await.code(), code);
        }
        // Signed by another kiosk; and encrypted to another server.
        let thief = Kiosk { key: hall.kiosk("Kiosk 2").await.key, ..kiosk.clone() };
        assert_eq!(hand_over(&hall, journal.file(&thief, "2026-06-01T09:00:00Z", events, vec![], vec![])).await.code(), "rescue-foreign");
        let other_server = Journal::new(&attempt, "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU");
        assert_eq!(hand_over(&hall, other_server.file(&kiosk, "2026-06-01T09:00:00Z", vec![], vec![], vec![])).await.code(), "rescue-unreadable");
        // Another session's room does not take it, and a part that has ended is opened again first.
        let elsewhere = Hall::new(&app, SessionKind::First).await;
        elsewhere.open().await;
        assert_eq!(hand_over(&elsewhere, file.clone()).await.code(), "rescue-foreign");
        hall.invigilator.post(&format!("/api/room/bookings/{booking}/end"), json!({ "reason": "Kiosk kapot" })).await.ok();
        assert_eq!(hand_over(&hall, file.clone()).await.code(), "attempt-closed");
        hall.invigilator.post(&format!("/api/room/bookings/{booking}/reopen"), json!({ "minutes": 0, "reason": "Reddingsbestand" })).await.ok();
        assert_eq!(hand_over(&hall, file).await.ok()["taken"], 1);
    }

    async fn a_rescue_file_after_a_move_stands_before_what_the_new_kiosk_said(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (old, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        old.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        let mut new = hall.kiosk("Kiosk 2").await;
        let moved = hall.invigilator.post(&format!("/api/room/bookings/{booking}/move"), json!({ "kiosk_id": new.id, "reason": "Scherm stuk" })).await.ok();
        let first = new.start(moved["code"].as_str().unwrap(), "nl").await.ok()["current"]["last_seq"].as_i64().unwrap() + 1;
        new.save(&attempt, first, 0, json!({"r1": "new"})).await.ok();
        let mut journal = Journal::new(&attempt, &server_key(&old).await);
        let events = vec![
            journal.event(2, 0, json!({"r1": "old"}), "2026-06-01T09:00:01Z"),
            journal.event(3, 1, json!({"r1": "old"}), "2026-06-01T09:00:02Z"),
        ];
        hand_over(&hall, journal.file(&old, "2026-06-01T09:00:00Z", events, vec![], vec![])).await.ok();
        let items = new.get("/sitting").await.ok()["current"]["items"].clone();
        assert_eq!(items[0]["response"], json!({"r1": "new"}));
        assert_eq!(items[1]["response"], json!({"r1": "old"}));
    }

    async fn a_recording_comes_in_by_hand_as_well(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        app.load_sample_bank().await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Speaking]).await;
        let mut journal = Journal::new(&attempt, &server_key(&kiosk).await);
        let (recording, slices) = journal.recording("local-1", 0, &[b"one", b"two"]);
        let events = vec![journal.event(1, 0, json!({"r1": "local-1"}), "2026-06-01T09:00:05Z")];
        let file = journal.file(&kiosk, "2026-06-01T09:00:00Z", events, vec![recording], slices);
        assert_eq!(hand_over(&hall, file).await.ok()["slices"], 2);
        let row = recordings::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!((row.slices, row.completed_at.is_some(), row.duration_ms), (Some(2), true, Some(2000)));
        assert_eq!(ijkpunt::delivery::recordings::bytes(&app.ijkpunt, row.id).await.unwrap(), b"onetwo");
        let answer = answers::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!(answer.response, json!({ "r1": row.id }));
    }

    async fn an_ended_part_is_opened_again_and_marked_again(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (mut kiosk, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let items = kiosk.get(&format!("/attempts/{attempt}/items")).await.ok();
        app.ijkpunt.clock.advance(Duration::minutes(10));
        kiosk.submit(&attempt, 0).await.ok();
        app.work().await;
        assert_eq!(kiosk.get("/me").await.ok()["going_on"], false);
        let path = format!("/api/room/bookings/{booking}/reopen");
        app.ijkpunt.clock.advance(Duration::minutes(5));
        assert_eq!(hall.invigilator.post(&path, json!({ "minutes": 0, "reason": " " })).await.field_code("/reason"), "required");
        assert_eq!(hall.invigilator.post(&path, json!({ "minutes": 121, "reason": "x" })).await.field_code("/minutes"), "out-of-range");
        hall.invigilator.post(&path, json!({ "minutes": 2, "reason": "Per ongeluk ingediend" })).await.ok();
        assert_eq!(hall.invigilator.post(&path, json!({ "minutes": 2, "reason": "x" })).await.code(), "next-part-begun");
        // The kiosk that waits for its next candidate sees that something goes on here.
        assert_eq!(kiosk.get("/me").await.ok()["going_on"], true);
        let resumed = kiosk.resume().await.ok();
        assert_eq!((&resumed["current"]["status"], &resumed["current"]["remaining_seconds"]), (&json!("running"), &json!(22 * 60)));
        let right = choose(&items["items"][0]["item"], "brood");
        assert_eq!(kiosk.save(&attempt, 1, 0, right).await.ok()["late"], json!([]));
        kiosk.submit(&attempt, 1).await.ok();
        app.work().await;
        let marks = marks::Entity::find().order_by_asc(marks::Column::Version).all(&app.ijkpunt.db).await.unwrap();
        assert_eq!(marks.iter().map(|mark| (mark.version, mark.score, mark.superseded_at.is_some())).collect::<Vec<_>>(), [(1, 0, true), (2, 1, false)]);
        let in_force = results::Entity::find().filter(results::Column::SupersededAt.is_null()).all(&app.ijkpunt.db).await.unwrap();
        assert_eq!(in_force.iter().map(|result| result.mark_id).collect::<Vec<_>>(), [marks[1].id]);
        assert_eq!(kinds(&hall).await, ["reopened"]);
    }

    async fn a_part_is_not_opened_again_when_it_is_too_late_or_over(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.form(FormPart::Listening, Some(Band::A1A2), vec![(choice_item("l"), Level::A1, false)], json!({})).await;
        hall.open().await;
        let (kiosk, booking, reading) = hall.at_work("Kiosk 1", &[Part::Reading, Part::Listening]).await;
        let path = format!("/api/room/bookings/{booking}/reopen");
        let reopen = |minutes: i64| hall.invigilator.post(&path, json!({ "minutes": minutes, "reason": "x" }));
        assert_eq!(reopen(5).await.code(), "next-part-begun");
        let next = kiosk.submit(&reading, 0).await.ok()["current"]["id"].as_str().unwrap().to_owned();
        kiosk.post(&format!("/attempts/{next}/begin"), json!({})).await.ok();
        assert_eq!(reopen(5).await.code(), "next-part-begun");
        hall.invigilator.post(&format!("/api/room/bookings/{booking}/end"), json!({ "reason": "x" })).await.ok();
        app.ijkpunt.clock.advance(Duration::minutes(61));
        assert_eq!(reopen(5).await.code(), "reopen-too-late");
        let stranger = Hall::new(&app, SessionKind::First).await;
        let nobody = stranger.candidate("Jan", "Peeters", &[Part::Reading]).await;
        stranger.open().await;
        let never = stranger.invigilator.post(&format!("/api/room/bookings/{nobody}/reopen"), json!({ "minutes": 5, "reason": "x" })).await;
        assert_eq!(never.code(), "nothing-to-reopen");
    }

    async fn a_part_whose_time_was_up_needs_minutes_to_go_on(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        app.ijkpunt.clock.advance(Duration::seconds(1801));
        kiosk.submit(&attempt, 0).await.ok();
        let path = format!("/api/room/bookings/{booking}/reopen");
        assert_eq!(hall.invigilator.post(&path, json!({ "minutes": 0, "reason": "x" })).await.field_code("/minutes"), "required");
        hall.invigilator.post(&path, json!({ "minutes": 3, "reason": "x" })).await.ok();
        assert_eq!(kiosk.heartbeat(&attempt).await.ok()["remaining_seconds"], 180);
    }
}

async fn status(app: &TestApp, attempt: &str) -> AttemptStatus {
    attempts::Entity::find_by_id(AttemptId(attempt.parse().unwrap())).one(&app.ijkpunt.db).await.unwrap().unwrap().status
}

async fn kinds(hall: &Hall<'_>) -> Vec<Value> {
    hall.room().await["incidents"].as_array().unwrap().iter().map(|incident| incident["kind"].clone()).collect()
}

async fn server_key(kiosk: &Kiosk) -> String {
    kiosk.get("/me").await.ok()["journal_key"].as_str().unwrap().to_owned()
}

async fn hand_over(hall: &Hall<'_>, file: Vec<u8>) -> tests::Answer {
    let url = format!("{}/api/room/sessions/{}/rescue", hall.app.url, hall.session);
    let sent =
        hall.invigilator.http.post(url).header("X-IJkpunt", "1").header("Content-Type", "application/octet-stream").body(file).send();
    tests::Answer::read(sent.await.unwrap()).await
}
