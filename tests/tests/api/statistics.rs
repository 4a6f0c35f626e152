//! Statistics and dated rules, as the office uses them.

use ijkpunt::entity::enums::{AgencyCode, Role};
use reqwest::StatusCode;
use serde_json::json;
use tests::{Answer, User, both};

const HEADER: &str = "test_id,candidate_ref,agency,site,date,purpose,kind,band,result,language,advice,gender,birth_year";

async fn import(office: &User, query: &str, rows: &[&str]) -> Answer {
    let request = office.http.post(format!("{}/api/statistics/imports{query}", office.url)).header("X-IJkpunt", "1");
    Answer::read(request.body(format!("{HEADER}\n{}\n", rows.join("\n"))).send().await.unwrap()).await
}

both! {
    async fn a_snapshot_counts_what_stood_then_whatever_is_corrected_later(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let checked = import(&office, "?dry_run=true", &["t1,p1,atlas,Loket,2022-05-12,taxi,reading,A1A2,A1,nl,,,"]).await.ok();
        assert_eq!((&checked["written"], &checked["added"]), (&json!(false), &json!(1)));
        import(&office, "", &["t1,p1,atlas,Loket,2022-05-12,taxi,reading,A1A2,A1,nl,,,"]).await.ok();
        let snapshot = office.post("/api/statistics/snapshots", json!({ "name": "Foto 2022" })).await.ok();
        assert_eq!(office.post("/api/statistics/snapshots", json!({ "name": "Foto 2022" })).await.field_code("/name"), "snapshot-name-taken");
        app.ijkpunt.clock.advance(chrono::Duration::days(2));
        // Whoever was logged in two days ago is no longer.
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let corrected = import(&office, "", &["t1,p1,atlas,Loket,2022-05-12,taxi,reading,A1A2,A2,nl,,,"]).await.ok();
        assert_eq!(corrected["corrected"], 1);

        let results = "/api/statistics/tables/civic-results-by-part";
        let now = office.get(results).await.ok();
        assert_eq!((&now["rows"][0]["A1"], &now["rows"][0]["A2"]), (&json!(0), &json!(1)));
        let of_snapshot = format!("{results}?snapshot={}", snapshot["id"].as_str().unwrap());
        let (then, again) = (office.get(&of_snapshot).await, office.get(&of_snapshot).await);
        assert_eq!(then.bytes, again.bytes, "the same figures are the same bytes");
        assert_eq!((&then.body["rows"][0]["A1"], &then.body["origin"]["snapshot_name"]), (&json!(1), &json!("Foto 2022")));
        assert_eq!(office.get(&format!("{results}?as_of=2026-06-01")).await.ok()["rows"][0]["A1"], 1);
        assert_eq!(office.get(&format!("{results}?as_of=2026-05-31")).await.ok()["rows"], json!([]));
        let both = format!("{of_snapshot}&as_of=2026-06-01");
        assert_eq!(office.get(&both).await.code(), "snapshot-and-date");
    }

    async fn an_agency_sees_itself_and_the_whole_and_a_download_is_in_the_paper_trail(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let table = "/api/statistics/tables/civic-tests-by-purpose";
        assert_eq!(office.get(&format!("{table}?agency=atlas")).await.status, StatusCode::OK);
        assert_eq!(office.get(&format!("{table}?agency=amal")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(office.get("/api/statistics/tables/none").await.status, StatusCode::NOT_FOUND);
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        assert_eq!(clerk.get(table).await.status, StatusCode::FORBIDDEN);
        assert_eq!(import(&clerk, "", &[]).await.status, StatusCode::FORBIDDEN);
        let csv = office.get(&format!("{table}?format=csv")).await;
        assert!(csv.bytes.starts_with(b"\xef\xbb\xbftest_purpose;total"));
        let log = office.get("/api/audit-log").await.ok();
        assert!(log.as_array().unwrap().iter().any(|row| row["action"] == "statistics.downloaded"), "{log}");
        assert_eq!(office.post("/api/audit-log/check", json!({})).await.ok()["intact"], true);
    }

    async fn a_file_with_a_fault_changes_nothing_and_the_fault_is_named(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let refused = import(&office, "", &["t1,p1,atlas,L,2022-05-12,taxi,reading,,,nl,,,", "t2,p1,gent,L,2022-05-12,taxi,reading,,,nl,,,"]).await.ok();
        assert_eq!((&refused["written"], &refused["fault_count"]), (&json!(false), &json!(1)));
        assert_eq!((&refused["faults"][0]["line"], &refused["faults"][0]["column"]), (&json!(3), &json!("agency")));
        assert_eq!(office.get("/api/statistics/tables/civic-tests-by-purpose").await.ok()["columns"], json!(["test_purpose", "total"]));
    }

    async fn a_rule_changes_by_a_version_more_with_the_shape_of_the_one_before(app) {
        let office = app.user(AgencyCode::Hvn, &[Role::Office]).await;
        let rules = office.get("/api/policy").await.ok();
        let nationality = rules.as_array().unwrap().iter().find(|rule| rule["key"] == "nationality").unwrap().clone();
        let mut body = nationality["body"].clone();
        for part in ["reading", "listening", "writing", "speaking"] {
            body["levels"][part] = json!("B1");
        }
        let version = json!({ "kind": "purpose", "key": "nationality", "valid_from": "2027-01-01", "ground": "Nieuwe wet", "source": "default", "body": body });
        let added = office.post("/api/policy", version.clone()).await.ok();
        assert_eq!(added["version"], nationality["version"].as_i64().unwrap() + 1);
        let versions = office.get("/api/policy").await.ok().as_array().unwrap().iter().filter(|rule| rule["key"] == "nationality").count();
        assert_eq!(versions, 2, "the version before is still there");
        let mut wrong = version.clone();
        wrong["body"] = json!({ "levels": "B1" });
        assert_eq!(office.post("/api/policy", wrong).await.field_code("/body"), "rule-shape");
        let mut unknown = version.clone();
        unknown["key"] = json!("nergens");
        assert_eq!(office.post("/api/policy", unknown).await.field_code("/key"), "rule-unknown");
        let mut groundless = version;
        groundless["ground"] = json!(" ");
        assert_eq!(office.post("/api/policy", groundless).await.field_code("/ground"), "required");
        let clerk = app.user(AgencyCode::Hvn, &[Role::Desk]).await;
        assert_eq!(clerk.get("/api/policy").await.status, StatusCode::FORBIDDEN);
    }
}
