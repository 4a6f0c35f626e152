#![no_main]
//! Any text as the rules of an item: marking ends, and ends the same way twice.

libfuzzer_sys::fuzz_target!(|rules: &str| {
    let text = format!(
        "<qti-assessment-item identifier=\"i\" title=\"i\"><qti-response-declaration identifier=\"R\" cardinality=\"multiple\" base-type=\"integer\"/>\
         <qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" base-type=\"float\"/>\
         <qti-response-processing>{rules}</qti-response-processing></qti-assessment-item>"
    );
    if let Ok(item) = item_bank::qti::Item::parse(text.as_bytes()) {
        let responses = Default::default();
        assert_eq!(
            format!("{:?}", item_bank::qti::mark(&item, &responses, 7)),
            format!("{:?}", item_bank::qti::mark(&item, &responses, 7))
        );
    }
});
