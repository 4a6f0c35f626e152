//! Keys never leave the server: everything that a kiosk can fetch during a whole attempt at each sample form is fetched, and looked through for
//! what it must not tell. `item-bank/tests/keys_stay_behind.rs` proves beside it that a delivery does not depend on the key at all.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ijkpunt::entity::enums::{Part, SessionKind};
use ijkpunt::entity::{forms, item_versions, items};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::hall::{Hall, Kiosk};
use tests::{Answer, TestApp, User, both};

/// Where a candidate is told what came of a pre-screening, which is a level; after the end, so that it gives nothing away.
const OUTCOME: &str = "/outcome";

/// Everything that was fetched, by its address.
#[derive(Default)]
struct Seen(BTreeMap<String, Answer>);

impl Seen {
    #[track_caller]
    fn keep(&mut self, address: &str, answer: Answer) -> Value {
        assert!(answer.status.is_success(), "{address}: {} {}", answer.status, answer.body);
        let body = answer.body.clone();
        self.0.insert(format!("{} {address}", self.0.len()), answer);
        body
    }
}

/// One candidate's whole sitting, through every address of the protocol.
async fn sit(kind: SessionKind, parts: &[Part], language: &str, app: &TestApp) -> Seen {
    let hall = Hall::new(app, kind).await;
    hall.open().await;
    let mut seen = Seen::default();
    let mut kiosk = hall.kiosk("Kiosk 1").await;
    let booking = hall.candidate("Samira Fatima", "Achahbar", parts).await;
    let code = hall.seat(booking, &kiosk).await;
    seen.keep("/me", kiosk.get("/me").await);
    let started = kiosk.start(&code, language).await;
    let mut sitting = seen.keep("/start", started);
    seen.keep("/sitting", kiosk.get("/sitting").await);
    while let Some(attempt) = sitting["current"]["id"].as_str().map(str::to_owned) {
        let part = sitting["current"]["part"].as_str().unwrap().to_owned();
        let of = |rest: &str| format!("/attempts/{attempt}/{rest}");
        seen.keep(&of("begin"), kiosk.post(&of("begin"), json!({})).await);
        let items = seen.keep(&of("items"), kiosk.get(&of("items")).await);
        let mut seq = 0;
        let adaptive = sitting["attempts"].as_array().unwrap().iter().any(|one| one["id"] == json!(attempt) && one["adaptive"] == true);
        let mut waiting: VecDeque<Value> = items["items"].as_array().unwrap().clone().into();
        while let Some(item) = waiting.pop_front() {
            let position = item["position"].as_i64().unwrap();
            let mut response = json!({});
            for (alias, kind, value) in asked(&item["item"]) {
                if kind == "media" {
                    let path = of("plays");
                    seen.keep(&path, kiosk.post(&path, json!({ "position": position, "media": alias })).await);
                } else if kind == "record" {
                    response[&alias] = record(&mut seen, &kiosk, &attempt, position).await;
                } else {
                    response[&alias] = value;
                }
            }
            seq += 1;
            seen.keep(&of("answers"), kiosk.save(&attempt, seq, position, response).await);
            if adaptive {
                let next = seen.keep(&of("next"), kiosk.post(&of("next"), json!({ "position": position, "last_seq": seq })).await);
                waiting.extend((next["done"] != true).then_some(next));
            }
        }
        seen.keep(&of("heartbeat"), kiosk.heartbeat(&attempt).await);
        for file in addresses(&items) {
            seen.keep(&file, kiosk.get(file.trim_start_matches("/api/kiosk")).await);
        }
        let resumed = kiosk.resume().await;
        seen.keep("/resume", resumed);
        sitting = seen.keep(&of("submit"), kiosk.submit(&attempt, seq).await);
        assert_ne!(sitting["current"]["part"], json!(part), "the part is over");
        if adaptive {
            app.work().await;
            seen.keep(OUTCOME, kiosk.get(&of("outcome")).await);
        }
    }
    seen
}

/// A recording, whole, and its playing back.
async fn record(seen: &mut Seen, kiosk: &Kiosk, attempt: &str, position: i64) -> Value {
    let of = format!("/attempts/{attempt}/recordings");
    let begun = seen.keep(&of, kiosk.post(&of, json!({ "position": position, "mime": "audio/webm;codecs=opus" })).await);
    let one = format!("{of}/{}", begun["recording"].as_str().unwrap());
    let bytes = b"\x1aE\xdf\xa3 spraak";
    let sha: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let slice = format!("{one}/slices/0");
    seen.keep(&slice, kiosk.put_slice(&slice, &sha, bytes).await);
    let complete = format!("{one}/complete");
    seen.keep(&complete, kiosk.post(&complete, json!({ "slices": 1, "duration_ms": 900 })).await);
    seen.keep(&one, kiosk.get(&one).await);
    begun["recording"].clone()
}

