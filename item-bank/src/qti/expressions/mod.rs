//! Expressions (QTI 3.0, 2.11.2 and appendix A): one function for each family, NULL as the specification says.

pub mod containers;
pub mod logic;
pub mod mappings;
pub mod numbers;
pub mod patterns;

use serde_json::Value as Json;

use super::processing::Context;
use super::value::{BaseType, Cardinality, Scalar, Value};
use super::xml::Element;
use crate::forms::shuffle::below;

pub use logic::matches;
pub use mappings::{map_response, map_response_point};

/// Expressions nested deeper than this are not written by people.
const MAX_DEPTH: usize = 64;

/// The names of the expressions that are known, in the words of QTI 3.0.
pub const EXPRESSIONS: &[&str] = &[
    "and",
    "any-n",
    "base-value",
    "container-size",
    "contains",
    "correct",
    "custom-operator",
    "default",
    "delete",
    "divide",
    "duration-gte",
    "duration-lt",
    "equal",
    "equal-rounded",
    "field-value",
    "gcd",
    "gt",
    "gte",
    "index",
    "inside",
    "integer-divide",
    "integer-modulus",
    "integer-to-float",
    "is-null",
    "lcm",
    "lt",
    "lte",
    "map-response",
    "map-response-point",
    "match",
    "math-constant",
    "math-operator",
    "max",
    "member",
    "min",
    "multiple",
    "not",
    "null",
    "number-correct",
    "number-incorrect",
    "number-presented",
    "number-responded",
    "number-selected",
    "or",
    "ordered",
    "outcome-maximum",
    "outcome-minimum",
    "pattern-match",
    "power",
    "product",
    "random",
    "random-float",
    "random-integer",
    "repeat",
    "round",
    "round-to",
    "stats-operator",
    "string-match",
    "substring",
    "subtract",
    "sum",
    "test-variables",
    "truncate",
    "variable",
];

/// The value of an expression. What cannot be evaluated is NULL, and is named in the context's problems.
pub fn evaluate(context: &mut Context<'_>, expression: &Element) -> Value {
    evaluate_at(context, expression, 0)
}

fn evaluate_at(context: &mut Context<'_>, expression: &Element, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        context.problems.push(format!("line {}: expressions are nested too deep", expression.line));
        return Value::Null;
    }
    if expression.name == "repeat" {
        return repeat(context, expression, depth);
    }
    let arguments: Vec<Value> = expression.elements().map(|inner| evaluate_at(context, inner, depth + 1)).collect();
    match apply(context, expression, &arguments) {
        Ok(value) => {
            if !matches!(expression.name.as_str(), "base-value" | "null") {
                context.note(&expression.name, expression.attribute("identifier"), value.json());
            }
            if value.is_null() { Value::Null } else { value }
        }
        Err(reason) => {
            context.problems.push(format!("line {}: {}: {reason}", expression.line, expression.name));
            Value::Null
        }
    }
}

fn apply(context: &mut Context<'_>, expression: &Element, arguments: &[Value]) -> Result<Value, String> {
    let attribute = |name: &str| expression.attribute(name);
    let identifier = attribute("identifier").unwrap_or_default();
    Ok(match expression.name.as_str() {
        "base-value" => {
            let base = attribute("base-type").and_then(BaseType::parse).ok_or("the base type is not known")?;
            let text = expression.text();
            Value::Single(Scalar::parse(base, &text).ok_or_else(|| format!("{text:?} is not a value of its type"))?)
        }
        "variable" => context.variable(identifier).cloned().ok_or_else(|| format!("{identifier:?} is not declared"))?,
        "default" => context.item.declaration(identifier).map(|declaration| declaration.default.clone()).ok_or("not declared")?,
        "correct" => context.correct.get(identifier).cloned().ok_or_else(|| format!("{identifier:?} is not declared"))?,
        "null" => Value::Null,
        "map-response" => float(map_response(context, identifier)?),
        "map-response-point" => float(map_response_point(context, identifier)?),
        "math-constant" => match attribute("name") {
            Some("pi") => float(std::f64::consts::PI),
            Some("e") => float(std::f64::consts::E),
            other => return Err(format!("the constant {other:?} is not known")),
        },
        "random-integer" => random_integer(context, expression)?,
        "random-float" => {
            let (min, max) = (
                number_attribute(context, expression, "min")?.unwrap_or(0.0),
                number_attribute(context, expression, "max")?.ok_or("max is missing")?,
            );
            if min > max {
                return Err("min is above max".into());
            }
            let unit = below(1 << 53, &mut context.rng) as f64 / (1u64 << 53) as f64;
            float(min + unit * (max - min))
        }
        "random" => {
            let values = arguments.first().map(Value::scalars).unwrap_or_default();
            match values.len() {
                0 => Value::Null,
                count => {
                    values.get(below(count as u64, &mut context.rng) as usize).map_or(Value::Null, |value| Value::Single((*value).clone()))
                }
            }
        }
        "multiple" | "ordered" | "container-size" | "index" | "field-value" | "member" | "delete" | "contains" => {
            containers::apply(context, expression, arguments)?
        }
        "is-null" | "not" | "and" | "or" | "any-n" | "match" | "duration-lt" | "duration-gte" | "lt" | "gt" | "lte" | "gte" | "equal"
        | "equal-rounded" => logic::apply(context, expression, arguments)?,
        "inside" => mappings::inside(expression, arguments)?,
        "string-match" | "substring" | "pattern-match" => patterns::apply(context, expression, arguments)?,
        "sum" | "product" | "subtract" | "divide" | "power" | "integer-divide" | "integer-modulus" | "truncate" | "round" | "round-to"
        | "integer-to-float" | "min" | "max" | "gcd" | "lcm" | "stats-operator" | "math-operator" => {
            numbers::apply(context, expression, arguments)?
        }
        "test-variables" | "number-correct" | "number-incorrect" | "number-presented" | "number-responded" | "number-selected"
        | "outcome-maximum" | "outcome-minimum" => return Err("this has a meaning only in a test's outcome processing".into()),
        "custom-operator" => return Err(format!("the operator {:?} is not supported", attribute("class").unwrap_or_default())),
        _ => return Err("this expression is not known".into()),
    })
}

