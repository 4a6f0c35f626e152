//! Results, the gate of the second sitting, and the waiting time before a retake.

use chrono::NaiveDate;
use ijkpunt::entity::enrolments;
use ijkpunt::entity::enums::{AgencyCode, EnrolmentStatus, Level, Part, Role, SessionKind};
use ijkpunt::results::gate::may_book;
use reqwest::StatusCode;
use sea_orm::EntityTrait;
use serde_json::json;
use tests::hall::Hall;
use tests::journey::{FOUR_SKILLS, Person, a2, mark};
use tests::{TestApp, both};

async fn gate(app: &TestApp, person: &Person<'_>, kind: SessionKind, on: &str) -> Result<(), (String, serde_json::Value)> {
    let enrolment = enrolments::Entity::find_by_id(person.enrolment).one(&app.ijkpunt.db).await.unwrap().unwrap();
    let on: NaiveDate = on.parse().unwrap();
    may_book(&app.ijkpunt.db, person.candidate, &enrolment, kind, on).await.map_err(|refusal| {
        let problem = ijkpunt::problem::Problem::from(refusal);
        (problem.code.as_str().to_owned(), problem.facts.into())
    })
}

both! {
    async fn the_second_sitting_opens_the_day_after_reading_and_listening_are_passed(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        assert_eq!(gate(&app, &person, SessionKind::First, "2026-06-01").await, Ok(()));
        let refused = gate(&app, &person, SessionKind::Second, "2026-06-02").await.unwrap_err();
        assert_eq!(refused, ("first-sitting-not-passed".into(), json!({ "missing": ["reading", "listening"] })));
        person.reaches(Part::Reading, Level::A2).await;
        let refused = gate(&app, &person, SessionKind::Second, "2026-06-02").await.unwrap_err();
        assert_eq!(refused.1, json!({ "missing": ["listening"] }));
        person.reaches(Part::Listening, Level::B1).await;
        assert_eq!(gate(&app, &person, SessionKind::Second, "2026-06-01").await.unwrap_err(), ("another-day".into(), json!({ "from": "2026-06-02" })));
        assert_eq!(gate(&app, &person, SessionKind::Second, "2026-06-02").await, Ok(()));
        assert_eq!(gate(&app, &person, SessionKind::First, "2026-12-01").await.unwrap_err().0, "already-passed");
    }

    async fn a_failed_part_is_sat_again_after_three_months_to_the_day(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        person.reaches(Part::Reading, Level::A2).await;
        person.reaches(Part::Listening, Level::A1).await;
        let refused = gate(&app, &person, SessionKind::First, "2026-08-31").await.unwrap_err();
        assert_eq!(refused, ("retake-too-early".into(), json!({ "part": "listening", "from": "2026-09-01" })));
        assert_eq!(gate(&app, &person, SessionKind::First, "2026-09-01").await, Ok(()));
    }

    async fn a_test_that_waits_for_its_mark_counts_for_the_waiting_time(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let person = Person::new(&hall, "Ali", "Demir", "own_interest", json!({ "speaking": "A2" })).await;
        person.sits(Part::Speaking, Some(ijkpunt::entity::enums::Band::A1A2), 1).await;
        assert_eq!(gate(&app, &person, SessionKind::Second, "2026-07-01").await.unwrap_err().0, "retake-too-early");
    }

    async fn passing_every_part_completes_the_enrolment_and_a_correction_opens_it_again(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        let mut last = None;
        for part in FOUR_SKILLS {
            last = Some(person.reaches(part, Level::A2).await);
        }
        let status = async || enrolments::Entity::find_by_id(person.enrolment).one(&app.ijkpunt.db).await.unwrap().unwrap().status;
        assert_eq!(status().await, EnrolmentStatus::Completed);
        assert_eq!(gate(&app, &person, SessionKind::Second, "2026-12-01").await.unwrap_err().0, "enrolment-closed");
        mark(&app, &last.unwrap(), Level::A1, "wrong key").await;
        assert_eq!(status().await, EnrolmentStatus::Open);
    }

    async fn the_desk_sees_results_with_their_history_and_what_is_open(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        let attempt = person.reaches(Part::Reading, Level::A1).await;
        mark(&app, &attempt, Level::A2, "wrong key in question 3").await;
        // Every agency sees the one record of a candidate.
        let clerk = app.user(AgencyCode::Hvn, &[Role::Desk]).await;
        let seen = clerk.get(&format!("/api/candidates/{}/results", person.candidate)).await.ok();
        assert_eq!(seen[0]["missing"], json!(["listening", "writing", "speaking"]));
        let results = seen[0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        assert_eq!((&results[0]["level"], &results[0]["passed"]), (&json!("A2"), &json!(true)));
        assert_eq!((&results[1]["level"], &results[1]["superseded_reason"]), (&json!("A1"), &json!("wrong key in question 3")));
        let gate = seen[0]["gate"].as_array().unwrap();
        assert_eq!((&gate[1]["kind"], &gate[1]["open"], &gate[1]["code"]), (&json!("second"), &json!(false), &json!("first-sitting-not-passed")));
    }

    async fn results_are_for_the_desk_and_the_office(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        for role in [Role::Examiner, Role::Author, Role::Invigilator, Role::Admin] {
            let other = app.user(AgencyCode::Amal, &[role]).await;
            for path in ["results", "certificates", "trajectory"] {
                let answer = other.get(&format!("/api/candidates/{}/{path}", person.candidate)).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {path}");
            }
        }
    }
}
