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

fn section(name: &str, inner: &str) -> String {
    format!("<qti-assessment-section identifier=\"{name}\" title=\"s\" visible=\"true\">{inner}</qti-assessment-section>")
}

const TRUE: &str = "<qti-base-value base-type=\"boolean\">true</qti-base-value>";

#[test]
fn a_section_that_ends_has_branches_of_its_own() {
    // "branchRule": rules of a section are looked at when the section ends.
    let rule = |target: &str| format!("<qti-branch-rule target=\"{target}\">{TRUE}</qti-branch-rule>");
    for (target, expected) in
        [("s3", vec!["a", "b", "e"]), ("EXIT_TEST", vec!["a", "b"]), ("e", vec!["a", "b", "e"]), ("EXIT_TESTPART", vec!["a", "b"])]
    {
        let sections =
            section("s1", &(rule(target) + &refs(&["a", "b"]))) + &section("s2", &refs(&["c", "d"])) + &section("s3", &refs(&["e"]));
        assert_eq!(presented(&run(&test(&sections, ""), json!({}))), expected, "{target}");
    }
    // Leaving a section by its last item or by EXIT_SECTION ends it; a jump elsewhere does not.
    let leave = |target: &str| {
        format!("<qti-assessment-item-ref identifier=\"a\" href=\"i.xml\">{}</qti-assessment-item-ref>{}", rule(target), refs(&["b"]))
    };
    let rest = section("s2", &refs(&["c"])) + &section("s3", &refs(&["e"]));
    for (target, expected) in [("EXIT_SECTION", vec!["a", "e"]), ("c", vec!["a", "c", "e"])] {
        let sections = section("s1", &(rule("s3") + &leave(target))) + &rest;
        assert_eq!(presented(&run(&test(&sections, ""), json!({}))), expected, "{target}");
    }
}

#[test]
fn a_section_whose_condition_fails_is_closed_as_a_whole_and_its_branches_with_it() {
    let closed = format!(
        "<qti-pre-condition><qti-not>{TRUE}</qti-not></qti-pre-condition><qti-branch-rule target=\"EXIT_TEST\">{TRUE}</qti-branch-rule>{}",
        section("inner", &refs(&["b"]))
    );
    let sections = section("s1", &refs(&["a"])) + &section("s2", &closed) + &section("s3", &refs(&["c"]));
    assert_eq!(presented(&run(&test(&sections, ""), json!({}))), ["a", "c"]);
}

#[test]
fn a_branch_back_is_not_followed_and_is_named() {
    let back = format!(
        "<qti-assessment-item-ref identifier=\"b\" href=\"i.xml\"><qti-branch-rule target=\"a\">{TRUE}</qti-branch-rule></qti-assessment-item-ref>"
    );
    let marked = run(&test(&section("s", &(refs(&["a"]) + &back + &refs(&["c"]))), ""), json!({}));
    assert_eq!(presented(&marked), ["a", "b", "c"]);
    assert!(marked.problems.iter().any(|problem| problem.contains("nothing that comes later")), "{:?}", marked.problems);
}

#[test]
fn time_that_is_up_in_a_section_closes_it_and_a_late_answer_does_not_count() {
    // "timeLimits": max-time holds for the section; allow-late-submission accepts what is handed in after it.
    for (late, expected, score) in [("false", vec!["a", "b", "d"], 2), ("true", vec!["a", "b", "c", "d"], 4)] {
        let limits = format!("<qti-time-limits max-time=\"100\" allow-late-submission=\"{late}\"/>");
        let sections = section("s1", &(limits + &refs(&["a", "b", "c"]))) + &section("s2", &refs(&["d"]));
        let total = set("TOTAL", "<qti-sum><qti-test-variables variable-identifier=\"SCORE\"/></qti-sum>");
        let answer = |seconds: u32| json!({ "RESPONSE": "A", "duration": seconds });
        let marked = run(&test(&sections, &total), json!({ "a": answer(60), "b": answer(60), "c": answer(60), "d": answer(60) }));
        assert_eq!((presented(&marked), marked.outcomes["TOTAL"].json()), (expected, json!(score)), "{late}: {:?}", marked.problems);
    }
}

#[test]
fn the_duration_of_a_test_and_of_its_sections_can_be_asked_for() {
    let sections = section("s1", &refs(&["a"])) + &section("s2", &refs(&["b"]));
    let processing =
        set("TOTAL", "<qti-subtract><qti-variable identifier=\"duration\"/><qti-variable identifier=\"s2.duration\"/></qti-subtract>");
    let marked = run(&test(&sections, &processing), json!({ "a": { "duration": 7 }, "b": { "duration": 5 } }));
    assert_eq!(marked.outcomes["TOTAL"].json(), json!(7));
}

