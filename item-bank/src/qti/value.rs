//! Values of QTI variables: a base type, a cardinality, and NULL (QTI 3.0 ASI information model, "BaseTypes" and "Cardinality").

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value as Json, json};

/// What a single value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaseType {
    Identifier,
    Boolean,
    Integer,
    Float,
    String,
    Point,
    Pair,
    DirectedPair,
    Duration,
    File,
    Uri,
}

impl BaseType {
    /// Reads `directedPair` as well as `directed-pair`; `intOrIdentifier` counts as an identifier.
    pub fn read(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "identifier" | "intOrIdentifier" => BaseType::Identifier,
            "boolean" => BaseType::Boolean,
            "integer" => BaseType::Integer,
            "float" => BaseType::Float,
            "string" => BaseType::String,
            "point" => BaseType::Point,
            "pair" => BaseType::Pair,
            "directedPair" | "directed-pair" => BaseType::DirectedPair,
            "duration" => BaseType::Duration,
            "file" => BaseType::File,
            "uri" => BaseType::Uri,
            _ => return None,
        })
    }

    pub fn is_numeric(self) -> bool {
        matches!(self, BaseType::Integer | BaseType::Float)
    }
}

/// How many values a variable holds, and how they are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cardinality {
    Single,
    Multiple,
    Ordered,
    Record,
}

impl Cardinality {
    pub fn read(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "single" => Cardinality::Single,
            "multiple" => Cardinality::Multiple,
            "ordered" => Cardinality::Ordered,
            "record" => Cardinality::Record,
            _ => return None,
        })
    }
}

/// One value of a base type. Durations are in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Single {
    Identifier(String),
    Boolean(bool),
    Integer(i64),
    Float(f64),
    String(String),
    Point(f64, f64),
    Pair(String, String),
    DirectedPair(String, String),
    Duration(f64),
    File(String),
    Uri(String),
}

/// The value of a variable. An empty container counts as NULL in every expression, and is still shown as an empty list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    #[default]
    Null,
    Single(Single),
    Multiple(Vec<Single>),
    Ordered(Vec<Single>),
    Record(Vec<(String, Option<Single>)>),
}

impl Single {
    /// Reads the text of a value in a base type: `"A B"` is a pair, `"10 20"` a point, `"PT5S"` is not a duration but `"5"` is.
    pub fn read(base: BaseType, text: &str) -> Option<Single> {
        let trimmed = text.trim();
        Some(match base {
            BaseType::Identifier => (!trimmed.is_empty()).then(|| Single::Identifier(trimmed.to_owned()))?,
            BaseType::String => Single::String(text.to_owned()),
            BaseType::Boolean => match trimmed {
                "true" | "1" => Single::Boolean(true),
                "false" | "0" => Single::Boolean(false),
                _ => return None,
            },
            BaseType::Integer => Single::Integer(read_integer(trimmed)?),
            BaseType::Float => Single::Float(read_float(trimmed)?),
            BaseType::Duration => Single::Duration(read_float(trimmed)?),
            BaseType::Point => {
                let (x, y) = two(trimmed)?;
                Single::Point(read_float(x)?, read_float(y)?)
            }
            BaseType::Pair => {
                let (a, b) = two(trimmed)?;
                Single::Pair(a.to_owned(), b.to_owned())
            }
            BaseType::DirectedPair => {
                let (a, b) = two(trimmed)?;
                Single::DirectedPair(a.to_owned(), b.to_owned())
            }
            BaseType::File => Single::File(trimmed.to_owned()),
            BaseType::Uri => Single::Uri(trimmed.to_owned()),
        })
    }

    pub fn base(&self) -> BaseType {
        match self {
            Single::Identifier(_) => BaseType::Identifier,
            Single::Boolean(_) => BaseType::Boolean,
            Single::Integer(_) => BaseType::Integer,
            Single::Float(_) => BaseType::Float,
            Single::String(_) => BaseType::String,
            Single::Point(..) => BaseType::Point,
            Single::Pair(..) => BaseType::Pair,
            Single::DirectedPair(..) => BaseType::DirectedPair,
            Single::Duration(_) => BaseType::Duration,
            Single::File(_) => BaseType::File,
            Single::Uri(_) => BaseType::Uri,
        }
    }

