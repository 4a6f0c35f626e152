//! What the rest of the server asks of `item_bank::qti`, in terms of an item version.

use std::collections::BTreeMap;

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

/// An item as it was given, and as it is marked: the same version, or a later one that corrects it. Read once, for any number of answers.
#[derive(Clone)]
pub struct Pair {
    given: Item,
    /// Nothing where the item is marked by the version that was given.
    marking: Option<Item>,
}

impl Pair {
    pub fn read(given: &item_versions::Model, marking: &item_versions::Model, language: &str) -> Result<Self, Unreadable> {
        let by_another = given.id != marking.id;
        Ok(Self { given: read(given, language)?, marking: by_another.then(|| read(marking, language)).transpose()? })
    }

    /// Marks what a kiosk sent for the item that it was given. The same versions, seed and response give the same mark for ever.
    pub fn mark(&self, seed: u64, response: &Value) -> Marked {
        let marking = self.marking.as_ref().unwrap_or(&self.given);
        // The aliases depend on item and seed alone, so that they need not be kept.
        let aliases = qti::aliases(&self.given, seed);
        let mut problems = Vec::new();
        let responses = qti::resolve(&self.given, &aliases, response).unwrap_or_else(|fault| {
            problems.push(fault.to_string());
            Responses::new()
        });
        let marked = qti::mark_without_trace(marking, &responses, seed);
        problems.extend(marked.problems.iter().cloned());
        let shown: BTreeMap<&String, Value> = responses.iter().map(|(name, value)| (name, value.json())).collect();
        let max = qti::max_score(marking, seed);
        Marked { score: marked.score(), max, responses: serde_json::to_value(shown).unwrap_or_default(), problems }
    }
}

/// Why answers to one version cannot be marked by the other; empty when they can.
pub fn unlike_answers(given: &item_versions::Model, marking: &item_versions::Model) -> Result<Vec<String>, Unreadable> {
    Ok(qti::unlike_answers(&parse(given, &given.qti)?, &parse(marking, &marking.qti)?))
}

/// Marks what a kiosk sent for the item that it was given. The same version, seed and response give the same mark for ever.
pub fn mark(version: &item_versions::Model, language: &str, seed: u64, response: &Value) -> Result<Marked, Unreadable> {
    Ok(Pair::read(version, version, language)?.mark(seed, response))
}

/// What the item gives at most, in its own language.
pub fn max_score(version: &item_versions::Model) -> Result<f64, Unreadable> {
    Ok(qti::max_score(&read(version, "")?, 0))
}

/// The item in a language; where there is no translation, the original. A translation replaces texts and nothing else: identifiers, keys and
/// structure are those of the original, so that every language is marked alike.
fn read(version: &item_versions::Model, language: &str) -> Result<Item, Unreadable> {
    let translated = version.translations.get(language).and_then(Value::as_object).map(|texts| translate(&version.qti, language, texts));
    parse(version, translated.as_ref().unwrap_or(&version.qti))
}

fn parse(version: &item_versions::Model, source: &str) -> Result<Item, Unreadable> {
    Item::parse(source.as_bytes()).map_err(|problems| Unreadable {
        version: version.id,
        reason: problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })
}

/// Puts the texts in place: `prompt` for the question, and each choice by its identifier.
fn translate(document: &str, language: &str, texts: &serde_json::Map<String, Value>) -> String {
    let mut document = with_language(document, language);
    for (key, text) in texts.iter().filter_map(|(key, text)| Some((key, text.as_str()?))) {
        let (element, marked) = match key.as_str() {
            "title" => continue,
            "prompt" => ("qti-prompt", String::new()),
            identifier => ("qti-simple-choice", format!(" identifier=\"{identifier}\"")),
        };
        document = with_content(&document, element, &marked, text);
    }
    document
}

fn with_language(document: &str, language: &str) -> String {
    match document.split_once("xml:lang=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?.1))) {
        Some((before, after)) => format!("{before}xml:lang=\"{language}\"{after}"),
        None => document.to_owned(),
    }
}

/// The document with another text in the first element of this name whose start tag has the mark.
fn with_content(document: &str, element: &str, marked: &str, text: &str) -> String {
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut at = 0;
    while let Some(start) = document.get(at..).and_then(|rest| rest.find(&open)).map(|found| at + found) {
        let inside = document.get(start..).and_then(|rest| rest.find('>')).map(|found| start + found + 1);
        let Some(inside) = inside else { break };
        let end = document.get(inside..).and_then(|rest| rest.find(&close)).map(|found| inside + found);
        let (Some(end), Some(tag)) = (end, document.get(start..inside)) else { break };
        if tag.contains(marked) {
            let (before, after) = (document.get(..inside).unwrap_or_default(), document.get(end..).unwrap_or_default());
            return format!("{before}{}{after}", escaped(text));
        }
        at = inside;
    }
    document.to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_translation_replaces_texts_and_leaves_identifiers() {
        let document = r#"<qti-assessment-item xml:lang="nl"><qti-prompt>Wie?</qti-prompt><qti-simple-choice identifier="A">een</qti-simple-choice><qti-simple-choice identifier="B" fixed="true">twee</qti-simple-choice></qti-assessment-item>"#;
        let texts = json!({ "title": "x", "prompt": "من؟", "A": "a & b", "B": "<two>" });
        assert_eq!(
            translate(document, "ar", texts.as_object().unwrap()),
            r#"<qti-assessment-item xml:lang="ar"><qti-prompt>من؟</qti-prompt><qti-simple-choice identifier="A">a &amp; b</qti-simple-choice><qti-simple-choice identifier="B" fixed="true">&lt;two&gt;</qti-simple-choice></qti-assessment-item>"#
        );
    }
}
