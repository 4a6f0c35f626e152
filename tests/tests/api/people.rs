//! Registering, finding and correcting candidates.

use ijkpunt::entity::enums::{AgencyCode, Role};
use ijkpunt::entity::{audit_log, candidate_name_keys, candidates};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::both;

use crate::desk::{desk, person, with};

fn samir() -> Value {
    json!({ "given_names": "Samir", "family_name": "Benali", "insz": "00.01.25-567.77", "birth_date": "2000-01-25", "sex": "male",
        "contact_language": "ar", "advice": "cvo_standard", "email": "samir@example.org" })
}

both! {
    async fn a_candidate_is_registered_and_found_by_number_insz_name_and_birth_date(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let made = desk.register(samir()).await;
        assert_eq!(made["number"], "K000001");
        assert_eq!(made["insz_masked"], "00.01.25-***.**");
        assert!(!made.to_string().contains("56777"), "the number leaves the server masked only");
        for q in ["k1", "K000001", "00012556777", "00.01.25-567.77", "ben", "samir BÉNALI", "benali 25/01/2000", "2000-01-25"] {
            let found = desk.clerk.post("/api/candidates/search", json!({ "q": q })).await.ok();
            assert_eq!(found["candidates"][0]["id"], made["id"], "{q}");
        }
        for q in ["benalix", "samir 1999-01-01", "K9", ""] {
            let found = desk.clerk.post("/api/candidates/search", json!({ "q": q })).await.ok();
            assert_eq!(found["candidates"], json!([]), "{q}");
        }
        assert_eq!(desk.clerk.post("/api/candidates/search", json!({ "q": "00012556778" })).await.field_code("/q"), "insz-check-digits");
    }

    async fn a_candidate_is_one_record_for_all_agencies(app) {
        let (atlas, amal) = (desk(&app, AgencyCode::Atlas).await, desk(&app, AgencyCode::Amal).await);
        let made = atlas.register(samir()).await;
        let id = made["id"].as_str().unwrap();
        assert_eq!(amal.clerk.get(&format!("/api/candidates/{id}")).await.ok()["id"], made["id"]);
        let again = amal.clerk.post("/api/candidates", json!({ "agency_id": amal.agency, "person": samir() })).await;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "same-insz"));
        assert_eq!(again.body["facts"]["duplicates"][0]["name"], "Samir B.");
        assert_eq!(again.body["facts"]["duplicates"][0]["insz_masked"], "00.01.25-***.**");
    }

    async fn a_likely_duplicate_is_shown_before_a_second_record_is_made(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let first = desk.register(person("Samira", "Benali", "1990-05-17")).await;
        let body = |despite: bool| json!({ "agency_id": desk.agency, "person": person("Samíra", "Bénalli", "1990-05-17"), "despite_duplicates": despite });
        let warned = desk.clerk.post("/api/candidates", body(false)).await;
        assert_eq!((warned.status, warned.code()), (StatusCode::CONFLICT, "likely-duplicate"));
        assert_eq!(warned.body["facts"]["duplicates"][0]["id"], first["id"]);
        assert_eq!(candidates::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        assert_eq!(desk.clerk.post("/api/candidates", body(true)).await.status, StatusCode::CREATED);
        desk.register(person("Samira", "Benali", "1990-05-18")).await;
    }

    async fn two_clerks_who_register_one_person_at_once_make_one_record(app) {
        let (atlas, amal) = (desk(&app, AgencyCode::Atlas).await, desk(&app, AgencyCode::Amal).await);
        let (one, two) = tokio::join!(
            atlas.clerk.post("/api/candidates", json!({ "agency_id": atlas.agency, "person": person("Samira", "Benali", "1990-05-17") })),
            amal.clerk.post("/api/candidates", json!({ "agency_id": amal.agency, "person": person("Samira", "Benali", "1990-05-17") })),
        );
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", one.body, two.body);
        assert_eq!(candidates::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
    }

    async fn a_wrong_number_is_told_at_its_field(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let cases = [
            ("insz", json!("00012556778"), "/person/insz", "insz-check-digits"),
            ("insz", json!("123"), "/person/insz", "insz-form"),
            ("insz", json!(null), "/person/insz", "required"),
            ("birth_date", json!("2000-01-26"), "/person/birth_date", "insz-other-birth-date"),
            ("sex", json!("female"), "/person/sex", "insz-other-sex"),
            ("family_name", json!("x".repeat(121)), "/person/family_name", "too-long"),
            ("family_name", json!("<script>"), "/person/family_name", "not-a-name"),
            ("email", json!("geen adres"), "/person/email", "not-an-email"),
            ("contact_language", json!("Nederlands"), "/person/contact_language", "not-a-language"),
            ("birth_date", json!("gisteren"), "/person/birth_date", "wrong-type"),
            ("nickname", json!("x"), "/person/nickname", "unknown-field"),
        ];
        for (field, value, pointer, code) in cases {
            let answer = desk.clerk.post("/api/candidates", json!({ "agency_id": desk.agency, "person": with(samir(), field, value) })).await;
            assert_eq!((answer.status, answer.field_code(pointer)), (StatusCode::UNPROCESSABLE_ENTITY, code), "{}", answer.body);
        }
        assert_eq!(candidates::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 0);
    }

    async fn the_number_itself_tells_birth_date_and_sex_and_whether_it_is_known(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let check = |insz: &'static str| desk.clerk.post("/api/candidates/insz-check", json!({ "insz": insz }));
        let said = check("00012556777").await.ok();
        assert_eq!((&said["birth_date"], &said["sex"], &said["known"]), (&json!("2000-01-25"), &json!("male"), &Value::Null));
        desk.register(samir()).await;
        assert_eq!(check("00012556777").await.ok()["known"]["number"], "K000001");
        assert_eq!(check("00012556776").await.field_code("/insz"), "insz-check-digits");
    }

    async fn names_in_any_script_are_kept_and_found(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        for (given, family, q) in [("سميرة", "بنعلي", "بنعلي"), ("Олена", "Шевченко", "шевч"), ("Thị Hương", "Nguyễn", "nguyen huong"), ("", "Ng", "ng")] {
            let made = desk.register(person(given, family, "1991-01-01")).await;
            assert_eq!((&made["given_names"], &made["family_name"]), (&json!(given), &json!(family)));
            let found = desk.clerk.post("/api/candidates/search", json!({ "q": q })).await.ok();
            assert!(found["candidates"].as_array().unwrap().iter().any(|one| one["id"] == made["id"]), "{q}: {found}");
        }
    }

    async fn nothing_of_a_person_stands_open_in_the_database(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        desk.register(samir()).await;
        let row = candidates::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap();
        let bytes = [row.insz_enc.unwrap(), row.insz_hash.unwrap(), row.family_name_enc, row.given_names_enc, row.email_enc.unwrap()].concat();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!text.contains("benali") && !text.contains("00012556777") && !text.contains("example"));
        assert!(candidate_name_keys::Entity::find().count(&app.ijkpunt.db).await.unwrap() > 5);
    }

    async fn a_correction_needs_a_reason_keeps_the_old_state_and_fails_on_a_stale_record(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let made = desk.register(samir()).await;
        let path = format!("/api/candidates/{}", made["id"].as_str().unwrap());
        let changed = json!({ "given_names": "Samir", "family_name": "Ben Ali", "birth_date": "2000-01-25", "sex": "male", "contact_language": "fr" });
        let correction = |revision: i64, reason: &str| json!({ "revision": revision, "person": changed, "reason": reason });
        assert_eq!(desk.clerk.put(&path, correction(1, " ")).await.field_code("/reason"), "required");
        let corrected = desk.clerk.put(&path, correction(1, "Naam op de kaart")).await.ok();
        assert_eq!((&corrected["family_name"], &corrected["revision"], &corrected["insz_masked"]), (&json!("Ben Ali"), &json!(2), &json!("00.01.25-***.**")));
        assert_eq!(desk.clerk.put(&path, correction(1, "Nog eens")).await.code(), "changed-meanwhile");
        let before = desk.clerk.get(&format!("{path}/revisions")).await.ok();
        assert_eq!((&before[0]["family_name"], &before[0]["reason"]), (&json!("Benali"), &json!("Naam op de kaart")));
        let found = desk.clerk.post("/api/candidates/search", json!({ "q": "benali" })).await.ok();
        assert_eq!(found["candidates"], json!([]), "the old name no longer finds the record");
        let mut wrong = correction(2, "Fout");
        wrong["person"]["sex"] = json!("female");
        assert_eq!(desk.clerk.put(&path, wrong).await.field_code("/person/sex"), "insz-other-sex");
        let rows = audit_log::Entity::find().filter(audit_log::Column::Action.eq("candidate.corrected")).count(&app.ijkpunt.db).await.unwrap();
        assert_eq!(rows, 1);
    }

    async fn only_a_clerk_of_the_agency_registers_there(app) {
        let (atlas, amal) = (desk(&app, AgencyCode::Atlas).await, desk(&app, AgencyCode::Amal).await);
        let elsewhere = atlas.clerk.post("/api/candidates", json!({ "agency_id": amal.agency, "person": samir() })).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
        let examiner = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        assert_eq!(examiner.post("/api/candidates", json!({ "agency_id": amal.agency, "person": samir() })).await.status, StatusCode::FORBIDDEN);
        assert_eq!(examiner.post("/api/candidates/search", json!({ "q": "a" })).await.status, StatusCode::FORBIDDEN);
        let denied = audit_log::Entity::find().filter(audit_log::Column::Action.eq("access.denied")).count(&app.ijkpunt.db).await.unwrap();
        assert_eq!(denied, 3);
    }
}
