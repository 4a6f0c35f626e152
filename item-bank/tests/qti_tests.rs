//! Whole tests: selection, ordering, conditions, branches, weights, and the expressions that look at a test's items.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it does not expect must fail")]

use std::collections::BTreeMap;

use item_bank::qti::{Item, MarkedTest, Test, parse_test, run_test, select};
use serde_json::{Value as Json, json};

fn item() -> Item {
    let text = r#"<qti-assessment-item identifier="i" title="i">
      <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
        <qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
      <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="2" normal-minimum="-1"/>
      <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/></qti-assessment-item>"#;
    Item::parse(text.as_bytes()).unwrap()
}

fn test(sections: &str, processing: &str) -> Test {
    let outcomes: String = ["correct", "incorrect", "presented", "responded", "selected"]
        .iter()
        .map(|name| format!("<qti-outcome-declaration identifier=\"{name}\" cardinality=\"single\" base-type=\"integer\"/>"))
        .collect();
    let text = format!(
        "<qti-assessment-test identifier=\"t\" title=\"t\"><qti-outcome-declaration identifier=\"TOTAL\" cardinality=\"single\" base-type=\"float\"/>
         <qti-outcome-declaration identifier=\"MOST\" cardinality=\"multiple\" base-type=\"float\"/>
         <qti-outcome-declaration identifier=\"LEAST\" cardinality=\"multiple\" base-type=\"float\"/>{outcomes}
         <qti-test-part identifier=\"p\" navigation-mode=\"linear\" submission-mode=\"individual\">{sections}</qti-test-part>
         <qti-outcome-processing>{processing}</qti-outcome-processing></qti-assessment-test>"
    );
    let test = parse_test(text.as_bytes()).unwrap();
    assert_eq!(test.problems, []);
    test
}

fn run(test: &Test, responses: Json) -> MarkedTest {
    let items: BTreeMap<String, Item> = ["i.xml"].into_iter().map(|name| (name.to_owned(), item())).collect();
    run_test(test, &items, &responses, 1).unwrap()
}

fn presented(marked: &MarkedTest) -> Vec<&str> {
    marked.items.iter().filter(|item| item.presented).map(|item| item.identifier.as_str()).collect()
}

fn refs(names: &[&str]) -> String {
    names.iter().map(|name| format!("<qti-assessment-item-ref identifier=\"{name}\" href=\"i.xml\" category=\"c{name}\"/>")).collect()
}

fn set(name: &str, expression: &str) -> String {
    format!("<qti-set-outcome-value identifier=\"{name}\">{expression}</qti-set-outcome-value>")
}

#[test]
fn a_total_is_the_weighted_sum_of_the_items() {
    let sections = r#"<qti-assessment-section identifier="s" title="s" visible="true">
      <qti-assessment-item-ref identifier="a" href="i.xml"><qti-weight identifier="W" value="3"/></qti-assessment-item-ref>
      <qti-assessment-item-ref identifier="b" href="i.xml"/></qti-assessment-section>"#;
    let total = r#"<qti-sum><qti-test-variables variable-identifier="SCORE" weight-identifier="W"/></qti-sum>"#;
    let marked = run(&test(sections, &set("TOTAL", total)), json!({ "a": { "RESPONSE": "A" }, "b": { "RESPONSE": "A" } }));
    assert_eq!(marked.outcomes["TOTAL"].json(), json!(4), "a weight that an item does not have is 1");
}

#[test]
fn the_counts_tell_correct_incorrect_presented_responded_and_selected_items() {
    let processing: String = ["correct", "incorrect", "presented", "responded", "selected"]
        .iter()
        .map(|name| set(name, &format!("<qti-number-{name}/>")))
        .collect();
    let sections = format!(
        "<qti-assessment-section identifier=\"s\" title=\"s\" visible=\"true\">{}</qti-assessment-section>",
        refs(&["a", "b", "c"])
    );
    let marked = run(&test(&sections, &processing), json!({ "a": { "RESPONSE": "A" }, "b": { "RESPONSE": "B" } }));
    let found: Vec<Json> =
        ["correct", "incorrect", "presented", "responded", "selected"].iter().map(|name| marked.outcomes[*name].json()).collect();
    assert_eq!(found, [json!(1), json!(1), json!(3), json!(2), json!(3)]);
}

