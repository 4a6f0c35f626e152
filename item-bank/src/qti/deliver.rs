//! The projection of an item to what a kiosk receives, by docs/delivery-item.md: an allow-list, with aliases for every identifier.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::Problem;
use super::item::Item;
use super::value::Cardinality;
use super::xml::{Element, Node};
use crate::forms::shuffle::shuffle;

/// What the kiosk's identifiers stand for. It stays on the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Aliases {
    pub interactions: BTreeMap<String, Interaction>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    pub response: String,
    pub kind: Kind,
    /// From alias to identifier: choices, and gaps, rows or columns.
    pub choices: BTreeMap<String, String>,
    /// The most choices that may be taken; 0 for any number.
    pub max: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Choice,
    InlineChoice,
    TextEntry,
    ExtendedText,
    GapMatch,
    Match,
    Order,
    Hottext,
    Record,
    Media,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub json: Json,
    pub aliases: Aliases,
}

/// The texts of elements that are delivered as they are.
const TEXT_ELEMENTS: &[&str] = &[
    "p",
    "div",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
    "em",
    "strong",
    "b",
    "i",
    "u",
    "small",
    "sub",
    "sup",
    "br",
    "hr",
    "pre",
    "code",
    "ruby",
    "rt",
    "rp",
    "figure",
    "figcaption",
    "dl",
    "dt",
    "dd",
];
const CLASSES: &[&str] = &["letter", "notice", "dialogue", "highlight"];
/// Elements that say something to markers or authors, never to candidates.
const SILENT: &[&str] =
    &["rubric-block", "feedback-inline", "feedback-block", "modal-feedback", "stylesheet", "template-inline", "template-block"];

/// Why an item cannot be given to candidates: interactions and elements that are not rendered.
pub fn publication_problems(item: &Item) -> Vec<Problem> {
    let mut found = Vec::new();
    let Some(body) = &item.body else {
        return vec![Problem { line: 1, column: 1, reason: "the item has no body".into() }];
    };
    for element in body.descendants() {
        let unsupported = matches!(
            element.name.as_str(),
            "associate-interaction"
                | "graphic-associate-interaction"
                | "graphic-gap-match-interaction"
                | "graphic-order-interaction"
                | "hotspot-interaction"
                | "position-object-interaction"
                | "select-point-interaction"
                | "slider-interaction"
                | "drawing-interaction"
                | "custom-interaction"
                | "portable-custom-interaction"
        ) || element.math;
        if unsupported {
            found.push(element.problem(format!("<{}> is not shown by the kiosk yet", element.name)));
        }
        if element.name == "upload-interaction" && element.attribute("data-recorder") != Some("audio") {
            found.push(element.problem("an upload is shown only as an audio recording (data-recorder=\"audio\")"));
        }
        if element.name == "img" && element.attribute("alt").is_none() {
            found.push(element.problem("a picture needs a text alternative (alt)"));
        }
    }
    found
}

/// Makes the delivery item. `media` gives the address of a media file by the name in the item; a file without an address is left out.
pub fn deliver(item: &Item, seed: u64, media: &dyn Fn(&str) -> Option<String>) -> Delivery {
    let mut projection = Projection { item, rng: ChaCha8Rng::seed_from_u64(seed), media, aliases: Aliases::default(), places: Vec::new() };
    let body = item.body.as_ref().map(|body| projection.nodes(&body.children)).unwrap_or_default();
    let language = item.language.clone().unwrap_or_else(|| "nl".into());
    let json = json!({ "v": 1, "lang": language, "dir": direction(&language), "body": body });
    Delivery { json, aliases: projection.aliases }
}

fn direction(language: &str) -> &'static str {
    let primary = language.split('-').next().unwrap_or_default();
    let right_to_left = ["ar", "ary", "fa", "prs", "ps", "ckb", "ur", "he"].contains(&primary) || language.contains("Arab");
    if right_to_left { "rtl" } else { "ltr" }
}

struct Projection<'a> {
    item: &'a Item,
    rng: ChaCha8Rng,
    media: &'a dyn Fn(&str) -> Option<String>,
    aliases: Aliases,
    /// The gaps or hot words of the interaction that is being projected, in the order of the text.
    places: Vec<String>,
}

