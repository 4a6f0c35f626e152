//! Certificates: issued once, replaced, revoked, and verified by anybody.

use ijkpunt::entity::certificates;
use ijkpunt::entity::enums::{AgencyCode, CertificateStatus, Level, Part, Role, SessionKind};
use ijkpunt::ids::EnrolmentId;
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tests::hall::Hall;
use tests::journey::{FOUR_SKILLS, Person, a2, mark};
use tests::{TestApp, both};

async fn papers(app: &TestApp, enrolment: EnrolmentId) -> Vec<certificates::Model> {
    certificates::Entity::find()
        .filter(certificates::Column::EnrolmentId.eq(enrolment))
        .order_by_asc(certificates::Column::Id)
        .all(&app.ijkpunt.db)
        .await
        .unwrap()
}

/// Somebody who passed everything, with the paper issued.
async fn certified<'a>(hall: &'a Hall<'a>) -> Person<'a> {
    let person = Person::new(hall, "Zoë", "Öztürk-Łukasik", "nationality", a2()).await;
    for part in FOUR_SKILLS {
        person.reaches(part, Level::A2).await;
    }
    hall.app.work().await;
    person
}

both! {
    async fn passing_every_part_issues_one_certificate_that_anybody_can_verify(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = certified(&hall).await;
        let issued = papers(&app, person.enrolment).await;
        assert_eq!(issued.len(), 1);
        ijkpunt::certificates::actions::settle(&app.ijkpunt, person.enrolment).await.unwrap();
        assert_eq!(papers(&app, person.enrolment).await.len(), 1, "settling again issues nothing");
        let found = app.anonymous().get(&format!("/api/verify/{}", issued[0].number)).await.ok();
        assert_eq!(
            found,
            json!({
                "status": "valid", "number": issued[0].number, "issued_on": "2026-06-01", "agency": "Amal Gent", "changed_on": null, "sample": true,
                "levels": { "reading": "A2", "listening": "A2", "writing": "A2", "speaking": "A2" },
            }),
            "nothing about the person"
        );
    }

    async fn two_workers_that_settle_at_once_issue_one_certificate(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Zoë", "Peeters", "nationality", a2()).await;
        for part in FOUR_SKILLS {
            person.reaches(part, Level::A2).await;
        }
        let workers = (0..4).map(|_| {
            let (ijkpunt, enrolment) = (app.ijkpunt.clone(), person.enrolment);
            tokio::spawn(async move { ijkpunt::certificates::actions::settle(&ijkpunt, enrolment).await })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap().unwrap();
        }
        assert_eq!(papers(&app, person.enrolment).await.len(), 1);
    }

    async fn the_desk_downloads_the_paper_with_the_name_on_it(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = certified(&hall).await;
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        let listed = clerk.get(&format!("/api/candidates/{}/certificates", person.candidate)).await.ok();
        assert_eq!((&listed[0]["status"], &listed[0]["purpose"]), (&json!("valid"), &json!("nationality")));
        let path = format!("/api/certificates/{}/pdf", listed[0]["id"].as_str().unwrap());
        let pdf = clerk.get(&path).await;
        assert_eq!(pdf.headers["content-type"], "application/pdf");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("attest.pdf");
        std::fs::write(&file, &pdf.bytes).unwrap();
        let text = std::process::Command::new("pdftotext").args([file.to_str().unwrap(), "-"]).output().unwrap();
        let text = String::from_utf8(text.stdout).unwrap();
        for words in ["Zoë Öztürk-Łukasik", "17 mei 1990", "Amal Gent", "Nationaliteit", "Voorbeeld: dit is geen officieel attest"] {
            assert!(text.contains(words), "{words} in {text}");
        }
        assert_eq!(clerk.get(&path).await.bytes, pdf.bytes, "the same data, the same bytes");
    }

    async fn a_corrected_level_replaces_the_certificate_and_a_failed_part_revokes_it(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Zoë", "Peeters", "nationality", a2()).await;
        for part in [Part::Reading, Part::Listening, Part::Writing] {
            person.reaches(part, Level::A2).await;
        }
        let speaking = person.reaches(Part::Speaking, Level::A2).await;
        app.work().await;
        mark(&app, &speaking, Level::B1, "second look").await;
        app.work().await;
        let issued = papers(&app, person.enrolment).await;
        assert_eq!(issued.iter().map(|paper| paper.status).collect::<Vec<_>>(), [CertificateStatus::Superseded, CertificateStatus::Valid]);
        assert_eq!(issued[1].supersedes_id, Some(issued[0].id));
        let stranger = app.anonymous();
        assert_eq!(stranger.get(&format!("/api/verify/{}", issued[0].number)).await.ok()["status"], "superseded");
        mark(&app, &speaking, Level::A1, "wrong recording").await;
        app.work().await;
        assert_eq!(stranger.get(&format!("/api/verify/{}", issued[1].number)).await.ok()["status"], "revoked");
        mark(&app, &speaking, Level::A2, "right recording").await;
        app.work().await;
        assert_eq!(papers(&app, person.enrolment).await.len(), 3, "what is passed again is certified again");
    }

    async fn the_office_issues_anew_and_revokes_with_a_ground(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = certified(&hall).await;
        let first = papers(&app, person.enrolment).await.remove(0);
        let office = app.user(AgencyCode::Amal, &[Role::Office]).await;
        let path = format!("/api/certificates/{}", first.id);
        assert_eq!(office.post(&format!("{path}/revoke"), json!({ "reason": "  " })).await.field_code("/reason"), "required");
        assert_eq!(office.post(&format!("{path}/revoke"), json!({ "reason": "x".repeat(501) })).await.field_code("/reason"), "too-long");
        assert_eq!(office.post(&format!("{path}/revoke"), json!({})).await.field_code("/reason"), "required");
        let anew = office.post(&format!("{path}/reissue"), json!({ "reason": "Naam verbeterd" })).await.ok();
        assert_eq!(office.post(&format!("{path}/reissue"), json!({ "reason": "Nog eens" })).await.code(), "certificate-not-valid");
        let second = format!("/api/certificates/{}", anew["id"].as_str().unwrap());
        assert_eq!(office.post(&format!("{second}/revoke"), json!({ "reason": "Identiteitsfraude" })).await.status, StatusCode::NO_CONTENT);
        assert_eq!(office.post(&format!("{second}/revoke"), json!({ "reason": "Nog eens" })).await.code(), "certificate-not-valid");
        let listed = office.get(&format!("/api/candidates/{}/certificates", person.candidate)).await.ok();
        assert_eq!((&listed[0]["status"], &listed[0]["status_reason"]), (&json!("revoked"), &json!("Identiteitsfraude")));
        assert_eq!((&listed[1]["status"], &listed[1]["status_reason"]), (&json!("superseded"), &json!("Naam verbeterd")));
        ijkpunt::certificates::actions::settle(&app.ijkpunt, person.enrolment).await.unwrap();
        assert_eq!(papers(&app, person.enrolment).await.len(), 2, "what a person revoked is not issued again by itself");
    }

    async fn another_agency_and_the_desk_revoke_nothing(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = certified(&hall).await;
        let paper = papers(&app, person.enrolment).await.remove(0);
        let path = format!("/api/certificates/{}/revoke", paper.id);
        let elsewhere = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        assert_eq!(elsewhere.post(&path, json!({ "reason": "x" })).await.status, StatusCode::NOT_FOUND);
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        assert_eq!(clerk.post(&path, json!({ "reason": "x" })).await.status, StatusCode::FORBIDDEN);
        assert_eq!(papers(&app, person.enrolment).await[0].status, CertificateStatus::Valid);
    }

    async fn a_typing_error_is_told_from_a_number_that_was_never_issued(app) {
        let stranger = app.anonymous();
        let never = ijkpunt::certificates::rules::number(2026, 999);
        assert_eq!(stranger.get(&format!("/api/verify/{never}")).await.ok()["status"], "unknown");
        for typed in ["2026-0000999-00", "abc", "%D9%A1", "2026", "..%2F..%2Fetc"] {
            assert_eq!(stranger.get(&format!("/api/verify/{typed}")).await.ok()["status"], "mistyped", "{typed}");
        }
    }
}
