//! Changing a purpose with a look at what it touches, and cases that the rules are tried on.

use ijkpunt::entity::enums::{AgencyCode, Role};
use ijkpunt::entity::policy_rules;
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::both;

use crate::desk::{desk, june};

fn b1() -> Value {
    json!({ "reading": "B1", "listening": "B1", "writing": "B1", "speaking": "B1" })
}

both! {
    async fn nationality_goes_from_a2_to_b1_on_a_day_and_who_was_enrolled_keeps_a2(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let (candidate, enrolment) = desk.enrolled("Benali", "nationality").await;
        let session = desk.session(desk.plan("first", june(10, 8))).await;
        desk.book(&session, &enrolment).await.ok();
        let amal = crate::desk::desk(&app, AgencyCode::Amal).await;
        amal.enrolled("Haddad", "nationality").await;

        let rules = policy_rules::Entity::find().count(&app.ijkpunt.db).await.unwrap();
        let look = json!({ "valid_from": "2026-06-08", "levels": b1() });
        let preview = office.post("/api/purposes/nationality/change-preview", look).await.ok();
        assert_eq!((&preview["open_enrolments"], &preview["with_seats"], &preview["elsewhere"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(preview["changes"].as_array().unwrap().len(), 4);
        assert_eq!(preview["changes"][0], json!({ "part": "reading", "before": "A2", "after": "B1" }));
        let touched = &preview["touched"][0];
        assert_eq!((&touched["enrolment_id"], &touched["keeps"]["speaking"]), (&json!(enrolment), &json!("A2")));
        assert_eq!(touched["seats"][0]["parts"], json!(["reading", "listening"]));
        assert_eq!(preview["touched"].as_array().unwrap().len(), 1, "people of another agency are counted, not named");
        assert_eq!(policy_rules::Entity::find().count(&app.ijkpunt.db).await.unwrap(), rules, "looking changes nothing");

        let current = office.get("/api/policy").await.ok();
        let current = current.as_array().unwrap().iter().find(|rule| rule["key"] == "nationality").unwrap();
        let mut body = current["body"].clone();
        body["levels"] = b1();
        let version = json!({ "kind": "purpose", "key": "nationality", "valid_from": "2026-06-08", "ground": "Wet van 1 mei 2026", "source": "public", "body": body });
        assert_eq!(office.post("/api/policy", version).await.status, StatusCode::CREATED);
        let levels = async |on: &str| {
            let all = office.get(&format!("/api/purposes/catalogue?on={on}")).await.ok();
            all.as_array().unwrap().iter().find(|one| one["key"] == "nationality").unwrap()["levels"]["speaking"].clone()
        };
        assert_eq!((levels("2026-06-07").await, levels("2026-06-08").await), (json!("A2"), json!("B1")));
        app.ijkpunt.clock.advance(chrono::Duration::days(7));
        // Who logged in a week ago is logged out by now.
        let desk = crate::desk::desk(&app, AgencyCode::Atlas).await;
        let (_, later) = desk.enrolled("Peeters", "nationality").await;
        let shown = async |candidate: &str| desk.clerk.get(&format!("/api/candidates/{candidate}/enrolments")).await.ok()[0]["progress"][0]["required"].clone();
        assert_eq!(shown(&candidate).await, "A2");
        assert_ne!(later, enrolment);
        let fresh = desk.candidate("Janssens").await;
        assert_eq!(desk.enrol(&fresh, "nationality").await["band"], "B1B2");
    }

    async fn before_its_first_rule_a_purpose_is_not_there(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        assert_eq!(office.get("/api/purposes/catalogue?on=2018-02-14").await.ok(), json!([]));
        let first = office.get("/api/purposes/catalogue?on=2018-02-15").await.ok();
        assert_eq!(first.as_array().unwrap().len(), 18, "the tests on living in Belgium come later");
        assert!(first.as_array().unwrap().iter().all(|purpose| !purpose["alternatives"].as_array().unwrap().is_empty()));
        let look = json!({ "valid_from": "2018-02-14", "levels": b1() });
        assert_eq!(office.post("/api/purposes/nationality/change-preview", look).await.field_code("/valid_from"), "unknown-purpose");
        let nothing = json!({ "valid_from": "2026-06-08", "levels": {} });
        assert_eq!(office.post("/api/purposes/nationality/change-preview", nothing).await.field_code("/levels"), "no-parts");
        let desk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        assert_eq!(desk.post("/api/purposes/nationality/change-preview", json!({ "valid_from": "2026-06-08", "levels": b1() })).await.status, StatusCode::FORBIDDEN);
    }

    async fn the_office_adds_a_case_and_tries_a_drafted_rule_on_all(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let before = office.get("/api/policy/cases").await.ok();
        assert_eq!(before["wrong"], 0);
        let case = json!({ "name": "Proef", "words": "Amina boekt vandaag voor nationaliteit en verwacht 90 euro per bundel.", "on": "2026-06-01", "wants": "first",
            "person": { "purpose": "nationality" }, "expect": { "fee": { "oral": 9000, "written": 9000 }, "gate": "open" } });
        let added = office.post("/api/policy/cases", case.clone()).await;
        assert_eq!((added.status, &added.body["agrees"]), (StatusCode::CREATED, &json!(true)), "{}", added.body);
        assert_eq!(office.post("/api/policy/cases", case.clone()).await.code(), "case-name-taken");
        let mut wrong = case;
        wrong["name"] = json!("Proef 2");
        wrong["expect"]["fee"]["oral"] = json!(1);
        let wrong = office.post("/api/policy/cases", wrong).await.ok();
        assert_eq!(wrong["differences"][0], r#"fee: expected {"oral":1,"written":9000}, but the rules say {"oral":9000,"written":9000}"#);
        assert_eq!(office.post("/api/policy/cases", json!({ "name": "", "words": "", "on": "2026-06-01", "person": { "purpose": "taxi" }, "expect": {} })).await.field_code("/name"), "required");

        let rules = office.get("/api/policy").await.ok();
        let oral = rules.as_array().unwrap().iter().find(|rule| rule["key"] == "oral").unwrap();
        let mut body = oral["body"].clone();
        body["cents"] = json!(12_000);
        let mut draft = json!({ "kind": "fee", "key": "oral", "valid_from": "2026-06-01", "ground": "Ontwerp", "source": "default", "body": body });
        let trial = office.post("/api/policy/cases/try", draft.clone()).await.ok();
        let changed: Vec<&str> = trial["changed"].as_array().unwrap().iter().map(|one| one["case"]["name"].as_str().unwrap()).collect();
        assert!(changed.contains(&"Proef") && !changed.contains(&"laatste gratis dag"), "{changed:?}");
        let proef = trial["changed"].as_array().unwrap().iter().find(|one| one["case"]["name"] == "Proef").unwrap();
        assert_eq!((&proef["before"]["fee"]["oral"], &proef["after"]["fee"]["oral"], &proef["agrees"]), (&json!(9_000), &json!(12_000), &json!(false)));
        assert_eq!(office.get("/api/policy/cases").await.ok()["wrong"], 1, "trying changes nothing");
        draft["body"]["cents"] = json!(-1);
        assert_eq!(office.post("/api/policy/cases/try", draft.clone()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(office.post("/api/policy", draft).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no price is below nothing");
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        assert_eq!(clerk.get("/api/policy/cases").await.status, StatusCode::FORBIDDEN);
    }
}