impl Projection<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> Vec<Json> {
        let mut out = Vec::new();
        for node in nodes {
            match node {
                Node::Text(text) => {
                    // White space between elements is kept as one blank, as a browser shows it.
                    let folded = fold_space(text);
                    if !folded.is_empty() {
                        out.push(Json::String(folded));
                    }
                }
                Node::Element(element) => self.element(element, &mut out),
            }
        }
        while out.first().is_some_and(|node| node == " ") {
            out.remove(0);
        }
        while out.last().is_some_and(|node| node == " ") {
            out.pop();
        }
        out
    }

    fn element(&mut self, element: &Element, out: &mut Vec<Json>) {
        let name = element.name.as_str();
        if SILENT.contains(&name) {
            return;
        }
        let node = match name {
            "choice-interaction" => self.choice(element),
            "inline-choice-interaction" => self.inline_choice(element),
            "text-entry-interaction" => self.text_entry(element),
            "extended-text-interaction" => self.extended_text(element),
            "gap-match-interaction" => self.gap_match(element),
            "match-interaction" => self.match_table(element),
            "order-interaction" => self.order(element),
            "hottext-interaction" => self.hottext(element),
            "media-interaction" => self.media_interaction(element),
            "upload-interaction" => self.record(element),
            "gap" => Some(json!({ "t": "gap", "id": format!("g{}", self.place(element)) })),
            "hottext" => Some(json!({ "t": "hot", "id": format!("h{}", self.place(element)), "c": self.nodes(&element.children) })),
            "img" => self.picture(element),
            "audio" | "object" => self.audio(element),
            _ if TEXT_ELEMENTS.contains(&name) => Some(self.text_element(element)),
            // An unknown wrapper is dropped, what is in it is kept: `publication_problems` has named what cannot be shown.
            _ => {
                out.extend(self.nodes(&element.children));
                None
            }
        };
        if let Some(mut node) = node {
            if let Some(language) = element.attribute("xml:lang") {
                node["lang"] = json!(language);
                node["dir"] = json!(element.attribute("dir").unwrap_or(direction(language)));
            }
            out.push(node);
        }
    }

    fn text_element(&mut self, element: &Element) -> Json {
        let mut node = Map::new();
        node.insert("t".into(), json!(element.name));
        let children = self.nodes(&element.children);
        if !children.is_empty() {
            node.insert("c".into(), Json::Array(children));
        }
        let classes: Vec<&str> =
            element.attribute("class").unwrap_or_default().split_whitespace().filter(|class| CLASSES.contains(class)).collect();
        if !classes.is_empty() {
            node.insert("cls".into(), json!(classes));
        }
        for name in ["colspan", "rowspan"] {
            if let Some(number) = element.attribute(name).and_then(|text| text.parse::<u32>().ok()) {
                node.insert(name.into(), json!(number));
            }
        }
        if let Some(scope @ ("row" | "col" | "rowgroup" | "colgroup")) = element.attribute("scope") {
            node.insert("scope".into(), json!(scope));
        }
        Json::Object(node)
    }

    /// Registers an interaction and answers its alias.
    fn register(&mut self, element: &Element, kind: Kind, choices: BTreeMap<String, String>, max: u32) -> String {
        let alias = format!("r{}", self.aliases.interactions.len() + 1);
        let response = element.attribute("response-identifier").unwrap_or_default().to_owned();
        self.aliases.interactions.insert(alias.clone(), Interaction { response, kind, choices, max });
        alias
    }

    /// Choices in the order of this attempt, with an alias each: `prefix` and a number, or letters where there is no prefix.
    fn aliased(&mut self, choices: &[&Element], shuffled: bool, prefix: &str) -> (Vec<(String, Element)>, BTreeMap<String, String>) {
        let fixed: Vec<bool> = choices.iter().map(|choice| choice.attribute("fixed") == Some("true")).collect();
        let order = if shuffled { shuffle(&fixed, &mut self.rng) } else { (0..choices.len()).collect() };
        let mut listed = Vec::new();
        let mut aliases = BTreeMap::new();
        for (n, index) in order.into_iter().enumerate() {
            if let Some(choice) = choices.get(index) {
                let alias = if prefix.is_empty() { letter(n) } else { format!("{prefix}{}", n + 1) };
                aliases.insert(alias.clone(), choice.attribute("identifier").unwrap_or_default().to_owned());
                listed.push((alias, (*choice).clone()));
            }
        }
        (listed, aliases)
    }

    fn options(&mut self, listed: &[(String, Element)], with_max: bool) -> Vec<Json> {
        listed
            .iter()
            .map(|(alias, choice)| {
                let mut option = json!({ "id": alias, "c": self.nodes(&choice.children) });
                if with_max {
                    option["max"] = json!(number(choice, "match-max").unwrap_or(1));
                }
                option
            })
            .collect()
    }

    fn prompt(&mut self, element: &Element) -> Vec<Json> {
        element.child("prompt").map(|prompt| self.nodes(&prompt.children)).unwrap_or_default()
    }

    fn choice(&mut self, element: &Element) -> Option<Json> {
        let choices: Vec<&Element> = element.children_named("simple-choice").collect();
        let (listed, aliases) = self.aliased(&choices, shuffles(element), "");
        let max = number(element, "max-choices").unwrap_or_else(|| if self.is_single(element) { 1 } else { 0 });
        let id = self.register(element, Kind::Choice, aliases, max);
        let orientation = if element.attribute("orientation") == Some("horizontal") { "horizontal" } else { "vertical" };
        Some(json!({ "t": "choice", "id": id, "max": max, "min": number(element, "min-choices").unwrap_or(0), "orientation": orientation,
            "prompt": self.prompt(element), "options": self.options(&listed, false) }))
    }

    fn is_single(&self, element: &Element) -> bool {
        let response = element.attribute("response-identifier").unwrap_or_default();
        self.item.responses.get(response).is_none_or(|declaration| declaration.cardinality == Cardinality::Single)
    }

    fn inline_choice(&mut self, element: &Element) -> Option<Json> {
        let choices: Vec<&Element> = element.children_named("inline-choice").collect();
        let (listed, aliases) = self.aliased(&choices, shuffles(element), "");
        let id = self.register(element, Kind::InlineChoice, aliases, 1);
        Some(
            json!({ "t": "inline-choice", "id": id, "min": u32::from(element.attribute("required") == Some("true")), "options": self.options(&listed, false) }),
        )
    }

    fn text_entry(&mut self, element: &Element) -> Option<Json> {
        let response = element.attribute("response-identifier").unwrap_or_default();
        let base = match self.item.responses.get(response).and_then(|declaration| declaration.base_type) {
            Some(super::value::BaseType::Integer) => "integer",
            Some(super::value::BaseType::Float) => "float",
            _ => "string",
        };
        let asked = number(element, "expected-length").unwrap_or(20);
        // A width as exact as the answer would give it away.
        let width = [5, 10, 20, 40].into_iter().find(|width| asked <= *width).unwrap_or(40);
        let id = self.register(element, Kind::TextEntry, BTreeMap::new(), 1);
        let mut node = json!({ "t": "text-entry", "id": id, "base": base, "width": width });
        if let Some(text) = element.attribute("placeholder-text") {
            node["placeholder"] = json!(text);
        }
        Some(node)
    }

    fn extended_text(&mut self, element: &Element) -> Option<Json> {
        let id = self.register(element, Kind::ExtendedText, BTreeMap::new(), 1);
        let mut node = json!({ "t": "extended-text", "id": id, "lines": number(element, "expected-lines").unwrap_or(8), "prompt": self.prompt(element) });
        for (name, attribute) in [("min_words", "data-min-words"), ("max_words", "data-max-words")] {
            if let Some(count) = number(element, attribute) {
                node[name] = json!(count);
            }
        }
        Some(node)
    }

    fn gap_match(&mut self, element: &Element) -> Option<Json> {
        let texts: Vec<&Element> = element.elements().filter(|child| matches!(child.name.as_str(), "gap-text" | "gap-img")).collect();
        let (listed, mut aliases) = self.aliased(&texts, shuffles(element), "c");
        let gaps: Vec<String> = element
            .descendants()
            .into_iter()
            .filter(|inner| inner.name == "gap")
            .map(|gap| gap.attribute("identifier").unwrap_or_default().to_owned())
            .collect();
        for (n, gap) in gaps.iter().enumerate() {
            aliases.insert(format!("g{}", n + 1), gap.clone());
        }
        let body: Vec<Node> = element
            .children
            .iter()
            .filter(|node| !matches!(node, Node::Element(child) if matches!(child.name.as_str(), "gap-text" | "gap-img" | "prompt")))
            .cloned()
            .collect();
        let id = self.register(element, Kind::GapMatch, aliases, 0);
        let body = self.running_text(&body, gaps);
        Some(json!({ "t": "gap-match", "id": id, "prompt": self.prompt(element), "choices": self.options(&listed, true), "body": body }))
    }

    /// The running text of a gap match or hottext, in which gaps and hot words stand by number.
    fn running_text(&mut self, nodes: &[Node], names: Vec<String>) -> Vec<Json> {
        let outer = std::mem::replace(&mut self.places, names);
        let projected = self.nodes(nodes);
        self.places = outer;
        projected
    }

    fn place(&self, element: &Element) -> usize {
        let identifier = element.attribute("identifier").unwrap_or_default();
        self.places.iter().position(|name| name == identifier).unwrap_or(0) + 1
    }

    fn match_table(&mut self, element: &Element) -> Option<Json> {
        let sets: Vec<&Element> = element.children_named("simple-match-set").collect();
        let (rows, columns) = (sets.first()?, sets.get(1)?);
        let of = |set: &Element| -> Vec<Element> { set.children_named("simple-associable-choice").cloned().collect() };
        let (rows, columns) = (of(rows), of(columns));
        let (rows, mut aliases) = self.aliased(&rows.iter().collect::<Vec<_>>(), shuffles(element), "a");
        let (columns, column_aliases) = self.aliased(&columns.iter().collect::<Vec<_>>(), shuffles(element), "b");
        aliases.extend(column_aliases);
        let max = number(element, "max-associations").unwrap_or(1);
        let id = self.register(element, Kind::Match, aliases, max);
        Some(
            json!({ "t": "match", "id": id, "max": max, "min": number(element, "min-associations").unwrap_or(0), "prompt": self.prompt(element),
            "rows": self.options(&rows, true), "columns": self.options(&columns, true) }),
        )
    }

    fn order(&mut self, element: &Element) -> Option<Json> {
        let choices: Vec<&Element> = element.children_named("simple-choice").collect();
        let (listed, aliases) = self.aliased(&choices, shuffles(element), "");
        let max = number(element, "max-choices").unwrap_or(0);
        let id = self.register(element, Kind::Order, aliases, max);
        let orientation = if element.attribute("orientation") == Some("horizontal") { "horizontal" } else { "vertical" };
        Some(
            json!({ "t": "order", "id": id, "prompt": self.prompt(element), "options": self.options(&listed, false), "orientation": orientation,
            "min": number(element, "min-choices").unwrap_or(0), "max": max }),
        )
    }

    fn hottext(&mut self, element: &Element) -> Option<Json> {
        let names: Vec<String> = element
            .descendants()
            .into_iter()
            .filter(|inner| inner.name == "hottext")
            .map(|hot| hot.attribute("identifier").unwrap_or_default().to_owned())
            .collect();
        let aliases = names.iter().enumerate().map(|(n, name)| (format!("h{}", n + 1), name.clone())).collect();
        let max = number(element, "max-choices").unwrap_or(1);
        let id = self.register(element, Kind::Hottext, aliases, max);
        let body: Vec<Node> =
            element.children.iter().filter(|node| !matches!(node, Node::Element(child) if child.name == "prompt")).cloned().collect();
        let body = self.running_text(&body, names);
        Some(
            json!({ "t": "hottext", "id": id, "max": max, "min": number(element, "min-choices").unwrap_or(0), "prompt": self.prompt(element), "body": body }),
        )
    }

    fn media_interaction(&mut self, element: &Element) -> Option<Json> {
        let source = element.descendants().into_iter().find_map(source_of)?;
        let src = (self.media)(source.0)?;
        let id = self.register(element, Kind::Media, BTreeMap::new(), 0);
        let node = json!({ "t": "media", "id": id, "src": src, "mime": source.1, "max_plays": number(element, "max-plays").unwrap_or(0),
            "min_plays": number(element, "min-plays").unwrap_or(0) });
        let prompt = self.prompt(element);
        Some(if prompt.is_empty() { node } else { json!({ "t": "div", "c": [{ "t": "p", "c": prompt }, node] }) })
    }

    fn record(&mut self, element: &Element) -> Option<Json> {
        let id = self.register(element, Kind::Record, BTreeMap::new(), 1);
        Some(
            json!({ "t": "record", "id": id, "prompt": self.prompt(element), "max_seconds": number(element, "data-max-seconds").unwrap_or(60),
            "prepare_seconds": number(element, "data-prepare-seconds").unwrap_or(0) }),
        )
    }

    fn picture(&mut self, element: &Element) -> Option<Json> {
        let src = (self.media)(element.attribute("src")?)?;
        let mut node = json!({ "t": "img", "src": src, "alt": element.attribute("alt").unwrap_or_default() });
        for name in ["width", "height"] {
            if let Some(size) = number(element, name) {
                node[name] = json!(size);
            }
        }
        Some(node)
    }

    fn audio(&mut self, element: &Element) -> Option<Json> {
        let (name, mime) = element.descendants().into_iter().find_map(source_of)?;
        Some(json!({ "t": "audio", "src": (self.media)(name)?, "mime": mime }))
    }
}

/// The file of an `audio`, `source` or `object` element, and its type.
fn source_of(element: &Element) -> Option<(&str, &str)> {
    let name = match element.name.as_str() {
        "audio" | "video" | "source" => element.attribute("src")?,
        "object" => element.attribute("data")?,
        _ => return None,
    };
    Some((name, element.attribute("type").unwrap_or("audio/ogg")))
}

fn shuffles(element: &Element) -> bool {
    element.attribute("shuffle") == Some("true")
}

fn number(element: &Element, name: &str) -> Option<u32> {
    element.attribute(name)?.trim().parse().ok()
}

fn letter(n: usize) -> String {
    match u8::try_from(n) {
        Ok(n) if n < 26 => char::from(b'a' + n).to_string(),
        _ => format!("x{n}"),
    }
}

fn fold_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(character);
        }
    }
    out
}
