#![no_main]
//! Any bytes as an item, a test and a package.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(item) = item_bank::qti::Item::parse(bytes) {
        item_bank::qti::publication_problems(&item);
        item_bank::qti::deliver(&item, 1, &|name| Some(name.to_owned()));
    }
    if let Ok(test) = item_bank::qti::parse_test(bytes) {
        item_bank::qti::select(&test, 1);
    }
    let _ = item_bank::qti::read_package(bytes);
});
