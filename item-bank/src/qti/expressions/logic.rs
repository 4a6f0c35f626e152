//! Truth: three-valued, as QTI has it. NULL is "not known".

use super::super::processing::Context;
use super::super::value::{Scalar, Value};
use super::super::xml::Element;
use super::{boolean, integer_attribute, number_attribute};

pub fn apply(context: &Context<'_>, expression: &Element, arguments: &[Value]) -> Result<Value, String> {
    let truths = || arguments.iter().map(truth).collect::<Result<Vec<_>, _>>();
    let two = || match arguments {
        [a, b] => Ok((a, b)),
        _ => Err(format!("it takes two expressions, not {}", arguments.len())),
    };
    let numbers = || -> Result<Option<(f64, f64)>, String> {
        let (a, b) = two()?;
        Ok(number(a)?.zip(number(b)?))
    };
    Ok(boolean(match expression.name.as_str() {
        "is-null" => Some(arguments.first().is_none_or(Value::is_null)),
        "not" => truth(arguments.first().unwrap_or(&Value::Null))?.map(|yes| !yes),
        "and" => {
            let truths = truths()?;
            if truths.contains(&Some(false)) {
                Some(false)
            } else if truths.contains(&None) {
                None
            } else {
                Some(true)
            }
        }
        "or" => {
            let truths = truths()?;
            if truths.contains(&Some(true)) {
                Some(true)
            } else if truths.contains(&None) {
                None
            } else {
                Some(false)
            }
        }
        "any-n" => {
            let truths = truths()?;
            let min = integer_attribute(context, expression, "min")?.ok_or("min is missing")?;
            let max = integer_attribute(context, expression, "max")?.ok_or("max is missing")?;
            any_n(&truths, min, max)
        }
        "match" => {
            let (a, b) = two()?;
            matches(a, b)
        }
        "lt" | "duration-lt" => numbers()?.map(|(a, b)| a < b),
        "gt" => numbers()?.map(|(a, b)| a > b),
        "lte" => numbers()?.map(|(a, b)| a <= b),
        "gte" | "duration-gte" => numbers()?.map(|(a, b)| a >= b),
        "equal" => match numbers()? {
            None => None,
            Some((a, b)) => Some(equal(context, expression, a, b)?),
        },
        "equal-rounded" => match numbers()? {
            None => None,
            Some((a, b)) => {
                let figures = integer_attribute(context, expression, "figures")?.ok_or("figures is missing")?;
                let mode = expression.attribute("rounding-mode").unwrap_or("significantFigures");
                let rounded = |number| super::numbers::round_to(number, mode, figures);
                Some(rounded(a)? == rounded(b)?)
            }
        },
        other => return Err(format!("{other} is not known")),
    }))
}

/// Between `min` and `max` of the values are true. With NULLs it is known only when they cannot matter (QTI 3.0, `qti-any-n`).
fn any_n(truths: &[Option<bool>], min: i64, max: i64) -> Option<bool> {
    let yes = truths.iter().filter(|truth| **truth == Some(true)).count() as i64;
    let unknown = truths.iter().filter(|truth| truth.is_none()).count() as i64;
    if yes > max || yes + unknown < min {
        Some(false)
    } else if yes >= min && yes + unknown <= max {
        Some(true)
    } else {
        None
    }
}

/// Whether two values are the same: in a multiple the order does not count but the number of each value does. NULL when either is.
pub fn matches(a: &Value, b: &Value) -> Option<bool> {
    if a.is_null() || b.is_null() {
        return None;
    }
    Some(match (a, b) {
        (Value::Single(a), Value::Single(b)) => a.same(b),
        (Value::Ordered(a), Value::Ordered(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
        (Value::Multiple(a), Value::Multiple(b)) => {
            let count = |values: &[Scalar], value: &Scalar| values.iter().filter(|other| other.same(value)).count();
            a.len() == b.len() && a.iter().all(|value| count(a, value) == count(b, value))
        }
        (Value::Record(a), Value::Record(b)) => {
            a.len() == b.len() && a.iter().all(|(name, value)| b.get(name).is_some_and(|other| value.same(other)))
        }
        _ => false,
    })
}

/// `equal` with its tolerance: exact, absolute, or relative in per cent of the first number; the bounds belong to it unless it says otherwise.
fn equal(context: &Context<'_>, expression: &Element, a: f64, b: f64) -> Result<bool, String> {
    let mode = expression.attribute("tolerance-mode").unwrap_or("exact");
    if mode == "exact" {
        return Ok(a == b);
    }
    let tolerances = expression.attribute("tolerance").unwrap_or_default();
    let mut parts = Vec::new();
    for part in tolerances.split_ascii_whitespace() {
        let named = Element { attributes: vec![("tolerance".into(), part.to_owned())], ..Element::default() };
        parts.push(number_attribute(context, &named, "tolerance")?.ok_or("the tolerance is missing")?);
    }
    let (below, above) = match parts.as_slice() {
        [one] => (*one, *one),
        [below, above] => (*below, *above),
        _ => return Err("the tolerance is one or two numbers".into()),
    };
    let (low, high) = match mode {
        "absolute" => (a - below, a + above),
        "relative" => (a * (1.0 - below / 100.0), a * (1.0 + above / 100.0)),
        other => return Err(format!("the tolerance mode {other:?} is not known")),
    };
    let (low, high) = (low.min(high), low.max(high));
    let from = if expression.attribute("include-lower-bound") == Some("false") { b > low } else { b >= low };
    let to = if expression.attribute("include-upper-bound") == Some("false") { b < high } else { b <= high };
    Ok(from && to)
}

fn truth(value: &Value) -> Result<Option<bool>, String> {
    match value.single() {
        None if value.is_null() => Ok(None),
        Some(Scalar::Boolean(yes)) => Ok(Some(*yes)),
        _ => Err("it takes truth values".into()),
    }
}

fn number(value: &Value) -> Result<Option<f64>, String> {
    if value.is_null() {
        return Ok(None);
    }
    value.single().and_then(Scalar::number).map(Some).ok_or_else(|| "it takes single numbers".into())
}
