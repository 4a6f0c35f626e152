//! What an item is once it has been read: declarations, processing rules as a tree of plain data, and the body.

use std::collections::BTreeMap;

use super::pattern::Pattern;
use super::value::{BaseType, Cardinality, Value};
use super::xml::{Element, Position, Problem};

/// A QTI item of any version from 2.1, read once and marked or delivered any number of times.
#[derive(Clone, Debug)]
pub struct Item {
    pub identifier: String,
    pub title: String,
    /// The language tag of the item, when it says one.
    pub language: Option<String>,
    pub adaptive: bool,
    pub time_dependent: bool,
    /// What was read but is invalid or not supported; empty for an item that may be published.
    pub problems: Vec<Problem>,
    pub(crate) responses: Vec<Declaration>,
    pub(crate) outcomes: Vec<Declaration>,
    pub(crate) templates: Vec<Declaration>,
    pub(crate) response_processing: Vec<Rule>,
    pub(crate) template_processing: Vec<Rule>,
    /// The body as a tree, so that texts can be put in another language.
    pub body: Option<Element>,
}

/// A response, outcome or template variable.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    pub identifier: String,
    pub cardinality: Cardinality,
    /// Absent for records, whose fields carry their own.
    pub base: Option<BaseType>,
    pub default: Value,
    pub correct: Value,
    pub mapping: Option<Mapping>,
    pub areas: Option<AreaMapping>,
    pub table: Option<Table>,
    pub normal_maximum: Option<f64>,
    pub normal_minimum: Option<f64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub default: f64,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub entries: Vec<MapEntry>,
}

#[derive(Clone, Debug)]
pub(crate) struct MapEntry {
    pub key: Value,
    pub case_sensitive: bool,
    pub target: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct AreaMapping {
    pub default: f64,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub entries: Vec<(Area, f64)>,
}

/// A shape in the coordinates of a picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Area {
    /// Everything.
    Default,
    Rectangle([f64; 4]),
    Circle([f64; 3]),
    Ellipse([f64; 4]),
    Polygon(Vec<(f64, f64)>),
}

/// A lookup table of an outcome variable.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub default: Value,
    pub rows: TableRows,
}

#[derive(Clone, Debug)]
pub(crate) enum TableRows {
    /// Source integers and their targets.
    Match(Vec<(i64, Value)>),
    /// Lower bounds, whether the bound itself belongs to the row, and their targets.
    Interpolation(Vec<(f64, bool, Value)>),
}

/// A rule of response, outcome or template processing.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub at: Position,
    pub kind: RuleKind,
}

#[derive(Clone, Debug)]
pub(crate) enum RuleKind {
    /// The branches in order; the last may have no condition.
    Condition(Vec<(Option<Expression>, Vec<Rule>)>),
    Set(String, Expression),
    SetDefault(String, Expression),
    SetCorrect(String, Expression),
    Lookup(String, Expression),
    Constraint(Expression),
    Fragment(Vec<Rule>),
    Exit,
}

/// An expression: an operator with its operands.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub at: Position,
    pub name: &'static str,
    pub op: Op,
    pub args: Vec<Expression>,
}

/// A number in an attribute, or the variable that holds it.
#[derive(Clone, Debug)]
pub(crate) enum NumberOrVariable {
    Number(f64),
    Variable(String),
}

