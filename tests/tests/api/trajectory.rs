//! From the certificate to a decision on the trajectory.

use ijkpunt::entity::candidates;
use ijkpunt::entity::enums::{Advice, AgencyCode, Level, Part, Role, SessionKind};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::hall::Hall;
use tests::journey::{FOUR_SKILLS, Person, a2, mark};
use tests::{TestApp, both};

/// What the desk sees of one component.
async fn component(app: &TestApp, person: &Person<'_>, name: &str) -> Value {
    let clerk = app.user(AgencyCode::Agii, &[Role::Desk]).await;
    let components = clerk.get(&format!("/api/candidates/{}/trajectory", person.candidate)).await.ok();
    components.as_array().unwrap().iter().find(|component| component["component"] == name).unwrap().clone()
}

both! {
    async fn a2_for_the_exemption_exempts_from_the_course_with_its_ground_and_paper(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nt2_exemption", a2()).await;
        assert_eq!(component(&app, &person, "nt2").await["decision"], json!(null));
        for part in FOUR_SKILLS {
            person.reaches(part, Level::A2).await;
        }
        app.work().await;
        let nt2 = component(&app, &person, "nt2").await;
        assert_eq!((&nt2["decision"]["outcome"], &nt2["decision"]["decided_on"]), (&json!("exempt"), &json!("2026-06-01")));
        assert!(nt2["decision"]["ground"].as_str().unwrap().contains("A2"));
        assert!(nt2["decision"]["certificate_number"].as_str().unwrap().starts_with("2026-"));
        assert_eq!(component(&app, &person, "b1_oral").await["decision"], json!(null));
    }

    async fn a2_for_nationality_decides_nothing_on_the_course(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        for part in FOUR_SKILLS {
            person.reaches(part, Level::A2).await;
        }
        app.work().await;
        assert_eq!(component(&app, &person, "nt2").await["decision"], json!(null));
    }

    async fn oral_a2_exempts_an_alfa_learner(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nt2_exemption", json!({ "listening": "A2", "speaking": "A2" })).await;
        candidates::Entity::update_many()
            .col_expr(candidates::Column::Advice, Expr::value(Advice::CbeAlfa))
            .filter(candidates::Column::Id.eq(person.candidate))
            .exec(&app.ijkpunt.db)
            .await
            .unwrap();
        person.reaches(Part::Listening, Level::A2).await;
        person.reaches(Part::Speaking, Level::A2).await;
        app.work().await;
        assert_eq!(component(&app, &person, "nt2").await["decision"]["outcome"], "exempt");
    }

    async fn the_mo_test_decides_by_its_role(app) {
        let hall = Hall::new(&app, SessionKind::MoExemption).await;
        let exempt = Person::new(&hall, "Samira", "Achahbar", "mo_exemption", json!({ "mo_exemption": "passed" })).await;
        exempt.reaches(Part::MoExemption, Level::Passed).await;
        let passed = Person::new(&hall, "Ali", "Demir", "mo_final", json!({ "mo_final": "passed" })).await;
        passed.reaches(Part::MoFinal, Level::Passed).await;
        let failed = Person::new(&hall, "Ana", "Silva", "mo_final", json!({ "mo_final": "passed" })).await;
        failed.reaches(Part::MoFinal, Level::Failed).await;
        app.work().await;
        assert_eq!(component(&app, &exempt, "mo").await["decision"]["outcome"], "exempt");
        assert_eq!(component(&app, &passed, "mo").await["decision"]["outcome"], "passed");
        assert_eq!(component(&app, &failed, "mo").await["decision"], json!(null));
    }

    async fn a_corrected_result_withdraws_the_decision_and_keeps_its_history(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let required = json!({ "listening": "B1", "speaking": "B1" });
        let person = Person::new(&hall, "Samira", "Achahbar", "own_interest", required).await;
        person.reaches(Part::Listening, Level::B1).await;
        let speaking = person.reaches(Part::Speaking, Level::B1).await;
        app.work().await;
        assert_eq!(component(&app, &person, "b1_oral").await["decision"]["outcome"], "met");
        mark(&app, &speaking, Level::A2, "wrong key").await;
        app.work().await;
        let duty = component(&app, &person, "b1_oral").await;
        assert_eq!(duty["decision"]["outcome"], "withdrawn");
        assert_eq!((&duty["earlier"][0]["outcome"], &duty["earlier"][0]["superseded_reason"]), (&json!("met"), &json!("paper-not-valid")));
        mark(&app, &speaking, Level::B1, "right after all").await;
        app.work().await;
        let duty = component(&app, &person, "b1_oral").await;
        assert_eq!(duty["decision"]["outcome"], "met");
        assert_eq!(duty["earlier"].as_array().unwrap().len(), 2);
    }

    async fn a_paper_issued_anew_keeps_since_when_the_duty_is_met(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nt2_exemption", a2()).await;
        for part in FOUR_SKILLS {
            person.reaches(part, Level::A2).await;
        }
        app.work().await;
        app.ijkpunt.clock.advance(chrono::Duration::days(20));
        let office = app.user(AgencyCode::Amal, &[Role::Office]).await;
        let listed = office.get(&format!("/api/candidates/{}/certificates", person.candidate)).await.ok();
        office.post(&format!("/api/certificates/{}/reissue", listed[0]["id"].as_str().unwrap()), json!({ "reason": "Naam verbeterd" })).await.ok();
        app.work().await;
        let nt2 = component(&app, &person, "nt2").await;
        assert_eq!((&nt2["decision"]["outcome"], &nt2["decision"]["decided_on"]), (&json!("exempt"), &json!("2026-06-01")));
        assert_ne!(nt2["decision"]["certificate_id"], listed[0]["id"]);
        assert_eq!(nt2["earlier"].as_array().unwrap().len(), 1);
    }

    async fn settling_at_the_same_moment_decides_once(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nt2_exemption", a2()).await;
        for part in FOUR_SKILLS {
            person.reaches(part, Level::A2).await;
        }
        ijkpunt::certificates::actions::settle(&app.ijkpunt, person.enrolment).await.unwrap();
        let workers = (0..4).map(|_| {
            let (ijkpunt, candidate) = (app.ijkpunt.clone(), person.candidate);
            tokio::spawn(async move { ijkpunt::trajectory::actions::settle(&ijkpunt, candidate).await })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap().unwrap();
        }
        let nt2 = component(&app, &person, "nt2").await;
        assert_eq!((&nt2["decision"]["outcome"], &nt2["earlier"]), (&json!("exempt"), &json!([])));
    }
}
