//! What an author opens and writes unchanged is the same item: delivered the same, marked the same; and what cannot be opened is said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it does not expect must fail")]

use std::path::Path;

use item_bank::qti::editing::{self, Hidden, HiddenWhat};
use item_bank::qti::{self, Item};
use serde_json::{Value as Json, json};

/// The sources of a folder's items, with their names.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "xml") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn parsed(source: &str) -> Item {
    let item = Item::parse(source.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}\n{source}"));
    assert_eq!(item.problems, [], "{source}");
    item
}

/// Answers to a delivered item: the key, nothing, and for each interaction each of its options, alone.
fn answers(item: &Item, seed: u64) -> Vec<Json> {
    let delivery = qti::deliver(item, seed, &|name| Some(name.to_owned()));
    let mut tried = vec![json!({}), qti::answers(&delivery.aliases, &item.correct_responses())];
    for (alias, choices) in delivery.aliases.choices() {
        tried.extend(choices.iter().flat_map(|choice| [json!({ alias: choice }), json!({ alias: [choice] })]));
    }
    tried.extend(["15", "3", "x", "a", "b"].iter().map(|text| json!({ "r1": text })));
    tried.extend([json!({ "r1": ["h1", "h2"] }), json!({ "r1": ["c1 g1"] }), json!({ "r1": ["w1 k1", "w2 k2"] })]);
    tried
}

fn assert_alike(name: &str, before: &str, after: &str) {
    let (before, written) = (parsed(before), parsed(after));
    for seed in [1, 7, 42] {
        let deliver = |item: &Item| qti::deliver(item, seed, &|name| Some(name.to_owned()));
        let (one, other) = (deliver(&before), deliver(&written));
        assert_eq!(one.json, other.json, "{name}\n{after}");
        assert_eq!(one.aliases, other.aliases, "{name}");
        assert_eq!(qti::max_score(&before, seed), qti::max_score(&written, seed), "{name}");
        for answer in answers(&before, seed) {
            let mark = |item: &Item, delivery: &qti::Delivery| {
                qti::resolve(item, &delivery.aliases, &answer).map(|responses| qti::mark(item, &responses, seed).score())
            };
            assert_eq!(mark(&before, &one), mark(&written, &other), "{name}: {answer}");
        }
    }
}

#[test]
fn every_item_of_the_sample_bank_is_the_same_after_it_was_opened_and_written() {
    let mut opened = 0;
    for package in ["a1a2", "b1b2", "prescreening", "mo"] {
        for (name, source) in sources(&format!("content/{package}/items")) {
            let draft = editing::open(&source).unwrap_or_else(|hidden| panic!("{name}: {hidden:?}"));
            // As the browser hands it back.
            let draft = serde_json::from_value(serde_json::to_value(&draft).unwrap()).unwrap();
            let written = editing::write(&draft);
            assert_alike(&name, &source, &written);
            assert_eq!(editing::open(&written).unwrap(), draft, "{name}: a second time nothing changes");
            opened += 1;
        }
    }
    assert_eq!(opened, 156);
}

fn item(declarations: &str, body: &str, processing: &str) -> String {
    format!(
        r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="t" adaptive="false" time-dependent="false" xml:lang="nl">{declarations}<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/><qti-item-body>{body}</qti-item-body>{processing}</qti-assessment-item>"#
    )
}

const ONE: &str = r#"<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier"><qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>"#;
const MATCH_CORRECT: &str =
    r#"<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>"#;

fn choice(prompt: &str, a: &str) -> String {
    format!(
        r#"<qti-choice-interaction response-identifier="RESPONSE" shuffle="false" max-choices="1" class="own"><qti-prompt>{prompt}</qti-prompt><qti-simple-choice identifier="A" fixed="true">{a}</qti-simple-choice><qti-simple-choice identifier="B">b</qti-simple-choice></qti-choice-interaction>"#
    )
}

#[test]
fn marked_up_text_is_the_same_afterwards() {
    let texts = [
        "<p>een <strong>twee <em>drie</em></strong> <b>vier</b><br/>vijf <sub>2</sub></p>",
        r#"<p>Hij zei <span xml:lang="fr">bonjour</span> en <span xml:lang="ar" dir="rtl">مرحبا</span>.</p>"#,
        "<div class=\"letter\"><p>Beste</p>bare text <em>here</em><ul><li>een</li><li><p>twee</p></li><li>drie<ul><li>vier</li></ul></li></ul></div>",
        r#"<h2 id="x">Kop</h2><table class="own"><caption>Uren</caption><thead><tr><th scope="col">dag</th><th colspan="2">uur</th></tr></thead><tbody><tr><td>ma</td><td>9</td><td>10</td></tr></tbody></table>"#,
        r#"<p><img src="a.png" alt="een hond" width="20"/></p><img src="b.png" alt=""/><hr/><blockquote><p>citaat</p></blockquote>"#,
        r#"<p xml:lang="en">English <span class="highlight">word</span></p><ol><li>1 &lt; 2 &amp; "3"</li></ol>"#,
        "losse tekst",
    ];
    for text in texts {
        let source = item(ONE, &format!("{text}{}", choice(text, "een <em>a</em>")), MATCH_CORRECT);
        let draft = editing::open(&source).unwrap_or_else(|hidden| panic!("{text}: {hidden:?}"));
        assert_alike(text, &source, &editing::write(&draft));
    }
}

