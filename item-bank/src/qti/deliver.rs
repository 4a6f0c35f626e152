//! What a kiosk receives of an item: an allow-list of nodes, with names and orders made for the attempt from its seed.
//!
//! The shape is described in `docs/delivery-item.md`. Keys, mappings, feedback, rubrics, original identifiers and expected lengths stay behind.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::check::{is_interaction, is_rendered};
use super::delivery_nodes::{self as nodes, Kind};
use super::model::{Declaration, Item};
use super::processing::prepared;
use super::random::{Stream, stream};
use super::scope::Scope;
use super::value::{BaseType, Cardinality, Value};
use super::xml::{Element, Problem};
use crate::forms::shuffle::shuffle as shuffled;

/// A delivered item and the names that belong to it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The delivery item, for the kiosk.
    pub json: Json,
    /// What its names stand for: never leaves the server. Made again identically by the same seed.
    pub aliases: Aliases,
}

/// The interactions of a delivered item with their aliases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Aliases {
    pub(crate) interactions: Vec<Answerable>,
}

impl Aliases {
    /// The choice interactions with the aliases of their choices.
    pub fn choices(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.interactions
            .iter()
            .filter(|interaction| interaction.kind == AnswerKind::Choice)
            .map(|interaction| (interaction.alias.as_str(), interaction.first.iter().map(|(alias, _, _)| alias.as_str()).collect()))
    }
}

/// One interaction as the server must know it to understand an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answerable {
    pub alias: String,
    pub response: String,
    pub kind: AnswerKind,
    /// The most answers; 0 is any number.
    pub max: u64,
    /// Alias, identifier and the most uses (0 is any number) of choices, rows or gap choices.
    pub first: Vec<(String, String, u64)>,
    /// The same of columns or gaps.
    pub second: Vec<(String, String, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AnswerKind {
    Choice,
    InlineChoice,
    Hottext,
    Order,
    Pairs,
    Text,
    Recording,
    Plays,
}

/// Projects an item for one attempt. `media_url` turns the name of a file in the item into the address under which the kiosk fetches it.
///
/// Never fails: what [`super::publication_problems`] names is left out, and a medium without an address has an empty one.
pub fn deliver(item: &Item, seed: u64, media_url: &dyn Fn(&str) -> Option<String>) -> Delivery {
    project(item, seed, media_url, false)
}

/// The names of a delivered item alone, as [`deliver`] gives them: for marking very many attempts.
pub fn aliases(item: &Item, seed: u64) -> Aliases {
    project(item, seed, &|_| Some(String::new()), true).aliases
}

fn project(item: &Item, seed: u64, media_url: &dyn Fn(&str) -> Option<String>, names_only: bool) -> Delivery {
    let empty = Element::default();
    let body = item.body.as_ref().unwrap_or(&empty);
    let lang = body.attribute("xml:lang").or(item.language.as_deref()).unwrap_or("nl").to_owned();
    let dir = body.attribute("dir").unwrap_or_else(|| nodes::direction(&lang)).to_owned();
    let mut projection = Projection {
        item,
        clone: prepared(item, seed, false),
        rng: stream(seed, Stream::Shuffling),
        media_url,
        lang: lang.clone(),
        dir: dir.clone(),
        aliases: Aliases::default(),
        responses: 0,
        media: 0,
        names_only,
    };
    let body = nodes::children(&mut projection, body);
    Delivery { json: json!({ "v": 1, "lang": lang, "dir": dir, "body": body }), aliases: projection.aliases }
}

/// Adds what a candidate could not be shown.
pub(crate) fn undeliverable(element: &Element, problems: &mut Vec<Problem>) {
    for child in element.elements() {
        if is_interaction(&child.name) {
            if !is_rendered(&child.name) {
                problems.push(Problem::new(
                    child.at,
                    format!("<{}> has no accessible control yet, so the item cannot be published", child.written),
                ));
                continue;
            }
            if child.name == "upload-interaction" && !is_recorder(child) {
                problems.push(Problem::new(child.at, format!("<{}> can only be used to record speech (data-recorder)", child.written)));
            }
            undeliverable(child, problems);
            continue;
        }
        match nodes::kind(child) {
            Kind::Hidden | Kind::Media => {}
            Kind::Unknown => problems.push(Problem::new(child.at, format!("<{}> is not delivered to candidates", child.written))),
            Kind::Node(_) | Kind::Part | Kind::Conditional | Kind::Printed => undeliverable(child, problems),
        }
    }
}

/// An upload that is a recording through the microphone.
fn is_recorder(element: &Element) -> bool {
    element.attribute("data-recorder").is_some_and(|value| value.trim() != "false")
        || ["data-recorder", "recorder", "ijkpunt-recorder"].iter().any(|class| element.has_class(class))
}

/// An item on its way to a kiosk.
pub(crate) struct Projection<'a> {
    item: &'a Item,
    pub clone: Scope<'a>,
    rng: ChaCha8Rng,
    pub media_url: &'a dyn Fn(&str) -> Option<String>,
    pub lang: String,
    pub dir: String,
    aliases: Aliases,
    responses: usize,
    media: usize,
    /// Texts of prompts and choices are left out.
    names_only: bool,
}

