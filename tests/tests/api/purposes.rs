//! The catalogue of purposes and enrolling with one.

use ijkpunt::entity::enums::AgencyCode;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::both;

use crate::desk::{desk, june, person, with};

both! {
    async fn the_catalogue_shows_twenty_purposes_with_their_ground(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let purposes = desk.clerk.get("/api/purposes").await.ok();
        let purposes = purposes.as_array().unwrap();
        assert_eq!(purposes.len(), 20);
        assert!(purposes.iter().all(|purpose| !purpose["rule"]["ground"].as_str().unwrap().is_empty()));
        let nationality = purposes.iter().find(|purpose| purpose["key"] == "nationality").unwrap();
        assert_eq!((&nationality["band"], &nationality["levels"]["speaking"], &nationality["row"]), (&json!("A1A2"), &json!("A2"), &json!("Nationaliteit")));
    }

    async fn a_preview_tells_parts_levels_price_and_why_and_changes_nothing(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let candidate = desk.candidate("Benali").await;
        let preview = desk.clerk.post(&format!("/api/candidates/{candidate}/enrolment-preview"), json!({ "purpose": "nationality" })).await.ok();
        assert_eq!(preview["parts"].as_array().unwrap().len(), 4);
        assert_eq!(preview["total_cents"], 18_000);
        assert_eq!(preview["lines"][0]["why"]["nl"], "De mondelinge delen (luisteren en spreken) kosten samen € 90,00 sinds 1 maart 2022.");
        assert_eq!(preview["lines"][0]["rule_since"], "2022-03-01");
        let free = desk.clerk.post(&format!("/api/candidates/{candidate}/enrolment-preview"), json!({ "purpose": "nt2_exemption" })).await.ok();
        assert_eq!((&free["total_cents"], &free["lines"][0]["relief"]), (&json!(0), &json!(true)));
        let mo = desk.clerk.post(&format!("/api/candidates/{candidate}/enrolment-preview"), json!({ "purpose": "mo_final" })).await.ok();
        assert_eq!((&mo["band"], &mo["parts"][0]["level"], &mo["total_cents"]), (&Value::Null, &json!("passed"), &json!(9000)));
        assert_eq!(desk.clerk.get(&format!("/api/candidates/{candidate}/enrolments")).await.ok(), json!([]));
    }

    async fn an_enrolment_keeps_its_levels_and_shows_its_progress(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let candidate = desk.candidate("Benali").await;
        let made = desk.enrol(&candidate, "nationality").await;
        assert_eq!(made["progress"].as_array().unwrap().len(), 4);
        assert!(made["progress"].as_array().unwrap().iter().all(|part| part["state"] == "to_book"));
        assert_eq!(made["to_order"].as_array().unwrap().len(), 2);
        let session = desk.session(desk.plan("first", june(3, 8))).await;
        desk.book(&session, made["id"].as_str().unwrap()).await.ok();
        let shown = desk.clerk.get(&format!("/api/candidates/{candidate}/enrolments")).await.ok();
        let states: Vec<&str> = shown[0]["progress"].as_array().unwrap().iter().map(|part| part["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["booked", "booked", "to_book", "to_book"]);
        assert_eq!(shown[0]["to_order"], json!([]), "the order of the first part pays for both sittings");
    }

    async fn alfa_learners_are_enrolled_for_the_oral_parts_alone(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let made = desk.register(with(person("Samira", "Benali", "1990-05-17"), "advice", json!("cbe_alfa"))).await;
        let enrolment = desk.enrol(made["id"].as_str().unwrap(), "nt2_exemption").await;
        let parts: Vec<&Value> = enrolment["progress"].as_array().unwrap().iter().map(|part| &part["part"]).collect();
        assert_eq!(parts, ["listening", "speaking"]);
    }

    async fn where_the_candidate_chooses_the_choice_is_checked(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let candidate = desk.candidate("Benali").await;
        let path = format!("/api/candidates/{candidate}/enrolments");
        let enrol = |choice: Value| desk.clerk.post(&path, json!({ "agency_id": desk.agency, "choice": choice }));
        for (choice, pointer, code) in [
            (json!({ "purpose": "nonsense" }), "/purpose", "unknown-purpose"),
            (json!({ "purpose": "nationality", "level": "B1" }), "/level", "nothing-to-choose"),
            (json!({ "purpose": "employer", "level": "passed" }), "/level", "level-not-offered"),
            (json!({ "purpose": "employer", "parts": [] }), "/parts", "no-parts"),
            (json!({ "purpose": "employer", "parts": ["mo_final"] }), "/parts", "part-not-offered"),
            (json!({ "purpose": "employer", "parts": ["singing"] }), "/choice/parts/0", "wrong-type"),
        ] {
            let answer = enrol(choice).await;
            assert_eq!((answer.status, answer.field_code(pointer)), (StatusCode::UNPROCESSABLE_ENTITY, code), "{}", answer.body);
        }
        let made = enrol(json!({ "purpose": "employer", "level": "B1", "parts": ["speaking", "listening"] })).await.ok();
        assert_eq!((&made["band"], made["progress"].as_array().unwrap().len()), (&json!("B1B2"), 2));
    }

    async fn a_purpose_is_enrolled_once_and_by_the_own_agency(app) {
        let (atlas, amal) = (desk(&app, AgencyCode::Atlas).await, desk(&app, AgencyCode::Amal).await);
        let candidate = atlas.candidate("Benali").await;
        let enrolment = atlas.enrol(&candidate, "nationality").await;
        let again = amal.clerk.post(&format!("/api/candidates/{candidate}/enrolments"), json!({ "agency_id": amal.agency, "choice": { "purpose": "nationality" } })).await;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "already-enrolled"));
        assert_eq!(again.body["facts"]["enrolment"], enrolment["id"]);
        let elsewhere = amal.clerk.post(&format!("/api/candidates/{candidate}/enrolments"), json!({ "agency_id": atlas.agency, "choice": { "purpose": "taxi" } })).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
        let id = enrolment["id"].as_str().unwrap();
        assert_eq!(amal.clerk.post(&format!("/api/enrolments/{id}/withdraw"), json!({ "reason": "x" })).await.status, StatusCode::NOT_FOUND);
    }

    async fn an_enrolment_is_withdrawn_only_without_seats_and_once(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let (_, enrolment) = desk.enrolled("Benali", "nationality").await;
        let session = desk.session(desk.plan("first", june(3, 8))).await;
        let booking = desk.book(&session, &enrolment).await.ok()["booking"]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/enrolments/{enrolment}/withdraw");
        let withdraw = || desk.clerk.post(&path, json!({ "reason": "Verhuist" }));
        assert_eq!(withdraw().await.code(), "enrolment-has-bookings");
        desk.clerk.post(&format!("/api/bookings/{booking}/cancel"), json!({ "reason": "Verhuist" })).await.ok();
        assert_eq!(withdraw().await.ok()["status"], "withdrawn");
        assert_eq!(withdraw().await.code(), "enrolment-closed");
        assert_eq!(desk.book(&session, &enrolment).await.code(), "enrolment-closed");
    }
}
