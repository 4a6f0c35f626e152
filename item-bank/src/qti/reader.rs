//! Items from XML. What cannot be understood is kept as a problem with its place: nothing is dropped silently.

use super::expressions::read as expressions;
use super::model::*;
use super::rules_reader::rules;
use super::value::{BaseType, Cardinality, Single, Value, read_float};
use super::xml::{Element, Problem};
use super::{check, standard_templates, vocabulary};

/// The item of a document.
pub(crate) fn item_of(root: Element) -> Result<Item, Vec<Problem>> {
    if root.name != "assessment-item" {
        return Err(vec![Problem::new(root.at, format!("<{}> is not a QTI item", root.written))]);
    }
    let mut problems = Vec::new();
    let mut item = Item {
        identifier: root.attribute("identifier").unwrap_or_default().to_owned(),
        title: root.attribute("title").unwrap_or_default().to_owned(),
        language: root.attribute("xml:lang").map(str::to_owned).filter(|lang| !lang.is_empty()),
        adaptive: root.is_true("adaptive"),
        time_dependent: root.is_true("time-dependent"),
        problems: Vec::new(),
        responses: Vec::new(),
        outcomes: Vec::new(),
        templates: Vec::new(),
        response_processing: Vec::new(),
        template_processing: Vec::new(),
        body: None,
    };
    if item.identifier.is_empty() {
        problems.push(Problem::new(root.at, "the item has no identifier"));
    }
    for child in root.elements() {
        match child.name.as_str() {
            "response-declaration" => item.responses.extend(declaration(child, &mut problems)),
            "outcome-declaration" => item.outcomes.extend(declaration(child, &mut problems)),
            "template-declaration" => item.templates.extend(declaration(child, &mut problems)),
            "context-declaration" => {
                problems.push(Problem::new(child.at, format!("<{}>: context variables are not supported", child.written)));
            }
            "template-processing" => item.template_processing = rules(child, &mut problems),
            "response-processing" => item.response_processing = response_processing(child, &mut problems),
            "item-body" => {}
            // Feedback is read with the item and never delivered during a test; style sheets are replaced by the product's own.
            "modal-feedback" | "stylesheet" | "companion-materials-info" | "apip-accessibility" => {}
            _ => problems.push(Problem::new(child.at, format!("<{}> is not supported in an item", child.written))),
        }
    }
    vocabulary::check(&root, &mut problems);
    // Moved out rather than copied: the body is the largest part of an item.
    item.body = root.children.into_iter().find_map(|node| match node {
        super::xml::Node::Element(element) if element.name == "item-body" => Some(element),
        _ => None,
    });
    check::item(&item, &mut problems);
    problems.sort_by_key(|problem| problem.at);
    item.problems = problems;
    Ok(item)
}

fn response_processing(element: &Element, problems: &mut Vec<Problem>) -> Vec<Rule> {
    if element.elements().next().is_some() {
        return rules(element, problems);
    }
    // Rules that stand in the item win over a template named beside them ("Response Processing": the template is a shorthand).
    let Some(template) = element.attribute("template").or_else(|| element.attribute("template-location")) else { return Vec::new() };
    standard_templates::rules_of(template, element.at).unwrap_or_else(|| {
        problems.push(Problem::new(element.at, format!("the response processing template {template} is not one of the standard ones")));
        Vec::new()
    })
}

