//! What an item says and how it is marked, as plain lists: for people who compare two versions and see no XML, and for asking whether
//! answers to one version can be marked by another.

use serde::Serialize;

use super::check::is_interaction;
use super::model::{Declaration, Expression, Item, Mapping, Op, Rule, RuleKind};
use super::value::{Cardinality, Single, Value};
use super::xml::{Element, Node};

/// An item in plain lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outline {
    /// The paragraphs of the body outside its interactions, in order.
    pub text: Vec<String>,
    pub interactions: Vec<Interaction>,
    pub keys: Vec<Key>,
}

/// A question of the body.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Interaction {
    /// The name of the element, such as `choice-interaction`.
    pub kind: String,
    pub response: String,
    pub prompt: String,
    /// Identifier and text of everything that can be chosen, in the order of the document; rows and columns, gaps and choices alike.
    pub options: Vec<(String, String)>,
    /// The text around gaps or hot words; empty for other kinds.
    pub body: String,
    /// Attributes that change what can be answered, by name.
    pub settings: Vec<(String, String)>,
}

/// How one response is marked.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Key {
    pub response: String,
    pub cardinality: String,
    pub base: Option<String>,
    /// The correct values as they are written.
    pub correct: Vec<String>,
    /// Points by value.
    pub mapping: Vec<(String, f64)>,
    pub mapping_default: Option<f64>,
    pub mapping_bounds: (Option<f64>, Option<f64>),
}

/// Attributes of an interaction that are no matter of looks.
const SETTINGS: [&str; 12] = [
    "shuffle",
    "max-choices",
    "min-choices",
    "max-associations",
    "min-associations",
    "max-plays",
    "min-plays",
    "pattern-mask",
    "expected-length",
    "data-min-words",
    "data-max-words",
    "data-max-seconds",
];

/// Says an item in plain lists.
pub fn outline(item: &Item) -> Outline {
    let mut outline = Outline { keys: item.responses.iter().map(key).collect(), ..Outline::default() };
    if let Some(body) = &item.body {
        visit(body, &mut outline);
    }
    outline
}

/// Why answers given to one version cannot be marked by the other: each response must be declared alike, and each question must offer the
/// same identifiers. Empty when they can. Texts may differ, keys and mappings may differ.
pub fn unlike_answers(given: &Item, marking: &Item) -> Vec<String> {
    let (given, marking) = (outline(given), outline(marking));
    let mut reasons = Vec::new();
    for one in &given.keys {
        match marking.keys.iter().find(|other| other.response == one.response) {
            None => reasons.push(format!("{} is no response of the other version", one.response)),
            Some(other) if (&other.cardinality, &other.base) != (&one.cardinality, &one.base) => {
                reasons.push(format!("{} is declared as another kind of answer", one.response));
            }
            Some(_) => {}
        }
    }
    for one in &given.interactions {
        let offered = |interaction: &Interaction| {
            let mut identifiers: Vec<String> = interaction.options.iter().map(|(identifier, _)| identifier.clone()).collect();
            identifiers.sort_unstable();
            identifiers
        };
        match marking.interactions.iter().find(|other| other.response == one.response) {
            None => reasons.push(format!("no question of the other version asks for {}", one.response)),
            Some(other) if other.kind != one.kind => reasons.push(format!("{} is asked by another kind of question", one.response)),
            Some(other) if offered(other) != offered(one) => reasons.push(format!("{} offers other choices", one.response)),
            Some(_) => {}
        }
    }
    reasons
}

/// The rules of response processing, a line each, indented by depth: equal items have equal lines.
pub fn marking_rules(item: &Item) -> Vec<String> {
    let mut lines = Vec::new();
    describe_rules(&item.response_processing, 0, &mut lines);
    lines
}

