//! Values of QTI variables: base types, cardinalities, and the written forms of both (QTI 3.0 information model, 2.11.1 and 3.x).

use std::collections::BTreeMap;

use serde_json::Value as Json;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseType {
    Boolean,
    DirectedPair,
    Duration,
    File,
    Float,
    Identifier,
    Integer,
    IntOrIdentifier,
    Pair,
    Point,
    String,
    Uri,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    Single,
    Multiple,
    Ordered,
    Record,
}

/// One value of a base type. A duration is in seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Boolean(bool),
    DirectedPair(String, String),
    Duration(f64),
    File(String),
    Float(f64),
    Identifier(String),
    Integer(i64),
    Pair(String, String),
    Point(f64, f64),
    String(String),
    Uri(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Single(Scalar),
    Multiple(Vec<Scalar>),
    Ordered(Vec<Scalar>),
    Record(BTreeMap<String, Scalar>),
}

impl BaseType {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "boolean" => Self::Boolean,
            "directedPair" | "directed-pair" => Self::DirectedPair,
            "duration" => Self::Duration,
            "file" => Self::File,
            "float" => Self::Float,
            "identifier" => Self::Identifier,
            "integer" => Self::Integer,
            "intOrIdentifier" => Self::IntOrIdentifier,
            "pair" => Self::Pair,
            "point" => Self::Point,
            "string" => Self::String,
            "uri" => Self::Uri,
            _ => return None,
        })
    }
}

impl Cardinality {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "single" => Self::Single,
            "multiple" => Self::Multiple,
            "ordered" => Self::Ordered,
            "record" => Self::Record,
            _ => return None,
        })
    }
}

impl Scalar {
    /// Reads a value as it is written in an item or a response. White space around it does not count, but in strings it does.
    pub fn parse(base: BaseType, text: &str) -> Option<Self> {
        let trimmed = text.trim();
        Some(match base {
            BaseType::Boolean => match trimmed {
                "true" | "1" => Self::Boolean(true),
                "false" | "0" => Self::Boolean(false),
                _ => return None,
            },
            BaseType::DirectedPair => pair(trimmed).map(|(a, b)| Self::DirectedPair(a, b))?,
            BaseType::Pair => pair(trimmed).map(|(a, b)| Self::Pair(a, b))?,
            BaseType::Duration => Self::Duration(float(trimmed)?),
            BaseType::File => Self::File(text.to_owned()),
            BaseType::Float => Self::Float(float(trimmed)?),
            BaseType::Identifier => Self::Identifier(non_empty(trimmed)?),
            BaseType::Integer => Self::Integer(integer(trimmed)?),
            BaseType::IntOrIdentifier => match integer(trimmed) {
                Some(number) => Self::Integer(number),
                None => Self::Identifier(non_empty(trimmed)?),
            },
            BaseType::Point => {
                let mut parts = trimmed.split_ascii_whitespace().map(float);
                let point = Self::Point(parts.next()??, parts.next()??);
                return if parts.next().is_none() { Some(point) } else { None };
            }
            BaseType::String => Self::String(text.to_owned()),
            BaseType::Uri => Self::Uri(trimmed.to_owned()),
        })
    }

    pub fn base_type(&self) -> BaseType {
        match self {
            Self::Boolean(_) => BaseType::Boolean,
            Self::DirectedPair(..) => BaseType::DirectedPair,
            Self::Duration(_) => BaseType::Duration,
            Self::File(_) => BaseType::File,
            Self::Float(_) => BaseType::Float,
            Self::Identifier(_) => BaseType::Identifier,
            Self::Integer(_) => BaseType::Integer,
            Self::Pair(..) => BaseType::Pair,
            Self::Point(..) => BaseType::Point,
            Self::String(_) => BaseType::String,
            Self::Uri(_) => BaseType::Uri,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Float(number) | Self::Duration(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether two values are the same: a pair has no direction, and 1 is 1.0.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pair(a, b), Self::Pair(c, d)) => (a, b) == (c, d) || (a, b) == (d, c),
            (Self::Integer(_) | Self::Float(_) | Self::Duration(_), Self::Integer(_) | Self::Float(_) | Self::Duration(_)) => {
                self.number() == other.number()
            }
            _ => self == other,
        }
    }

    /// The written form, as in `<qti-value>`.
    pub fn text(&self) -> String {
        match self {
            Self::Boolean(yes) => yes.to_string(),
            Self::DirectedPair(a, b) | Self::Pair(a, b) => format!("{a} {b}"),
            Self::Duration(number) | Self::Float(number) => number.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Point(x, y) => format!("{x} {y}"),
            Self::File(text) | Self::Identifier(text) | Self::String(text) | Self::Uri(text) => text.clone(),
        }
    }

    pub fn json(&self) -> Json {
        match self {
            Self::Boolean(yes) => Json::Bool(*yes),
            Self::Integer(number) => Json::from(*number),
            Self::Float(number) | Self::Duration(number) => {
                // A whole number is written without a fraction, so that 1.0 and 1 look alike.
                if number.fract() == 0.0 && number.abs() < 9e15 { Json::from(*number as i64) } else { Json::from(*number) }
            }
            _ => Json::String(self.text()),
        }
    }
}

impl Value {
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            // An empty container and an empty string are NULL (QTI 3.0, 2.11.1).
            Self::Multiple(values) | Self::Ordered(values) => values.is_empty(),
            Self::Single(Scalar::String(text)) => text.is_empty(),
            Self::Record(fields) => fields.is_empty(),
            Self::Single(_) => false,
        }
    }

    pub fn scalars(&self) -> Vec<&Scalar> {
        match self {
            Self::Null => Vec::new(),
            Self::Single(value) => vec![value],
            Self::Multiple(values) | Self::Ordered(values) => values.iter().collect(),
            Self::Record(fields) => fields.values().collect(),
        }
    }

    pub fn single(&self) -> Option<&Scalar> {
        match self {
            Self::Single(value) if !self.is_null() => Some(value),
            _ => None,
        }
    }

    /// A container of this cardinality; an empty one is NULL.
    pub fn container(cardinality: Cardinality, values: Vec<Scalar>) -> Self {
        match cardinality {
            _ if values.is_empty() => Self::Null,
            Cardinality::Ordered => Self::Ordered(values),
            Cardinality::Single => values.into_iter().next().map_or(Self::Null, Self::Single),
            Cardinality::Multiple | Cardinality::Record => Self::Multiple(values),
        }
    }

    pub fn json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Single(value) => value.json(),
            Self::Multiple(values) | Self::Ordered(values) => Json::Array(values.iter().map(Scalar::json).collect()),
            Self::Record(fields) => Json::Object(fields.iter().map(|(name, value)| (name.clone(), value.json())).collect()),
        }
    }
}

fn pair(text: &str) -> Option<(String, String)> {
    let mut parts = text.split_ascii_whitespace();
    let pair = (parts.next()?.to_owned(), parts.next()?.to_owned());
    if parts.next().is_none() { Some(pair) } else { None }
}

fn non_empty(text: &str) -> Option<String> {
    if text.is_empty() { None } else { Some(text.to_owned()) }
}

fn integer(text: &str) -> Option<i64> {
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

/// A decimal number in the form of XML Schema; not `inf`, `nan` or the like that Rust reads too.
fn float(text: &str) -> Option<f64> {
    match text {
        "INF" => return Some(f64::INFINITY),
        "-INF" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
