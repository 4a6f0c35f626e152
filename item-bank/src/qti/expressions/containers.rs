//! Operators on containers and records, and `match`, which compares whole values.

use crate::qti::value::{Single, Value};

/// A container of these members; none at all is NULL ("multiple", "ordered": NULL operands are ignored, and nothing left is NULL).
pub(crate) fn made(members: Vec<Single>, ordered: bool) -> Value {
    match (members.is_empty(), ordered) {
        (true, _) => Value::Null,
        (false, true) => Value::Ordered(members),
        (false, false) => Value::Multiple(members),
    }
}

/// "index": the first is 1; beyond the end is NULL.
pub(crate) fn index(container: &Value, n: Option<i64>) -> Value {
    let place = n.and_then(|n| usize::try_from(n).ok()).and_then(|n| n.checked_sub(1));
    place.and_then(|place| container.members().get(place)).cloned().map_or(Value::Null, Value::Single)
}

/// "field-value": a field of a record, NULL when there is none.
pub(crate) fn field(record: &Value, name: &str) -> Value {
    match record {
        Value::Record(fields) => {
            fields.iter().find(|(field, _)| field == name).and_then(|(_, value)| value.clone()).map_or(Value::Null, Value::Single)
        }
        _ => Value::Null,
    }
}

/// "member": whether a single value is in a container.
pub(crate) fn member(value: &Value, container: &Value) -> Value {
    match value.single() {
        Some(single) if !container.is_null() => Value::boolean(container.members().iter().any(|member| member.same(single))),
        _ => Value::Null,
    }
}

/// "delete": the container without any copy of the value.
pub(crate) fn delete(value: &Value, container: &Value) -> Value {
    match value.single() {
        Some(single) if !container.is_null() => {
            made(container.members().iter().filter(|member| !member.same(single)).cloned().collect(), container.is_ordered())
        }
        _ => Value::Null,
    }
}

/// "contains": for ordered containers a run without gaps, for the others every member as often as it is given.
pub(crate) fn contains(container: &Value, part: &Value) -> Value {
    if container.is_null() || part.is_null() {
        return Value::Null;
    }
    let (all, part_members) = (container.members(), part.members());
    if container.is_ordered() && part.is_ordered() {
        return Value::boolean(all.windows(part_members.len()).any(|run| run.iter().zip(part_members).all(|(a, b)| a.same(b))));
    }
    Value::boolean(take_each(all, part_members).is_some())
}

/// What is left of the members after taking each of the others once, or nothing when one is missing.
fn take_each<'a>(members: &'a [Single], taken: &[Single]) -> Option<Vec<&'a Single>> {
    let mut left: Vec<&Single> = members.iter().collect();
    for single in taken {
        let place = left.iter().position(|member| member.same(single))?;
        left.swap_remove(place);
    }
    Some(left)
}

/// "match": the same value in the same cardinality. A NULL on either side makes NULL.
pub(crate) fn matches(a: &Value, b: &Value) -> Value {
    if a.is_null() || b.is_null() {
        return Value::Null;
    }
    Value::boolean(match (a, b) {
        (Value::Record(a), Value::Record(b)) => {
            a.len() == b.len()
                && a.iter().all(|(name, field)| {
                    b.iter().find(|(other, _)| other == name).is_some_and(|(_, other)| match (field, other) {
                        (Some(field), Some(other)) => field.same(other),
                        (None, None) => true,
                        _ => false,
                    })
                })
        }
        (Value::Record(_), _) | (_, Value::Record(_)) => false,
        _ if a.is_ordered() && b.is_ordered() => {
            a.members().len() == b.members().len() && a.members().iter().zip(b.members()).all(|(a, b)| a.same(b))
        }
        _ => a.members().len() == b.members().len() && take_each(a.members(), b.members()).is_some(),
    })
}
