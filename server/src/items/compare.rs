//! Two versions of an item beside each other, for people who see no XML: what it says, what is asked, what is right, what it is worth and
//! what is known about it, each with the differences marked.

use item_bank::qti::{self, Interaction, Item, Key, Outline};
use serde::Serialize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use utoipa::ToSchema;

use crate::entity::item_versions;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// What is known about the item.
    About,
    /// The text beside the questions.
    Text,
    /// A question, its choices and its settings.
    Question,
    /// What is right.
    Key,
    /// What each answer is worth.
    Points,
    /// The rules by which points come about.
    Rules,
    Media,
    Translation,
}

/// A stretch of text that both sides have, or one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stretch {
    pub text: String,
    pub differs: bool,
}

/// One thing about both versions. A side that does not have it is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Aspect {
    pub section: Section,
    /// Of `about` a field's name; of a question, a key or points the name of the response; of a translation the language.
    pub name: String,
    pub changed: bool,
    /// Lines, each of stretches.
    pub before: Vec<Vec<Stretch>>,
    pub after: Vec<Vec<Stretch>>,
}

/// Everything about two versions, in the order in which it is read.
pub fn compare(before: &item_versions::Model, after: &item_versions::Model) -> Vec<Aspect> {
    let mut aspects = Vec::new();
    let mut put = |section, name: &str, one: String, other: String| {
        if !(one.is_empty() && other.is_empty()) {
            aspects.push(aspect(section, name, &one, &other));
        }
    };
    for (name, of) in ABOUT {
        put(Section::About, name, of(before), of(after));
    }
    let (old, new) = (Item::parse(before.qti.as_bytes()).ok(), Item::parse(after.qti.as_bytes()).ok());
    let said = |item: &Option<Item>| item.as_ref().map(qti::outline).unwrap_or_default();
    let (one, other) = (said(&old), said(&new));
    put(Section::Text, "text", one.text.join("\n"), other.text.join("\n"));
    for response in names(&one, &other, |outline| outline.interactions.iter().map(|found| found.response.clone()).collect()) {
        let asked = |outline: &Outline| questions(outline, &response).map(question).collect::<Vec<_>>().join("\n");
        put(Section::Question, &response, asked(&one), asked(&other));
    }
    for response in names(&one, &other, |outline| outline.keys.iter().map(|key| key.response.clone()).collect()) {
        let of = |outline: &Outline, tell: fn(&Outline, &Key) -> String| {
            outline.keys.iter().find(|key| key.response == response).map(|key| tell(outline, key)).unwrap_or_default()
        };
        put(Section::Key, &response, of(&one, right), of(&other, right));
        put(Section::Points, &response, of(&one, points), of(&other, points));
    }
    let rules = |item: &Option<Item>| item.as_ref().map(|item| qti::marking_rules(item).join("\n")).unwrap_or_default();
    put(Section::Rules, "rules", rules(&old), rules(&new));
    put(Section::Media, "media", lines(&before.media), lines(&after.media));
    let mut languages: Vec<&String> =
        [before, after].iter().filter_map(|version| version.translations.as_object()).flat_map(|texts| texts.keys()).collect();
    languages.sort_unstable();
    languages.dedup();
    for language in languages {
        let texts = |version: &item_versions::Model| version.translations.get(language).map(lines).unwrap_or_default();
        put(Section::Translation, language, texts(before), texts(after));
    }
    aspects
}

type Field = fn(&item_versions::Model) -> String;

const ABOUT: [(&str, Field); 9] = [
    ("title", |version| version.title.clone()),
    ("level", |version| version.level.map(|level| level.as_str().to_owned()).unwrap_or_default()),
    ("topic", |version| version.topic.clone().unwrap_or_default()),
    ("text_type", |version| version.text_type.clone().unwrap_or_default()),
    ("source", |version| version.source.clone().unwrap_or_default()),
    ("licence", |version| version.licence.clone().unwrap_or_default()),
    ("core", |version| version.core.to_string()),
    ("sample", |version| version.sample.to_string()),
    ("other", |version| lines(&version.metadata)),
];

fn aspect(section: Section, name: &str, one: &str, other: &str) -> Aspect {
    let (before, after) = if one == other { (plain(one), plain(other)) } else { marked(one, other) };
    Aspect { section, name: name.to_owned(), changed: one != other, before, after }
}