/// The node of an interaction.
pub(crate) fn interaction(projection: &mut Projection<'_>, element: &Element) -> Option<Json> {
    let identifier = element.attribute("response-identifier").unwrap_or_default();
    let declaration = projection.item.response(identifier)?;
    let mut node = Map::new();
    match element.name.as_str() {
        "choice-interaction" => choice(projection, element, declaration, &mut node),
        "inline-choice-interaction" => inline_choice(projection, element, declaration, &mut node),
        "order-interaction" => order(projection, element, declaration, &mut node),
        "hottext-interaction" => hottext(projection, element, declaration, &mut node),
        "match-interaction" => matching(projection, element, declaration, &mut node),
        "gap-match-interaction" => gap_match(projection, element, declaration, &mut node),
        "text-entry-interaction" => text_entry(projection, element, declaration, &mut node),
        "extended-text-interaction" => extended_text(projection, element, declaration, &mut node),
        "media-interaction" => media(projection, element, declaration, &mut node),
        "upload-interaction" if is_recorder(element) => recording(projection, element, declaration, &mut node),
        _ => return None,
    }
    Some(nodes::language(projection, element, node))
}

type Node = Map<String, Json>;
type Options = Vec<(String, String, u64)>;

fn begin(projection: &mut Projection<'_>, node: &mut Node, kind: &str) -> String {
    projection.responses += 1;
    let alias = format!("r{}", projection.responses);
    node.insert("t".into(), kind.into());
    node.insert("id".into(), alias.as_str().into());
    alias
}

fn answerable(
    projection: &mut Projection<'_>,
    alias: String,
    declaration: &Declaration,
    kind: AnswerKind,
    max: u64,
    (first, second): (Options, Options),
) {
    projection.aliases.interactions.push(Answerable { alias, response: declaration.identifier.clone(), kind, max, first, second });
}

fn prompt(projection: &mut Projection<'_>, element: &Element, node: &mut Node) {
    if let Some(prompt) = element.child("prompt").filter(|_| !projection.names_only) {
        let prompt = nodes::children(projection, prompt);
        node.insert("prompt".into(), prompt);
    }
}

/// The choices of these names that this clone shows, shuffled when the element asks for it; fixed ones keep their place.
fn choices<'a>(projection: &mut Projection<'_>, from: &'a Element, names: &[&str], shuffle: bool) -> Vec<&'a Element> {
    let shown: Vec<&Element> =
        from.elements().filter(|choice| names.contains(&choice.name.as_str()) && nodes::is_shown(projection, choice)).collect();
    if !shuffle {
        return shown;
    }
    let fixed: Vec<bool> = shown.iter().map(|choice| choice.is_true("fixed")).collect();
    shuffled(&fixed, &mut projection.rng).into_iter().filter_map(|index| shown.get(index).copied()).collect()
}