    /// The number that it is, when it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Single::Integer(integer) => Some(*integer as f64),
            Single::Float(float) | Single::Duration(float) => Some(*float),
            _ => None,
        }
    }

    /// The text that it is, for identifiers, strings and addresses.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Single::Identifier(text) | Single::String(text) | Single::File(text) | Single::Uri(text) => Some(text),
            _ => None,
        }
    }

    /// Whether two values are the same: pairs without regard to order, integers and floats by their number.
    pub fn same(&self, other: &Single) -> bool {
        match (self, other) {
            (Single::Pair(a, b), Single::Pair(c, d)) => (a == c && b == d) || (a == d && b == c),
            (Single::Integer(a), Single::Integer(b)) => a == b,
            (Single::Boolean(a), Single::Boolean(b)) => a == b,
            (Single::Point(a, b), Single::Point(c, d)) => a == c && b == d,
            (Single::DirectedPair(a, b), Single::DirectedPair(c, d)) => a == c && b == d,
            (a, b) => match (a.as_text(), b.as_text()) {
                (Some(a), Some(b)) => a == b,
                (None, None) => a.number().is_some() && a.number() == b.number(),
                _ => false,
            },
        }
    }

    /// The same value in another base type, where nothing is lost by it.
    pub fn cast(&self, base: BaseType) -> Option<Single> {
        if self.base() == base {
            return Some(self.clone());
        }
        match (self, base) {
            (Single::Integer(integer), BaseType::Float) => Some(Single::Float(*integer as f64)),
            (Single::Integer(integer), BaseType::Duration) => Some(Single::Duration(*integer as f64)),
            (Single::Float(float), BaseType::Duration) => Some(Single::Duration(*float)),
            (Single::Duration(seconds), BaseType::Float) => Some(Single::Float(*seconds)),
            (Single::Float(float), BaseType::Integer) => whole(*float).map(Single::Integer),
            (Single::Pair(a, b), BaseType::DirectedPair) => Some(Single::DirectedPair(a.clone(), b.clone())),
            (Single::DirectedPair(a, b), BaseType::Pair) => Some(Single::Pair(a.clone(), b.clone())),
            (_, BaseType::String) => Some(Single::String(self.to_string())),
            (Single::String(text) | Single::Identifier(text), _) => Single::read(base, text),
            _ => None,
        }
    }

    /// As it is written in JSON: numbers and booleans as such, everything else as text.
    pub fn json(&self) -> Json {
        match self {
            Single::Boolean(boolean) => json!(boolean),
            Single::Integer(integer) => json!(integer),
            Single::Float(float) | Single::Duration(float) => number_json(*float),
            other => Json::String(other.to_string()),
        }
    }
}

impl fmt::Display for Single {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Single::Identifier(text) | Single::String(text) | Single::File(text) | Single::Uri(text) => out.write_str(text),
            Single::Boolean(boolean) => write!(out, "{boolean}"),
            Single::Integer(integer) => write!(out, "{integer}"),
            Single::Float(float) | Single::Duration(float) => write!(out, "{float}"),
            Single::Point(x, y) => write!(out, "{x} {y}"),
            Single::Pair(a, b) | Single::DirectedPair(a, b) => write!(out, "{a} {b}"),
        }
    }
}

impl Value {
    pub fn boolean(truth: bool) -> Value {
        Value::Single(Single::Boolean(truth))
    }

    pub fn integer(integer: i64) -> Value {
        Value::Single(Single::Integer(integer))
    }

    pub fn float(float: f64) -> Value {
        Value::Single(Single::Float(float))
    }

    pub fn identifier(text: &str) -> Value {
        Value::Single(Single::Identifier(text.to_owned()))
    }