/// What a delivered item asks: alias, kind, and an answer that fits.
fn asked(item: &Value) -> Vec<(String, String, Value)> {
    fn walk(node: &Value, found: &mut Vec<(String, String, Value)>) {
        match node {
            Value::Object(map) => {
                if let (Some(alias), Some(kind)) = (map.get("id").and_then(Value::as_str), map.get("t").and_then(Value::as_str)) {
                    let first = |list: &str| map.get(list).and_then(|list| list[0]["id"].as_str()).unwrap_or_default().to_owned();
                    let answer = match kind {
                        "choice" | "hottext" if map.get("max") != Some(&json!(1)) => json!([]),
                        "choice" | "inline-choice" => json!(first("options")),
                        "order" => Value::Array(map["options"].as_array().unwrap().iter().map(|option| option["id"].clone()).collect()),
                        "match" => json!([format!("{} {}", first("rows"), first("columns"))]),
                        "text-entry" | "extended-text" => json!("Ik kom morgen."),
                        _ => Value::Null,
                    };
                    found.push((alias.to_owned(), kind.to_owned(), answer));
                }
                map.values().for_each(|value| walk(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(item, &mut found);
    found
}

/// Every address in a document.
fn addresses(body: &Value) -> BTreeSet<String> {
    match body {
        Value::String(text) if text.starts_with("/api/") => BTreeSet::from([text.clone()]),
        Value::Array(list) => list.iter().flat_map(addresses).collect(),
        Value::Object(map) => map.values().flat_map(addresses).collect(),
        _ => BTreeSet::new(),
    }
}

/// The pages, programs, styles and words of the kiosk's app: from its first page on, whatever they name.
async fn static_files(stranger: &User) -> Seen {
    let mut seen = Seen::default();
    let mut wanted = vec!["/kiosk/".to_owned()];
    let mut known: BTreeSet<String> = wanted.iter().cloned().collect();
    while let Some(path) = wanted.pop() {
        let answer = stranger.get(&path).await;
        if !answer.status.is_success() {
            assert_ne!(path, "/kiosk/", "the kiosk's app must be built: make web");
            continue;
        }
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        for word in text.split(['"', '\'', '`', '(', ')']) {
            let named = [".js", ".css", ".woff2", ".svg", ".webmanifest", ".json"].iter().any(|end| word.ends_with(end));
            let name = word.rsplit('/').next().unwrap_or_default();
            if named && !word.contains(' ') && !word.contains("..") && name.len() > 4 {
                for path in [format!("/kiosk/assets/{name}"), format!("/kiosk/{name}")] {
                    if known.insert(path.clone()) {
                        wanted.push(path);
                    }
                }
            }
        }
        seen.keep(&path, answer);
    }
    seen
}

/// Words of the bank that nobody but authors may read: names of items and forms, names of files, what is said of items.
async fn telling_words(app: &TestApp) -> BTreeSet<String> {
    let db = &app.ijkpunt.db;
    let mut words: BTreeSet<String> =
        items::Entity::find().all(db).await.unwrap().into_iter().flat_map(|item| [item.identifier, item.id.to_string()]).collect();
    for version in item_versions::Entity::find().all(db).await.unwrap() {
        words.insert(version.id.to_string());
        words.extend(version.source);
        for (name, id) in version.media.as_object().unwrap() {
            words.insert(name.rsplit('/').next().unwrap().to_owned());
            words.insert(id.as_str().unwrap().to_owned());
        }
    }
    words.extend(
        forms::Entity::find()
            .all(db)
            .await
            .unwrap()
            .into_iter()
            .flat_map(|form| [form.id.to_string(), form.key])
            .filter(|word| word.contains('-')),
    );
    for word in
        ["RESPONSE", "SCORE", "qti-", "correct-response", "correct_response", "mapping", "mapped", "rubric", "feedback", "imsglobal"]
    {
        words.insert(word.to_owned());
    }
    words
}

/// Fields that no answer to a kiosk has.
const NO_FIELDS: [&str; 14] = [
    "key",
    "keys",
    "correct",
    "score",
    "max_score",
    "level",
    "difficulty",
    "parameters",
    "core",
    "topic",
    "title",
    "identifier",
    "item_version",
    "text_type",
];
/// The fields of a delivery item, as `docs/delivery-item.md` describes it.
const FIELDS: [&str; 37] = [
    "v",
    "lang",
    "dir",
    "body",
    "t",
    "c",
    "cls",
    "id",
    "max",
    "min",
    "prompt",
    "options",
    "orientation",
    "src",
    "alt",
    "width",
    "height",
    "mime",
    "max_plays",
    "min_plays",
    "base",
    "placeholder",
    "lines",
    "min_words",
    "max_words",
    "choices",
    "rows",
    "columns",
    "max_seconds",
    "prepare_seconds",
    "colspan",
    "rowspan",
    "scope",
    "transcript",
    "title_hidden",
    "label",
    "required",
];

fn look_through(seen: &Seen, words: &BTreeSet<String>) {
    for (address, answer) in &seen.0 {
        let text = format!("{}\n{:?}", String::from_utf8_lossy(&answer.bytes), answer.headers);
        for word in words {
            assert!(!text.contains(word.as_str()), "{address} tells {word:?}");
        }
        if !address.ends_with(OUTCOME) {
            check_fields(address, &answer.body);
        }
        let listed = answer.body["items"].as_array().into_iter().flatten().filter_map(|item| item.get("item"));
        for item in listed.chain(answer.body.get("item").filter(|item| !item.is_null())) {
            check_item(address, item);
        }
    }
}

fn check_fields(address: &str, node: &Value) {
    match node {
        Value::Object(map) => {
            for (name, value) in map {
                assert!(!NO_FIELDS.contains(&name.as_str()), "{address} has a field {name}");
                check_fields(address, value);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| check_fields(address, value)),
        Value::String(text) => assert!(!["A1", "A2", "B1", "B2", "A1A2", "B1B2"].contains(&text.as_str()), "{address} tells a level"),
        _ => {}
    }
}

/// Only documented fields, and aliases that tell a place and nothing else.
fn check_item(address: &str, node: &Value) {
    match node {
        Value::Object(map) => {
            for (name, value) in map {
                assert!(FIELDS.contains(&name.as_str()), "{address}: {name} is not in docs/delivery-item.md");
                if name == "id" {
                    let alias = value.as_str().unwrap();
                    let (letter, number) = alias.split_at(1);
                    assert!(
                        letter.chars().all(|letter| letter.is_ascii_lowercase()) && number.chars().all(|digit| digit.is_ascii_digit()),
                        "{address}: {alias}"
                    );
                }
                check_item(address, value);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| check_item(address, value)),
        _ => {}
    }
}

both! {
    async fn a_whole_first_sitting_tells_no_key(app) {
        app.load_sample_bank().await;
        let seen = sit(SessionKind::First, &[Part::Reading, Part::Listening], "nl", &app).await;
        assert!(seen.0.keys().any(|address| address.contains("/media/")) && seen.0.keys().any(|address| address.contains("/plays")));
        look_through(&seen, &telling_words(&app).await);
    }

    async fn a_whole_second_sitting_tells_no_key(app) {
        app.load_sample_bank().await;
        let seen = sit(SessionKind::Second, &[Part::Writing, Part::Speaking], "nl", &app).await;
        assert!(seen.0.keys().any(|address| address.contains("/slices/")));
        look_through(&seen, &telling_words(&app).await);
    }

    async fn a_whole_mo_test_tells_no_key_in_any_of_its_languages(app) {
        app.load_sample_bank().await;
        let words = telling_words(&app).await;
        look_through(&sit(SessionKind::MoExemption, &[Part::MoExemption], "ar", &app).await, &words);
        look_through(&sit(SessionKind::MoFinal, &[Part::MoFinal], "fr", &app).await, &words);
    }

    async fn a_whole_pre_screening_tells_no_key(app) {
        app.load_sample_bank().await;
        look_through(&sit(SessionKind::Prescreening, &[Part::Prescreening], "nl", &app).await, &telling_words(&app).await);
    }
}

/// The app is the same on both databases.
#[test]
fn the_kiosk_s_own_files_know_no_item() {
    tests::run(tests::Backend::Sqlite, async |app: TestApp| {
        app.load_sample_bank().await;
        let words: BTreeSet<String> =
            telling_words(&app).await.into_iter().filter(|word| word.contains('-') || word.contains('.')).collect();
        let seen = static_files(&app.anonymous()).await;
        assert!(seen.0.len() > 3, "{:?}", seen.0.keys());
        for (address, answer) in &seen.0 {
            let text = String::from_utf8_lossy(&answer.bytes);
            let told = words.iter().find(|word| !word.starts_with("EUPL") && *word != "qti-" && text.contains(word.as_str()));
            assert!(told.is_none(), "{address} tells {told:?}");
        }
    });
}