/// Options as nodes, and what their aliases stand for. An alias tells the place at which a choice is shown and nothing else.
fn options(projection: &mut Projection<'_>, shown: &[&Element], alias: impl Fn(usize) -> String, with_max: bool) -> (Json, Options) {
    let mut list = Vec::with_capacity(shown.len());
    let mut table = Vec::with_capacity(shown.len());
    for (index, choice) in shown.iter().enumerate() {
        let max = choice.parsed("match-max").unwrap_or(if with_max { 1 } else { 0 });
        let alias = alias(index);
        if projection.names_only {
            table.push((alias, choice.attribute("identifier").unwrap_or_default().to_owned(), max));
            continue;
        }
        let content = nodes::children(projection, choice);
        let mut option = Map::new();
        option.insert("id".into(), alias.as_str().into());
        option.insert("c".into(), content);
        if with_max {
            option.insert("max".into(), max.into());
        }
        list.push(nodes::language(projection, choice, option));
        table.push((alias, choice.attribute("identifier").unwrap_or_default().to_owned(), max));
    }
    (Json::Array(list), table)
}

/// a, b, … z, then a1, b1, …
fn letter(index: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26) }
}

fn numbered(prefix: &'static str) -> impl Fn(usize) -> String {
    move |index| format!("{prefix}{}", index + 1)
}

/// The most answers, as the response can hold them: one in a single variable.
fn most(element: &Element, name: &str, declaration: &Declaration) -> u64 {
    if declaration.cardinality == Cardinality::Single { 1 } else { element.parsed(name).unwrap_or(1) }
}

fn orientation(element: &Element, node: &mut Node) {
    if element.attribute("orientation").is_some_and(|value| value == "horizontal") || element.has_class("qti-orientation-horizontal") {
        node.insert("orientation".into(), "horizontal".into());
    }
}

fn choice(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "choice");
    let max = most(element, "max-choices", declaration);
    node.insert("max".into(), max.into());
    node.insert("min".into(), element.parsed("min-choices").unwrap_or(0_u64).into());
    prompt(projection, element, node);
    let shown = choices(projection, element, &["simple-choice"], element.is_true("shuffle"));
    let (list, table) = options(projection, &shown, letter, false);
    node.insert("options".into(), list);
    orientation(element, node);
    answerable(projection, alias, declaration, AnswerKind::Choice, max, (table, Vec::new()));
}

fn inline_choice(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "inline-choice");
    let shown = choices(projection, element, &["inline-choice"], element.is_true("shuffle"));
    let (list, table) = options(projection, &shown, letter, false);
    node.insert("options".into(), list);
    let required = u64::from(element.is_true("required"));
    node.insert("min".into(), element.parsed("min-choices").unwrap_or(required).into());
    answerable(projection, alias, declaration, AnswerKind::InlineChoice, 1, (table, Vec::new()));
}

fn order(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "order");
    prompt(projection, element, node);
    let shown = choices(projection, element, &["simple-choice"], element.is_true("shuffle"));
    let all = u64::try_from(shown.len()).unwrap_or(0);
    let (list, table) = options(projection, &shown, letter, false);
    node.insert("options".into(), list);
    // Without bounds all choices are to be ordered.
    let min = element.parsed("min-choices").unwrap_or(all).min(all);
    let max = element.parsed("max-choices").filter(|max| *max > 0).unwrap_or(all).min(all);
    node.insert("min".into(), min.into());
    node.insert("max".into(), max.into());
    orientation(element, node);
    answerable(projection, alias, declaration, AnswerKind::Order, max, (table, Vec::new()));
}

fn hottext(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "hottext");
    let max = most(element, "max-choices", declaration);
    node.insert("max".into(), max.into());
    node.insert("min".into(), element.parsed("min-choices").unwrap_or(0_u64).into());
    prompt(projection, element, node);
    let mut table = Vec::new();
    element.walk(&mut |found| {
        if found.name == "hottext" {
            table.push((format!("h{}", table.len() + 1), found.attribute("identifier").unwrap_or_default().to_owned(), 1));
        }
    });
    let body = nodes::with_parts(projection, element, &table);
    node.insert("body".into(), body);
    answerable(projection, alias, declaration, AnswerKind::Hottext, max, (table, Vec::new()));
}

