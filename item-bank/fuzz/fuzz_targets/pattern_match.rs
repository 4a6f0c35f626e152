#![no_main]
//! Any pattern against any text: it is refused or answers.

libfuzzer_sys::fuzz_target!(|input: (&str, &str)| {
    if let Ok(pattern) = item_bank::qti::Pattern::new(input.0) {
        pattern.matches(input.1);
    }
});