fn describe_rules(rules: &[Rule], depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    for rule in rules {
        match &rule.kind {
            RuleKind::Condition(branches) => {
                for (condition, inner) in branches {
                    lines.push(match condition {
                        Some(condition) => format!("{indent}if {}", describe(condition)),
                        None => format!("{indent}else"),
                    });
                    describe_rules(inner, depth + 1, lines);
                }
            }
            RuleKind::Set(name, value) => lines.push(format!("{indent}{name} := {}", describe(value))),
            RuleKind::SetDefault(name, value) => lines.push(format!("{indent}default of {name} := {}", describe(value))),
            RuleKind::SetCorrect(name, value) => lines.push(format!("{indent}correct of {name} := {}", describe(value))),
            RuleKind::Lookup(name, value) => lines.push(format!("{indent}{name} := table of {name} at {}", describe(value))),
            RuleKind::Constraint(value) => lines.push(format!("{indent}must hold: {}", describe(value))),
            RuleKind::Fragment(inner) => describe_rules(inner, depth, lines),
            RuleKind::Exit => lines.push(format!("{indent}stop")),
        }
    }
}

fn describe(expression: &Expression) -> String {
    let own = match &expression.op {
        Op::BaseValue(value) => return words(value).join(" "),
        Op::Variable { identifier, .. } => return identifier.clone(),
        Op::Correct(identifier) => return format!("correct {identifier}"),
        Op::Default(identifier) => return format!("default {identifier}"),
        Op::MapResponse(identifier) => return format!("points of {identifier}"),
        Op::MapResponsePoint(identifier) => return format!("points of the areas of {identifier}"),
        _ => expression.name,
    };
    let inner: Vec<String> = expression.args.iter().map(describe).collect();
    if inner.is_empty() { own.to_owned() } else { format!("{own}({})", inner.join(", ")) }
}

fn visit(element: &Element, outline: &mut Outline) {
    if is_interaction(&element.name) {
        outline.interactions.push(interaction(element));
        return;
    }
    // What holds no question further down is a paragraph of its own.
    let mut holds_blocks = false;
    element.walk(&mut |inner| holds_blocks |= !std::ptr::eq(inner, element) && (is_interaction(&inner.name) || is_block(&inner.name)));
    if holds_blocks {
        for inner in element.elements() {
            visit(inner, outline);
        }
        return;
    }
    let text = tidy(&element.text());
    let files = ["src", "data"].iter().find_map(|name| element.attribute(name));
    if let Some(file) = files {
        outline.text.push(match element.attribute("alt") {
            Some(alt) => format!("[{file}: {alt}]"),
            None => format!("[{file}]"),
        });
    }
    if !text.is_empty() {
        outline.text.push(text);
    }
    for inner in element.elements() {
        inner.walk(&mut |found| {
            if let Some(file) = found.attribute("src").or_else(|| found.attribute("data")) {
                outline.text.push(format!("[{file}{}]", found.attribute("alt").map(|alt| format!(": {alt}")).unwrap_or_default()));
            }
        });
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "ul"
            | "ol"
            | "li"
            | "table"
            | "tr"
            | "td"
            | "th"
            | "tbody"
            | "thead"
            | "blockquote"
            | "section"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "dl"
            | "dt"
            | "dd"
            | "pre"
            | "figure"
            | "header"
            | "rubric-block"
    )
}

fn interaction(element: &Element) -> Interaction {
    let mut found = Interaction {
        kind: element.name.clone(),
        response: element.attribute("response-identifier").unwrap_or_default().to_owned(),
        prompt: element.child("prompt").map(|prompt| tidy(&prompt.text())).unwrap_or_default(),
        settings: SETTINGS.iter().filter_map(|name| Some(((*name).to_owned(), element.attribute(name)?.to_owned()))).collect(),
        ..Interaction::default()
    };
    element.walk(&mut |inner| {
        if std::ptr::eq(inner, element) {
            return;
        }
        if let Some(file) = inner.attribute("src").or_else(|| inner.attribute("data")) {
            found.settings.push(("file".to_owned(), file.to_owned()));
        }
        if let Some(identifier) = inner.attribute("identifier") {
            found.options.push((identifier.to_owned(), tidy(&inner.text())));
        }
    });
    if matches!(element.name.as_str(), "hottext-interaction" | "gap-match-interaction") {
        let mut body = String::new();
        with_gaps(element, &mut body);
        found.body = tidy(&body);
    }
    found
}