fn matching(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "match");
    let max = most(element, "max-associations", declaration);
    node.insert("max".into(), max.into());
    node.insert("min".into(), element.parsed("min-associations").unwrap_or(0_u64).into());
    prompt(projection, element, node);
    let shuffle = element.is_true("shuffle");
    let sets: Vec<&Element> = element.elements().filter(|child| child.name == "simple-match-set").collect();
    let mut tables = Vec::new();
    for (name, prefix, set) in [("rows", "w", sets.first()), ("columns", "k", sets.get(1))] {
        let shown = set.map(|set| choices(projection, set, &["simple-associable-choice"], shuffle)).unwrap_or_default();
        let (list, table) = options(projection, &shown, numbered(prefix), true);
        node.insert(name.into(), list);
        tables.push(table);
    }
    let second = tables.pop().unwrap_or_default();
    let first = tables.pop().unwrap_or_default();
    answerable(projection, alias, declaration, AnswerKind::Pairs, max, (first, second));
}

fn gap_match(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "gap-match");
    prompt(projection, element, node);
    let shown = choices(projection, element, &["gap-text", "gap-img"], element.is_true("shuffle"));
    let (list, first) = options(projection, &shown, numbered("c"), true);
    node.insert("choices".into(), list);
    let mut second = Vec::new();
    element.walk(&mut |found| {
        if found.name == "gap" {
            second.push((format!("g{}", second.len() + 1), found.attribute("identifier").unwrap_or_default().to_owned(), 1));
        }
    });
    let body = nodes::with_parts(projection, element, &second);
    node.insert("body".into(), body);
    answerable(projection, alias, declaration, AnswerKind::Pairs, 0, (first, second));
}

fn text_entry(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "text-entry");
    let base = match declaration.base {
        Some(BaseType::Integer) => "integer",
        Some(BaseType::Float) => "float",
        _ => "string",
    };
    node.insert("base".into(), base.into());
    // In four steps only, so that the width of a field does not tell the length of the answer.
    let expected = element.parsed("expected-length").unwrap_or(20_u64);
    let width = [5, 10, 20, 40].into_iter().find(|step| expected <= *step).unwrap_or(40);
    node.insert("width".into(), width.into());
    placeholder(element, node);
    answerable(projection, alias, declaration, AnswerKind::Text, 1, Default::default());
}

fn placeholder(element: &Element, node: &mut Node) {
    if let Some(text) = element.attribute("placeholder-text").filter(|text| !text.is_empty()) {
        node.insert("placeholder".into(), text.into());
    }
}

fn extended_text(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "extended-text");
    let by_class = [3_u64, 6, 15].into_iter().find(|lines| element.has_class(&format!("qti-height-lines-{lines}")));
    node.insert("lines".into(), element.parsed("expected-lines").or(by_class).unwrap_or(6).clamp(1, 40).into());
    for (key, name) in [("min_words", "data-min-words"), ("max_words", "data-max-words")] {
        if let Some(words) = element.parsed::<u64>(name) {
            node.insert(key.into(), words.into());
        }
    }
    placeholder(element, node);
    prompt(projection, element, node);
    answerable(projection, alias, declaration, AnswerKind::Text, 1, Default::default());
}

fn media(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    projection.media += 1;
    let alias = format!("m{}", projection.media);
    node.insert("t".into(), "media".into());
    node.insert("id".into(), alias.as_str().into());
    let source = element.elements().find_map(nodes::media_source);
    let (name, mime) = source.unwrap_or_default();
    node.insert("src".into(), (projection.media_url)(&name).unwrap_or_default().into());
    node.insert("mime".into(), mime.into());
    node.insert("max_plays".into(), element.parsed("max-plays").unwrap_or(0_u64).into());
    node.insert("min_plays".into(), element.parsed("min-plays").unwrap_or(0_u64).into());
    prompt(projection, element, node);
    answerable(projection, alias, declaration, AnswerKind::Plays, 1, Default::default());
}

fn recording(projection: &mut Projection<'_>, element: &Element, declaration: &Declaration, node: &mut Node) {
    let alias = begin(projection, node, "record");
    prompt(projection, element, node);
    node.insert("max_seconds".into(), element.parsed("data-max-seconds").unwrap_or(120_u64).clamp(1, 1800).into());
    node.insert("prepare_seconds".into(), element.parsed("data-prepare-seconds").unwrap_or(0_u64).min(1800).into());
    answerable(projection, alias, declaration, AnswerKind::Recording, 1, Default::default());
}

/// A template variable as text, by its declared type.
pub(crate) fn printed(projection: &Projection<'_>, identifier: &str) -> String {
    match projection.clone.variable(identifier) {
        Value::Null | Value::Record(_) => String::new(),
        value => value.members().iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
