//! Containers: making them, and looking into them.

use super::super::processing::Context;
use super::super::value::{Cardinality, Scalar, Value};
use super::super::xml::Element;
use super::{boolean, integer_attribute};

pub fn apply(context: &Context<'_>, expression: &Element, arguments: &[Value]) -> Result<Value, String> {
    let first = arguments.first().unwrap_or(&Value::Null);
    let second = arguments.get(1).unwrap_or(&Value::Null);
    Ok(match expression.name.as_str() {
        "multiple" => gather(Cardinality::Multiple, arguments),
        "ordered" => gather(Cardinality::Ordered, arguments),
        "container-size" => Value::Single(Scalar::Integer(first.scalars().len() as i64)),
        "index" => {
            let n = integer_attribute(context, expression, "n")?.ok_or("n is missing")?;
            let index = usize::try_from(n).ok().and_then(|n| n.checked_sub(1)).ok_or("n counts from 1")?;
            match first {
                Value::Ordered(values) => values.get(index).cloned().map_or(Value::Null, Value::Single),
                Value::Null => Value::Null,
                _ => return Err("it takes an ordered container".into()),
            }
        }
        "field-value" => {
            let field = expression.attribute("field-identifier").ok_or("field-identifier is missing")?;
            match first {
                Value::Record(fields) => fields.get(field).cloned().map_or(Value::Null, Value::Single),
                Value::Null => Value::Null,
                _ => return Err("it takes a record".into()),
            }
        }
        "member" => match first.single() {
            Some(value) if !second.is_null() => boolean(Some(second.scalars().iter().any(|other| other.same(value)))),
            _ => Value::Null,
        },
        "delete" => match first.single() {
            Some(value) if !second.is_null() => {
                let kept: Vec<Scalar> = second.scalars().into_iter().filter(|other| !other.same(value)).cloned().collect();
                let cardinality = if matches!(second, Value::Ordered(_)) { Cardinality::Ordered } else { Cardinality::Multiple };
                Value::container(cardinality, kept)
            }
            _ => Value::Null,
        },
        "contains" => {
            if first.is_null() || second.is_null() {
                return Ok(Value::Null);
            }
            boolean(Some(contains(first, second)?))
        }
        other => return Err(format!("{other} is not known")),
    })
}

/// The values of all arguments in one container; NULLs are left out.
fn gather(cardinality: Cardinality, arguments: &[Value]) -> Value {
    Value::container(cardinality, arguments.iter().flat_map(Value::scalars).cloned().collect())
}

/// A multiple contains another when it has each of its values at least as often; an ordered one when the other is a run of it.
fn contains(outer: &Value, inner: &Value) -> Result<bool, String> {
    match (outer, inner) {
        (Value::Ordered(outer), Value::Ordered(inner)) => {
            Ok(outer.windows(inner.len()).any(|run| run.iter().zip(inner).all(|(a, b)| a.same(b))))
        }
        (Value::Multiple(outer), Value::Multiple(inner)) => {
            let count = |values: &[Scalar], value: &Scalar| values.iter().filter(|other| other.same(value)).count();
            Ok(inner.iter().all(|value| count(outer, value) >= count(inner, value)))
        }
        _ => Err("it takes two containers of one cardinality".into()),
    }
}
