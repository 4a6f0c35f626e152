//! Items as authors write them without XML: made, opened, looked at, tried, kept, copied, and given pictures and sound.

use ijkpunt::entity::enums::{AgencyCode, Role};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{Answer, User, both};

fn rich(text: &str) -> Value {
    json!({ "type": "doc", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": text }] }] })
}

fn choice(identifier: &str, text: &str) -> Value {
    json!({ "identifier": identifier, "text": rich(text), "fixed": false, "max": null, "kept": {} })
}

fn draft(title: &str) -> Value {
    json!({
        "identifier": "new", "title": title, "language": "nl", "inline": [],
        "scoring": { "kind": "all", "points": 1.0, "maximum": null },
        "blocks": [
            { "kind": "text", "text": rich("Samira koopt melk & brood.") },
            { "kind": "choice", "shuffle": false, "max": 1, "min": 0, "horizontal": false, "kept": {}, "prompt": rich("Wat koopt Samira?"),
              "choices": [choice("A", "melk"), choice("B", "kaas")],
              "answer": { "identifier": "RESPONSE", "cardinality": "single", "base": "identifier", "correct": ["A"], "points": null } },
        ],
    })
}

async fn upload(author: &User, bytes: &[u8]) -> Answer {
    let request = author.http.post(format!("{}/api/item-media", author.url)).header("X-IJkpunt", "1");
    Answer::read(request.body(bytes.to_vec()).send().await.unwrap()).await
}

async fn made(author: &User, title: &str) -> (String, String) {
    let item = author.post("/api/items", json!({ "skill": "reading", "level": "A2", "draft": draft(title) })).await.ok();
    let id = item["id"].as_str().unwrap().to_owned();
    let version = author.get(&format!("/api/items/{id}")).await.ok()["versions"][0]["id"].as_str().unwrap().to_owned();
    (id, version)
}

both! {
    async fn an_item_is_made_from_nothing_opened_again_and_kept_as_a_new_version(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let (id, version) = made(&author, "Samira").await;
        let file = author.get(&format!("/api/items/{id}")).await.ok();
        assert_eq!((&file["identifier"], &file["skill"]), (&json!("reading-a2-001"), &json!("reading")));
        assert_eq!((&file["versions"][0]["status"], &file["versions"][0]["faults"]), (&json!("draft"), &json!([])));

        let opened = author.get(&format!("/api/item-versions/{version}/draft")).await.ok();
        assert_eq!(opened["hidden"], json!([]));
        let mut again = opened["draft"].clone();
        assert_eq!(again["blocks"], draft("Samira")["blocks"], "what was written is what is opened");
        again["title"] = json!("Samira in de winkel");
        let saved = author.post(&format!("/api/item-versions/{version}/draft"), json!({ "draft": again })).await.ok();
        let file = author.get(&format!("/api/items/{id}")).await.ok();
        assert_eq!((&file["versions"][0]["id"], &file["versions"][0]["title"]), (&saved["version_id"], &json!("Samira in de winkel")));
        assert_eq!(file["versions"][0]["level"], "A2", "what the editor does not show stays");

        assert_eq!(made(&author, "Nog een").await.0.len(), id.len());
        let rows = author.get("/api/items?text=reading-a2-002").await.ok();
        assert_eq!(rows["total"], 1, "the next name is free");
    }

    async fn a_second_author_who_started_from_the_same_version_is_told(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let colleague = app.user(AgencyCode::Amal, &[Role::Author]).await;
        let (_, version) = made(&author, "Samira").await;
        let path = format!("/api/item-versions/{version}/draft");
        let (one, other) = tokio::join!(
            author.post(&path, json!({ "draft": draft("De eerste") })),
            colleague.post(&path, json!({ "draft": draft("De tweede") }))
        );
        let mut statuses = [one.status, other.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::CREATED, StatusCode::CONFLICT]);
    }

    async fn a_draft_is_shown_as_a_kiosk_shows_it_and_a_tried_answer_is_told_with_its_words(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let seen = author.post("/api/item-drafts/preview", json!({ "draft": draft("x"), "seed": 1 })).await.ok();
        assert_eq!(seen["item"]["body"][1]["options"][0], json!({ "id": "a", "c": ["melk"] }));
        assert!(!seen["item"].to_string().contains("RESPONSE"), "no name of the item is delivered");
        let tried = |answer: &str| json!({ "draft": draft("x"), "seed": 1, "responses": { "r1": answer } });
        let right = author.post("/api/item-drafts/try", tried("a")).await.ok();
        assert_eq!((&right["outcomes"]["SCORE"], &right["max_score"]), (&json!(1), &json!(1.0)));
        assert_eq!(right["labels"]["RESPONSE"], json!({ "A": "melk", "B": "kaas" }));
        assert_eq!(author.post("/api/item-drafts/try", tried("b")).await.ok()["outcomes"]["SCORE"], 0);
        assert_eq!(author.post("/api/item-drafts/try", tried("zz")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut odd = draft("x");
        odd["blocks"][1]["colour"] = json!("red");
        assert_eq!(author.post("/api/item-drafts/preview", json!({ "draft": odd, "seed": 1 })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut nameless = draft(" ");
        nameless["blocks"] = json!([]);
        assert_eq!(author.post("/api/items", json!({ "skill": "mo", "level": null, "draft": nameless })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_copy_is_a_draft_of_its_own(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let (_, version) = made(&author, "Samira").await;
        let copy = author.post(&format!("/api/item-versions/{version}/copies"), json!({})).await.ok();
        let file = author.get(&format!("/api/items/{}", copy["id"].as_str().unwrap())).await.ok();
        assert_eq!((&file["identifier"], &file["versions"][0]["title"]), (&json!("reading-a2-002"), &json!("Samira")));
        let qti = file["versions"][0]["qti"].as_str().unwrap();
        assert!(qti.contains("identifier=\"reading-a2-002\"") && !qti.contains("reading-a2-001"), "{qti}");
    }

    async fn an_item_with_what_a_draft_cannot_hold_is_opened_as_a_list_of_it(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let (id, version) = made(&author, "Samira").await;
        let qti = author.get(&format!("/api/items/{id}")).await.ok()["versions"][0]["qti"].as_str().unwrap().to_owned();
        let qti = qti.replace("</qti-item-body>", "<!-- nog nakijken --></qti-item-body>");
        let revision = json!({ "title": "Samira", "qti": qti, "level": "A2", "topic": null });
        let revised = author.post(&format!("/api/item-versions/{version}/revisions"), revision).await.ok();
        let opened = author.get(&format!("/api/item-versions/{}/draft", revised["version_id"].as_str().unwrap())).await.ok();
        assert_eq!((&opened["draft"], &opened["hidden"][0]["what"]), (&json!(null), &json!("comment")));
    }

    async fn sound_and_pictures_are_what_their_bytes_say_and_drawings_that_act_are_refused(app) {
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let sound = upload(&author, b"OggS sound").await.ok();
        assert_eq!(sound["mime"], "audio/ogg");
        assert_eq!(upload(&author, b"OggS sound").await.ok()["id"], sound["id"], "the same bytes are kept once");
        let heard = author.get(&format!("/api/item-media/{}", sound["id"].as_str().unwrap())).await;
        assert_eq!(heard.bytes, b"OggS sound");
        let refused = upload(&author, b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>").await;
        assert_eq!((refused.status, &refused.body["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("media-active-drawing")));
        assert_eq!(upload(&author, b"MZ program").await.body["code"], "media-unknown-kind");
        let desk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        assert_eq!(upload(&desk, b"OggS sound").await.status, StatusCode::FORBIDDEN);

        let mut spoken = draft("Luisteren");
        let name = "../media/een.ogg";
        spoken["blocks"][0] = json!({ "kind": "media", "src": name, "mime": "audio/ogg", "max_plays": 2, "min_plays": 0, "transcript": "Dag Samira.", "prompt": null, "kept": {},
            "answer": { "identifier": "AUDIO", "cardinality": "single", "base": "integer", "correct": [], "points": null } });
        let seen = author.post("/api/item-drafts/preview", json!({ "draft": spoken, "seed": 1, "media": { name: sound["id"] } })).await.ok();
        assert_eq!((&seen["faults"], &seen["item"]["body"][0]["max_plays"]), (&json!([]), &json!(2)));
        assert!(!seen["item"].to_string().contains("Dag Samira"), "what is said is for colleagues");
        let without = author.post("/api/item-drafts/preview", json!({ "draft": spoken, "seed": 1 })).await.ok();
        assert_eq!(without["faults"].as_array().unwrap().len(), 1, "a missing sound is told");
    }
}
