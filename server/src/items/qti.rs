//! What the rest of the server asks of `item_bank::qti`, in terms of an item version.

use std::collections::BTreeMap;

use item_bank::qti::xml::{Element, Node};
use item_bank::qti::{self, Item, Responses};
use serde_json::Value;

use crate::entity::item_versions;

/// A published item that cannot be read: a fault of ours, since publication checks it.
#[derive(Debug, thiserror::Error)]
#[error("item version {version}: {reason}")]
pub struct Unreadable {
    version: crate::ids::ItemVersionId,
    reason: String,
}

/// What a question was worth and what was earned.
#[derive(Clone, Debug)]
pub struct Marked {
    pub score: f64,
    pub max: f64,
    /// The response in the item's own identifiers.
    pub responses: Value,
    /// What is odd about it: an answer that no kiosk of ours sends, a rule that could not be evaluated.
    pub problems: Vec<String>,
}

/// The seed of one question of an attempt: the attempt's, kept apart by position.
pub fn seed(attempt: i64, position: i64) -> u64 {
    (attempt as u64) ^ (position as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The item as the kiosk receives it in a language.
pub fn deliver(
    version: &item_versions::Model,
    language: &str,
    seed: u64,
    url: &dyn Fn(&str) -> Option<String>,
) -> Result<Value, Unreadable> {
    Ok(qti::deliver(&read(version, language)?, seed, url).json)
}

/// Marks what a kiosk sent for the item that it was given. The same version, seed and response give the same mark for ever.
pub fn mark(version: &item_versions::Model, language: &str, seed: u64, response: &Value) -> Result<Marked, Unreadable> {
    let item = read(version, language)?;
    // The aliases depend on item and seed alone, so that they need not be kept.
    let aliases = qti::deliver(&item, seed, &|_| Some(String::new())).aliases;
    let mut problems = Vec::new();
    let responses = qti::resolve(&item, &aliases, response).unwrap_or_else(|fault| {
        problems.push(fault.to_string());
        Responses::new()
    });
    let marked = qti::mark(&item, &responses, seed);
    problems.extend(marked.problems.iter().cloned());
    let shown: BTreeMap<&String, Value> = responses.iter().map(|(name, value)| (name, value.json())).collect();
    let max = qti::max_score(&item, seed);
    Ok(Marked { score: marked.score(), max, responses: serde_json::to_value(shown).unwrap_or_default(), problems })
}

/// The item in a language; where there is no translation, the original. A translation replaces texts and nothing else: identifiers, keys and
/// structure are those of the original, so that every language is marked alike.
fn read(version: &item_versions::Model, language: &str) -> Result<Item, Unreadable> {
    let mut item = Item::parse(version.qti.as_bytes()).map_err(|problems| Unreadable {
        version: version.id,
        reason: problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })?;
    if let Some(texts) = version.translations.get(language).and_then(Value::as_object) {
        if let Some(body) = &mut item.body {
            translate(body, texts);
        }
        item.language = Some(language.to_owned());
    }
    Ok(item)
}

/// Puts the texts in place: `prompt` for the question, and each choice by its identifier.
fn translate(element: &mut Element, texts: &serde_json::Map<String, Value>) {
    let key = match element.name.as_str() {
        "prompt" => Some("prompt"),
        "simple-choice" | "inline-choice" | "gap-text" | "simple-associable-choice" | "hottext" => element.attribute("identifier"),
        _ => element.attribute("data-text"),
    };
    if let Some(text) = key.and_then(|key| texts.get(key)).and_then(Value::as_str) {
        element.children = vec![Node::Text(text.to_owned())];
        return;
    }
    for child in &mut element.children {
        if let Node::Element(child) = child {
            translate(child, texts);
        }
    }
}
