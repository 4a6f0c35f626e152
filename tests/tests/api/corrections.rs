//! Marking again after a corrected key: shown first, written once, and what was earned stands.

use ijkpunt::entity::enums::{AgencyCode, Level, Part, Role, SessionKind};
use ijkpunt::entity::{marks, results};
use ijkpunt::ids::AttemptId;
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::hall::{Hall, choose};
use tests::{TestApp, User, both};

/// Somebody who answers every question of the form with these words, one a question, and hands in.
async fn sits(hall: &Hall<'_>, kiosk: &str, words: &[&str]) -> AttemptId {
    let (kiosk, _, attempt) = hall.at_work(kiosk, &[Part::Reading]).await;
    let items = kiosk.get(&format!("/attempts/{attempt}/items")).await.ok();
    for (position, word) in words.iter().enumerate() {
        let response = choose(&items["items"][position]["item"], word);
        kiosk.save(&attempt, position as i64 + 1, position as i64, response).await.ok();
    }
    kiosk.submit(&attempt, words.len() as i64).await.ok();
    hall.app.work().await;
    attempt.parse::<uuid::Uuid>().map(AttemptId).unwrap()
}

async fn marks_of(app: &TestApp, attempt: AttemptId) -> Vec<marks::Model> {
    marks::Entity::find()
        .filter(marks::Column::AttemptId.eq(attempt))
        .order_by_asc(marks::Column::Version)
        .all(&app.ijkpunt.db)
        .await
        .unwrap()
}

async fn result_of(app: &TestApp, attempt: AttemptId) -> results::Model {
    let in_force = results::Entity::find().filter(results::Column::AttemptId.eq(attempt)).filter(results::Column::SupersededAt.is_null());
    in_force.one(&app.ijkpunt.db).await.unwrap().unwrap()
}

/// A published next version of the question at a place of the form, with this changed.
async fn next_version(app: &TestApp, question: usize, change: (&str, &str)) -> (User, String, String) {
    let (author, colleague) = (app.user(AgencyCode::Atlas, &[Role::Author]).await, app.user(AgencyCode::Amal, &[Role::Author]).await);
    let rows = author.get("/api/items").await.ok();
    let mut found = None;
    for row in rows["items"].as_array().unwrap() {
        let file = author.get(&format!("/api/items/{}", row["id"].as_str().unwrap())).await.ok();
        if file["versions"][0]["qti"].as_str().unwrap().contains(&format!("lezen-geheim-{question}\"")) {
            found = Some(file);
        }
    }
    let file = found.unwrap();
    let first = &file["versions"][0];
    let revision = json!({ "title": "Verbeterd", "qti": first["qti"].as_str().unwrap().replace(change.0, change.1), "level": "A2" });
    let made = author.post(&format!("/api/item-versions/{}/revisions", first["id"].as_str().unwrap()), revision).await.ok();
    let id = made["version_id"].as_str().unwrap().to_owned();
    let step = format!("/api/item-versions/{id}/move");
    for (who, to) in [(&author, "in_review"), (&colleague, "approved"), (&author, "published")] {
        who.post(&step, json!({ "to": to })).await.ok();
    }
    (author, file["id"].as_str().unwrap().to_owned(), id)
}

const KEY: (&str, &str) = ("<qti-value>SLEUTEL-JUIST", "<qti-value>SLEUTEL-FOUT1");