    /// NULL, an empty container or an empty string ("isNull": "empty containers and empty strings are both treated as NULL").
    pub fn is_null(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Multiple(list) | Value::Ordered(list) => list.is_empty(),
            Value::Record(fields) => fields.is_empty(),
            Value::Single(Single::String(text)) => text.is_empty(),
            Value::Single(_) => false,
        }
    }

    pub fn single(&self) -> Option<&Single> {
        match self {
            Value::Single(single) => Some(single),
            // A container of one is read as its only member: exporters differ here, and nothing else could be meant.
            Value::Multiple(list) | Value::Ordered(list) if list.len() == 1 => list.first(),
            _ => None,
        }
    }

    pub fn as_boolean(&self) -> Option<bool> {
        match self.single() {
            Some(Single::Boolean(truth)) => Some(*truth),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<f64> {
        self.single()?.number()
    }

    pub fn as_integer(&self) -> Option<i64> {
        match self.single()? {
            Single::Integer(integer) => Some(*integer),
            Single::Float(float) => whole(*float),
            _ => None,
        }
    }

    /// The members of a container, or the single value as a list of one; none for NULL and records.
    pub fn members(&self) -> &[Single] {
        match self {
            Value::Single(single) => std::slice::from_ref(single),
            Value::Multiple(list) | Value::Ordered(list) => list,
            Value::Null | Value::Record(_) => &[],
        }
    }

    pub fn is_ordered(&self) -> bool {
        matches!(self, Value::Ordered(_))
    }

    /// The value as a variable of this type holds it, or nothing when it cannot.
    pub fn fit(&self, cardinality: Cardinality, base: Option<BaseType>) -> Option<Value> {
        if let Value::Record(_) = self {
            return (cardinality == Cardinality::Record).then(|| self.clone());
        }
        if *self == Value::Null {
            return Some(Value::Null);
        }
        let cast = |single: &Single| base.map_or_else(|| Some(single.clone()), |base| single.cast(base));
        match cardinality {
            Cardinality::Single if self.members().is_empty() => Some(Value::Null),
            Cardinality::Single => Some(Value::Single(cast(self.single()?)?)),
            Cardinality::Multiple => Some(Value::Multiple(self.members().iter().map(cast).collect::<Option<_>>()?)),
            Cardinality::Ordered => Some(Value::Ordered(self.members().iter().map(cast).collect::<Option<_>>()?)),
            Cardinality::Record => None,
        }
    }

    /// JSON: a single number as a number, containers as lists, NULL as null, a record as an object, pairs and points as text.
    pub fn json(&self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Single(single) => single.json(),
            Value::Multiple(list) | Value::Ordered(list) => Json::Array(list.iter().map(Single::json).collect()),
            Value::Record(fields) => {
                Json::Object(fields.iter().map(|(name, field)| (name.clone(), field.as_ref().map_or(Json::Null, Single::json))).collect())
            }
        }
    }
}

/// A float that is a whole number, as one.
pub(crate) fn whole(float: f64) -> Option<i64> {
    (float.fract() == 0.0 && float.abs() < 9.0e18).then_some(float as i64)
}

/// A number for JSON: whole ones without a fraction, and what JSON cannot say as text.
fn number_json(float: f64) -> Json {
    if let Some(integer) = whole(float).filter(|integer| integer.abs() < 1 << 53) {
        return json!(integer);
    }
    Number::from_f64(float).map_or_else(
        || {
            Json::String(
                if float.is_nan() {
                    "NaN"
                } else if float > 0.0 {
                    "INF"
                } else {
                    "-INF"
                }
                .to_owned(),
            )
        },
        Json::Number,
    )
}

/// Two words, and nothing more.
fn two(text: &str) -> Option<(&str, &str)> {
    let mut words = text.split([' ', '\t', '\n', '\r', ',']).filter(|word| !word.is_empty());
    let pair = (words.next()?, words.next()?);
    words.next().is_none().then_some(pair)
}

fn read_integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| whole(read_float(text)?))
}

/// An XSD float: `INF`, `-INF` and `NaN` are written so, and Rust's own words for them are not numbers.
pub(crate) fn read_float(text: &str) -> Option<f64> {
    match text {
        "INF" | "+INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')) => text.parse().ok(),
        _ => None,
    }
}
