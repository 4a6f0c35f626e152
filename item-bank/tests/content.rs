//! The sample bank: every item can be read, delivered and marked, its key gives all and anything else gives less, and nothing is missing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it does not expect must fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use item_bank::qti::{self, Item, Responses};
use serde_json::Value as Json;

const PACKAGES: &[&str] = &["a1a2", "b1b2", "prescreening", "mo"];

fn folder(package: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("content").join(package)
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap()
}

/// Every item of the bank: package, what is said of it, and the item.
fn items() -> Vec<(&'static str, Json, Item)> {
    let mut found = Vec::new();
    for package in PACKAGES {
        for entry in json(&folder(package).join("bank.json"))["items"].as_array().unwrap() {
            let path = folder(package).join(entry["file"].as_str().unwrap());
            let item = Item::parse(&std::fs::read(&path).unwrap()).unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()));
            assert_eq!(entry["identifier"], item.identifier);
            found.push((*package, entry.clone(), item));
        }
    }
    found
}

#[test]
fn every_item_can_be_read_and_shown_and_is_marked_as_a_sample() {
    let mut identifiers = BTreeSet::new();
    for (_, entry, item) in items() {
        assert!(identifiers.insert(item.identifier.clone()), "{} stands twice", item.identifier);
        assert!(qti::publication_problems(&item).is_empty(), "{}: {:?}", item.identifier, qti::publication_problems(&item));
        assert_eq!(entry["sample"], true, "{}", item.identifier);
        assert_eq!(item.language.as_deref(), Some("nl"));
    }
}

#[test]
fn the_key_gives_all_and_every_other_choice_gives_less() {
    for (_, _, item) in items() {
        if !item.is_marked_by_rules() {
            continue;
        }
        let marked = qti::mark(&item, &item.correct_responses(), 1);
        assert!(marked.problems.is_empty(), "{}: {:?}", item.identifier, marked.problems);
        assert_eq!(marked.score(), 1.0, "{}", item.identifier);
        let aliases = qti::deliver(&item, 7, &|name| Some(name.to_owned())).aliases;
        let key: Responses = item.correct_responses().into_iter().filter(|(_, value)| !value.is_null()).collect();
        let said = qti::answers(&aliases, &key);
        assert_eq!(qti::resolve(&item, &aliases, &said).unwrap(), key, "{}: said as a kiosk says it", item.identifier);
        assert_eq!(qti::mark(&item, &Responses::new(), 1).score(), 0.0, "{}: nothing given", item.identifier);
        let delivery = qti::deliver(&item, 1, &|name| Some(name.to_owned()));
        for (alias, choices) in delivery.aliases.choices() {
            let right: Vec<f64> = choices
                .into_iter()
                .map(|choice| {
                    qti::mark(&item, &qti::resolve(&item, &delivery.aliases, &serde_json::json!({ alias: choice })).unwrap(), 1).score()
                })
                .collect();
            assert_eq!(right.iter().filter(|score| **score == 1.0).count(), 1, "{}: {right:?}", item.identifier);
        }
    }
}

#[test]
fn the_forms_are_as_long_as_promised_and_name_items_that_are_there() {
    let mut counts = BTreeMap::new();
    for package in PACKAGES {
        let bank = json(&folder(package).join("bank.json"));
        let known: BTreeSet<&str> = bank["items"].as_array().unwrap().iter().map(|item| item["identifier"].as_str().unwrap()).collect();
        for form in bank["forms"].as_array().unwrap() {
            let items = form["items"].as_array().unwrap();
            assert!(items.iter().all(|item| known.contains(item.as_str().unwrap())), "{}", form["key"]);
            counts.insert(form["key"].as_str().unwrap().to_owned(), items.len());
        }
    }
    let promised = [
        ("a1a2-reading", 15),
        ("a1a2-listening", 12),
        ("a1a2-writing", 2),
        ("a1a2-speaking", 4),
        ("b1b2-reading", 15),
        ("b1b2-listening", 12),
        ("b1b2-writing", 2),
        ("b1b2-speaking", 4),
        ("prescreening", 60),
        ("mo", 30),
    ];
    assert_eq!(counts, promised.into_iter().map(|(key, count)| (key.to_owned(), count)).collect());
}

#[test]
fn every_recording_that_is_named_is_there_and_every_one_that_is_there_is_named() {
    for package in PACKAGES {
        let bank = json(&folder(package).join("bank.json"));
        let named: BTreeSet<String> = bank["items"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|item| item["media"].as_array().unwrap())
            .map(|name| name.as_str().unwrap().trim_start_matches("../media/").to_owned())
            .collect();
        let there: BTreeSet<String> = match std::fs::read_dir(folder(package).join("media")) {
            Ok(entries) => entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect(),
            Err(_) => BTreeSet::new(),
        };
        assert_eq!(named, there, "{package}");
    }
}

#[test]
fn every_recording_can_be_made_again_from_its_transcript() {
    for package in ["a1a2", "b1b2", "prescreening"] {
        let transcripts = json(&folder(package).join("recordings.json"));
        let written: BTreeSet<&str> = transcripts.as_array().unwrap().iter().map(|recording| recording["file"].as_str().unwrap()).collect();
        let bank = json(&folder(package).join("bank.json"));
        let named: BTreeSet<&str> = bank["items"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|item| item["media"].as_array().unwrap())
            .map(|name| name.as_str().unwrap().trim_start_matches("../"))
            .collect();
        assert_eq!(written, named, "{package}");
    }
}

#[test]
fn the_mo_test_has_ten_core_questions_and_every_text_in_every_language() {
    let mut core = 0;
    for (package, entry, item) in items() {
        if package != "mo" {
            continue;
        }
        core += usize::from(entry["core"] == true);
        let choices: BTreeSet<&str> = item.simple_choices().into_iter().collect();
        for language in ["en", "fr", "ar"] {
            let texts = entry["translations"][language].as_object().unwrap();
            let units: BTreeSet<&str> = texts.keys().map(String::as_str).filter(|unit| !["title", "prompt"].contains(unit)).collect();
            assert_eq!(units, choices, "{} in {language}", item.identifier);
            assert!(texts.values().all(|text| !text.as_str().unwrap().trim().is_empty()), "{} in {language}", item.identifier);
        }
    }
    assert_eq!(core, 10);
}
