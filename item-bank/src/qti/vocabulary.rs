//! Which elements there are and which attributes they carry, so that nothing of a document is passed over without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::reader::short;
use super::value::read_float;
use super::xml::{Element, Position, Problem};

/// What the value of an attribute must be.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Boolean,
    Whole,
    Number,
    OneOf(&'static str),
}

/// The attributes that every element of a body may carry, besides `data-…` and `aria-…`.
const BODY: [&str; 8] = ["id", "class", "lang", "label", "dir", "role", "title", "tabindex"];

/// Elements whose inside is of another vocabulary, or is reported as a whole.
const FOREIGN: [&str; 7] =
    ["math", "svg", "custom-interaction", "portable-custom-interaction", "companion-materials-info", "catalog-info", "apip-accessibility"];

type Table = BTreeMap<&'static str, BTreeMap<&'static str, Kind>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = include_str!("vocabulary.txt").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(':')).map(|(name, attributes)| (name, attributes_of(attributes))).collect()
    })
}

fn attributes_of(text: &'static str) -> BTreeMap<&'static str, Kind> {
    text.split_whitespace()
        .flat_map(|word| match (word, word.split_once(':'), word.split_once('=')) {
            ("*", _, _) => BODY.iter().map(|name| (*name, Kind::Text)).collect(),
            (_, _, Some((name, values))) => vec![(name, Kind::OneOf(values))],
            (_, Some((name, "b")), _) => vec![(name, Kind::Boolean)],
            (_, Some((name, "u")), _) => vec![(name, Kind::Whole)],
            (_, Some((name, _)), _) => vec![(name, Kind::Number)],
            (name, None, None) => vec![(name, Kind::Text)],
        })
        .collect()
}

/// Adds a problem for every element and attribute that is not known or has a value of another kind, unless the place has one already.
pub(crate) fn check(root: &Element, problems: &mut Vec<Problem>) {
    let known: BTreeSet<Position> = problems.iter().map(|problem| problem.at).collect();
    visit(root, &known, problems);
}

fn visit(element: &Element, known: &BTreeSet<Position>, problems: &mut Vec<Problem>) {
    if FOREIGN.contains(&element.name.as_str()) {
        return;
    }
    match table().get(element.name.as_str()) {
        None if known.contains(&element.at) => {}
        None => problems.push(Problem::new(element.at, format!("<{}> is not an element that is supported", element.written))),
        Some(attributes) => {
            for (name, value) in &element.attributes {
                if let Some(reason) = fault(attributes, name, value.trim()) {
                    problems.push(Problem::new(element.at, format!("<{}>: {reason}", element.written)));
                }
            }
        }
    }
    for child in element.elements() {
        visit(child, known, problems);
    }
}

fn fault(attributes: &BTreeMap<&'static str, Kind>, name: &str, value: &str) -> Option<String> {
    if name.starts_with("data-") || name.starts_with("aria-") || matches!(name, "xml:lang" | "xml:base" | "xml:space" | "xml:id") {
        return None;
    }
    let expected = match attributes.get(name) {
        None => return Some(format!("the attribute {} is not supported", short(name))),
        Some(Kind::Text) => return None,
        Some(Kind::Boolean) if matches!(value, "true" | "false" | "1" | "0") => return None,
        Some(Kind::Boolean) => "true or false".to_owned(),
        Some(Kind::Whole) if value.parse::<u64>().is_ok() => return None,
        Some(Kind::Whole) => "a whole number".to_owned(),
        Some(Kind::Number) if read_float(value).is_some() => return None,
        Some(Kind::Number) => "a number".to_owned(),
        Some(Kind::OneOf(values)) if values.split('|').any(|one| one == value) => return None,
        Some(Kind::OneOf(values)) => values.replace('|', " or "),
    };
    Some(format!("{name}=\"{}\" is not {expected}", short(value)))
}
