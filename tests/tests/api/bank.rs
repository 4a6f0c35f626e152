//! What is known of items: metadata, parameters that somebody else approves, pairs that do not go together, versions compared, sheets.

use ijkpunt::entity::enums::{AgencyCode, Role};
use item_bank::qti::{Package, Resource, write_package};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::hall::choice_item;
use tests::{Answer, TestApp, User, both};

async fn author(app: &TestApp) -> User {
    app.user(AgencyCode::Atlas, &[Role::Author]).await
}

/// Brings items in as drafts; answers the id of the item of each.
async fn bring(author: &User, items: &[(&str, String)]) -> Vec<String> {
    let resources = items.iter().map(|(identifier, qti)| Resource {
        identifier: (*identifier).into(),
        href: format!("{identifier}.xml"),
        document: qti.clone().into_bytes(),
        ..Resource::default()
    });
    let package = write_package(&Package { identifier: "p".into(), items: resources.collect(), ..Package::default() }).unwrap();
    let request = author.http.post(format!("{}/api/item-packages?skill=reading", author.url)).header("X-IJkpunt", "1");
    Answer::read(request.body(package).send().await.unwrap()).await.ok();
    let rows = author.get("/api/items").await.ok();
    let id = |wanted: &str| rows["items"].as_array().unwrap().iter().find(|row| row["identifier"] == wanted).unwrap()["id"].clone();
    items.iter().map(|(identifier, _)| id(identifier).as_str().unwrap().to_owned()).collect()
}

async fn sheet(author: &User, query: &str, text: &str) -> Answer {
    let request = author.http.post(format!("{}/api/item-sheets{query}", author.url)).header("X-IJkpunt", "1");
    Answer::read(request.header("Content-Type", "text/csv").body(text.to_owned()).send().await.unwrap()).await
}

async fn sheet_of(author: &User) -> String {
    String::from_utf8(author.get("/api/item-sheets").await.bytes).unwrap()
}

