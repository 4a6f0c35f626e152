//! Delivery: what a kiosk receives tells nothing, and what it sends back is understood or refused clearly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it does not expect must fail")]

use item_bank::qti::{Item, deliver, mark, publication_problems, resolve};
use serde_json::{Value as Json, json};

const ITEM: &str = r#"<qti-assessment-item identifier="SECRET-ITEM" title="SECRET title" xml:lang="nl" time-dependent="false">
  <qti-response-declaration identifier="SECRETCHOICE" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>SECRETKEY</qti-value></qti-correct-response></qti-response-declaration>
  <qti-response-declaration identifier="SECRETGAPS" cardinality="multiple" base-type="directedPair">
    <qti-mapping default-value="0"><qti-map-entry map-key="SECRETW1 SECRETG1" mapped-value="1"/></qti-mapping></qti-response-declaration>
  <qti-response-declaration identifier="SECRETTEXT" cardinality="single" base-type="float"/>
  <qti-response-declaration identifier="SECRETSPEECH" cardinality="single" base-type="file"/>
  <qti-response-declaration identifier="SECRETSOUND" cardinality="single" base-type="integer"/>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-item-body>
    <qti-rubric-block view="scorer"><p>SECRET rubric</p></qti-rubric-block>
    <p class="SECRET letter" data-SECRET="x">Lees <b>goed</b> en <i>kies</i>.</p>
    <p dir="rtl" xml:lang="ar">مرحبا</p>
    <qti-choice-interaction response-identifier="SECRETCHOICE" shuffle="true" max-choices="1"><qti-prompt>Wat koopt Samira?</qti-prompt>
      <qti-simple-choice identifier="SECRETKEY">brood<qti-feedback-inline outcome-identifier="F" identifier="x">SECRET goed</qti-feedback-inline></qti-simple-choice>
      <qti-simple-choice identifier="SECRETB">melk</qti-simple-choice>
      <qti-simple-choice identifier="SECRETC" fixed="true">niets</qti-simple-choice></qti-choice-interaction>
    <qti-gap-match-interaction response-identifier="SECRETGAPS" shuffle="true">
      <qti-gap-text identifier="SECRETW1" match-max="1">ga</qti-gap-text><qti-gap-text identifier="SECRETW2" match-max="1">gaat</qti-gap-text>
      <p>Ik <qti-gap identifier="SECRETG1"/> en hij <qti-gap identifier="SECRETG2"/>.</p></qti-gap-match-interaction>
    <p>Prijs: <qti-text-entry-interaction response-identifier="SECRETTEXT" expected-length="7"/> euro</p>
    <qti-media-interaction response-identifier="SECRETSOUND" max-plays="2" autostart="false"><audio src="audio/SECRET-antwoord.mp3"/></qti-media-interaction>
    <qti-upload-interaction response-identifier="SECRETSPEECH" data-recorder="true" data-max-seconds="90"><qti-prompt>Spreek.</qti-prompt></qti-upload-interaction>
  </qti-item-body></qti-assessment-item>"#;

fn item() -> Item {
    Item::parse(ITEM.as_bytes()).unwrap()
}

fn delivered(seed: u64) -> Json {
    deliver(&item(), seed, &|_| Some("/media/1".to_owned())).json
}

fn find<'a>(node: &'a Json, kind: &str) -> Option<&'a Json> {
    match node {
        Json::Object(map) if map.get("t").and_then(Json::as_str) == Some(kind) => Some(node),
        Json::Object(map) => map.values().find_map(|inner| find(inner, kind)),
        Json::Array(list) => list.iter().find_map(|inner| find(inner, kind)),
        _ => None,
    }
}

