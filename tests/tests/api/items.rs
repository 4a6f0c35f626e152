//! The item bank as authors use it: packages in and out.

use ijkpunt::entity::enums::{AgencyCode, Role};
use item_bank::qti::{Package, Resource, read_package, write_package};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::hall::choice_item;
use tests::{Answer, User, both};

async fn import(author: &User, query: &str, bytes: Vec<u8>) -> Answer {
    let request = author.http.post(format!("{}/api/item-packages?{query}", author.url)).header("X-IJkpunt", "1");
    Answer::read(request.body(bytes).send().await.unwrap()).await
}

async fn export(author: &User, query: &str) -> Vec<u8> {
    let answer = author.get(&format!("/api/item-packages{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.bytes
}

fn resource(identifier: &str, document: String) -> Resource {
    Resource { identifier: identifier.into(), href: format!("{identifier}.xml"), document: document.into_bytes(), ..Resource::default() }
}

fn package(items: Vec<Resource>) -> Vec<u8> {
    write_package(&Package { identifier: "p".into(), items, ..Package::default() }).unwrap()
}

/// An item that plays a recording of the package.
fn with_sound(identifier: &str) -> String {
    tests::hall::listening_item(identifier)
}

/// What became of each item, in the order of the package.
fn came_in(outcome: &Value) -> Vec<(&str, &str)> {
    let row = |item: &Value| (item["identifier"].as_str().unwrap().to_owned(), item["came_in_as"].as_str().unwrap().to_owned());
    let rows: Vec<(String, String)> = outcome["items"].as_array().unwrap().iter().map(row).collect();
    rows.into_iter().map(|(one, other)| (&*one.leak(), &*other.leak())).collect()
}

both! {
    async fn what_a_bank_exports_changes_nothing_where_it_came_from_and_fills_another_the_same(app) {
        app.load_sample_bank().await;
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let bytes = export(&author, "").await;
        assert_eq!(export(&author, "").await, bytes, "the same bank is the same bytes");
        let again = import(&author, "skill=reading", bytes.clone()).await.ok();
        assert!(came_in(&again).iter().all(|(_, became)| *became == "unchanged"), "{again}");

        let elsewhere = tests::TestApp::start(app.backend).await;
        let other = elsewhere.user(AgencyCode::Amal, &[Role::Author]).await;
        let first = import(&other, "skill=reading", bytes.clone()).await.ok();
        assert_eq!(first["items"].as_array().unwrap().len(), again["items"].as_array().unwrap().len());
        assert!(came_in(&first).iter().all(|(_, became)| *became == "new"), "{first}");
        assert_eq!(export(&other, "").await, bytes, "what came in goes out the same");
        let listening = read_package(&export(&other, "?skill=listening").await).unwrap();
        assert!(!listening.items.is_empty() && listening.items.len() < first["items"].as_array().unwrap().len());
    }

    async fn an_item_that_changed_comes_in_as_a_draft_beside_what_is_published(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let one = choice_item("one");
        assert_eq!(came_in(&import(&author, "skill=reading", package(vec![resource("one", one.clone())])).await.ok()), [("one", "new")]);
        let changed = one.replace("title=\"", "title=\"Verbeterd: ");
        let outcome = import(&author, "skill=listening", package(vec![resource("one", changed)])).await.ok();
        assert_eq!(came_in(&outcome), [("one", "revised")]);
        let rows = author.get("/api/items").await.ok();
        assert_eq!((&rows["total"], &rows["items"][0]["version"], &rows["items"][0]["status"]), (&json!(1), &json!(2), &json!("draft")));
        assert_eq!(rows["items"][0]["skill"], "reading", "an item keeps its skill");
    }

    async fn a_dry_run_tells_and_changes_nothing(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let outcome = import(&author, "skill=reading&dry_run=true", package(vec![resource("one", choice_item("one"))])).await.ok();
        assert_eq!((came_in(&outcome), &outcome["written"]), (vec![("one", "new")], &json!(false)));
        assert_eq!(author.get("/api/items").await.ok()["total"], 0);
    }

    async fn an_item_with_a_fault_stays_out_whole_and_the_fault_is_named(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let items = vec![
            resource("good", choice_item("good")),
            resource("broken", "<qti-assessment-item identifier=\"broken\"".into()),
            resource("deaf", with_sound("deaf")),
            resource("twice", choice_item("good")),
        ];
        let outcome = import(&author, "skill=reading", package(items)).await.ok();
        assert_eq!(came_in(&outcome).iter().map(|(_, became)| *became).collect::<Vec<_>>(), ["new", "refused", "refused", "refused"]);
        let fault = |n: usize| outcome["items"][n]["faults"][0].as_str().unwrap().to_owned();
        assert!(fault(1).starts_with("broken.xml:1:"), "{}", fault(1));
        assert!(fault(2).starts_with("deaf.xml:") && fault(2).contains("the package has no file"), "{}", fault(2));
        assert!(fault(3).contains("another item good"), "{}", fault(3));
        assert_eq!(author.get("/api/items").await.ok()["total"], 1);
    }

    async fn what_is_no_package_is_refused_with_the_reason_and_others_may_not_import(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let refused = import(&author, "skill=reading", b"no zip".to_vec()).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "item-faulty"));
        assert!(!refused.body["facts"]["faults"].as_array().unwrap().is_empty());
        assert_eq!(import(&author, "skill=singing", package(vec![])).await.status, StatusCode::BAD_REQUEST);
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        assert_eq!(import(&clerk, "skill=reading", package(vec![])).await.status, StatusCode::FORBIDDEN);
        assert_eq!(clerk.get("/api/item-packages").await.status, StatusCode::FORBIDDEN);
    }

    async fn two_authors_who_import_the_same_at_once_make_one_item(app) {
        let (one, other) = (app.user(AgencyCode::Atlas, &[Role::Author]).await, app.user(AgencyCode::Amal, &[Role::Author]).await);
        let bytes = package((0..20).map(|n| resource(&format!("i{n}"), choice_item(&format!("i{n}")))).collect());
        let (first, second) = tokio::join!(import(&one, "skill=reading", bytes.clone()), import(&other, "skill=reading", bytes));
        let statuses = [first.status, second.status];
        assert!(statuses.contains(&StatusCode::OK) && statuses.iter().all(|status| [StatusCode::OK, StatusCode::CONFLICT].contains(status)), "{statuses:?}");
        assert_eq!(one.get("/api/items").await.ok()["total"], 20);
    }
}
