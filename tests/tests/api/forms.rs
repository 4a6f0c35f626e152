//! Blueprints, the search for parallel forms, and forms in use.

use ijkpunt::entity::enums::{AgencyCode, Part, Role, SessionKind};
use ijkpunt::entity::{attempt_items, attempts, item_enemies};
use ijkpunt::ids::{AttemptId, ItemId};
use reqwest::StatusCode;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::hall::Hall;
use tests::{Answer, TestApp, User, both};

fn quota(on: &str, value: &str, min: usize, max: Option<usize>) -> Value {
    json!({ "of": [{ "on": on, "value": value }], "min": min, "max": max })
}

/// Two forms of the pre-screening's pool: twelve items, three of each level, four of each skill.
fn body() -> Value {
    let levels = ["A1", "A2", "B1", "B2"].map(|level| quota("level", level, 3, Some(3)));
    let skills = ["reading", "listening", "vocabulary"].map(|skill| quota("skill", skill, 4, Some(4)));
    json!({
        "forms": 2,
        "items": 12,
        "quotas": levels.into_iter().chain(skills).collect::<Vec<_>>(),
        "target": {
            "aim": "near",
            "points": [{ "theta": -1.0, "information": 1.9 }, { "theta": 1.0, "information": 1.9 }],
            "tolerance": 0.05
        },
        "max_forms_per_item": 1,
        "max_overlap": null,
        "max_shared_in_use": null,
        "max_exposure": null,
        "pinned": ["pre-reading-01"],
        "forbidden": ["pre-reading-02"]
    })
}

fn blueprint(body: &Value) -> Value {
    json!({
        "from": null,
        "key": "voortoets",
        "title": "Parallelle voortoetsen",
        "part": "prescreening",
        "band": null,
        "time_limit_seconds": 900,
        "cut_score_key": "prescreening",
        "body": body
    })
}

async fn author(app: &TestApp, agency: AgencyCode) -> User {
    app.user(agency, &[Role::Author]).await
}

async fn saved(author: &User, body: &Value) -> String {
    let saved = author.post("/api/blueprints", blueprint(body)).await.ok();
    saved["id"].as_str().unwrap().to_owned()
}

/// Begins a search and answers its address.
async fn begun(author: &User, blueprint: &str) -> String {
    let begun = author.post(&format!("/api/blueprints/{blueprint}/assemblies"), json!({})).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.body);
    format!("/api/form-assemblies/{}", begun.body["id"].as_str().unwrap())
}

async fn decide(author: &User, search: &str, approve: bool) -> Answer {
    author.post(&format!("{search}/decision"), json!({ "approve": approve })).await
}

