//! Our conformance table: one or more cases for each expression, rule and template, with the outcome that the specification gives.
//!
//! A case in `conformance/expressions.txt` is `expression XML => value`; the value is written as outcomes are, and `ordered` or `multiple` do not show.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it does not expect must fail")]

use std::collections::BTreeSet;

use item_bank::qti::{Item, mark, responses_from_json};
use serde_json::{Value as Json, json};

const EXPRESSIONS: &str = include_str!("conformance/expressions.txt");

/// Variables that the table may use.
const DECLARATIONS: &str = r#"
  <qti-response-declaration identifier="R" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>A</qti-value></qti-correct-response>
    <qti-mapping default-value="0.5" upper-bound="3"><qti-map-entry map-key="A" mapped-value="2"/></qti-mapping></qti-response-declaration>
  <qti-response-declaration identifier="M" cardinality="multiple" base-type="identifier">
    <qti-mapping default-value="-2" lower-bound="-3" upper-bound="4">
      <qti-map-entry map-key="A" mapped-value="2"/><qti-map-entry map-key="B" mapped-value="3"/></qti-mapping></qti-response-declaration>
  <qti-response-declaration identifier="O" cardinality="ordered" base-type="identifier"/>
  <qti-response-declaration identifier="S" cardinality="single" base-type="string">
    <qti-mapping default-value="0"><qti-map-entry map-key="Straße" mapped-value="1" case-sensitive="false"/>
      <qti-map-entry map-key="strasse" mapped-value="5" case-sensitive="true"/></qti-mapping></qti-response-declaration>
  <qti-response-declaration identifier="P" cardinality="multiple" base-type="point">
    <qti-area-mapping default-value="-1"><qti-area-map-entry shape="circle" coords="10,10,5" mapped-value="2"/>
      <qti-area-map-entry shape="rect" coords="0,0,20,20" mapped-value="7"/></qti-area-mapping></qti-response-declaration>
  <qti-response-declaration identifier="D" cardinality="record"/>
  <qti-response-declaration identifier="N" cardinality="multiple" base-type="integer"/>
  <qti-response-declaration identifier="EMPTY" cardinality="single" base-type="boolean"/>
  <qti-outcome-declaration identifier="DEFAULTED" cardinality="single" base-type="integer">
    <qti-default-value><qti-value>7</qti-value></qti-default-value></qti-outcome-declaration>
  <qti-outcome-declaration identifier="ZERO" cardinality="single" base-type="float"/>
"#;

fn responses() -> Json {
    json!({ "R": "A", "M": ["A", "A", "C"], "O": ["A", "B", "C"], "S": "STRASSE", "P": ["10 10", "11 11", "2 2", "50 50"],
            "D": { "field": 3, "word": "huis" }, "N": [4, 1, 7] })
}

fn item(expression: &str, cardinality: &str, base: &str) -> Item {
    let base = if cardinality == "record" { String::new() } else { format!("base-type=\"{base}\"") };
    let text = format!(
        "<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"i\" title=\"i\" time-dependent=\"false\">{DECLARATIONS}
         <qti-outcome-declaration identifier=\"X\" cardinality=\"{cardinality}\" {base}/>
         <qti-response-processing><qti-set-outcome-value identifier=\"X\">{expression}</qti-set-outcome-value></qti-response-processing>
         </qti-assessment-item>"
    );
    Item::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{expression}: {problems:?}"))
}

/// The declared type of the outcome that can hold what is expected, so that NULL and FALSE stay apart.
fn kind_of(expected: &Json) -> (&'static str, &'static str) {
    let base = |value: &Json| match value {
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_i64() => "integer",
        Json::Number(_) => "float",
        Json::String(text) if text == "INF" || text == "-INF" => "float",
        _ => "identifier",
    };
    match expected {
        Json::Array(list) => ("ordered", list.first().map_or("identifier", base)),
        Json::Null => ("single", "boolean"),
        other => ("single", base(other)),
    }
}

fn evaluate(expression: &str, expected: &Json) -> Json {
    let (cardinality, base) = kind_of(expected);
    let item = item(expression, cardinality, base);
    let marked = mark(&item, &responses_from_json(&item, &responses()).unwrap(), 1);
    marked.outcomes["X"].json()
}

fn cases() -> Vec<(&'static str, Json)> {
    EXPRESSIONS
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (expression, expected) = line.rsplit_once(" => ").unwrap_or_else(|| panic!("{line}"));
            (expression.trim(), serde_json::from_str(expected.trim()).unwrap_or_else(|error| panic!("{line}: {error}")))
        })
        .collect()
}

#[test]
fn every_expression_gives_what_the_specification_says() {
    let wrong: Vec<String> = cases()
        .into_iter()
        .filter_map(|(expression, expected)| {
            // A NULL must be NULL whatever the type of the outcome, so it is asked with is-null.
            let found = if expected.is_null() {
                let found = evaluate(&format!("<qti-is-null>{expression}</qti-is-null>"), &json!(true));
                if found == json!(true) { Json::Null } else { found }
            } else {
                evaluate(expression, &expected)
            };
            let same = match (found.as_f64(), expected.as_f64()) {
                (Some(found), Some(expected)) => (found - expected).abs() < 1e-12,
                _ => found == expected,
            };
            (!same).then(|| format!("{expression}\n    gives {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The expressions of QTI 3.0, but those of tests, which `qti_tests.rs` covers, and the custom operator, which every engine names itself.
const ITEM_EXPRESSIONS: [&str; 56] = [
    "and",
    "any-n",
    "base-value",
    "container-size",
    "contains",
    "correct",
    "default",
    "delete",
    "divide",
    "duration-gte",
    "duration-lt",
    "equal",
    "equal-rounded",
    "field-value",
    "gcd",
    "gt",
    "gte",
    "index",
    "inside",
    "integer-divide",
    "integer-modulus",
    "integer-to-float",
    "is-null",
    "lcm",
    "lt",
    "lte",
    "map-response",
    "map-response-point",
    "match",
    "math-constant",
    "math-operator",
    "max",
    "member",
    "min",
    "multiple",
    "not",
    "null",
    "or",
    "ordered",
    "pattern-match",
    "power",
    "product",
    "random",
    "random-float",
    "random-integer",
    "repeat",
    "round",
    "round-to",
    "stats-operator",
    "string-match",
    "substring",
    "subtract",
    "sum",
    "truncate",
    "variable",
    "custom-operator",
];

#[test]
fn the_table_covers_every_expression_of_items() {
    let covered: BTreeSet<&str> = EXPRESSIONS.split("<qti-").skip(1).filter_map(|rest| rest.split([' ', '/', '>']).next()).collect();
    let missing: Vec<&&str> = ITEM_EXPRESSIONS.iter().filter(|name| !covered.contains(**name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