both! {
    async fn every_sample_item_that_is_marked_says_how_it_measures_and_where_that_comes_from(app) {
        app.load_sample_bank().await;
        let author = author(&app).await;
        let calibrated = author.get("/api/items?parameters=content").await.ok();
        let by_level = author.get("/api/items?parameters=default").await.ok();
        assert_eq!((&calibrated["total"], &by_level["total"]), (&json!(60), &json!(54)), "the pre-screening brings its own, reading and listening go by level");
        assert_eq!(by_level["items"][0]["parameters"]["model"], "rasch");
        let of_library = author.get("/api/items?topic=bibliotheek&text_type=bericht").await.ok();
        assert!(of_library["total"].as_u64().unwrap() > 0 && of_library["items"].as_array().unwrap().iter().all(|row| row["text_type"] == "bericht"));
        assert_eq!(author.get("/api/items?core=true").await.ok()["total"], 10);
        assert_eq!(author.get("/api/items?text=self-written").await.ok()["total"], author.get("/api/items").await.ok()["total"]);
        assert_eq!(author.get("/api/items?parameters=guessed").await.status, StatusCode::BAD_REQUEST);
    }

    async fn parameters_come_into_force_by_somebody_else_and_supersede_the_earlier(app) {
        app.load_sample_bank().await;
        let (one, other) = (author(&app).await, author(&app).await);
        let id = one.get("/api/items?text=a1a2-reading-01").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/items/{id}/parameters");
        let wrong = one.post(&path, json!({ "model": "2pl", "a": 1.2, "b": 44.0 })).await;
        assert_eq!((wrong.status, wrong.field_code("/b")), (StatusCode::UNPROCESSABLE_ENTITY, "out-of-range"));
        assert_eq!(one.post(&path, json!({ "model": "rasch", "a": 2.0, "b": 0.1 })).await.field_code("/a"), "out-of-range");
        let said = json!({ "model": "2pl", "a": 1.25, "b": -1.5, "se_a": 0.1, "se_b": 0.08, "origin": "calibration of May" });
        assert_eq!(one.post(&path, said).await.status, StatusCode::NO_CONTENT);
        let rows = one.get(&format!("/api/items/{id}")).await.ok()["parameters"].clone();
        assert_eq!((&rows[0]["status"], &rows[0]["may_approve"], &rows[1]["status"], &rows[1]["source"]), (&json!("proposed"), &json!(false), &json!("approved"), &json!("default")));
        let approve = format!("/api/item-parameters/{}/approve", rows[0]["id"].as_str().unwrap());
        assert_eq!(one.post(&approve, json!({})).await.code(), "own-item-version");
        let (left, right) = tokio::join!(other.post(&approve, json!({})), other.post(&approve, json!({})));
        let mut statuses = [left.status, right.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::NO_CONTENT, StatusCode::CONFLICT]);
        let rows = one.get(&format!("/api/items/{id}")).await.ok()["parameters"].clone();
        assert_eq!((&rows[0]["status"], &rows[1]["status"], &rows[0]["b"]), (&json!("approved"), &json!("superseded"), &json!(-1.5)));
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        assert_eq!(clerk.post(&approve, json!({})).await.status, StatusCode::FORBIDDEN);
    }

    async fn two_items_are_kept_apart_whichever_of_them_says_it(app) {
        let author = author(&app).await;
        let ids = bring(&author, &[("one", choice_item("one")), ("two", choice_item("two"))]).await;
        let of = |id: &str| format!("/api/items/{id}/enemies");
        for body in [json!({ "enemy": "three" }), json!({ "enemy": "one" })] {
            assert_eq!(author.post(&of(&ids[0]), body).await.field_code("/enemy"), "item-unknown");
        }
        for (id, enemy) in [(&ids[0], "two"), (&ids[1], "one")] {
            assert_eq!(author.post(&of(id), json!({ "enemy": enemy, "reason": "hetzelfde brood" })).await.status, StatusCode::NO_CONTENT);
        }
        for (id, enemy) in [(&ids[0], "two"), (&ids[1], "one")] {
            let enemies = author.get(&format!("/api/items/{id}")).await.ok()["enemies"].clone();
            assert_eq!((enemies.as_array().unwrap().len(), &enemies[0]["identifier"], &enemies[0]["reason"]), (1, &json!(enemy), &json!("hetzelfde brood")));
        }
        let pair = format!("{}/{}", of(&ids[1]), ids[0]);
        assert_eq!(author.delete(&pair).await.status, StatusCode::NO_CONTENT);
        assert_eq!(author.delete(&pair).await.status, StatusCode::NOT_FOUND);
    }

    async fn two_versions_are_read_beside_each_other_without_xml(app) {
        let author = author(&app).await;
        let id = bring(&author, &[("one", choice_item("one"))]).await.remove(0);
        let first = author.get(&format!("/api/items/{id}")).await.ok()["versions"][0].clone();
        let changed = first["qti"].as_str().unwrap().replace("<qti-value>SLEUTEL-JUIST", "<qti-value>SLEUTEL-FOUT1").replace("koopt een brood", "koopt een pak melk");
        let revision = json!({ "title": "Nieuwe titel", "qti": changed, "level": "A2", "topic": "winkel" });
        let second = author.post(&format!("/api/item-versions/{}/revisions", first["id"].as_str().unwrap()), revision).await.ok();
        let path = format!("/api/item-versions/{}/compare/{}", first["id"].as_str().unwrap(), second["version_id"].as_str().unwrap());
        let aspects = author.get(&path).await.ok();
        let of = |section: &str, name: &str| aspects.as_array().unwrap().iter().find(|aspect| aspect["section"] == section && aspect["name"] == name).unwrap().clone();
        let differs = |side: &Value| -> String {
            let parts = side.as_array().unwrap().iter().flat_map(|line| line.as_array().unwrap());
            parts.filter(|part| part["differs"] == true).map(|part| part["text"].as_str().unwrap().trim()).collect::<Vec<_>>().join("|")
        };
        let key = of("key", "ANTWOORD");
        assert_eq!((differs(&key["before"]).as_str(), differs(&key["after"]).as_str()), ("SLEUTEL-JUIST|(brood)", "SLEUTEL-FOUT1|(melk)"));
        let text = of("text", "text");
        assert_eq!((differs(&text["before"]).as_str(), differs(&text["after"]).as_str()), ("brood.", "pak melk."));
        assert_eq!((of("about", "topic")["before"].clone(), of("question", "ANTWOORD")["changed"].clone()), (json!([]), json!(false)));
        assert!(!aspects.to_string().contains("qti-"), "no XML");
        let elsewhere = bring(&author, &[("one", choice_item("one")), ("two", choice_item("two"))]).await.remove(1);
        let other = author.get(&format!("/api/items/{elsewhere}")).await.ok()["versions"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(author.get(&path.replace(second["version_id"].as_str().unwrap(), &other)).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_sheet_of_the_bank_changes_nothing_and_a_changed_row_makes_a_draft_once(app) {
        app.load_sample_bank().await;
        let author = author(&app).await;
        let out = sheet_of(&author).await;
        let unchanged = sheet(&author, "", &out).await.ok();
        assert_eq!((&unchanged["fault_count"], &unchanged["revised"], &unchanged["proposed"]), (&json!(0), &json!([]), &json!([])));
        assert!(unchanged["unchanged"].as_u64().unwrap() > 100);

        let changes = "identifier;topic;b;model\na1a2-reading-01;gezondheid;-0,75;2pl\na1a2-reading-02;bibliotheek;;\n";
        let told = sheet(&author, "?dry_run=true", changes).await.ok();
        assert_eq!((&told["written"], &told["revised"], &told["proposed"]), (&json!(false), &json!(["a1a2-reading-01"]), &json!(["a1a2-reading-01"])));
        assert_eq!(sheet_of(&author).await, out, "a dry run writes nothing");
        assert_eq!(sheet(&author, "", changes).await.ok()["revised"], json!(["a1a2-reading-01"]));
        let again = sheet(&author, "", changes).await.ok();
        assert_eq!((&again["revised"], &again["proposed"], &again["unchanged"]), (&json!([]), &json!([]), &json!(2)), "twice is once");
        let row = author.get("/api/items?text=a1a2-reading-01").await.ok()["items"][0].clone();
        assert_eq!((&row["topic"], &row["status"], &row["version"]), (&json!("gezondheid"), &json!("draft"), &json!(2)));
        let file = author.get(&format!("/api/items/{}", row["id"].as_str().unwrap())).await.ok();
        assert_eq!((&file["parameters"][0]["b"], &file["parameters"][0]["status"]), (&json!(-0.75), &json!("proposed")));
        assert_eq!(file["versions"][1]["status"], "published", "what is published stays until somebody approves the draft");
        let stale = sheet(&author, "", &out.replace("a1a2-reading-01,", "a1a2-reading-01,Nieuw: ")).await.ok();
        assert_eq!((&stale["faults"][0]["column"], &stale["written"]), (&json!("version"), &json!(false)));
    }

    async fn a_sheet_with_bad_rows_stays_out_whole_and_names_each(app) {
        app.load_sample_bank().await;
        let author = author(&app).await;
        let bad = "identifier,title,level,core,model,a,b,c\n\
            a1a2-reading-01,Goed,A1,false,2pl,1.1,0.2,0\n\
            nergens,x,A1,false,,,,\n\
            a1a2-reading-02,,C1,misschien,4pl,1,1,0\n\
            a1a2-reading-03,x,A1,false,2pl,veel,1,0\n\
            a1a2-reading-04,x,A1,false,2pl,1,1,0.2\n\
            a1a2-reading-05,x,A1,false,,1,1,\n\
            a1a2-reading-01,Goed,A1,false,2pl,1.1,0.2,0\n";
        let outcome = sheet(&author, "", bad).await.ok();
        let named: Vec<(u64, String)> = outcome["faults"].as_array().unwrap().iter().map(|fault| (fault["line"].as_u64().unwrap(), fault["column"].as_str().unwrap().to_owned())).collect();
        let expected = [(3, "identifier"), (4, "title"), (4, "level"), (4, "core"), (4, "model"), (5, "a"), (6, "c"), (7, "model"), (8, "identifier")];
        assert_eq!(named, expected.map(|(line, column)| (line, column.to_owned())), "{outcome}");
        assert_eq!(outcome["written"], false);
        assert_eq!(author.get("/api/items?status=draft").await.ok()["total"], 0);
        for (text, column) in [("title\nx\n", "identifier"), ("identifier,colour\nx,y\n", "colour"), ("identifier,title\nx\n", "")] {
            assert_eq!(sheet(&author, "", text).await.ok()["faults"][0]["column"], column);
        }
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        assert_eq!(sheet(&clerk, "", bad).await.status, StatusCode::FORBIDDEN);
    }

    async fn an_import_tells_how_far_it_is_and_ends_with_the_outcome(app) {
        let author = author(&app).await;
        let resources = (0..120).map(|n| Resource { identifier: format!("i{n}"), href: format!("i{n}.xml"), document: choice_item(&format!("i{n}")).into_bytes(), ..Resource::default() });
        let package = write_package(&Package { identifier: "p".into(), items: resources.collect(), ..Package::default() }).unwrap();
        let send = |bytes: Vec<u8>| author.http.post(format!("{}/api/item-packages?skill=reading", author.url)).header("X-IJkpunt", "1").header("Accept", "application/x-ndjson").body(bytes);
        let text = send(package).send().await.unwrap().text().await.unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (last, steps) = lines.split_last().unwrap();
        assert!(steps.iter().any(|step| step["phase"] == "reading") && steps.iter().any(|step| step["phase"] == "writing"));
        assert_eq!((last["outcome"]["items"].as_array().unwrap().len(), &last["outcome"]["written"]), (120, &json!(true)));
        let text = send(b"no zip".to_vec()).send().await.unwrap().text().await.unwrap();
        assert_eq!(serde_json::from_str::<Value>(text.lines().last().unwrap()).unwrap()["problem"]["code"], "item-faulty");
    }

    async fn what_does_not_render_here_comes_in_and_is_not_published(app) {
        let (author, colleague) = (author(&app).await, author(&app).await);
        let graphic = choice_item("graphic").replace(
            "<p>Samira gaat",
            "<qti-associate-interaction response-identifier=\"ANTWOORD\" max-associations=\"1\"><qti-simple-associable-choice identifier=\"P\" match-max=\"1\">p</qti-simple-associable-choice></qti-associate-interaction><p>Samira gaat",
        );
        let id = bring(&author, &[("graphic", graphic)]).await.remove(0);
        let version = author.get(&format!("/api/items/{id}")).await.ok()["versions"][0].clone();
        let path = format!("/api/item-versions/{}/move", version["id"].as_str().unwrap());
        author.post(&path, json!({ "to": "in_review" })).await.ok();
        colleague.post(&path, json!({ "to": "approved" })).await.ok();
        let refused = author.post(&path, json!({ "to": "published" })).await;
        assert_eq!(refused.code(), "item-faulty");
        let fault = refused.body["facts"]["faults"][0].as_str().unwrap().to_owned();
        assert!(fault.starts_with("graphic.xml:") && fault.contains("qti-associate-interaction"), "{fault}");
        let place: Vec<&str> = fault.split(':').collect();
        assert!(place[1].parse::<u32>().is_ok() && place[2].trim().parse::<u32>().is_ok(), "file, line and column: {fault}");
    }
}