both! {
    async fn a_corrected_key_gives_what_was_withheld_and_takes_nothing_away(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(5).await;
        hall.open().await;
        // Three of five are A2. By the wrong key of question 2, the first has two and the second three; the third does not change.
        let withheld = sits(&hall, "Kiosk 1", &["brood", "brood", "melk", "kaas", "kaas"]).await;
        let lucky = sits(&hall, "Kiosk 2", &["brood", "brood", "brood", "kaas", "kaas"]).await;
        let same = sits(&hall, "Kiosk 3", &["brood", "kaas", "kaas", "kaas", "kaas"]).await;
        assert_eq!((result_of(&app, withheld).await.level, result_of(&app, lucky).await.level), (Level::A1, Level::A2));

        let (author, item, version) = next_version(&app, 2, KEY).await;
        let preview = author.post(&format!("/api/item-versions/{version}/remark-preview"), json!({})).await.ok();
        let counted = ["attempts", "same", "points", "up", "kept", "kept_passes", "new_passes", "left_out"].map(|name| preview[name].as_u64().unwrap());
        assert_eq!(counted, [3, 1, 0, 1, 1, 1, 1, 0], "{preview}");
        assert_eq!(preview["who"].as_array().unwrap().len(), 2);
        assert_eq!(marks_of(&app, withheld).await.len(), 1, "nothing is written by looking");

        let path = format!("/api/item-versions/{version}/remark");
        let body = |reason: &str| json!({ "reason": reason, "fingerprint": preview["fingerprint"] });
        assert_eq!(author.post(&path, body(" ")).await.field_code("/reason"), "required");
        assert_eq!(author.post(&path, json!({ "reason": "x", "fingerprint": "0" })).await.code(), "correction-stale");
        assert_eq!(author.post(&path, body("De sleutel van vraag 3 was fout.")).await.status, StatusCode::CREATED);
        app.work().await;

        let marks = marks_of(&app, withheld).await;
        assert_eq!((marks.len(), marks[0].superseded_at.is_some(), marks[1].score, marks[1].level), (2, true, 3, Level::A2));
        assert_eq!(marks[1].explanation["items"][2]["marked_by"]["item_version"], json!(version));
        assert_eq!(marks[1].explanation["correction"]["reason"], "De sleutel van vraag 3 was fout.");
        assert!(result_of(&app, withheld).await.passed);

        let marks = marks_of(&app, lucky).await;
        assert_eq!((marks[1].score, marks[1].level), (2, Level::A2), "the score is corrected, the earned level stands");
        assert_eq!((&marks[1].explanation["correction"]["level_by_corrected_key"], &marks[1].explanation["correction"]["earned_level_stands"]), (&json!("A1"), &json!(true)));
        assert!(result_of(&app, lucky).await.passed);
        assert_eq!(marks_of(&app, same).await.len(), 1, "who is not concerned keeps the mark");

        let told = author.get(&format!("/api/items/{item}/corrections")).await.ok();
        assert_eq!((&told[0]["outcome"]["finished"], &told[0]["outcome"]["done"], &told[0]["outcome"]["written"]), (&json!(true), &json!(3), &json!(2)));
        let again = author.post(&format!("/api/item-versions/{version}/remark-preview"), json!({})).await.ok();
        assert_eq!((&again["same"], &again["up"]), (&json!(2), &json!(0)), "{again}");

        // A form that still holds the first version is marked by the correction from now on.
        let later = sits(&hall, "Kiosk 4", &["brood", "brood", "melk", "kaas", "kaas"]).await;
        let mark = marks_of(&app, later).await.remove(0);
        assert_eq!((mark.score, mark.level, &mark.explanation["items"][2]["marked_by"]["version"]), (3, Level::A2, &json!(2)));
    }

    async fn a_correction_goes_on_where_it_was_cut_off_and_two_at_once_write_once(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let attempt = sits(&hall, "Kiosk 1", &["melk", "kaas", "kaas"]).await;
        let (author, _, version) = next_version(&app, 0, KEY).await;
        let preview = author.post(&format!("/api/item-versions/{version}/remark-preview"), json!({})).await.ok();
        let body = json!({ "reason": "fout", "fingerprint": preview["fingerprint"] });
        let path = format!("/api/item-versions/{version}/remark");
        let (one, other) = tokio::join!(author.post(&path, body.clone()), author.post(&path, body));
        assert!([one.status, other.status].contains(&StatusCode::CREATED));
        app.work().await;
        app.work().await;
        assert_eq!(marks_of(&app, attempt).await.len(), 2);
    }

    async fn only_a_published_version_that_is_answered_alike_corrects(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.open().await;
        sits(&hall, "Kiosk 1", &["brood", "brood"]).await;
        let (author, item, other) = next_version(&app, 0, ("SLEUTEL-FOUT1", "ANDERS")).await;
        let look = |id: &str| format!("/api/item-versions/{id}/remark-preview");
        let refused = author.post(&look(&other), json!({})).await;
        assert_eq!(refused.code(), "correction-unlike");
        assert!(refused.body["facts"]["reasons"][0].as_str().unwrap().contains("other choices"), "{}", refused.body);
        let versions = author.get(&format!("/api/items/{item}")).await.ok()["versions"].clone();
        let first = versions[1]["id"].as_str().unwrap().to_owned();
        assert_eq!(author.post(&look(&first), json!({})).await.code(), "correction-nothing-earlier");
        let revision = json!({ "title": "t", "qti": versions[0]["qti"], "level": "A2" });
        let draft = author.post(&format!("/api/item-versions/{other}/revisions"), revision).await.ok()["version_id"].as_str().unwrap().to_owned();
        assert_eq!(author.post(&look(&draft), json!({})).await.code(), "correction-not-published");
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk, Role::Office]).await;
        assert_eq!(clerk.post(&look(&other), json!({})).await.status, StatusCode::FORBIDDEN);
        let nothing: Value = author.get(&format!("/api/items/{item}/corrections")).await.ok();
        assert_eq!(nothing, json!([]));
    }
}
