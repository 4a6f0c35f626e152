//! The kiosk protocol: enrolment, codes, saving, time, recordings. Marks are in marking.rs, the invigilator's side in room.rs.

use chrono::Duration;
use ijkpunt::entity::enums::{AttemptStatus, Part, SessionKind};
use ijkpunt::entity::{answers, attempts};
use ijkpunt::kiosks::signing::DeviceKey;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::hall::{Hall, enrolment};
use tests::{TestApp, both};

both! {
    async fn an_enrolment_code_works_once(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let made = hall.admin.post("/api/kiosks", json!({ "site_id": hall.site, "name": "Kiosk 1" })).await.ok();
        let (stranger, code, key) = (app.anonymous(), made["code"].as_str().unwrap(), DeviceKey::generate().unwrap());
        // A key is enrolled only by who holds it: the proof of another code, or by another key, is none.
        let other = enrolment(&DeviceKey::generate().unwrap(), code);
        for wrong in [json!({ "proof": other["proof"] }), json!({ "proof": enrolment(&key, "AAAA-AAAA")["proof"] }), json!({ "public_key": "" })] {
            let mut body = enrolment(&key, code);
            body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
            assert_eq!(stranger.post("/api/kiosk/enrol", body).await.field_code("/public_key"), "key-wrong");
        }
        let first = stranger.post("/api/kiosk/enrol", enrolment(&key, code)).await.ok();
        assert_eq!(first["kiosk"]["name"], "Kiosk 1");
        assert_eq!(first["kiosk"]["agency"], "Amal Gent");
        let again = stranger.post("/api/kiosk/enrol", enrolment(&key, code)).await;
        assert_eq!(again.field_code("/code"), "enrol-code-wrong");
    }

    async fn an_enrolment_code_expires(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let made = hall.admin.post("/api/kiosks", json!({ "site_id": hall.site, "name": "Kiosk 1" })).await.ok();
        app.ijkpunt.clock.advance(Duration::hours(25));
        let body = enrolment(&DeviceKey::generate().unwrap(), made["code"].as_str().unwrap());
        let late = app.anonymous().post("/api/kiosk/enrol", body).await;
        assert_eq!(late.field_code("/code"), "enrol-code-wrong");
    }

    async fn two_kiosks_of_a_site_have_different_names(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.kiosk("Kiosk 1").await;
        let same = hall.admin.post("/api/kiosks", json!({ "site_id": hall.site, "name": "Kiosk 1" })).await;
        assert_eq!(same.field_code("/name"), "kiosk-name-taken");
        let empty = hall.admin.post("/api/kiosks", json!({ "site_id": hall.site, "name": "  " })).await;
        assert_eq!(empty.field_code("/name"), "required");
    }

    async fn a_revoked_kiosk_can_do_nothing_any_more(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let id = kiosk.id.as_str().unwrap();
        hall.admin.post(&format!("/api/kiosks/{id}/revoke"), json!({})).await.ok();
        assert_eq!(kiosk.get("/me").await.code(), "kiosk-revoked");
        assert_eq!(kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.code(), "kiosk-revoked");
        assert_eq!(saved(&app, &attempt).await, []);
    }

    async fn a_code_starts_once_and_only_at_its_own_kiosk(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (mut one, mut two) = (hall.kiosk("Kiosk 1").await, hall.kiosk("Kiosk 2").await);
        let booking = hall.candidate("Samira Fatima", "Achahbar", &[Part::Reading]).await;
        let code = hall.seat(booking, &one).await;
        assert_eq!(two.start(&code, "nl").await.code(), "wrong-kiosk");
        assert_eq!(one.start("9999-99", "nl").await.field_code("/code"), "code-wrong");
        assert_eq!(one.start(&code, "sw").await.field_code("/language"), "language-unknown");
        let sitting = one.start(&code.replace('-', " "), "ar").await.ok();
        assert_eq!(sitting["candidate"]["display_name"], "Samira A.");
        assert_eq!(sitting["language"], "ar");
        assert_eq!(sitting["sample"], true);
        assert_eq!(sitting["current"]["status"], "ready");
        assert_eq!(sitting["current"]["remaining_seconds"], 1800);
        assert_eq!(one.start(&code, "nl").await.code(), "code-used");
    }

    async fn a_kiosk_that_guesses_codes_is_stopped(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let mut kiosk = hall.kiosk("Kiosk 1").await;
        for _ in 0..10 {
            assert_eq!(kiosk.start("0000-00", "nl").await.field_code("/code"), "code-wrong");
        }
        assert_eq!(kiosk.start("0000-00", "nl").await.code(), "too-many-tries");
        app.ijkpunt.clock.advance(Duration::minutes(16));
        assert_eq!(kiosk.start("0000-00", "nl").await.field_code("/code"), "code-wrong");
    }

    async fn parts_are_sat_one_after_the_other(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.form(ijkpunt::entity::enums::FormPart::Listening, Some(ijkpunt::entity::enums::Band::A1A2), vec![(tests::hall::choice_item("l"), ijkpunt::entity::enums::Level::A1, false)], json!({})).await;
        hall.open().await;
        let (kiosk, _, reading) = hall.at_work("Kiosk 1", &[Part::Reading, Part::Listening]).await;
        let sitting = kiosk.get("/sitting").await.ok();
        let listening = sitting["attempts"][1]["id"].as_str().unwrap().to_owned();
        assert_eq!(kiosk.post(&format!("/attempts/{listening}/begin"), json!({})).await.code(), "attempt-not-current");
        let next = kiosk.submit(&reading, 0).await.ok();
        assert_eq!(next["current"]["id"], listening.as_str());
        assert_eq!(next["attempts"][0]["status"], "submitted");
        let running = kiosk.post(&format!("/attempts/{listening}/begin"), json!({})).await.ok();
        assert_eq!(running["current"]["status"], "running");
        let done = kiosk.submit(&listening, 0).await.ok();
        assert_eq!(done["current"], Value::Null);
    }

    async fn a_number_is_taken_once_and_the_highest_of_a_question_is_its_answer(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let first = kiosk.save(&attempt, 5, 0, json!({"r1": "a"})).await.ok();
        assert_eq!((&first["acknowledged"], &first["late"]), (&json!(5), &json!([])));
        // The same number with another answer: acknowledged again, and nothing changes.
        assert_eq!(kiosk.save(&attempt, 5, 0, json!({"r1": "b"})).await.ok()["acknowledged"], 5);
        // One that was overtaken on the way comes in after a later one.
        kiosk.save(&attempt, 4, 0, json!({"r1": "c"})).await.ok();
        kiosk.save(&attempt, 9, 1, json!({"r1": "b"})).await.ok();
        assert_eq!(saved(&app, &attempt).await, [(4, json!({"r1": "c"}), false), (5, json!({"r1": "a"}), false), (9, json!({"r1": "b"}), false)]);
        let current = kiosk.get("/sitting").await.ok()["current"].clone();
        assert_eq!(current["last_seq"], 9);
        assert_eq!(current["position"], 1);
        assert_eq!(current["items"][0], json!({"position": 0, "response": {"r1": "a"}, "flagged": false, "answered": true}));
    }

    async fn a_hundred_saves_at_once_are_all_there(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let saves = (1..=100).map(|seq| {
            let (kiosk, attempt) = (kiosk.clone(), attempt.clone());
            tokio::spawn(async move { kiosk.save(&attempt, seq, seq % 3, json!({"r1": format!("{seq}")})).await.ok() })
        });
        for save in saves.collect::<Vec<_>>() {
            save.await.unwrap();
        }
        assert_eq!(saved(&app, &attempt).await.len(), 100);
    }

    async fn answers_that_make_no_sense_change_nothing(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        assert_eq!(kiosk.save(&attempt, 1, 3, json!({"r1": "a"})).await.field_code("/position"), "out-of-range");
        assert_eq!(kiosk.save(&attempt, 0, 0, json!({"r1": "a"})).await.field_code("/events/0/seq"), "out-of-range");
        assert_eq!(kiosk.save(&attempt, 1, 0, json!("a")).await.field_code("/events/0/response"), "wrong-type");
        assert_eq!(kiosk.save(&attempt, 1, 0, json!({"r1": "x".repeat(70_000)})).await.field_code("/events/0/response"), "too-long");
        let unknown = kiosk.post(&format!("/attempts/{attempt}/answers"), json!({"events": [], "score": 3})).await;
        assert_eq!(unknown.field_code("/score"), "unknown-field");
        assert_eq!(saved(&app, &attempt).await, []);
        // PostgreSQL keeps no NUL: it is taken out, and the answer is kept.
        kiosk.save(&attempt, 1, 0, json!({"r1": "a\u{0}b"})).await.ok();
        assert_eq!(saved(&app, &attempt).await, [(1, json!({"r1": "ab"}), false)]);
    }

    async fn an_answer_after_the_deadline_is_kept_apart(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        app.ijkpunt.clock.advance(Duration::seconds(1802));
        let last_second = kiosk.save(&attempt, 2, 1, json!({"r1": "b"})).await.ok();
        assert_eq!(last_second["late"], json!([]));
        app.ijkpunt.clock.advance(Duration::seconds(10));
        let late = kiosk.save(&attempt, 3, 0, json!({"r1": "c"})).await.ok();
        assert_eq!((&late["acknowledged"], &late["late"], &late["remaining_seconds"]), (&json!(3), &json!([3]), &json!(0)));
        let current = kiosk.get("/sitting").await.ok()["current"].clone();
        assert_eq!(current["items"][0]["response"], json!({"r1": "a"}));
        assert_eq!(hall.room().await["seats"][0]["late_answers"], 1);
    }

    async fn work_done_offline_before_the_deadline_counts(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.heartbeat(&attempt).await.ok();
        // Twenty minutes after the deadline the connection is back. The kiosk's clock is years off; only differences count.
        app.ijkpunt.clock.advance(Duration::seconds(1800 + 1200));
        let event = |seq: i64, client_at: &str| json!({"seq": seq, "position": 0, "response": {"r1": "a"}, "flagged": false, "client_at": client_at});
        let events = [event(1, "2019-01-01T08:39:00Z"), event(2, "2019-01-01T08:41:00Z")];
        let answer = kiosk.post(&format!("/attempts/{attempt}/answers"), json!({"events": events, "sent_at": "2019-01-01T09:00:00Z"})).await.ok();
        assert_eq!(answer["late"], json!([2]));
        // A minute after its first sign of life the kiosk has had its chance, whatever it says.
        app.ijkpunt.clock.advance(Duration::seconds(61));
        let event = json!([event(3, "2019-01-01T08:00:00Z")]);
        let answer = kiosk.post(&format!("/attempts/{attempt}/answers"), json!({"events": event, "sent_at": "2019-01-01T09:01:00Z"})).await.ok();
        assert_eq!(answer["late"], json!([3]));
    }

    async fn the_server_ends_an_attempt_by_itself(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        app.ijkpunt.clock.advance(Duration::seconds(1805));
        app.work().await;
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Running);
        kiosk.heartbeat(&attempt).await.ok();
        app.ijkpunt.clock.advance(Duration::seconds(61));
        app.work().await;
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Ended);
        assert_eq!(kiosk.save(&attempt, 2, 0, json!({"r1": "b"})).await.ok()["late"], json!([2]));
        assert_eq!(kiosk.submit(&attempt, 2).await.ok()["current"], Value::Null);
    }

    async fn a_kiosk_that_stays_away_is_not_waited_for_for_ever(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (_, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        app.ijkpunt.clock.advance(Duration::minutes(30 + 44));
        app.work().await;
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Running);
        app.ijkpunt.clock.advance(Duration::minutes(2));
        app.work().await;
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Ended);
    }

    async fn the_kiosk_carries_on_after_its_browser_died(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (mut kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 2, json!({"r1": "a"})).await.ok();
        let old = kiosk.clone();
        let resumed = kiosk.resume().await.ok();
        assert_eq!(resumed["current"]["id"], attempt.as_str());
        assert_eq!(resumed["current"]["position"], 2);
        assert_eq!(resumed["current"]["epoch"], 2);
        kiosk.save(&attempt, 2, 0, json!({"r1": "b"})).await.ok();
        // The tab that was left open is told that it is no longer the one.
        assert_eq!(old.save(&attempt, 3, 0, json!({"r1": "c"})).await.code(), "taken-over");
        assert_eq!(old.get("/sitting").await.code(), "taken-over");
        assert_eq!(saved(&app, &attempt).await.len(), 2);
    }

    async fn a_kiosk_without_a_sitting_has_nothing_to_resume(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(1).await;
        hall.open().await;
        let mut idle = hall.kiosk("Kiosk 9").await;
        assert_eq!(idle.resume().await.code(), "nothing-to-resume");
        let (mut kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.submit(&attempt, 0).await.ok();
        assert_eq!(kiosk.resume().await.code(), "nothing-to-resume");
        // Another kiosk cannot use this one's token.
        idle.attempt = kiosk.attempt.clone();
        assert_eq!(idle.save(&attempt, 1, 0, json!({"r1": "a"})).await.code(), "taken-over");
    }

    async fn handing_in_waits_for_answers_that_are_still_under_way(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        let early = kiosk.submit(&attempt, 2).await;
        assert_eq!(early.code(), "answers-missing");
        assert_eq!(early.body["facts"], json!({"got": 1, "said": 2}));
        kiosk.save(&attempt, 2, 1, json!({"r1": "b"})).await.ok();
        kiosk.submit(&attempt, 2).await.ok();
        // Asked again, because the answer got lost.
        kiosk.submit(&attempt, 2).await.ok();
        assert_eq!(status(&app, &attempt).await, AttemptStatus::Submitted);
    }

    async fn a_recording_comes_in_slices_and_is_played_back_once(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let of = format!("/attempts/{attempt}/recordings");
        let begun = kiosk.post(&of, json!({"position": 0, "mime": "audio/webm;codecs=opus"})).await.ok();
        let recording = format!("{of}/{}", begun["recording"].as_str().unwrap());
        let slice = |n: usize| format!("{recording}/slices/{n}");
        let (zero, two) = (b"eerste".as_slice(), b"derde".as_slice());
        assert_eq!(kiosk.put_slice(&slice(0), &sha256(zero), zero).await.status, 204);
        assert_eq!(kiosk.put_slice(&slice(0), &sha256(zero), zero).await.status, 204);
        assert_eq!(kiosk.put_slice(&slice(0), &sha256(two), two).await.code(), "slice-differs");
        assert_eq!(kiosk.put_slice(&slice(1), &sha256(zero), two).await.code(), "slice-damaged");
        assert_eq!(kiosk.put_slice(&slice(1), "geen", two).await.code(), "slice-damaged");
        kiosk.put_slice(&slice(2), &sha256(two), two).await;
        let missing = kiosk.post(&format!("{recording}/complete"), json!({"slices": 3, "duration_ms": 2900})).await;
        assert_eq!((missing.code(), &missing.body["facts"]["missing"]), ("slices-missing", &json!([1])));
        kiosk.put_slice(&slice(1), &sha256(b"tweede"), b"tweede").await;
        kiosk.post(&format!("{recording}/complete"), json!({"slices": 3, "duration_ms": 2900})).await.ok();
        let heard = kiosk.get(&recording).await;
        assert_eq!(heard.bytes, b"eerstetweedederde");
        assert_eq!(kiosk.get(&recording).await.code(), "already-played");
        let other = hall.at_work("Kiosk 2", &[Part::Reading]).await.0;
        assert_eq!(other.get(&recording).await.code(), "not-found");
    }

    async fn only_sound_can_be_recorded(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let page = kiosk.post(&format!("/attempts/{attempt}/recordings"), json!({"position": 0, "mime": "text/html"})).await;
        assert_eq!(page.field_code("/mime"), "out-of-range");
    }
}

/// Every answer of an attempt in the order of its numbers: number, response, late.
async fn saved(app: &TestApp, attempt: &str) -> Vec<(i64, Value, bool)> {
    let rows = answers::Entity::find()
        .filter(answers::Column::AttemptId.eq(attempt.parse::<uuid::Uuid>().unwrap()))
        .order_by_asc(answers::Column::Seq)
        .all(&app.ijkpunt.db)
        .await
        .unwrap();
    rows.into_iter().map(|row| (row.seq, row.response, row.late)).collect()
}

async fn status(app: &TestApp, attempt: &str) -> AttemptStatus {
    let id = ijkpunt::ids::AttemptId(attempt.parse().unwrap());
    attempts::Entity::find_by_id(id).one(&app.ijkpunt.db).await.unwrap().unwrap().status
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    ijkpunt::media::hex(&Sha256::digest(bytes))
}