fn strings(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// The versions of a part's items, by name.
async fn stock(author: &User, query: &str) -> Vec<(String, String)> {
    let stock = author.get(&format!("/api/form-stock?{query}")).await.ok();
    strings(&stock["items"], "identifier").into_iter().zip(strings(&stock["items"], "id")).collect()
}

/// Two items that may not be in one form from now on.
async fn enemies(app: &TestApp, author: &User, one: &str, other: &str) {
    let rows = author.get("/api/form-stock?part=prescreening").await.ok();
    let id = |name: &str| {
        let row = rows["items"].as_array().unwrap().iter().find(|row| row["identifier"] == name).unwrap();
        ItemId(row["item_id"].as_str().unwrap().parse().unwrap())
    };
    let (a, b) = (id(one).min(id(other)), id(one).max(id(other)));
    let row = item_enemies::ActiveModel {
        item_a: Set(a),
        item_b: Set(b),
        reason: Set("zelfde tekst".into()),
        created_at: Set(app.ijkpunt.clock.now()),
        created_by: Set(None),
    };
    item_enemies::Entity::insert(row).exec_without_returning(&app.ijkpunt.db).await.unwrap();
}

both! {
    async fn parallel_forms_are_found_and_published_by_somebody_else(app) {
        app.load_sample_bank().await;
        let (maker, colleague) = (author(&app, AgencyCode::Atlas).await, author(&app, AgencyCode::Amal).await);
        let search = begun(&maker, &saved(&maker, &body()).await).await;
        assert_eq!(maker.get(&search).await.ok()["status"], "queued");
        app.work().await;

        let found = maker.get(&search).await.ok();
        assert_eq!((&found["status"], found["forms"].as_array().map(Vec::len)), (&json!("proposed"), Some(2)), "{found}");
        let names: Vec<Vec<String>> = (0..2).map(|form| strings(&found["forms"][form]["items"], "identifier")).collect();
        assert_eq!(names[0].iter().filter(|name| names[1].contains(name)).collect::<Vec<_>>(), ["pre-reading-01"], "only what is pinned is shared");
        assert_eq!(found["shared"], json!([[12, 1], [1, 12]]));
        for form in found["forms"].as_array().unwrap() {
            assert_eq!(form["report"]["kept"], true, "{}", form["report"]);
            assert!(!strings(&form["items"], "identifier").contains(&"pre-reading-02".to_owned()));
            assert_eq!(form["items"].as_array().unwrap().iter().filter(|item| item["level"] == "B1").count(), 3);
            assert_eq!(form["report"]["curve"].as_array().unwrap().len(), found["thetas"].as_array().unwrap().len());
        }
        assert!(found["quality"]["reached"].as_f64().unwrap() < 0.3, "{}", found["quality"]);

        assert_eq!(decide(&maker, &search, true).await.code(), "own-form");
        let decided = decide(&colleague, &search, true).await.ok();
        assert_eq!(decided["forms"].as_array().unwrap().len(), 2);
        assert_eq!(decide(&colleague, &search, true).await.code(), "form-step-impossible");
        let forms = maker.get("/api/forms").await.ok();
        let mine: Vec<&Value> = forms.as_array().unwrap().iter().filter(|form| form["key"].as_str().unwrap().starts_with("voortoets-")).collect();
        assert_eq!(mine.iter().map(|form| (&form["key"], &form["status"], &form["items"])).collect::<Vec<_>>(),
            [(&json!("voortoets-1"), &json!("published"), &json!(12)), (&json!("voortoets-2"), &json!("published"), &json!(12))]);

        // The same question has the same answer, and what is approved takes the place of what was.
        let again = begun(&maker, found["blueprint"]["id"].as_str().unwrap()).await;
        app.work().await;
        let second = maker.get(&again).await.ok();
        assert_eq!(second["forms"][0]["items"], found["forms"][0]["items"]);
        decide(&colleague, &again, true).await.ok();
        let forms = maker.get("/api/forms").await.ok();
        let states: Vec<(&Value, &Value)> =
            forms.as_array().unwrap().iter().filter(|form| form["key"] == "voortoets-1").map(|form| (&form["version"], &form["status"])).collect();
        assert_eq!(states, [(&json!(2), &json!("published")), (&json!(1), &json!("retired"))]);
    }

    async fn an_impossible_blueprint_is_told_why_in_the_language_of_who_asks(app) {
        app.load_sample_bank().await;
        let maker = author(&app, AgencyCode::Atlas).await;
        let mut wanted = body();
        wanted["quotas"][0] = quota("level", "A1", 9, None);
        wanted["quotas"][1] = quota("level", "A2", 1, None);
        let search = begun(&maker, &saved(&maker, &wanted).await).await;
        app.work().await;
        let found = maker.get(&search).await.ok();
        assert_eq!(found["status"], "impossible");
        let reasons = found["reasons"].as_array().unwrap();
        let quota = reasons.iter().find(|reason| reason["kind"] == "quota" && reason["index"] == 0).unwrap_or_else(|| panic!("{found}"));
        assert_eq!((&quota["asked"], &quota["stock"]["items"], &quota["stock"]["forbidden"]), (&json!(18.0), &json!(15), &json!(1)), "{quota}");
        let said = quota["said"].as_str().unwrap();
        assert!(said.starts_with("Niveau A1: in 2 formulieren samen zijn er 18 nodig, de bank heeft er 15 (1 verboden)"), "{said}");
        assert!(!quota["suggestion"].as_str().unwrap().is_empty());
        let french = maker.http.get(format!("{}{search}", maker.url)).header("Accept-Language", "fr").send().await.unwrap();
        let french = Answer::read(french).await.ok();
        assert!(french["reasons"].to_string().contains("la banque en a 15"), "{french}");
        assert_eq!(decide(&author(&app, AgencyCode::Amal).await, &search, true).await.code(), "form-step-impossible");

        let mut unknown = body();
        unknown["pinned"] = json!(["niemand"]);
        let mut next = blueprint(&unknown);
        next["from"] = found["blueprint"]["id"].clone();
        let id = maker.post("/api/blueprints", next).await.ok();
        let search = begun(&maker, id["id"].as_str().unwrap()).await;
        app.work().await;
        let found = maker.get(&search).await.ok();
        assert_eq!((&found["status"], &found["missing"]), (&json!("impossible"), &json!(["niemand"])));
    }

    async fn a_blueprint_that_contradicts_itself_is_refused_by_the_field_and_versions_are_kept(app) {
        let maker = author(&app, AgencyCode::Atlas).await;
        let mut wrong = body();
        wrong["quotas"][2]["max"] = json!(1);
        wrong["forbidden"] = json!(["pre-reading-01"]);
        let refused = maker.post("/api/blueprints", blueprint(&wrong)).await;
        assert_eq!(refused.field_code("/body/quotas/2"), "quota-impossible");
        assert_eq!(refused.field_code("/body/forbidden"), "pinned-and-forbidden");
        wrong["forms"] = json!("twee");
        assert_eq!(maker.post("/api/blueprints", blueprint(&wrong)).await.field_code("/body/forms"), "wrong-type");
        let mut other = blueprint(&body());
        other["band"] = json!("A1A2");
        assert_eq!(maker.post("/api/blueprints", other).await.field_code("/band"), "band-unfit");
        let mut other = blueprint(&body());
        other["cut_score_key"] = json!("natte-vinger");
        assert_eq!(maker.post("/api/blueprints", other).await.field_code("/cut_score_key"), "rule-unknown");

        let first = saved(&maker, &body()).await;
        assert_eq!(maker.post("/api/blueprints", blueprint(&body())).await.field_code("/key"), "name-taken");
        let mut next = blueprint(&body());
        next["from"] = json!(first);
        maker.post("/api/blueprints", next.clone()).await.ok();
        assert_eq!(maker.post("/api/blueprints", next).await.code(), "conflict", "somebody saved a version in between");
        let rows = maker.get("/api/blueprints").await.ok();
        assert_eq!((rows.as_array().unwrap().len(), &rows[0]["version"]), (1, &json!(2)));
        assert_eq!(maker.get(&format!("/api/blueprints/{first}")).await.ok()["version"], 1);
    }

    async fn a_search_is_begun_once_and_can_be_cancelled(app) {
        app.load_sample_bank().await;
        let maker = author(&app, AgencyCode::Atlas).await;
        let blueprint = saved(&maker, &body()).await;
        let search = begun(&maker, &blueprint).await;
        assert_eq!(maker.post(&format!("/api/blueprints/{blueprint}/assemblies"), json!({})).await.code(), "assembly-open");
        maker.post(&format!("{search}/cancel"), json!({})).await.ok();
        app.work().await;
        let found = maker.get(&search).await.ok();
        assert_eq!((&found["status"], found["forms"].as_array().map(Vec::len)), (&json!("cancelled"), Some(0)));
        assert_eq!(maker.post(&format!("{search}/cancel"), json!({})).await.code(), "form-step-impossible");
        begun(&maker, &blueprint).await;
    }

    async fn of_two_people_who_approve_at_once_one_is_told(app) {
        app.load_sample_bank().await;
        let maker = author(&app, AgencyCode::Atlas).await;
        let search = begun(&maker, &saved(&maker, &body()).await).await;
        app.work().await;
        let (one, other) = (author(&app, AgencyCode::Amal).await, author(&app, AgencyCode::Hvn).await);
        let (first, second) = tokio::join!(decide(&one, &search, true), decide(&other, &search, true));
        let mut statuses = [first.status, second.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT], "{} {}", first.body, second.body);
        let forms = maker.get("/api/forms").await.ok();
        assert_eq!(forms.as_array().unwrap().iter().filter(|form| form["key"] == "voortoets-1").count(), 1);
    }

    async fn attempts_keep_the_form_that_they_were_given(app) {
        app.load_sample_bank().await;
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.open().await;
        let (_, _, before) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let (maker, colleague) = (author(&app, AgencyCode::Atlas).await, author(&app, AgencyCode::Amal).await);
        let forms = maker.get("/api/forms").await.ok();
        let reading = forms.as_array().unwrap().iter().find(|form| form["key"] == "a1a2-reading").unwrap().clone();
        let items: Vec<String> = stock(&maker, "part=reading&band=A1A2").await.into_iter().filter(|(name, _)| name.starts_with("a1a2-reading")).map(|(_, id)| id).take(5).collect();
        let new = json!({
            "from": reading["id"], "key": "a1a2-reading", "part": "reading", "band": "A1A2", "time_limit_seconds": 1200,
            "cut_score_key": "reading-A1A2", "blueprint": null, "items": items
        });
        let made = maker.post("/api/forms", new).await.ok();
        let form = format!("/api/forms/{}", made["id"].as_str().unwrap());
        assert_eq!(maker.post(&format!("{form}/publish"), json!({})).await.code(), "own-form");
        colleague.post(&format!("{form}/publish"), json!({ "comment": "korter" })).await.ok();
        assert_eq!(colleague.post(&format!("{form}/publish"), json!({})).await.code(), "form-step-impossible");
        let (_, _, after) = hall.at_work("Kiosk 2", &[Part::Reading]).await;

        let db = &app.ijkpunt.db;
        let read = |attempt: &str| AttemptId(attempt.parse().unwrap());
        for (attempt, count, limit) in [(&before, 15, 3600), (&after, 5, 1200)] {
            let row = attempts::Entity::find_by_id(read(attempt)).one(db).await.unwrap().unwrap();
            assert_eq!((row.item_count, row.time_limit_seconds), (count, limit));
            let held = attempt_items::Entity::find().filter(attempt_items::Column::AttemptId.eq(row.id)).count(db).await.unwrap();
            assert_eq!(held, count as u64);
        }
        let file = maker.get(&form).await.ok();
        assert_eq!((&file["attempts"], &file["status"], strings(&file["events"], "to_status")), (&json!(1), &json!("published"), vec!["draft".to_owned(), "published".to_owned()]));
        colleague.post(&format!("{form}/retire"), json!({ "comment": "gelekt" })).await.ok();
        assert_eq!(maker.get(&form).await.ok()["status"], "retired");
    }

    async fn a_form_by_hand_is_held_against_its_blueprint_and_against_enemies(app) {
        app.load_sample_bank().await;
        let (maker, colleague) = (author(&app, AgencyCode::Atlas).await, author(&app, AgencyCode::Amal).await);
        let of = saved(&maker, &body()).await;
        let stock = stock(&maker, "part=prescreening").await;
        let id = |name: &str| stock.iter().find(|(known, _)| known == name).map(|(_, id)| id.clone()).unwrap();
        let some = vec![id("pre-reading-01"), id("pre-reading-03"), id("pre-listening-01")];
        let new = |items: &Vec<String>| json!({
            "from": null, "key": "met-de-hand", "part": "prescreening", "band": null, "time_limit_seconds": 900,
            "cut_score_key": "prescreening", "blueprint": of, "items": items
        });
        let checked = maker.post("/api/form-checks", json!({ "part": "prescreening", "band": null, "blueprint": of, "items": some })).await.ok();
        assert_eq!(checked["report"]["kept"], false);
        let count = checked["report"]["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "count").unwrap();
        assert_eq!((&count["has"], &count["min"]), (&json!(3.0), &json!(12.0)));

        let mut twice = some.clone();
        twice.push(some[0].clone());
        assert_eq!(maker.post("/api/forms", new(&twice)).await.field_code("/items"), "form-items-unfit");
        assert_eq!(maker.post("/api/forms", new(&vec![])).await.field_code("/items"), "form-items-unfit");
        let made = maker.post("/api/forms", new(&some)).await.ok();
        let publish = format!("/api/forms/{}/publish", made["id"].as_str().unwrap());
        assert_eq!(colleague.post(&publish, json!({})).await.field_code("/comment"), "blueprint-not-kept");

        enemies(&app, &maker, "pre-reading-01", "pre-reading-03").await;
        let refused = colleague.post(&publish, json!({ "comment": "voor een proef" })).await;
        assert_eq!(refused.code(), "form-enemies");
        assert_eq!(refused.body["facts"]["pairs"].as_array().unwrap().len(), 1);

        let mut next = new(&vec![some[0].clone(), some[2].clone()]);
        next["from"] = made["id"].clone();
        let made = maker.post("/api/forms", next).await.ok();
        let publish = format!("/api/forms/{}/publish", made["id"].as_str().unwrap());
        colleague.post(&publish, json!({ "comment": "voor een proef" })).await.ok();
        let forms = maker.get("/api/forms").await.ok();
        let states: Vec<&Value> = forms.as_array().unwrap().iter().filter(|form| form["key"] == "met-de-hand").map(|form| &form["status"]).collect();
        assert_eq!(states, ["published", "retired"], "the older draft went");
    }

    async fn forms_are_for_authors(app) {
        app.load_sample_bank().await;
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk, Role::Examiner, Role::Invigilator]).await;
        let maker = author(&app, AgencyCode::Atlas).await;
        let of = saved(&maker, &body()).await;
        let search = begun(&maker, &of).await;
        for answer in [
            clerk.get("/api/forms").await,
            clerk.get("/api/blueprints").await,
            clerk.get(&format!("/api/blueprints/{of}")).await,
            clerk.get(&search).await,
            clerk.get("/api/form-stock?part=reading&band=A1A2").await,
            clerk.post("/api/blueprints", blueprint(&body())).await,
            clerk.post(&format!("/api/blueprints/{of}/assemblies"), json!({})).await,
            clerk.post(&format!("{search}/cancel"), json!({})).await,
            decide(&clerk, &search, true).await,
        ] {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
        }
    }
}