fn hidden(source: &str) -> Vec<(HiddenWhat, String)> {
    editing::open(source).unwrap_err().into_iter().map(|Hidden { what, name, .. }| (what, name)).collect()
}

#[test]
fn what_a_draft_cannot_hold_is_named() {
    let body = choice("Wat?", "a");
    let says = |found: &[(HiddenWhat, String)], what: HiddenWhat, name: &str| found.iter().any(|one| *one == (what, name.to_owned()));
    let own = r#"<qti-response-processing><qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value></qti-response-processing>"#;
    assert!(says(&hidden(&item(ONE, &body, own)), HiddenWhat::Scoring, "qti-response-processing"));
    let template = r#"<qti-template-declaration identifier="N" cardinality="single" base-type="integer"/>"#;
    assert!(says(&hidden(&item(&format!("{ONE}{template}"), &body, MATCH_CORRECT)), HiddenWhat::Variable, "N"));
    let feedback = format!(
        "{MATCH_CORRECT}<qti-modal-feedback outcome-identifier=\"SCORE\" identifier=\"x\" show-hide=\"show\">Goed</qti-modal-feedback>"
    );
    assert!(says(&hidden(&item(ONE, &body, &feedback)), HiddenWhat::Element, "qti-modal-feedback"));
    assert!(says(&hidden(&item(ONE, &format!("<pre>x</pre>{body}"), MATCH_CORRECT)), HiddenWhat::Element, "pre"));
    assert!(says(&hidden(&item(ONE, &format!("<div>{body}</div>"), MATCH_CORRECT)), HiddenWhat::Interaction, "qti-choice-interaction"));
    assert!(says(&hidden(&item(ONE, &format!("<!-- let op -->{body}"), MATCH_CORRECT)), HiddenWhat::Comment, "<!-- -->"));
    assert!(says(&hidden(&item(ONE, &format!("<p>a<br class=\"x\"/>b</p>{body}"), MATCH_CORRECT)), HiddenWhat::Attribute, "br class"));
    assert!(says(&hidden("<p/>"), HiddenWhat::Unreadable, "p"));
    let slider = r#"<qti-slider-interaction response-identifier="RESPONSE" lower-bound="0" upper-bound="9"/>"#;
    assert!(says(&hidden(&item(ONE, slider, MATCH_CORRECT)), HiddenWhat::Interaction, "qti-slider-interaction"));
}

#[test]
fn points_by_answer_are_marked_as_they_are_written() {
    let two = |first: &str, second: &str| format!("{first}{}", second.replace("RESPONSE", "RESPONSE2"));
    let declared = r#"<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string"><qti-correct-response><qti-value>Gent</qti-value></qti-correct-response><qti-mapping default-value="0" lower-bound="0"><qti-map-entry map-key="Gent" mapped-value="2" case-sensitive="true"/><qti-map-entry map-key="gand" mapped-value="0.5"/></qti-mapping></qti-response-declaration>"#;
    let body = r#"<p>Waar? <qti-text-entry-interaction response-identifier="RESPONSE"/> en <qti-text-entry-interaction response-identifier="RESPONSE2"/></p>"#;
    let source = item(&two(declared, declared), body, MATCH_CORRECT);
    let mut draft: Json = serde_json::to_value(
        editing::open(&item(declared, body.split(" en ").next().map(|start| format!("{start}</p>")).unwrap().as_str(), MATCH_CORRECT))
            .unwrap(),
    )
    .unwrap();
    assert!(editing::open(&source).is_err(), "the template looks at one answer only");
    draft["scoring"]["kind"] = json!("parts");
    let mut second = draft["inline"][0].clone();
    second["answer"]["identifier"] = json!("RESPONSE2");
    draft["inline"].as_array_mut().unwrap().push(second);
    let line = &mut draft["blocks"][0]["text"]["content"][0]["content"];
    line.as_array_mut().unwrap().push(json!({ "type": "inlineAnswer", "attrs": { "response": "RESPONSE2" } }));
    let written = editing::write(&serde_json::from_value(draft.clone()).unwrap());
    let made = parsed(&written);
    assert_eq!(qti::max_score(&made, 1), 4.0);
    let score = |answer: Json| {
        let delivery = qti::deliver(&made, 1, &|_| None);
        qti::mark(&made, &qti::resolve(&made, &delivery.aliases, &answer).unwrap(), 1).score()
    };
    assert_eq!(score(json!({ "r1": "Gent" })), 2.0);
    assert_eq!(score(json!({ "r1": "Gand", "r2": "Gent" })), 2.5);
    assert_eq!(score(json!({ "r1": "gent" })), 0.0, "capitals count where the author says so");
    let again: Json = serde_json::to_value(editing::open(&written).unwrap()).unwrap();
    assert_eq!(again, draft, "the editor opens what it wrote");
}

#[test]
fn a_space_at_the_edge_of_a_marked_word_is_still_shown() {
    let source = item(ONE, &format!("<p>x</p>{}", choice("Wat?", "a")), MATCH_CORRECT);
    let mut draft: Json = serde_json::to_value(editing::open(&source).unwrap()).unwrap();
    let bold = json!([{ "type": "bold" }]);
    draft["blocks"][0]["text"]["content"][0]["content"] =
        json!([{ "type": "text", "text": "een " , "marks": bold }, { "type": "text", "text": "twee" }]);
    let written = editing::write(&serde_json::from_value(draft).unwrap());
    assert!(written.contains("<p><strong>een</strong> twee</p>"), "{written}");
}