#[test]
fn no_more_attempts_count_than_session_control_allows() {
    // "itemSessionControl", "max-attempts": 1 unless said otherwise, 0 is any number.
    for (control, score, attempts) in [("", 0, 1), ("max-attempts=\"2\"", 1, 2), ("max-attempts=\"0\"", 0, 3)] {
        let control = format!("<qti-item-session-control {control}/>");
        let total = set("TOTAL", "<qti-variable identifier=\"a.SCORE\"/>");
        let given = json!({ "a": [{ "RESPONSE": "B" }, { "RESPONSE": "A" }, { "RESPONSE": "C" }] });
        let marked = run(&test(&section("s", &(control.clone() + &refs(&["a"]))), &total), given);
        assert_eq!((marked.outcomes["TOTAL"].json(), marked.items[0].attempts), (json!(score), attempts), "{control}");
    }
}

#[test]
fn an_item_that_may_not_be_skipped_is_not_handed_in_empty() {
    // "itemSessionControl", "allow-skipping": false means that an answer must be given.
    let sections = section("s", &format!("<qti-item-session-control allow-skipping=\"false\"/>{}", refs(&["a", "b"])));
    let marked = run(&test(&sections, ""), json!({ "a": {}, "b": { "RESPONSE": "B" } }));
    assert_eq!(marked.items.iter().map(|item| item.attempts).collect::<Vec<_>>(), [0, 1]);
    assert!(marked.problems.iter().any(|problem| problem.starts_with("a: ")), "{:?}", marked.problems);
}

#[test]
fn items_that_were_not_presented_count_as_selected_with_what_they_begin_with() {
    // "outcomeMaximum" and "testVariables" look at the items of the test, presented or not.
    let stop = format!(
        "<qti-assessment-item-ref identifier=\"a\" href=\"i.xml\"><qti-branch-rule target=\"EXIT_TEST\">{TRUE}</qti-branch-rule></qti-assessment-item-ref>"
    );
    let processing = set("MOST", "<qti-outcome-maximum outcome-identifier=\"SCORE\"/>")
        + &set("TOTAL", "<qti-container-size><qti-test-variables variable-identifier=\"SCORE\"/></qti-container-size>");
    let marked = run(&test(&section("s", &(stop + &refs(&["b", "c"]))), &processing), json!({}));
    assert_eq!(marked.outcomes["MOST"].json(), json!([2, 2, 2]));
    assert_eq!(marked.outcomes["TOTAL"].json(), json!(3));
}

#[test]
fn a_test_gives_a_clone_its_template_defaults() {
    let text = r#"<qti-assessment-item identifier="i" title="i">
      <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="integer"/>
      <qti-template-declaration identifier="T" cardinality="single" base-type="integer"><qti-default-value><qti-value>1</qti-value></qti-default-value></qti-template-declaration>
      <qti-response-processing><qti-set-outcome-value identifier="SCORE"><qti-variable identifier="T"/></qti-set-outcome-value></qti-response-processing></qti-assessment-item>"#;
    let sections = section(
        "s",
        r#"<qti-assessment-item-ref identifier="a" href="t.xml"><qti-template-default template-identifier="T"><qti-base-value base-type="integer">9</qti-base-value></qti-template-default></qti-assessment-item-ref>
           <qti-assessment-item-ref identifier="b" href="t.xml"/>"#,
    );
    let items = BTreeMap::from([("t.xml".to_owned(), Item::parse(text.as_bytes()).unwrap())]);
    let marked = run_test(&test(&sections, ""), &items, &json!({}), 1).unwrap();
    let scores: Vec<Json> = marked.items.iter().map(|item| item.outcomes["SCORE"].json()).collect();
    assert_eq!(scores, [json!(9), json!(1)]);
}

#[test]
fn only_items_whose_responses_all_have_a_key_are_counted_correct_or_incorrect() {
    // "numberCorrect" and "numberIncorrect".
    let text = r#"<qti-assessment-item identifier="i" title="i">
      <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier"><qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
      <qti-response-declaration identifier="REASON" cardinality="single" base-type="string"/></qti-assessment-item>"#;
    let items = BTreeMap::from([("i.xml".to_owned(), Item::parse(text.as_bytes()).unwrap())]);
    let processing = set("correct", "<qti-number-correct/>") + &set("incorrect", "<qti-number-incorrect/>");
    let marked = run_test(&test(&section("s", &refs(&["a"])), &processing), &items, &json!({ "a": { "RESPONSE": "B" } }), 1).unwrap();
    assert_eq!((marked.outcomes["correct"].json(), marked.outcomes["incorrect"].json()), (json!(0), json!(0)));
}

#[test]
fn a_section_may_stand_in_a_file_of_its_own() {
    let text = r#"<qti-assessment-test identifier="t" title="t"><qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual">
      <qti-assessment-section-ref identifier="own" href="s.xml"/><qti-assessment-section-ref identifier="none" href="none.xml"/></qti-test-part></qti-assessment-test>"#;
    let file = section("inside", &refs(&["a", "b"]));
    let test = item_bank::qti::parse_test_with(text.as_bytes(), &|href| (href == "s.xml").then(|| file.clone().into_bytes())).unwrap();
    assert_eq!(
        select(&test, 1).into_iter().map(|item| item.path.join("/") + "/" + &item.identifier).collect::<Vec<_>>(),
        ["p/own/a", "p/own/b"]
    );
    assert_eq!(test.problems.len(), 1, "{:?}", test.problems);
}