/// The alias under which a text is shown.
fn alias_of(item: &Json, interaction: &str, list: &str, text: &str) -> String {
    let node = find(item, interaction).unwrap();
    let option = node[list].as_array().unwrap().iter().find(|option| option["c"] == json!([text])).unwrap();
    option["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_item_may_be_published() {
    assert_eq!(publication_problems(&item()), []);
}

#[test]
fn nothing_that_could_tell_the_key_is_delivered() {
    for seed in 0..20 {
        let text = delivered(seed).to_string();
        assert!(!text.contains("SECRET"), "{text}");
        assert!(!text.contains("expected"), "{text}");
    }
}

#[test]
fn the_shape_is_that_of_the_document() {
    let item = delivered(3);
    assert_eq!((&item["v"], &item["lang"], &item["dir"]), (&json!(1), &json!("nl"), &json!("ltr")));
    assert_eq!(
        item["body"][0],
        json!({ "t": "p", "cls": ["letter"], "c": ["Lees ", { "t": "b", "c": ["goed"] }, " en ", { "t": "i", "c": ["kies"] }, "."] })
    );
    assert_eq!(item["body"][1], json!({ "t": "p", "lang": "ar", "dir": "rtl", "c": ["مرحبا"] }));
    assert_eq!(find(&item, "text-entry").unwrap()["width"], json!(10));
    assert_eq!(find(&item, "media").unwrap()["max_plays"], json!(2));
    assert_eq!(find(&item, "record").unwrap()["max_seconds"], json!(90));
    assert_eq!(find(&item, "choice").unwrap()["options"][2]["c"], json!(["niets"]), "a fixed choice keeps its place");
}

#[test]
fn a_seed_gives_the_same_item_for_ever_and_seeds_differ() {
    assert_eq!(delivered(1).to_string(), delivered(1).to_string());
    let first: std::collections::BTreeSet<String> = (0..20).map(|seed| delivered(seed).to_string()).collect();
    assert_eq!(first.len(), 4, "two places times two places");
}

#[test]
fn an_answer_by_aliases_becomes_the_response_and_its_mark() {
    let item = item();
    for seed in 0..10 {
        let delivery = deliver(&item, seed, &|_| None);
        let id = |kind: &str| find(&delivery.json, kind).unwrap()["id"].as_str().unwrap().to_owned();
        let word = alias_of(&delivery.json, "gap-match", "choices", "ga");
        let answer = json!({
            id("choice"): alias_of(&delivery.json, "choice", "options", "brood"),
            id("gap-match"): [format!("{word} g1")],
            id("text-entry"): "3,50",
            id("record"): null,
        });
        let responses = resolve(&item, &delivery.aliases, &answer).unwrap();
        assert_eq!(responses["SECRETCHOICE"].json(), json!("SECRETKEY"));
        assert_eq!(responses["SECRETGAPS"].json(), json!(["SECRETW1 SECRETG1"]));
        assert_eq!(responses["SECRETTEXT"].json(), json!(3.5));
        assert!(!responses.contains_key("SECRETSPEECH"));
        mark(&item, &responses, seed);
    }
}

#[test]
fn an_answer_that_no_kiosk_sends_is_refused() {
    let item = item();
    let delivery = deliver(&item, 1, &|_| None);
    let gap = find(&delivery.json, "gap-match").unwrap()["id"].as_str().unwrap().to_owned();
    let choice = find(&delivery.json, "choice").unwrap()["id"].as_str().unwrap().to_owned();
    for answer in [
        json!([]),
        json!({ "r99": "a" }),
        json!({ &choice: "SECRETKEY" }),
        json!({ &choice: ["a", "b"] }),
        json!({ &choice: 1 }),
        json!({ &gap: ["c1 g1", "c1 g2"] }),
        json!({ &gap: ["c1"] }),
        json!({ "m1": 1 }),
    ] {
        assert!(resolve(&item, &delivery.aliases, &answer).is_err(), "{answer}");
    }
}

#[test]
fn shuffling_of_choices_is_unbiased() {
    let mut text = String::from(
        "<qti-assessment-item identifier=\"i\" title=\"i\"><qti-response-declaration identifier=\"R\" cardinality=\"single\" base-type=\"identifier\"/>
         <qti-item-body><qti-choice-interaction response-identifier=\"R\" shuffle=\"true\" max-choices=\"1\">",
    );
    for name in ["A", "B", "C"] {
        text.push_str(&format!("<qti-simple-choice identifier=\"{name}\">{name}</qti-simple-choice>"));
    }
    text.push_str("</qti-choice-interaction></qti-item-body></qti-assessment-item>");
    let item = Item::parse(text.as_bytes()).unwrap();
    let mut counts = std::collections::BTreeMap::new();
    let draws = 100_000_u64;
    for seed in 0..draws {
        let json = deliver(&item, seed, &|_| None).json;
        let order: String = json["body"][0]["options"].as_array().unwrap().iter().map(|option| option["c"][0].as_str().unwrap()).collect();
        *counts.entry(order).or_insert(0_u64) += 1;
    }
    let expected = draws as f64 / 6.0;
    let chi_square: f64 = counts.values().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
    // The 99th percentile of chi-square with five degrees of freedom.
    assert!(counts.len() == 6 && chi_square < 15.086, "{chi_square} {counts:?}");
}