/// Which items of a test a test-level expression looks at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subset {
    pub section: Option<String>,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub outcome: Option<String>,
    pub variable: Option<String>,
    pub weight: Option<String>,
    pub base: Option<BaseType>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    Correct,
    Incorrect,
    Presented,
    Responded,
    Selected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    SignificantFigures,
    DecimalPlaces,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tolerance {
    Exact,
    Absolute,
    Relative,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistic {
    Mean,
    SampleVariance,
    SampleSd,
    PopulationVariance,
    PopulationSd,
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    BaseValue(Value),
    Variable {
        identifier: String,
        weight: Option<String>,
    },
    Default(String),
    Correct(String),
    MapResponse(String),
    MapResponsePoint(String),
    Null,
    RandomInteger {
        min: NumberOrVariable,
        max: NumberOrVariable,
        step: NumberOrVariable,
    },
    RandomFloat {
        min: NumberOrVariable,
        max: NumberOrVariable,
    },
    Count(Counted, Subset),
    TestVariables(Subset),
    OutcomeMaximum(Subset),
    OutcomeMinimum(Subset),
    Multiple,
    Ordered,
    ContainerSize,
    IsNull,
    Index(NumberOrVariable),
    FieldValue(String),
    Random,
    Member,
    Delete,
    Contains,
    Substring {
        case_sensitive: bool,
    },
    Not,
    And,
    Or,
    AnyN {
        min: NumberOrVariable,
        max: NumberOrVariable,
    },
    Match,
    StringMatch {
        case_sensitive: bool,
        substring: bool,
    },
    /// Nothing when the pattern is a variable's value or cannot be read.
    PatternMatch {
        pattern: Option<Pattern>,
        variable: Option<String>,
    },
    Equal {
        mode: Tolerance,
        tolerance: Vec<NumberOrVariable>,
        lower: bool,
        upper: bool,
    },
    EqualRounded {
        mode: Rounding,
        figures: NumberOrVariable,
    },
    Inside(Area),
    Compare(Comparison),
    DurationLt,
    DurationGte,
    Sum,
    Product,
    Subtract,
    Divide,
    Power,
    IntegerDivide,
    IntegerModulus,
    Truncate,
    Round,
    RoundTo {
        mode: Rounding,
        figures: NumberOrVariable,
    },
    IntegerToFloat,
    Statistics(Statistic),
    Math(String),
    Max,
    Min,
    Gcd,
    Lcm,
    Repeat(NumberOrVariable),
    /// An operator that this engine does not know: NULL, reported by `check`.
    Unsupported,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Lt,
    Gt,
    Lte,
    Gte,
}

/// Response values by response identifier. What is absent is NULL.
pub type Responses = BTreeMap<String, Value>;

impl Item {
    /// Reads one item: QTI 3.0, or 2.1 and 2.2 by their names.
    ///
    /// An item with unsupported parts is returned with them in [`Item::problems`], so that it can be looked at, marked as far as it goes, and
    /// refused at publication.
    ///
    /// # Errors
    /// When the bytes are no XML under the limits (4 MB, 96 levels, 100,000 elements, no entities of their own), or no item.
    pub fn parse(bytes: &[u8]) -> Result<Item, Vec<Problem>> {
        super::reader::item_of(super::xml::parse(bytes).map_err(|problem| vec![problem])?)
    }

    /// Whether rules mark it; without them a person does.
    pub fn is_marked_by_rules(&self) -> bool {
        !self.response_processing.is_empty()
    }

    /// The declared correct responses.
    pub fn correct_responses(&self) -> Responses {
        self.responses.iter().map(|response| (response.identifier.clone(), response.correct.clone())).collect()
    }

    /// The identifiers of the simple choices, in the order of the document.
    pub fn simple_choices(&self) -> Vec<&str> {
        let mut found = Vec::new();
        if let Some(body) = &self.body {
            body.walk(&mut |element| {
                found.extend(element.attribute("identifier").filter(|_| element.name == "simple-choice"));
            });
        }
        found
    }

    /// The simple choices in the order of the document, each with its plain text.
    pub fn simple_choice_texts(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if let Some(body) = &self.body {
            body.walk(&mut |element| {
                if let Some(identifier) = element.attribute("identifier").filter(|_| element.name == "simple-choice") {
                    found.push((identifier.to_owned(), element.text().split_whitespace().collect::<Vec<_>>().join(" ")));
                }
            });
        }
        found
    }

    /// The files that the body uses, by the names that it gives them, and where.
    pub fn media(&self) -> Vec<(String, Position)> {
        let mut found = Vec::new();
        if let Some(body) = &self.body {
            body.walk(&mut |element| {
                let name = ["src", "data"].iter().find_map(|name| element.attribute(name));
                found.extend(name.map(|name| (name.to_owned(), element.at)));
            });
        }
        found
    }

    pub(crate) fn response(&self, identifier: &str) -> Option<&Declaration> {
        self.responses.iter().find(|declaration| declaration.identifier == identifier)
    }
}