fn plain(text: &str) -> Vec<Vec<Stretch>> {
    text.lines().map(|line| vec![Stretch { text: line.to_owned(), differs: false }]).collect()
}

/// Both texts with the words marked that the other does not have.
fn marked(one: &str, other: &str) -> (Vec<Vec<Stretch>>, Vec<Vec<Stretch>>) {
    let diff = TextDiff::from_words(one, other);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                before.push((change.value(), false));
                after.push((change.value(), false));
            }
            ChangeTag::Delete => before.push((change.value(), true)),
            ChangeTag::Insert => after.push((change.value(), true)),
        }
    }
    (in_lines(&before), in_lines(&after))
}

fn in_lines(words: &[(&str, bool)]) -> Vec<Vec<Stretch>> {
    let mut lines: Vec<Vec<Stretch>> = vec![Vec::new()];
    for (word, differs) in words {
        for (index, part) in word.split('\n').enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            let Some(line) = lines.last_mut().filter(|_| !part.is_empty()) else { continue };
            match line.last_mut().filter(|last| last.differs == *differs) {
                Some(last) => last.text.push_str(part),
                None => line.push(Stretch { text: part.to_owned(), differs: *differs }),
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// The names on either side, in the order in which they stand.
fn names(one: &Outline, other: &Outline, of: fn(&Outline) -> Vec<String>) -> Vec<String> {
    let mut names = of(one);
    for name in of(other) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.dedup();
    names
}

fn questions<'a>(outline: &'a Outline, response: &'a str) -> impl Iterator<Item = &'a Interaction> {
    outline.interactions.iter().filter(move |found| found.response == response)
}

fn question(asked: &Interaction) -> String {
    let mut lines = vec![asked.kind.clone()];
    lines.extend([&asked.prompt, &asked.body].into_iter().filter(|text| !text.is_empty()).cloned());
    lines.extend(asked.options.iter().map(|(identifier, text)| format!("{identifier}: {text}")));
    lines.extend(asked.settings.iter().map(|(name, value)| format!("{name} = {value}")));
    lines.join("\n")
}

/// The values that are right, with the words of the choices that they are.
fn right(outline: &Outline, key: &Key) -> String {
    key.correct.iter().map(|value| with_words(outline, key, value)).collect::<Vec<_>>().join("\n")
}

fn points(outline: &Outline, key: &Key) -> String {
    let mut lines: Vec<String> =
        key.mapping.iter().map(|(value, points)| format!("{} = {points}", with_words(outline, key, value))).collect();
    lines.extend(key.mapping_default.map(|points| format!("* = {points}")));
    lines.extend(key.mapping_bounds.0.map(|least| format!(">= {least}")));
    lines.extend(key.mapping_bounds.1.map(|most| format!("<= {most}")));
    lines.join("\n")
}

fn with_words(outline: &Outline, key: &Key, value: &str) -> String {
    let options = || questions(outline, &key.response).flat_map(|asked| &asked.options);
    let parts: Vec<String> = value
        .split(' ')
        .map(|part| match options().find(|(identifier, text)| identifier == part && !text.is_empty()) {
            Some((identifier, text)) => format!("{identifier} ({text})"),
            None => part.to_owned(),
        })
        .collect();
    parts.join(" ")
}

/// An object as lines of name and value.
fn lines(value: &Value) -> String {
    let fields = value.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| match value {
            Value::String(text) => format!("{name}: {text}"),
            other => format!("{name}: {other}"),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_changed_are_marked_on_either_side() {
        let (before, after) = marked("Zij koopt een brood.\nDaarna niets.", "Zij koopt een taart.\nDaarna niets.");
        let told = |lines: &[Vec<Stretch>]| -> Vec<String> {
            lines
                .iter()
                .map(|line| line.iter().map(|part| if part.differs { format!("[{}]", part.text) } else { part.text.clone() }).collect())
                .collect()
        };
        assert_eq!(told(&before), ["Zij koopt een [brood.]", "Daarna niets."]);
        assert_eq!(told(&after), ["Zij koopt een [taart.]", "Daarna niets."]);
    }

    #[test]
    fn what_only_one_side_has_is_empty_on_the_other() {
        let made = aspect(Section::About, "topic", "", "werk");
        assert!(made.changed && made.before.is_empty());
        assert_eq!(made.after, [[Stretch { text: "werk".into(), differs: true }]]);
    }
}
