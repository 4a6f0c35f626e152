//! Planning sessions, booking seats, the waiting list.

use ijkpunt::entity::enums::{AgencyCode, Role};
use ijkpunt::entity::{bookings, mails, test_sessions};
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::both;

use crate::desk::{Desk, desk, june, person, with};

async fn cancel(desk: &Desk, booking: &Value) -> Value {
    let path = format!("/api/bookings/{}/cancel", booking["id"].as_str().unwrap());
    desk.clerk.post(&path, json!({ "reason": "Ziek" })).await.ok()
}

both! {
    async fn a_session_is_planned_within_opening_hours_and_a_room_is_taken_once(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let plan = desk.plan("first", june(3, 8));
        desk.session(plan.clone()).await;
        let again = desk.clerk.post("/api/test-sessions", plan.clone()).await;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "room-taken"));
        for (field, value, pointer, code) in [
            ("starts_at", json!(june(3, 5)), "/starts_at", "outside-opening-hours"),
            ("band", Value::Null, "/band", "band-missing"),
            ("capacity", json!(0), "/capacity", "out-of-range"),
            ("room", json!("  "), "/room", "required"),
            ("starts_at", json!(june(1, 8)), "/starts_at", "session-in-past"),
            ("ends_at", json!(june(3, 7)), "/ends_at", "ends-before-start"),
            ("floor", json!(2), "/floor", "unknown-field"),
        ] {
            let answer = desk.clerk.post("/api/test-sessions", with(plan.clone(), field, value)).await;
            assert_eq!((answer.status, answer.field_code(pointer)), (StatusCode::UNPROCESSABLE_ENTITY, code), "{}", answer.body);
        }
        assert_eq!(test_sessions::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
    }

    async fn a_session_of_another_agency_is_not_there(app) {
        let (atlas, amal) = (desk(&app, AgencyCode::Atlas).await, desk(&app, AgencyCode::Amal).await);
        let session = atlas.session(atlas.plan("first", june(3, 8))).await;
        for path in [format!("/api/test-sessions/{session}"), format!("/api/test-sessions/{session}/bookings"), format!("/api/test-sessions?agency_id={}", atlas.agency)] {
            assert_eq!(amal.clerk.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(amal.clerk.post("/api/test-sessions", atlas.plan("first", june(4, 8))).await.status, StatusCode::NOT_FOUND);
        let (_, enrolment) = amal.enrolled("Benali", "nationality").await;
        assert_eq!(amal.book(&session, &enrolment).await.status, StatusCode::NOT_FOUND);
        let (_, enrolment) = atlas.enrolled("Peeters", "nationality").await;
        let other = amal.session(amal.plan("first", june(3, 8))).await;
        let both = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        let answer = both.post(&format!("/api/test-sessions/{other}/bookings"), json!({ "enrolment_id": enrolment })).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "other-agency-session"));
    }

    async fn a_seat_is_booked_with_its_order_and_shows_in_every_list(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let (candidate, enrolment) = desk.enrolled("Benali", "nationality").await;
        let session = desk.session(desk.plan("first", june(3, 8))).await;
        let booked = desk.book(&session, &enrolment).await.ok();
        assert_eq!(booked["booking"]["parts"], json!(["reading", "listening"]));
        assert_eq!(booked["booking"]["session"]["free"], 9);
        let orders = desk.orders(&candidate).await;
        assert_eq!((&orders[0]["id"], &orders[0]["total_cents"], &orders[0]["status"]), (&booked["order_id"], &json!(18_000), &json!("open")));
        let list = desk.clerk.get(&format!("/api/test-sessions/{session}/bookings")).await.ok();
        assert_eq!((&list[0]["name"], &list[0]["status"]), (&json!("Samira B."), &json!("booked")));
        let sessions = desk.clerk.get(&format!("/api/test-sessions?agency_id={}&kind=first&band=A1A2", desk.agency)).await.ok();
        assert_eq!((&sessions[0]["id"], &sessions[0]["booked"]), (&json!(session), &json!(1)));
    }

    async fn of_two_clerks_who_take_the_last_seat_one_gets_it_and_the_other_is_told(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let session = desk.session(with(desk.plan("first", june(3, 8)), "capacity", json!(1))).await;
        let mut enrolments = Vec::new();
        for name in ["Aerts", "Baeten", "Claes", "Dupont"] {
            enrolments.push(desk.enrolled(name, "nationality").await.1);
        }
        let answers = tokio::join!(
            desk.book(&session, &enrolments[0]),
            desk.book(&session, &enrolments[1]),
            desk.book(&session, &enrolments[2]),
            desk.book(&session, &enrolments[3]),
        );
        let answers = [answers.0, answers.1, answers.2, answers.3];
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count(), 1);
        for refused in answers.iter().filter(|answer| answer.status != StatusCode::CREATED) {
            assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "session-full"), "{}", refused.body);
            assert_eq!(refused.body["facts"]["waiting"], 0);
        }
        assert_eq!(bookings::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        let row = test_sessions::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!((row.booked, row.capacity), (1, 1));
    }

    async fn one_candidate_booked_by_two_clerks_at_once_gets_one_seat_and_one_order(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let (candidate, enrolment) = desk.enrolled("Benali", "nationality").await;
        let one = desk.session(desk.plan("first", june(3, 8))).await;
        let other = desk.session(with(desk.plan("first", june(3, 9)), "room", json!("Lokaal B"))).await;
        let (first, second) = tokio::join!(desk.book(&one, &enrolment), desk.book(&other, &enrolment));
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", first.body, second.body);
        assert_eq!(desk.orders(&candidate).await.as_array().unwrap().len(), 1);
    }

    async fn every_reason_not_to_book_has_its_own_code(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let (candidate, enrolment) = desk.enrolled("Benali", "nationality").await;
        let first = desk.session(desk.plan("first", june(3, 8))).await;
        let overlapping = desk.session(desk.plan("prescreening", june(3, 9))).await;
        let later = desk.session(desk.plan("first", june(10, 8))).await;
        let second = desk.session(desk.plan("second", june(4, 8))).await;
        let higher = desk.session(with(desk.plan("first", june(5, 8)), "band", json!("B1B2"))).await;
        assert_eq!(desk.book(&second, &enrolment).await.code(), "first-sitting-not-passed");
        assert_eq!(desk.book(&higher, &enrolment).await.code(), "nothing-to-sit");
        desk.book(&first, &enrolment).await.ok();
        assert_eq!(desk.book(&first, &enrolment).await.code(), "already-in-session");
        assert_eq!(desk.book(&overlapping, &enrolment).await.code(), "overlapping-booking");
        assert_eq!(desk.book(&later, &enrolment).await.code(), "part-already-booked");
        let unknown = desk.clerk.post(&format!("/api/test-sessions/{later}/bookings"), json!({ "enrolment_id": enrolment, "seat": 3 })).await;
        assert_eq!(unknown.field_code("/seat"), "unknown-field");
        app.ijkpunt.clock.advance(chrono::Duration::minutes(60 * 24 * 10));
        let desk = Desk { clerk: app.user(AgencyCode::Atlas, &[Role::Desk]).await, ..desk };
        assert_eq!(desk.book(&later, &enrolment).await.code(), "session-not-bookable");
        assert_eq!(desk.orders(&candidate).await.as_array().unwrap().len(), 1, "a refusal orders nothing");
    }

    async fn the_first_who_waits_moves_up_when_a_seat_is_cancelled(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let session = desk.session(with(desk.plan("first", june(3, 8)), "capacity", json!(1))).await;
        let (seated_candidate, seated) = desk.enrolled("Aerts", "nationality").await;
        let made = desk.register(with(person("Olena", "Baeten", "1990-05-17"), "email", json!("olena@example.org"))).await;
        let first_candidate = made["id"].as_str().unwrap().to_owned();
        let first = desk.enrol(&first_candidate, "nationality").await["id"].as_str().unwrap().to_owned();
        let (_, second) = desk.enrolled("Claes", "nationality").await;
        let path = format!("/api/test-sessions/{session}/bookings");
        let seat = desk.book(&session, &seated).await.ok();
        let waiting = desk.clerk.post(&path, json!({ "enrolment_id": first, "waiting_list": true })).await.ok();
        app.ijkpunt.clock.advance(chrono::Duration::seconds(1));
        let behind = desk.clerk.post(&path, json!({ "enrolment_id": second, "waiting_list": true })).await.ok();
        assert_eq!((&waiting["booking"]["waiting_position"], &behind["booking"]["waiting_position"]), (&json!(1), &json!(2)));
        assert_eq!(desk.orders(&first_candidate).await, json!([]), "who waits owes nothing yet");
        let cancelled = cancel(&desk, &seat["booking"]).await;
        assert_eq!(cancelled["moved_up"], waiting["booking"]["id"]);
        let theirs = desk.clerk.get(&format!("/api/candidates/{first_candidate}/bookings")).await.ok();
        assert_eq!(theirs[0]["status"], "booked");
        assert_eq!(desk.orders(&first_candidate).await[0]["total_cents"], 18_000);
        assert_eq!(desk.orders(&seated_candidate).await[0]["status"], "cancelled", "an unpaid order that nothing needs lapses");
        let row = test_sessions::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!(row.booked, 1);
        let mails = mails::Entity::find().all(&app.ijkpunt.db).await.unwrap();
        assert_eq!(mails.iter().map(|mail| mail.subject.as_str()).collect::<Vec<_>>(), ["U hebt een plaats op 03/06/2026 10:00"]);
    }

    async fn a_cancelled_seat_is_booked_again_and_cancelled_once(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let (_, enrolment) = desk.enrolled("Benali", "nationality").await;
        let session = desk.session(desk.plan("first", june(3, 8))).await;
        let seat = desk.book(&session, &enrolment).await.ok();
        let path = format!("/api/bookings/{}/cancel", seat["booking"]["id"].as_str().unwrap());
        assert_eq!(desk.clerk.post(&path, json!({ "reason": "" })).await.field_code("/reason"), "required");
        let (one, two) = tokio::join!(desk.clerk.post(&path, json!({ "reason": "Ziek" })), desk.clerk.post(&path, json!({ "reason": "Ziek" })));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(desk.book(&session, &enrolment).await.status, StatusCode::CREATED);
        let row = test_sessions::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!(row.booked, 1);
        let amal = crate::desk::desk(&app, AgencyCode::Amal).await;
        assert_eq!(amal.clerk.post(&path, json!({ "reason": "Ziek" })).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_session_that_is_called_off_gives_every_seat_back(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let session = desk.session(desk.plan("first", june(3, 8))).await;
        let (candidate, enrolment) = desk.enrolled("Benali", "nationality").await;
        desk.book(&session, &enrolment).await.ok();
        let path = format!("/api/test-sessions/{session}/cancel");
        let cancelled = desk.clerk.post(&path, json!({ "reason": "Toetsassistent ziek" })).await.ok();
        assert_eq!((&cancelled["status"], &cancelled["booked"]), (&json!("cancelled"), &json!(0)));
        assert_eq!(desk.clerk.get(&format!("/api/candidates/{candidate}/bookings")).await.ok()[0]["status"], "cancelled");
        assert_eq!(desk.clerk.post(&path, json!({ "reason": "Nog eens" })).await.code(), "session-not-planned");
        assert_eq!(desk.book(&session, &enrolment).await.code(), "session-not-bookable");
    }

    async fn the_prescreening_is_booked_free_and_without_an_order(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let made = desk.register(person("Olena", "Shevchenko", "1988-02-03")).await;
        let candidate = made["id"].as_str().unwrap();
        let enrolment = desk.enrol(candidate, "nationality").await;
        let session = desk.session(desk.plan("prescreening", june(3, 8))).await;
        let booked = desk.book(&session, enrolment["id"].as_str().unwrap()).await.ok();
        assert_eq!((&booked["booking"]["parts"], &booked["order_id"]), (&json!(["prescreening"]), &Value::Null));
        assert_eq!(desk.orders(candidate).await, json!([]));
    }
}
