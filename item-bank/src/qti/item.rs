//! An assessment item: its declarations, its body and its processing (QTI 3.0, 5.1).

use std::collections::BTreeMap;

use super::Problem;
use super::value::{BaseType, Cardinality, Scalar, Value};
use super::xml::{self, Element};

/// A mapping from values to scores (QTI 3.0, `qti-mapping` and `qti-area-mapping`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    pub default: f64,
    pub lower_bound: Option<f64>,
    pub upper_bound: Option<f64>,
    pub entries: Vec<MapEntry>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MapEntry {
    pub key: Scalar,
    pub value: f64,
    pub case_sensitive: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AreaMapping {
    pub default: f64,
    pub lower_bound: Option<f64>,
    pub upper_bound: Option<f64>,
    pub entries: Vec<(Area, f64)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    pub shape: Shape,
    pub coords: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Default,
    Rect,
    Circle,
    Ellipse,
    Poly,
}

/// A look-up table of an outcome: exact values, or intervals by their lower end.
#[derive(Clone, Debug, PartialEq)]
pub struct LookupTable {
    pub default: Value,
    pub kind: TableKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TableKind {
    Match(Vec<(i64, Value)>),
    /// Lower end, whether it belongs to the interval, and the value; in the order of the document.
    Interpolation(Vec<(f64, bool, Value)>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    pub identifier: String,
    pub cardinality: Cardinality,
    /// None for records.
    pub base_type: Option<BaseType>,
    pub default: Value,
    /// Responses only.
    pub correct: Value,
    pub mapping: Option<Mapping>,
    pub area_mapping: Option<AreaMapping>,
    /// Outcomes only.
    pub table: Option<LookupTable>,
    pub normal_maximum: Option<f64>,
    pub normal_minimum: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub identifier: String,
    pub title: String,
    pub language: Option<String>,
    pub adaptive: bool,
    pub responses: BTreeMap<String, Declaration>,
    pub outcomes: BTreeMap<String, Declaration>,
    pub templates: BTreeMap<String, Declaration>,
    pub body: Option<Element>,
    pub template_processing: Option<Element>,
    pub response_processing: Option<Element>,
}

impl Declaration {
    /// What a variable is before anything has happened: numbers of outcomes are 0 (QTI 3.0, `qti-outcome-declaration`).
    pub fn initial(&self, outcome: bool) -> Value {
        if !self.default.is_null() || !outcome || self.cardinality != Cardinality::Single {
            return self.default.clone();
        }
        match self.base_type {
            Some(BaseType::Integer) => Value::Single(Scalar::Integer(0)),
            Some(BaseType::Float) => Value::Single(Scalar::Float(0.0)),
            _ => Value::Null,
        }
    }
}

impl Item {
    /// Reads an item. Every fault that is found is answered, not just the first.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let root = xml::parse(bytes).map_err(|problem| vec![problem])?;
        let mut faults = Vec::new();
        if root.name != "assessment-item" {
            return Err(vec![root.problem(format!("<{}> is not an assessment item", root.name))]);
        }
        let mut declarations = |name: &str| -> BTreeMap<String, Declaration> {
            let mut found = BTreeMap::new();
            for element in root.children_named(name) {
                match declaration(element) {
                    Ok(declaration) => {
                        if found.insert(declaration.identifier.clone(), declaration).is_some() {
                            faults.push(element.problem("this identifier is declared twice"));
                        }
                    }
                    Err(problem) => faults.push(problem),
                }
            }
            found
        };
        let item = Self {
            identifier: root.attribute("identifier").unwrap_or_default().to_owned(),
            title: root.attribute("title").unwrap_or_default().to_owned(),
            language: root.attribute("xml:lang").map(str::to_owned),
            adaptive: root.attribute("adaptive") == Some("true"),
            responses: declarations("response-declaration"),
            outcomes: declarations("outcome-declaration"),
            templates: declarations("template-declaration"),
            body: root.child("item-body").cloned(),
            template_processing: root.child("template-processing").cloned(),
            response_processing: root.child("response-processing").cloned(),
        };
        if item.identifier.is_empty() {
            faults.push(root.problem("the item has no identifier"));
        }
        if faults.is_empty() { Ok(item) } else { Err(faults) }
    }

    pub fn declaration(&self, identifier: &str) -> Option<&Declaration> {
        self.responses.get(identifier).or_else(|| self.outcomes.get(identifier)).or_else(|| self.templates.get(identifier))
    }
}

fn declaration(element: &Element) -> Result<Declaration, Problem> {
    let identifier = element.attribute("identifier").filter(|text| !text.is_empty());
    let identifier = identifier.ok_or_else(|| element.problem("a declaration needs an identifier"))?.to_owned();
    let cardinality = element.attribute("cardinality").and_then(Cardinality::parse);
    let cardinality = cardinality.ok_or_else(|| element.problem(format!("{identifier} has no valid cardinality")))?;
    let base_type = match element.attribute("base-type") {
        None => None,
        Some(text) => Some(BaseType::parse(text).ok_or_else(|| element.problem(format!("{text} is not a base type")))?),
    };
    if base_type.is_none() && cardinality != Cardinality::Record && element.name != "outcome-declaration" {
        return Err(element.problem(format!("{identifier} needs a base type")));
    }
    let values = |name: &str| element.child(name).map_or(Ok(Value::Null), |list| values(list, cardinality, base_type));
    Ok(Declaration {
        default: values("default-value")?,
        correct: values("correct-response")?,
        mapping: element.child("mapping").map(|mapping| self::mapping(mapping, base_type)).transpose()?,
        area_mapping: element.child("area-mapping").map(area_mapping).transpose()?,
        table: table(element, base_type)?,
        normal_maximum: number(element, "normal-maximum")?,
        normal_minimum: number(element, "normal-minimum")?,
        identifier,
        cardinality,
        base_type,
    })
}

fn values(list: &Element, cardinality: Cardinality, base_type: Option<BaseType>) -> Result<Value, Problem> {
    let mut scalars = Vec::new();
    let mut fields = BTreeMap::new();
    for element in list.children_named("value") {
        let base = element.attribute("base-type").and_then(BaseType::parse).or(base_type);
        let base = base.ok_or_else(|| element.problem("a value needs a base type"))?;
        let text = element.text();
        let scalar = Scalar::parse(base, &text).ok_or_else(|| element.problem(format!("{text:?} is not a value of type {base:?}")))?;
        match element.attribute("field-identifier") {
            Some(field) if cardinality == Cardinality::Record => {
                fields.insert(field.to_owned(), scalar);
            }
            _ => scalars.push(scalar),
        }
    }
    if cardinality == Cardinality::Single && scalars.len() > 1 {
        return Err(list.problem("a single variable has one value"));
    }
    Ok(if cardinality == Cardinality::Record { Value::Record(fields) } else { Value::container(cardinality, scalars) })
}

fn mapping(element: &Element, base_type: Option<BaseType>) -> Result<Mapping, Problem> {
    let base = base_type.ok_or_else(|| element.problem("a mapping needs a base type"))?;
    let entries = element
        .children_named("map-entry")
        .map(|entry| {
            let key = entry.attribute("map-key").ok_or_else(|| entry.problem("an entry needs a map-key"))?;
            Ok(MapEntry {
                key: Scalar::parse(base, key).ok_or_else(|| entry.problem(format!("{key:?} is not a value of type {base:?}")))?,
                value: number(entry, "mapped-value")?.ok_or_else(|| entry.problem("an entry needs a mapped-value"))?,
                case_sensitive: entry.attribute("case-sensitive") != Some("false"),
            })
        })
        .collect::<Result<_, Problem>>()?;
    Ok(Mapping {
        default: number(element, "default-value")?.unwrap_or(0.0),
        lower_bound: number(element, "lower-bound")?,
        upper_bound: number(element, "upper-bound")?,
        entries,
    })
}

fn area_mapping(element: &Element) -> Result<AreaMapping, Problem> {
    let entries = element
        .children_named("area-map-entry")
        .map(|entry| {
            let value = number(entry, "mapped-value")?.ok_or_else(|| entry.problem("an entry needs a mapped-value"))?;
            Ok((area(entry)?, value))
        })
        .collect::<Result<_, Problem>>()?;
    Ok(AreaMapping {
        default: number(element, "default-value")?.unwrap_or(0.0),
        lower_bound: number(element, "lower-bound")?,
        upper_bound: number(element, "upper-bound")?,
        entries,
    })
}

/// The `shape` and `coords` of an element.
pub fn area(element: &Element) -> Result<Area, Problem> {
    let shape = match element.attribute("shape") {
        Some("default") => Shape::Default,
        Some("rect") => Shape::Rect,
        Some("circle") => Shape::Circle,
        Some("ellipse") => Shape::Ellipse,
        Some("poly") => Shape::Poly,
        other => return Err(element.problem(format!("{other:?} is not a shape"))),
    };
    let coords: Vec<f64> = element
        .attribute("coords")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| element.problem(format!("{part:?} is not a coordinate"))))
        .collect::<Result<_, Problem>>()?;
    let fits = match shape {
        Shape::Default => true,
        Shape::Rect | Shape::Ellipse => coords.len() == 4,
        Shape::Circle => coords.len() == 3,
        Shape::Poly => coords.len() >= 6 && coords.len() % 2 == 0,
    };
    if fits { Ok(Area { shape, coords }) } else { Err(element.problem("the coordinates do not fit the shape")) }
}