#[test]
fn outcome_maximum_and_minimum_are_the_declared_ones_of_the_subset() {
    let sections = format!(
        "<qti-assessment-section identifier=\"s\" title=\"s\" visible=\"true\">{}</qti-assessment-section>",
        refs(&["a", "b", "c"])
    );
    let processing = set("MOST", r#"<qti-outcome-maximum outcome-identifier="SCORE" exclude-category="ca"/>"#)
        + &set("LEAST", r#"<qti-outcome-minimum outcome-identifier="SCORE" include-category="cb" section-identifier="s"/>"#);
    let marked = run(&test(&sections, &processing), json!({}));
    assert_eq!((marked.outcomes["MOST"].json(), marked.outcomes["LEAST"].json()), (json!([2, 2]), json!([-1])));
}

#[test]
fn a_condition_that_does_not_hold_passes_the_item_by() {
    let sections = r#"<qti-assessment-section identifier="s" title="s" visible="true"><qti-assessment-item-ref identifier="a" href="i.xml"/>
      <qti-assessment-item-ref identifier="b" href="i.xml"><qti-pre-condition><qti-equal tolerance-mode="exact"><qti-variable identifier="a.SCORE"/>
        <qti-base-value base-type="float">1</qti-base-value></qti-equal></qti-pre-condition></qti-assessment-item-ref></qti-assessment-section>"#;
    let test = test(sections, "");
    assert_eq!(presented(&run(&test, json!({ "a": { "RESPONSE": "A" } }))), ["a", "b"]);
    assert_eq!(presented(&run(&test, json!({ "a": { "RESPONSE": "B" } }))), ["a"]);
}

#[test]
fn branches_go_forward_to_an_item_or_out_of_the_section_or_test() {
    for (target, expected) in
        [("d", vec!["a", "d", "e"]), ("EXIT_SECTION", vec!["a", "d", "e"]), ("EXIT_TEST", vec!["a"]), ("e", vec!["a", "e"])]
    {
        let sections = format!(
            "<qti-assessment-section identifier=\"s\" title=\"s\" visible=\"true\"><qti-assessment-item-ref identifier=\"a\" href=\"i.xml\">
             <qti-branch-rule target=\"{target}\"><qti-base-value base-type=\"boolean\">true</qti-base-value></qti-branch-rule></qti-assessment-item-ref>{}
             </qti-assessment-section><qti-assessment-section identifier=\"s2\" title=\"s\" visible=\"true\">{}</qti-assessment-section>",
            refs(&["b", "c"]),
            refs(&["d", "e"])
        );
        assert_eq!(presented(&run(&test(&sections, ""), json!({}))), expected, "{target}");
    }
}

#[test]
fn selection_takes_the_required_and_as_many_others_and_keeps_their_order() {
    let sections = format!(
        "<qti-assessment-section identifier=\"s\" title=\"s\" visible=\"true\"><qti-selection select=\"2\"/>{}
         <qti-assessment-item-ref identifier=\"x\" href=\"i.xml\" required=\"true\"/></qti-assessment-section>",
        refs(&["a", "b", "c"])
    );
    let test = test(&sections, "");
    let mut first = BTreeMap::new();
    for seed in 0..3_000 {
        let names: Vec<String> = select(&test, seed).into_iter().map(|item| item.identifier).collect();
        assert!(names.len() == 2 && names[1] == "x", "{names:?}");
        *first.entry(names[0].clone()).or_insert(0) += 1;
    }
    assert!(first.len() == 3 && first.values().all(|count| (900..1_100).contains(count)), "{first:?}");
}

#[test]
fn ordering_keeps_the_fixed_ones_and_sections_together() {
    let sections = format!(
        "<qti-assessment-section identifier=\"s\" title=\"s\" visible=\"true\"><qti-ordering shuffle=\"true\"/>
         <qti-assessment-item-ref identifier=\"first\" href=\"i.xml\" fixed=\"true\"/>{}
         <qti-assessment-section identifier=\"t\" title=\"t\" visible=\"true\">{}</qti-assessment-section></qti-assessment-section>",
        refs(&["a", "b"]),
        refs(&["c", "d"])
    );
    let test = test(&sections, "");
    let mut orders = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let names: Vec<String> = select(&test, seed).into_iter().map(|item| item.identifier).collect();
        assert_eq!(names[0], "first");
        let c = names.iter().position(|name| name == "c").unwrap();
        assert_eq!(names[c + 1], "d");
        orders.insert(names);
    }
    assert_eq!(orders.len(), 6);
}
