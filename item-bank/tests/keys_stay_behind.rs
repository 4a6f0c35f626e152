//! What is delivered says nothing of what is right: for every sample item, another key, other points, another name and other identifiers of
//! the choices give the same delivery, byte for byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it does not expect must fail")]

use std::path::Path;

use item_bank::qti::{Item, aliases, deliver, outline};

/// Every item of the sample bank, by its file's name.
fn sample_items() -> Vec<(String, String)> {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let mut found = Vec::new();
    for package in std::fs::read_dir(content).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(package.join("items")).unwrap().map(|entry| entry.unwrap().path()) {
            found.push((file.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&file).unwrap()));
        }
    }
    found.sort();
    found
}

/// The same questions under another key, with other points, and with names that tell.
fn told_otherwise(source: &str) -> String {
    let item = Item::parse(source.as_bytes()).unwrap();
    let mut identifiers: Vec<String> =
        outline(&item).interactions.iter().flat_map(|asked| asked.options.iter().map(|(identifier, _)| identifier.clone())).collect();
    identifiers.sort();
    identifiers.dedup();
    let mut told = source.to_owned();
    for (n, identifier) in identifiers.iter().enumerate() {
        told = told.replace(&format!("identifier=\"{identifier}\""), &format!("identifier=\"JUIST-{n}-{identifier}\""));
        told = told.replace(&format!("map-key=\"{identifier}\""), &format!("map-key=\"JUIST-{n}-{identifier}\""));
    }
    // The first choice is right now, or the last where the first was.
    let key = |n: usize| identifiers.get(n).map_or_else(|| "andere tekst".to_owned(), |identifier| format!("JUIST-{n}-{identifier}"));
    let right = format!("<qti-value>{}</qti-value>", key(usize::from(source.contains("<qti-value>A</qti-value>"))));
    let mut parts = told.split("<qti-value>");
    let mut changed = parts.next().unwrap().to_owned();
    for part in parts {
        changed.push_str(&right);
        changed.push_str(part.split_once("</qti-value>").unwrap().1);
    }
    changed
        .replace("mapped-value=\"", "mapped-value=\"4")
        .replacen("identifier=\"", "identifier=\"niveau-B2-juist-", 1)
        .replacen("title=\"", "title=\"B2, moeilijk: ", 1)
        .replace("<qti-outcome-declaration", "<qti-outcome-declaration view=\"scorer\"")
}

#[test]
fn a_delivery_is_the_same_whatever_is_right() {
    let items = sample_items();
    assert!(items.len() > 150, "the sample bank has {} items", items.len());
    for (name, source) in items {
        let other = told_otherwise(&source);
        assert_ne!(source, other);
        let (item, other) = (Item::parse(source.as_bytes()).unwrap(), Item::parse(other.as_bytes()).unwrap());
        assert_ne!(item.identifier, other.identifier);
        for seed in [0, 1, 7, 20_261_125, u64::MAX] {
            let url = |name: &str| Some(format!("/media/{}", name.len()));
            assert_eq!(deliver(&item, seed, &url).json, deliver(&other, seed, &url).json, "{name}, seed {seed}");
        }
    }
}

#[test]
fn the_names_of_a_delivery_are_the_same_with_and_without_its_texts() {
    for (name, source) in sample_items() {
        let item = Item::parse(source.as_bytes()).unwrap();
        for seed in 0..20 {
            assert_eq!(aliases(&item, seed), deliver(&item, seed, &|_| None).aliases, "{name}, seed {seed}");
        }
    }
}