/// `repeat`: the values of its expressions, `number-repeats` times over, in an ordered container; NULLs are left out.
fn repeat(context: &mut Context<'_>, expression: &Element, depth: usize) -> Value {
    const MOST: i64 = 10_000;
    let times = match integer_attribute(context, expression, "number-repeats") {
        Ok(Some(times)) => times,
        _ => {
            context.problems.push(format!("line {}: repeat needs number-repeats", expression.line));
            return Value::Null;
        }
    };
    if times > MOST {
        context.problems.push(format!("line {}: more than {MOST} repeats", expression.line));
        return Value::Null;
    }
    let mut values = Vec::new();
    for _ in 0..times {
        for inner in expression.elements() {
            values.extend(evaluate_at(context, inner, depth + 1).scalars().into_iter().cloned());
        }
    }
    Value::container(Cardinality::Ordered, values)
}

fn random_integer(context: &mut Context<'_>, expression: &Element) -> Result<Value, String> {
    let min = integer_attribute(context, expression, "min")?.unwrap_or(0);
    let max = integer_attribute(context, expression, "max")?.ok_or("max is missing")?;
    let step = integer_attribute(context, expression, "step")?.unwrap_or(1);
    if step < 1 || min > max {
        return Err("min is above max, or the step is not positive".into());
    }
    let span = max.checked_sub(min).ok_or("the range is too large")?;
    let drawn = below((span / step) as u64 + 1, &mut context.rng) as i64;
    Ok(Value::Single(Scalar::Integer(min + drawn * step)))
}

/// A number in an attribute, or the name of a variable that holds one (QTI 3.0, `IntegerOrVariableRef`).
pub fn number_attribute(context: &Context<'_>, expression: &Element, name: &str) -> Result<Option<f64>, String> {
    let Some(text) = expression.attribute(name) else { return Ok(None) };
    if let Some(number) = Scalar::parse(BaseType::Float, text).and_then(|scalar| scalar.number()) {
        return Ok(Some(number));
    }
    let variable = text.trim_start_matches('{').trim_end_matches('}');
    let value = context.variable(variable).and_then(Value::single).and_then(Scalar::number);
    value.map(Some).ok_or_else(|| format!("{name} is {text:?}, which is neither a number nor a variable with one"))
}

pub fn integer_attribute(context: &Context<'_>, expression: &Element, name: &str) -> Result<Option<i64>, String> {
    match number_attribute(context, expression, name)? {
        None => Ok(None),
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => Ok(Some(number as i64)),
        Some(number) => Err(format!("{name} is {number}, which is not whole")),
    }
}

pub fn float(number: f64) -> Value {
    if number.is_nan() { Value::Null } else { Value::Single(Scalar::Float(number)) }
}

pub fn boolean(value: Option<bool>) -> Value {
    value.map_or(Value::Null, |yes| Value::Single(Scalar::Boolean(yes)))
}

pub fn json_of(value: &Value) -> Json {
    value.json()
}