/// Reads a declaration of any of the three kinds.
pub(crate) fn declaration(element: &Element, problems: &mut Vec<Problem>) -> Option<Declaration> {
    let Some(identifier) = element.attribute("identifier").map(str::trim).filter(|identifier| !identifier.is_empty()) else {
        problems.push(Problem::new(element.at, format!("<{}> has no identifier", element.written)));
        return None;
    };
    let Some(cardinality) = element.attribute("cardinality").and_then(Cardinality::read) else {
        problems.push(Problem::new(element.at, format!("{identifier}: the cardinality is missing or unknown")));
        return None;
    };
    let base = element.attribute("base-type").and_then(BaseType::read);
    if base.is_none() && (cardinality != Cardinality::Record || element.attribute("base-type").is_some()) {
        problems.push(Problem::new(element.at, format!("{identifier}: the base type is missing or unknown")));
        return None;
    }
    let mut made = Declaration {
        identifier: identifier.to_owned(),
        cardinality,
        base,
        default: Value::Null,
        correct: Value::Null,
        mapping: None,
        areas: None,
        table: None,
        normal_maximum: number(element, "normal-maximum", problems),
        normal_minimum: number(element, "normal-minimum", problems),
    };
    for child in element.elements() {
        match child.name.as_str() {
            "default-value" => made.default = values(child, cardinality, base, problems),
            "correct-response" => made.correct = values(child, cardinality, base, problems),
            "mapping" => made.mapping = Some(mapping(child, base.unwrap_or(BaseType::String), problems)),
            "area-mapping" => made.areas = Some(area_mapping(child, problems)),
            "match-table" | "interpolation-table" => made.table = Some(table(child, base.unwrap_or(BaseType::Float), problems)),
            _ => problems.push(Problem::new(child.at, format!("<{}> is not supported in a declaration", child.written))),
        }
    }
    Some(made)
}

/// The values of a default or a correct response.
fn values(element: &Element, cardinality: Cardinality, base: Option<BaseType>, problems: &mut Vec<Problem>) -> Value {
    let mut singles = Vec::new();
    let mut fields = Vec::new();
    for child in element.elements() {
        if child.name != "value" {
            problems.push(Problem::new(child.at, format!("<{}> is not supported among values", child.written)));
            continue;
        }
        let kind = child.attribute("base-type").and_then(BaseType::read).or(base).unwrap_or(BaseType::String);
        let text = child.text();
        let single = Single::read(kind, &text);
        if single.is_none() {
            problems.push(Problem::new(child.at, format!("\"{}\" is not a value of the declared base type", short(&text))));
        }
        if cardinality == Cardinality::Record {
            fields.push((child.attribute("field-identifier").unwrap_or_default().to_owned(), single));
        } else {
            singles.extend(single);
        }
    }
    if cardinality == Cardinality::Single && singles.len() > 1 {
        problems.push(Problem::new(element.at, "a variable of single cardinality has more than one value; the first counts"));
    }
    match cardinality {
        Cardinality::Single => singles.into_iter().next().map_or(Value::Null, Value::Single),
        Cardinality::Multiple if singles.is_empty() => Value::Null,
        Cardinality::Ordered if singles.is_empty() => Value::Null,
        Cardinality::Multiple => Value::Multiple(singles),
        Cardinality::Ordered => Value::Ordered(singles),
        Cardinality::Record => Value::Record(fields),
    }
}

fn mapping(element: &Element, base: BaseType, problems: &mut Vec<Problem>) -> Mapping {
    let mut entries = Vec::new();
    for child in element.elements() {
        let key = child.attribute("map-key").and_then(|key| Single::read(base, key));
        let target = number(child, "mapped-value", problems);
        match (child.name.as_str(), key, target) {
            ("map-entry", Some(key), Some(target)) => {
                // The schema of QTI 3.0 (MapEntryDType) says false when nothing is said; that of 2.1 and 2.2 says true.
                let is_version_3 = child.written.starts_with("qti-");
                let case_sensitive = child.attribute("case-sensitive").map_or(!is_version_3, |_| child.is_true("case-sensitive"));
                entries.push(MapEntry { key: Value::Single(key), case_sensitive, target });
            }
            _ => problems.push(Problem::new(child.at, format!("<{}> is not a map entry with a key and a value", child.written))),
        }
    }
    Mapping {
        default: number(element, "default-value", problems).unwrap_or(0.0),
        lower: number(element, "lower-bound", problems),
        upper: number(element, "upper-bound", problems),
        entries,
    }
}

