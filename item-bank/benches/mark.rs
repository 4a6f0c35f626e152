//! How long marking takes: one item with its trace, without it, and a pattern made to be slow.

#![allow(clippy::expect_used, reason = "a bench whose input is unsound must stop")]

use criterion::{Criterion, criterion_group, criterion_main};
use item_bank::qti::{Item, Pattern, mark, mark_without_trace, responses_from_json};
use serde_json::json;
use std::hint::black_box;

const ITEM: &str = r#"<qti-assessment-item identifier="i" title="i">
  <qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="directedPair">
    <qti-correct-response><qti-value>a g1</qti-value><qti-value>b g2</qti-value></qti-correct-response>
    <qti-mapping default-value="-1" lower-bound="0"><qti-map-entry map-key="a g1" mapped-value="1"/><qti-map-entry map-key="b g2" mapped-value="2"/>
    </qti-mapping></qti-response-declaration>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/></qti-assessment-item>"#;

fn benches(bench: &mut Criterion) {
    let item = Item::parse(ITEM.as_bytes()).expect("the item is sound");
    let responses = responses_from_json(&item, &json!({ "RESPONSE": ["a g1", "c g2"] })).expect("the responses are sound");
    bench.bench_function("mark one item with its trace", |bench| bench.iter(|| mark(black_box(&item), black_box(&responses), 1)));
    bench.bench_function("mark one item again", |bench| bench.iter(|| mark_without_trace(black_box(&item), black_box(&responses), 1)));
    bench.bench_function("read one item", |bench| bench.iter(|| Item::parse(black_box(ITEM.as_bytes()))));
    for (name, pattern, text) in adversarial() {
        bench.bench_function(&format!("read and match {name}"), |bench| {
            bench.iter(|| Pattern::new(black_box(&pattern)).map(|pattern| pattern.matches(black_box(&text))));
        });
    }
}

/// Patterns and texts of 10 kB that make other engines slow: by going back, by the size of the program, or by the number of states.
fn adversarial() -> Vec<(&'static str, String, String)> {
    let letters: String = (0..10_000_u32).map(|index| if index.wrapping_mul(2_654_435_761) >> 16 & 1 == 0 { 'a' } else { 'b' }).collect();
    vec![
        ("nested repetitions", "(a+)+|(a|aa)+|(a*)*b".into(), "a".repeat(10_000) + "!"),
        ("10 kB of options", "(a|b)?".repeat(1_700), letters.clone()),
        ("a counted tail", "(a|b)*a(a|b){500}".into(), letters.clone()),
        ("nested counts", "((a|b){1,30}){1,30}".into(), letters.clone()),
        ("10 kB of Unicode classes", r"\w?".repeat(3_400), letters.clone()),
        ("10 kB of subtracted classes", r"[\w-[\d]]?".repeat(900), letters.clone()),
        ("10 kB of dots", ".?".repeat(5_000), letters.clone()),
        ("100 Unicode classes", r"\w?".repeat(100), letters.clone()),
        ("10 kB of alternatives", (0..2_000).map(|index| format!("a{index}|")).collect::<String>() + "b", letters.clone()),
        ("many ends", "(.*a){20}".into(), letters),
    ]
}

criterion_group!(marking, benches);
criterion_main!(marking);