/// The text with its gaps shown, without the prompt and the choices.
fn with_gaps(element: &Element, out: &mut String) {
    for node in &element.children {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(inner) => match inner.name.as_str() {
                "prompt" | "gap-text" | "gap-img" => {}
                "gap" => out.push_str(&format!(" [{}] ", inner.attribute("identifier").unwrap_or_default())),
                _ => {
                    with_gaps(inner, out);
                    out.push(' ');
                }
            },
        }
    }
}

fn key(declaration: &Declaration) -> Key {
    let cardinality = match declaration.cardinality {
        Cardinality::Single => "single",
        Cardinality::Multiple => "multiple",
        Cardinality::Ordered => "ordered",
        Cardinality::Record => "record",
    };
    let mut key = Key {
        response: declaration.identifier.clone(),
        cardinality: cardinality.to_owned(),
        base: declaration.base.map(|base| format!("{base:?}")),
        correct: words(&declaration.correct),
        ..Key::default()
    };
    if let Some(Mapping { default, lower, upper, entries }) = &declaration.mapping {
        key.mapping = entries.iter().map(|entry| (said(&entry.key), entry.target)).collect();
        key.mapping_default = Some(*default);
        key.mapping_bounds = (*lower, *upper);
    }
    if let Some(areas) = &declaration.areas {
        key.mapping = areas.entries.iter().map(|(area, points)| (format!("{area:?}"), *points)).collect();
        key.mapping_default = Some(areas.default);
        key.mapping_bounds = (areas.lower, areas.upper);
    }
    key
}

fn said(value: &Value) -> String {
    words(value).join(" ")
}

fn words(value: &Value) -> Vec<String> {
    let word = |single: &Single| match single.json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    match value {
        Value::Null => Vec::new(),
        Value::Single(single) => vec![word(single)],
        other if other.members().is_empty() => vec![other.json().to_string()],
        other => other.members().iter().map(word).collect(),
    }
}

/// Without the line breaks of the document.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str, extra: &str) -> Item {
        Item::parse(
            format!(
                r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="t" adaptive="false" time-dependent="false" xml:lang="nl">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier"><qti-correct-response><qti-value>{key}</qti-value></qti-correct-response>
<qti-mapping default-value="0"><qti-map-entry map-key="{key}" mapped-value="2"/></qti-mapping></qti-response-declaration>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
<qti-item-body><div><p>Samira koopt
  een <strong>brood</strong>.</p><p>Daarna gaat ze naar huis.</p></div>
<qti-choice-interaction response-identifier="RESPONSE" max-choices="1" shuffle="true"><qti-prompt>Wat koopt ze?</qti-prompt>
<qti-simple-choice identifier="A">melk</qti-simple-choice><qti-simple-choice identifier="B">brood</qti-simple-choice>{extra}</qti-choice-interaction></qti-item-body>
<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/></qti-assessment-item>"#
            )
            .as_bytes(),
        )
        .unwrap()
    }

    #[test]
    fn an_item_is_said_in_paragraphs_questions_and_keys() {
        let said = outline(&item("B", ""));
        assert_eq!(said.text, ["Samira koopt een brood.", "Daarna gaat ze naar huis."]);
        let question = &said.interactions[0];
        assert_eq!((question.kind.as_str(), question.prompt.as_str()), ("choice-interaction", "Wat koopt ze?"));
        assert_eq!(question.options, [("A".to_owned(), "melk".to_owned()), ("B".to_owned(), "brood".to_owned())]);
        assert_eq!((said.keys[0].correct.clone(), said.keys[0].mapping.clone()), (vec!["B".to_owned()], vec![("B".to_owned(), 2.0)]));
    }

    #[test]
    fn a_corrected_key_marks_the_same_answers_and_another_choice_does_not() {
        assert_eq!(unlike_answers(&item("B", ""), &item("A", "")), Vec::<String>::new());
        let more = r#"<qti-simple-choice identifier="C">kaas</qti-simple-choice>"#;
        assert_eq!(unlike_answers(&item("B", ""), &item("B", more)), ["RESPONSE offers other choices"]);
        assert!(marking_rules(&item("B", "")).join("\n").contains("points of RESPONSE"));
    }
}
