//! Statistics and dated rules, as the office uses them.

use ijkpunt::entity::enums::{AgencyCode, Role};
use reqwest::StatusCode;
use serde_json::json;
use tests::{Answer, User, both};

const HEADER: &str = "test_id,candidate_ref,agency,site,date,purpose,kind,band,result,language,advice,gender,birth_year";

fn form_urlencoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

async fn import(office: &User, query: &str, rows: &[&str]) -> Answer {
    let request = office.http.post(format!("{}/api/statistics/imports{query}", office.url)).header("X-IJkpunt", "1");
    let answer = Answer::read(request.body(format!("{HEADER}\n{}\n", rows.join("\n"))).send().await.unwrap()).await;
    // A file without a fault is answered by a line for each step; the last one tells how it ended.
    let last = answer.bytes.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap_or_default();
    match serde_json::from_slice::<serde_json::Value>(last) {
        Ok(mut line) if line["total"].is_number() => Answer { body: line["outcome"].take(), ..answer },
        _ => answer,
    }
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

    async fn a_question_of_ones_own_is_answered_with_totals_shares_and_changes(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        import(&office, "", &[
            "t1,p1,atlas,Loket A,2022-05-12,taxi,reading,A1A2,A1,nl,,v,1990",
            "t2,p1,atlas,Loket A,2023-05-12,taxi,reading,A1A2,A2,nl,,v,1990",
            "t3,p2,atlas,Loket B,2023-06-12,nationality,reading,A1A2,A2,nl,,m,2005",
            "t4,p2,atlas,Loket B,2023-06-12,nationality,listening,A1A2,A2,nl,,m,",
            "t5,p1,amal,Gent,2023-06-13,taxi,listening,A1A2,A2,nl,,v,1990",
        ]).await.ok();
        let ask = async |question: serde_json::Value, rest: &str| {
            let question: String = form_urlencoded(&question.to_string());
            office.get(&format!("/api/statistics/answer?question={question}{rest}")).await
        };
        let by_purpose = json!({ "measure": "tests", "rows": ["purpose"], "columns": "year" });
        let own = ask(by_purpose.clone(), "&agency=atlas").await.ok();
        assert_eq!(own["columns"], json!(["purpose", "2022", "2023", "total"]));
        assert_eq!(own["rows"][0], json!({ "purpose": "Nationaliteit", "2022": 0, "2023": 2, "total": 2 }));
        assert_eq!(own["rows"][2], json!({ "purpose": "totaal", "2022": 1, "2023": 3, "total": 4 }));
        assert_eq!(own["title"]["en"], "Tests by purpose and year");
        let change = json!({ "measure": "tests", "rows": ["agency"], "columns": "year", "show": "change" });
        assert_eq!(ask(change, "&agency=atlas").await.ok()["rows"][0]["2023"], 2.0);
        let shares = json!({ "measure": "tests", "rows": ["gender"], "show": "column_shares" });
        assert_eq!(ask(shares, "&agency=atlas").await.ok()["rows"][0]["total"], 0.5);
        let persons = json!({ "measure": "persons", "rows": ["purpose"], "columns": "year", "only": { "gender": ["female", "male"] }, "until": "2023-06-12" });
        let persons = ask(persons, "&agency=atlas").await.ok();
        assert_eq!(persons["rows"][2], json!({ "purpose": "totaal", "2022": 1, "2023": 2, "total": 2 }), "each counts once in a total: {persons}");
        let ages = json!({ "measure": "tests", "rows": ["site", "age"] });
        let ages = ask(ages, "&agency=atlas").await.ok();
        assert_eq!(ages["rows"][1], json!({ "site": "Loket B", "age": "18-24", "total": 1 }));
        assert_eq!(ages["rows"][2]["age"], "onbekend");
        // Of the whole, what is small is hidden, and sites are not told.
        assert_eq!(ask(by_purpose.clone(), "").await.ok()["rows"][0]["2023"], "*");
        assert_eq!(ask(json!({ "measure": "tests", "rows": ["site"] }), "").await.field_code("/rows"), "question-site");
        assert_eq!(ask(by_purpose.clone(), "&agency=amal").await.status, StatusCode::NOT_FOUND);
        assert_eq!(ask(json!({ "measure": "tests", "rows": [] }), "&agency=atlas").await.field_code("/rows"), "question-rows");
        assert_eq!(ask(json!({ "measure": "hours", "rows": ["year"] }), "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        let asked = form_urlencoded(&by_purpose.to_string());
        assert_eq!(clerk.get(&format!("/api/statistics/answer?question={asked}")).await.status, StatusCode::FORBIDDEN);
    }

    async fn a_question_is_kept_shared_and_removed_by_who_kept_it(app) {
        let (ann, bo) = (app.user(AgencyCode::Atlas, &[Role::Office]).await, app.user(AgencyCode::Amal, &[Role::Office]).await);
        let question = json!({ "measure": "tests", "rows": ["purpose"], "columns": "year", "show": "counts", "from": null, "until": null, "only": {} });
        let new = |name: &str, shared: bool| json!({ "name": name, "agency": "atlas", "shared": shared, "question": question });
        let kept = ann.post("/api/statistics/questions", new("Per doel", true)).await.ok();
        ann.post("/api/statistics/questions", new("Voor mij", false)).await.ok();
        assert_eq!(ann.post("/api/statistics/questions", new("Per doel", true)).await.field_code("/name"), "name-taken");
        assert_eq!(ann.post("/api/statistics/questions", new(" ", true)).await.field_code("/name"), "required");
        let seen = bo.get("/api/statistics/questions").await.ok();
        assert_eq!(seen.as_array().unwrap().len(), 1, "what is not shared is not seen: {seen}");
        assert_eq!((&seen[0]["question"], &seen[0]["own"]), (&question, &json!(false)));
        let link = format!("/api/statistics/questions/{}", kept["id"].as_str().unwrap());
        assert_eq!(bo.get(&link).await.ok()["name"], "Per doel");
        assert_eq!(bo.post(&format!("{link}/remove"), json!({})).await.status, StatusCode::NOT_FOUND);
        ann.post(&format!("{link}/remove"), json!({})).await.ok();
        assert_eq!(bo.get(&link).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ann.post("/api/statistics/questions", new("Per doel", true)).await.status, StatusCode::CREATED);
    }

    async fn the_difference_of_two_moments_is_explained_by_what_was_added_and_corrected(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        import(&office, "", &["t1,p1,atlas,L,2022-05-12,taxi,reading,A1A2,A1,nl,,,", "t2,p1,atlas,L,2022-05-12,taxi,listening,A1A2,A1,nl,,,"]).await.ok();
        let snapshot = office.post("/api/statistics/snapshots", json!({ "name": "Foto" })).await.ok();
        app.ijkpunt.clock.advance(chrono::Duration::minutes(5));
        import(&office, "", &["t1,p1,atlas,L,2022-05-12,nationality,reading,A1A2,A1,nl,,,", "t3,p2,atlas,L,2022-05-12,nationality,reading,A1A2,A1,nl,,,"]).await.ok();
        let path = "/api/statistics/tables/civic-tests-by-purpose/differences";
        let id = snapshot["id"].as_str().unwrap();
        let told = office.get(&format!("{path}?from_snapshot={id}")).await.ok();
        let cell = |row: &str, column: &str| told["cells"].as_array().unwrap().iter().find(|cell| cell["row"] == json!([row]) && cell["column"] == column).unwrap().clone();
        let expected = |row: &str, before: i64, after: i64, added: i64, corrected: i64| {
            json!({ "row": [row], "column": "2022", "before": before, "after": after, "added": added, "corrected": corrected, "withdrawn": 0 })
        };
        assert_eq!(cell("Nationaliteit", "2022"), expected("Nationaliteit", 0, 2, 1, 1));
        assert_eq!(cell("Taxisector", "2022"), expected("Taxisector", 2, 1, 0, -1));
        assert_eq!(cell("totaal", "2022"), expected("totaal", 2, 3, 1, 0));
        for cell in told["cells"].as_array().unwrap() {
            let n = |name: &str| cell[name].as_i64().unwrap();
            assert_eq!(n("before") + n("added") + n("corrected") + n("withdrawn"), n("after"), "{cell}");
        }
        assert_eq!((&told["revisions"][0]["added"], &told["revisions"][0]["corrected"]), (&json!(1), &json!(1)));
        assert_eq!(office.get(&format!("{path}?from_snapshot={id}&until_snapshot={id}")).await.ok()["cells"], json!([]));
        assert_eq!(office.get(&format!("{path}?until_snapshot={id}")).await.code(), "wrong-order");
        assert_eq!(office.get(&format!("{path}?agency=amal")).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_file_that_leaves_the_agency_hides_small_cells_and_is_in_the_paper_trail(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let rows: Vec<String> = (0..40)
            .map(|n| format!("t{n},p{n},atlas,L,2022-05-12,{},reading,A1A2,A1,nl,,,", if n < 3 { "taxi" } else if n < 20 { "coc" } else { "nationality" }))
            .collect();
        import(&office, "", &rows.iter().map(String::as_str).collect::<Vec<_>>()).await.ok();
        let table = "/api/statistics/tables/civic-tests-by-purpose";
        let open = office.get(table).await.ok();
        assert_eq!(open["rows"][2]["2022"], 3);
        let hidden = office.get(&format!("{table}?protected=true")).await.ok();
        let stars: Vec<&str> = hidden["rows"].as_array().unwrap().iter().filter(|row| row["2022"] == "*").map(|row| row["test_purpose"].as_str().unwrap()).collect();
        assert_eq!(stars, ["Taxisector", "COC"], "the second keeps the first from being computed");
        let csv = office.get(&format!("{table}?protected=true&format=csv")).await;
        assert!(String::from_utf8_lossy(&csv.bytes).contains("Taxisector;*;*"));
        let log = office.get("/api/audit-log").await.ok();
        let row = log.as_array().unwrap().iter().find(|row| row["action"] == "statistics.downloaded").unwrap();
        let detail: serde_json::Value = serde_json::from_str(row["detail"].as_str().unwrap()).unwrap();
        assert_eq!((&detail["origin"]["protected"], &detail["format"]), (&json!(true), &json!("csv")));
    }

    async fn every_kind_of_file_comes_out_twice_with_the_same_bytes(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        import(&office, "", &["t1,p1,atlas,L,2022-05-12,taxi,reading,A1A2,A1,nl,,,", "m1,p1,atlas,L,2023-05-12,,mo_final,,passed,ar,,,"]).await.ok();
        for (format, begins) in [("csv", "\u{feff}test".as_bytes()), ("xlsx", b"PK"), ("ods", b"PK"), ("parquet", b"PAR1"), ("svg", b"<svg"), ("png", b"\x89PNG")] {
            let path = format!("/api/statistics/tables/civic-tests-by-purpose?format={format}");
            let (one, two) = (office.get(&path).await, office.get(&path).await);
            assert_eq!(one.status, StatusCode::OK, "{format}");
            assert!(one.bytes.starts_with(begins), "{format}");
            assert!(one.bytes == two.bytes, "{format} comes out otherwise the second time");
        }
        assert_eq!(office.get("/api/statistics/tables/mo-final-by-region?format=png").await.field_code("/format"), "no-chart");
        for (format, begins) in [("pdf", b"%PDF"), ("docx", b"PK\x03\x04")] {
            let path = format!("/api/statistics/chapter?year=2022&format={format}");
            let (one, two) = (office.get(&path).await, office.get(&path).await);
            assert!(one.bytes.starts_with(begins), "{format}");
            assert!(one.bytes == two.bytes, "{format} comes out otherwise the second time");
        }
        assert_eq!(office.get("/api/statistics/chapter?year=1").await.field_code("/year"), "out-of-range");
        assert_eq!(office.get("/api/statistics/chapter?year=2022&agency=amal").await.status, StatusCode::NOT_FOUND);
    }

    async fn single_tests_are_given_to_a_project_under_pseudonyms_until_it_is_closed(app) {
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        import(&office, "", &["t1,p1,atlas,L,2022-05-12,taxi,reading,A1A2,A1,nl,,v,1990", "t2,p1,atlas,L,2022-05-12,taxi,listening,A1A2,A1,nl,,v,1990", "t3,p1,amal,L,2022-05-12,taxi,listening,A1A2,A1,nl,,v,1990"]).await.ok();
        let new = |name: &str| json!({ "name": name, "agency": "atlas", "ground": "Overeenkomst 2026/4" });
        let one = office.post("/api/research-projects", new("Loopbanen")).await.ok();
        let two = office.post("/api/research-projects", new("Wonen")).await.ok();
        assert_eq!(office.post("/api/research-projects", new("Wonen")).await.field_code("/name"), "name-taken");
        let tests = |project: &serde_json::Value| format!("/api/research-projects/{}/tests", project["id"].as_str().unwrap());
        let rows = async |path: String| {
            let csv = String::from_utf8(office.get(&path).await.bytes.to_vec()).unwrap();
            csv.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        let (first, second) = (rows(tests(&one) + "?format=csv").await, rows(tests(&two) + "?format=csv").await);
        assert_eq!(first.len(), 2, "only the agency's own tests");
        assert_eq!(first[0][1], first[1][1], "one person is one pseudonym in a project");
        assert_ne!(first[0][1], second[0][1], "and another in the next");
        assert_eq!(first[0][2..], ["atlas", "2022", "05", "taxi", "reading", "A1A2", "A1", "nl", "", "female", "25-34", ""].map(str::to_owned));
        assert_eq!(rows(tests(&one) + "?format=csv").await, first);
        assert!(office.get(&(tests(&one) + "?format=xlsx")).await.bytes.starts_with(b"PK"));
        assert!(office.get(&(tests(&one) + "?format=parquet")).await.bytes.starts_with(b"PAR1"));
        assert_eq!(office.get(&(tests(&one) + "?format=svg")).await.field_code("/format"), "out-of-range");
        let other = app.user(AgencyCode::Amal, &[Role::Office]).await;
        assert_eq!(other.get(&(tests(&one) + "?format=csv")).await.status, StatusCode::NOT_FOUND);
        office.post(&format!("/api/research-projects/{}/close", one["id"].as_str().unwrap()), json!({})).await.ok();
        assert_eq!(office.get(&(tests(&one) + "?format=csv")).await.code(), "project-closed");
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
