//! The invigilator's side: opening, seating, watching, stepping in.

use chrono::Duration;
use ijkpunt::entity::enums::{AgencyCode, Part, Role, SessionKind};
use ijkpunt::entity::{audit_log, bookings};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::hall::Hall;
use tests::{TestApp, both};

both! {
    async fn a_room_of_another_agency_is_not_there(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let booking = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        let stranger = app.user(AgencyCode::Atlas, &[Role::Invigilator]).await;
        for path in [format!("/api/room/sessions/{}", hall.session), format!("/api/room/sessions/{}/live", hall.session)] {
            assert_eq!(stranger.get(&path).await.code(), "not-found");
        }
        for path in [format!("/api/room/sessions/{}/open", hall.session), format!("/api/room/bookings/{booking}/code")] {
            assert_eq!(stranger.post(&path, json!({})).await.code(), "not-found");
        }
        assert_eq!(stranger.get("/api/room/sessions").await.ok(), json!([]));
        assert_eq!(audited(&app, "access.denied").await, 4);
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        assert_eq!(clerk.get("/api/room/sessions").await.code(), "forbidden");
    }

    async fn a_session_opens_once_and_on_its_own_day(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let open = format!("/api/room/sessions/{}/open", hall.session);
        app.ijkpunt.clock.advance(-Duration::days(1));
        assert_eq!(hall.invigilator.post(&open, json!({})).await.code(), "not-today");
        app.ijkpunt.clock.advance(Duration::days(1));
        assert_eq!(hall.invigilator.get("/api/room/sessions").await.ok()[0]["status"], "planned");
        hall.open().await;
        assert_eq!(hall.invigilator.post(&open, json!({})).await.code(), "conflict");
        assert_eq!(audited(&app, "session.opened").await, 1);
    }

    async fn a_code_asks_for_identity_and_seat_first(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let kiosk = hall.kiosk("Kiosk 1").await;
        let booking = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        let room = format!("/api/room/bookings/{booking}");
        let check = json!({ "document": "eid", "number": "592-1234567-89" });
        assert_eq!(hall.invigilator.post(&format!("{room}/identity"), check.clone()).await.code(), "session-not-open");
        hall.open().await;
        assert_eq!(hall.invigilator.post(&format!("{room}/code"), json!({})).await.code(), "identity-not-checked");
        let short = hall.invigilator.post(&format!("{room}/identity"), json!({ "document": "eid", "number": "12" })).await;
        assert_eq!(short.field_code("/number"), "out-of-range");
        hall.invigilator.post(&format!("{room}/identity"), check.clone()).await.ok();
        assert_eq!(hall.invigilator.post(&format!("{room}/identity"), check.clone()).await.code(), "conflict");
        assert_eq!(hall.invigilator.post(&format!("{room}/code"), json!({})).await.code(), "not-seated");
        hall.invigilator.post(&format!("{room}/seat"), json!({ "kiosk_id": kiosk.id, "instead_of": null })).await.ok();
        assert_eq!(hall.code(booking).await.len(), 7);
        // Of the document's number only the end is kept.
        let kept = bookings::Entity::find_by_id(booking).one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!(kept.identity_tail.as_deref(), Some("6789"));
        assert_eq!(hall.room().await["seats"][0]["identity"]["tail"], "6789");
    }

    async fn two_invigilators_cannot_give_one_seat_twice(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.open().await;
        let kiosk = hall.kiosk("Kiosk 1").await;
        let colleague = app.user(AgencyCode::Amal, &[Role::Invigilator]).await;
        let one = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        let two = hall.candidate("Tesfay", "Berhane", &[Part::Reading]).await;
        let give = json!({ "kiosk_id": kiosk.id, "instead_of": null });
        let (path_one, path_two) = (format!("/api/room/bookings/{one}/seat"), format!("/api/room/bookings/{two}/seat"));
        let (first, second) = tokio::join!(hall.invigilator.post(&path_one, give.clone()), colleague.post(&path_two, give.clone()));
        let mut codes = [first.code().to_owned(), second.code().to_owned()];
        codes.sort();
        assert_eq!(codes, ["", "seat-taken"]);
        // The same candidate, seated by both in different places: the second saw a seat that is no longer so.
        let other = hall.kiosk("Kiosk 2").await;
        let seated = if first.status.is_success() { path_one } else { path_two };
        let late = colleague.post(&seated, json!({ "kiosk_id": other.id, "instead_of": null })).await;
        assert_eq!(late.code(), "conflict");
    }

    async fn only_an_enrolled_kiosk_of_the_site_is_a_seat(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.open().await;
        let booking = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        let seat = format!("/api/room/bookings/{booking}/seat");
        let made = hall.admin.post("/api/kiosks", json!({ "site_id": hall.site, "name": "Nieuw" })).await.ok();
        let waiting = hall.invigilator.post(&seat, json!({ "kiosk_id": made["kiosk"]["id"], "instead_of": null })).await;
        assert_eq!(waiting.code(), "kiosk-not-usable");
        let elsewhere = Hall::new(&app, SessionKind::First).await.kiosk("Kiosk 1").await;
        let wrong_site = hall.invigilator.post(&seat, json!({ "kiosk_id": elsewhere.id, "instead_of": null })).await;
        assert_eq!(wrong_site.code(), "not-found");
    }

    async fn the_room_shows_who_is_where_and_who_is_lost(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 2, json!({"r1": "a"})).await.ok();
        let seat = hall.room().await["seats"][0].clone();
        assert_eq!(seat["booking_id"], json!(booking));
        assert_eq!(seat["candidate"]["name"], "Achahbar, Samira Fatima");
        assert_eq!((&seat["status"], &seat["code"]), (&json!("attended"), &json!("used")));
        let at = &seat["attempts"][0];
        assert_eq!((&at["position"], &at["items"], &at["answered"], &at["connected"]), (&json!(2), &json!(3), &json!(1), &json!(true)));
        app.ijkpunt.clock.advance(Duration::seconds(5));
        let at = hall.room().await["seats"][0]["attempts"][0].clone();
        assert_eq!((&at["connected"], at["lost_since"].is_string()), (&json!(false), true));
    }

    async fn an_unchanged_room_is_not_sent_again(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let path = format!("/api/room/sessions/{}", hall.session);
        let first = hall.invigilator.get(&path).await;
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        let again = |tag: String| hall.invigilator.http.get(format!("{}{path}", app.url)).header("If-None-Match", tag).send();
        app.ijkpunt.clock.advance(Duration::seconds(30));
        assert_eq!(again(tag.clone()).await.unwrap().status(), 304);
        hall.open().await;
        assert_eq!(again(tag).await.unwrap().status(), 200);
    }

    async fn a_change_reaches_a_viewer_within_two_seconds(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let url = format!("{}/api/room/sessions/{}/live", app.url, hall.session);
        let mut stream = hall.invigilator.http.get(url).send().await.unwrap();
        let first = next_room(&mut stream).await;
        assert_eq!(first["session"]["status"], "planned");
        let before = std::time::Instant::now();
        hall.open().await;
        let second = next_room(&mut stream).await;
        assert_eq!(second["session"]["status"], "open");
        assert!(before.elapsed() < std::time::Duration::from_secs(2), "it took {:?}", before.elapsed());
    }

    async fn a_fire_alarm_stops_every_clock_and_gives_the_time_back(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let room = format!("/api/room/sessions/{}", hall.session);
        app.ijkpunt.clock.advance(Duration::minutes(10));
        assert_eq!(hall.invigilator.post(&format!("{room}/pause"), json!({ "reason": " " })).await.field_code("/reason"), "required");
        hall.invigilator.post(&format!("{room}/pause"), json!({ "reason": "Brandalarm" })).await.ok();
        assert_eq!(hall.invigilator.post(&format!("{room}/pause"), json!({ "reason": "Brandalarm" })).await.code(), "conflict");
        let beat = kiosk.heartbeat(&attempt).await.ok();
        assert_eq!((&beat["attempt"]["status"], &beat["attempt"]["paused"]["reason"]), (&json!("paused"), &json!("room")));
        app.ijkpunt.clock.advance(Duration::minutes(90));
        assert_eq!(kiosk.heartbeat(&attempt).await.ok()["remaining_seconds"], 1200);
        // What was typed just before the alarm and comes in during it counts.
        assert_eq!(kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok()["late"], json!([]));
        hall.invigilator.post(&format!("{room}/resume"), json!({})).await.ok();
        let beat = kiosk.heartbeat(&attempt).await.ok();
        assert_eq!((&beat["attempt"]["status"], &beat["remaining_seconds"]), (&json!("running"), &json!(1200)));
        let kinds: Vec<Value> = hall.room().await["incidents"].as_array().unwrap().iter().map(|incident| incident["kind"].clone()).collect();
        assert_eq!(kinds, ["room-resumed", "room-paused"]);
    }

    async fn one_candidate_is_paused_without_the_others(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (one, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let (two, _, other) = hall.at_work("Kiosk 2", &[Part::Reading]).await;
        let path = format!("/api/room/bookings/{booking}");
        hall.invigilator.post(&format!("{path}/pause"), json!({ "reason": "Onwel" })).await.ok();
        assert_eq!(hall.invigilator.post(&format!("{path}/pause"), json!({ "reason": "Onwel" })).await.code(), "attempt-not-running");
        app.ijkpunt.clock.advance(Duration::minutes(5));
        assert_eq!(one.heartbeat(&attempt).await.ok()["remaining_seconds"], 1800);
        assert_eq!(two.heartbeat(&other).await.ok()["remaining_seconds"], 1500);
        // The room's pause and its end leave the candidate's own pause alone.
        let room = format!("/api/room/sessions/{}", hall.session);
        hall.invigilator.post(&format!("{room}/pause"), json!({ "reason": "Brandalarm" })).await.ok();
        assert_eq!(hall.invigilator.post(&format!("{path}/resume"), json!({})).await.code(), "session-not-open");
        hall.invigilator.post(&format!("{room}/resume"), json!({})).await.ok();
        assert_eq!(one.heartbeat(&attempt).await.ok()["attempt"]["status"], "paused");
        hall.invigilator.post(&format!("{path}/resume"), json!({})).await.ok();
        assert_eq!(one.heartbeat(&attempt).await.ok()["attempt"]["status"], "running");
    }

    async fn extra_time_shows_at_the_next_heartbeat_also_after_the_deadline(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let path = format!("/api/room/bookings/{booking}/extra-time");
        assert_eq!(hall.invigilator.post(&path, json!({ "minutes": 0, "reason": "x" })).await.field_code("/minutes"), "out-of-range");
        app.ijkpunt.clock.advance(Duration::seconds(1810));
        assert_eq!(kiosk.heartbeat(&attempt).await.ok()["remaining_seconds"], 0);
        hall.invigilator.post(&path, json!({ "minutes": 10, "reason": "Dyslexie" })).await.ok();
        let beat = kiosk.heartbeat(&attempt).await.ok();
        assert_eq!((&beat["remaining_seconds"], &beat["attempt"]["extra_seconds"]), (&json!(590), &json!(600)));
        app.ijkpunt.clock.advance(Duration::seconds(120));
        assert_eq!(kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok()["late"], json!([]));
    }

    async fn a_candidate_moves_to_another_kiosk_and_the_first_one_stops(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (mut old, booking, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        old.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        let mut new = hall.kiosk("Kiosk 2").await;
        let path = format!("/api/room/bookings/{booking}/move");
        let moved = hall.invigilator.post(&path, json!({ "kiosk_id": new.id, "reason": "Scherm stuk" })).await.ok();
        assert_eq!(old.save(&attempt, 2, 1, json!({"r1": "b"})).await.code(), "taken-over");
        assert_eq!(old.resume().await.code(), "nothing-to-resume");
        // The new kiosk asks for the new code; it does not simply take over.
        assert_eq!(new.resume().await.code(), "nothing-to-resume");
        let sitting = new.start(moved["code"].as_str().unwrap(), "nl").await.ok();
        assert_eq!(sitting["current"]["id"], attempt.as_str());
        // Far above the first kiosk's numbers, whose last answers may still come by hand.
        assert_eq!(sitting["current"]["last_seq"], 1_000_001);
        assert_eq!(sitting["current"]["items"][0]["response"], json!({"r1": "a"}));
        // Handing in does not wait for the numbers that were kept free.
        new.save(&attempt, 1_000_002, 1, json!({"r1": "c"})).await.ok();
        assert_eq!(new.submit(&attempt, 1_000_003).await.code(), "answers-missing");
        new.submit(&attempt, 1_000_002).await.ok();
    }

    async fn an_attempt_is_ended_and_a_sitting_annulled(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (one, first, _) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let (two, second, attempt) = hall.at_work("Kiosk 2", &[Part::Reading]).await;
        hall.invigilator.post(&format!("/api/room/bookings/{first}/end"), json!({ "reason": "Gaf zelf op" })).await.ok();
        assert_eq!(one.get("/sitting").await.ok()["attempts"][0]["status"], "ended");
        assert_eq!(hall.invigilator.post(&format!("/api/room/bookings/{first}/end"), json!({ "reason": "x" })).await.code(), "attempt-not-running");
        hall.invigilator.post(&format!("/api/room/bookings/{second}/annul"), json!({ "reason": "Spiekbrief" })).await.ok();
        assert_eq!(two.get("/sitting").await.ok()["attempts"][0]["status"], "annulled");
        assert_eq!(two.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok()["late"], json!([1]));
        assert_eq!(audited(&app, "attempt.annulled").await, 1);
    }

    async fn a_session_closes_when_nobody_is_at_work(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let never_came = hall.candidate("Tesfay", "Berhane", &[Part::Reading]).await;
        let path = format!("/api/room/sessions/{}/close", hall.session);
        let busy = hall.invigilator.post(&path, json!({ "end_all": false })).await;
        assert_eq!((busy.code(), &busy.body["facts"]["candidates"]), ("still-busy", &json!(1)));
        hall.invigilator.post(&path, json!({ "end_all": true })).await.ok();
        assert_eq!(kiosk.heartbeat(&attempt).await.ok()["attempt"]["status"], "ended");
        assert_eq!(kiosk.get("/sitting").await.ok()["current"], Value::Null);
        let seats = hall.room().await["seats"].clone();
        let absent = seats.as_array().unwrap().iter().find(|seat| seat["booking_id"] == json!(never_came)).unwrap();
        assert_eq!(absent["status"], "absent");
        assert_eq!(hall.invigilator.post(&path, json!({ "end_all": true })).await.code(), "session-not-open");
    }

    async fn who_did_not_come_is_absent_until_they_come_after_all(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let mut kiosk = hall.kiosk("Kiosk 1").await;
        let booking = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        hall.invigilator.post(&format!("/api/room/bookings/{booking}/absent"), json!({})).await.ok();
        assert_eq!(hall.invigilator.post(&format!("/api/room/bookings/{booking}/absent"), json!({})).await.code(), "conflict");
        let code = hall.seat(booking, &kiosk).await;
        kiosk.start(&code, "nl").await.ok();
        assert_eq!(hall.room().await["seats"][0]["status"], "attended");
        assert_eq!(hall.invigilator.post(&format!("/api/room/bookings/{booking}/absent"), json!({})).await.code(), "already-started");
    }

    async fn tickets_carry_fresh_codes_for_who_is_ready(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let mut kiosk = hall.kiosk("Kiosk 1").await;
        let booking = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        let before = hall.seat(booking, &kiosk).await;
        let tickets = hall.invigilator.post(&format!("/api/room/sessions/{}/tickets", hall.session), json!({})).await;
        assert_eq!(tickets.headers["content-type"], "application/pdf");
        assert!(tickets.bytes.starts_with(b"%PDF"));
        // The codes on paper are the ones that count from now on.
        assert_eq!(kiosk.start(&before, "nl").await.field_code("/code"), "code-wrong");
    }

    async fn an_incident_is_written_into_the_report(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let booking = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        let path = format!("/api/room/sessions/{}/incidents", hall.session);
        assert_eq!(hall.invigilator.post(&path, json!({ "text": "" })).await.field_code("/text"), "required");
        assert_eq!(hall.invigilator.post(&path, json!({ "text": "x".repeat(2001) })).await.field_code("/text"), "too-long");
        hall.invigilator.post(&path, json!({ "text": "Telefoon ging af", "booking_id": booking })).await.ok();
        let incident = hall.room().await["incidents"][0].clone();
        assert_eq!((&incident["kind"], &incident["text"], &incident["by"]), (&json!("written"), &json!("Telefoon ging af"), &json!("Test Persoon")));
        let other = Hall::new(&app, SessionKind::First).await;
        let elsewhere = other.invigilator.post(&format!("/api/room/sessions/{}/incidents", other.session), json!({ "text": "x", "booking_id": booking })).await;
        assert_eq!(elsewhere.code(), "not-found");
    }
}

async fn audited(app: &TestApp, action: &str) -> u64 {
    audit_log::Entity::find().filter(audit_log::Column::Action.eq(action)).count(&app.ijkpunt.db).await.unwrap()
}

/// The next room of a stream of server-sent events.
async fn next_room(stream: &mut reqwest::Response) -> Value {
    let mut text = String::new();
    loop {
        let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        if text.ends_with("\n\n") && text.contains("data: {") {
            let data = text.lines().find(|line| line.starts_with("data: {")).unwrap();
            return serde_json::from_str(data.trim_start_matches("data: ")).unwrap();
        }
    }
}