fn area_mapping(element: &Element, problems: &mut Vec<Problem>) -> AreaMapping {
    let mut entries = Vec::new();
    for child in element.elements() {
        match (child.name.as_str(), area(child), number(child, "mapped-value", problems)) {
            ("area-map-entry", Some(area), Some(target)) => entries.push((area, target)),
            _ => problems.push(Problem::new(child.at, format!("<{}> is not an area with a shape and a value", child.written))),
        }
    }
    AreaMapping {
        default: number(element, "default-value", problems).unwrap_or(0.0),
        lower: number(element, "lower-bound", problems),
        upper: number(element, "upper-bound", problems),
        entries,
    }
}

/// A shape from the attributes `shape` and `coords`.
pub(crate) fn area(element: &Element) -> Option<Area> {
    let coords: Vec<f64> = element
        .attribute("coords")
        .unwrap_or_default()
        .split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| read_float(part.trim()))
        .collect::<Option<_>>()?;
    Some(match (element.attribute("shape")?, coords.as_slice()) {
        ("default", _) => Area::Default,
        ("rect", [left, top, right, bottom]) => Area::Rectangle([*left, *top, *right, *bottom]),
        ("circle", [x, y, radius]) => Area::Circle([*x, *y, *radius]),
        ("ellipse", [x, y, horizontal, vertical]) => Area::Ellipse([*x, *y, *horizontal, *vertical]),
        ("poly", points) if points.len() >= 6 && points.len() % 2 == 0 => {
            Area::Polygon(points.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
        }
        _ => return None,
    })
}

fn table(element: &Element, base: BaseType, problems: &mut Vec<Problem>) -> Table {
    let target = |text: Option<&str>| text.and_then(|text| Single::read(base, text)).map(Value::Single);
    let mut exact = Vec::new();
    let mut bounds = Vec::new();
    for child in element.elements() {
        let value = target(child.attribute("target-value"));
        let source = child.attribute("source-value").map(str::trim);
        match (child.name.as_str(), source, value) {
            ("match-table-entry", Some(source), Some(value)) if source.parse::<i64>().is_ok() => {
                exact.extend(source.parse().ok().map(|source| (source, value)));
            }
            ("interpolation-table-entry", Some(source), Some(value)) if read_float(source).is_some() => {
                let include = child.attribute("include-boundary").is_none_or(|value| value.trim() != "false");
                bounds.extend(read_float(source).map(|source| (source, include, value)));
            }
            _ => problems.push(Problem::new(child.at, format!("<{}> is not an entry with a source and a target value", child.written))),
        }
    }
    let rows = if element.name == "match-table" { TableRows::Match(exact) } else { TableRows::Interpolation(bounds) };
    Table { default: target(element.attribute("default-value")).unwrap_or(Value::Null), rows }
}

/// A number in an attribute; a malformed one is a problem, an absent one is nothing.
pub(crate) fn number(element: &Element, name: &str, problems: &mut Vec<Problem>) -> Option<f64> {
    let text = element.attribute(name)?.trim();
    let number = read_float(text);
    if number.is_none() {
        problems.push(Problem::new(element.at, format!("<{}>: {name}=\"{}\" is not a number", element.written, short(text))));
    }
    number
}

/// The beginning of a text, for messages.
pub(crate) fn short(text: &str) -> String {
    let mut beginning: String = text.trim().chars().take(40).collect();
    if beginning.len() < text.trim().len() {
        beginning.push('…');
    }
    beginning
}

/// An expression among the children of an element, by position.
pub(crate) fn expression_in(element: &Element, index: usize, problems: &mut Vec<Problem>) -> Option<Expression> {
    match element.elements().nth(index) {
        Some(child) => Some(expressions::expression(child, problems)),
        None => {
            problems.push(Problem::new(element.at, format!("<{}> needs an expression", element.written)));
            None
        }
    }
}