fn table(element: &Element, base_type: Option<BaseType>) -> Result<Option<LookupTable>, Problem> {
    let scalar = |entry: &Element, name: &str| -> Result<Value, Problem> {
        let base = base_type.ok_or_else(|| entry.problem("a table needs a base type"))?;
        match entry.attribute(name) {
            None => Ok(Value::Null),
            Some(text) => Scalar::parse(base, text)
                .map(Value::Single)
                .ok_or_else(|| entry.problem(format!("{text:?} is not a value of type {base:?}"))),
        }
    };
    if let Some(table) = element.child("match-table") {
        let entries = table
            .children_named("match-table-entry")
            .map(|entry| {
                let source = entry.attribute("source-value").and_then(|text| text.trim().parse().ok());
                Ok((source.ok_or_else(|| entry.problem("an entry needs a whole source-value"))?, scalar(entry, "target-value")?))
            })
            .collect::<Result<_, Problem>>()?;
        return Ok(Some(LookupTable { default: scalar(table, "default-value")?, kind: TableKind::Match(entries) }));
    }
    if let Some(table) = element.child("interpolation-table") {
        let entries = table
            .children_named("interpolation-table-entry")
            .map(|entry| {
                let source = number(entry, "source-value")?.ok_or_else(|| entry.problem("an entry needs a source-value"))?;
                Ok((source, entry.attribute("include-boundary") != Some("false"), scalar(entry, "target-value")?))
            })
            .collect::<Result<_, Problem>>()?;
        return Ok(Some(LookupTable { default: scalar(table, "default-value")?, kind: TableKind::Interpolation(entries) }));
    }
    Ok(None)
}

fn number(element: &Element, name: &str) -> Result<Option<f64>, Problem> {
    element
        .attribute(name)
        .map(|text| {
            Scalar::parse(BaseType::Float, text)
                .and_then(|scalar| scalar.number())
                .ok_or_else(|| element.problem(format!("{name} is {text:?}, which is not a number")))
        })
        .transpose()
}
