//! Expressions that look at the items of a whole test; outside a test they are NULL.

use crate::qti::model::{Counted, Subset};
use crate::qti::scope::{Scope, SeenItem};
use crate::qti::value::{Single, Value};

/// The items of the subset, by section and category ("itemSubset").
fn chosen<'a>(subset: &Subset, items: &'a [SeenItem]) -> impl Iterator<Item = &'a SeenItem> {
    let subset = subset.clone();
    items.iter().filter(move |item| {
        subset.section.as_ref().is_none_or(|section| item.sections.contains(section))
            && (subset.include.is_empty() || subset.include.iter().any(|category| item.categories.contains(category)))
            && !subset.exclude.iter().any(|category| item.categories.contains(category))
    })
}

/// "number-correct" and its siblings.
pub(crate) fn count(counted: Counted, subset: &Subset, scope: &Scope<'_>) -> Value {
    let Some(items) = scope.items else { return Value::Null };
    let number = chosen(subset, items)
        .filter(|item| match counted {
            Counted::Selected => true,
            Counted::Presented => item.presented,
            Counted::Responded => item.responded,
            Counted::Correct => item.correct == Some(true),
            // "number-incorrect": an item whose response was given and does not match; unanswered ones with a default response count by it.
            Counted::Incorrect => item.responded && item.correct == Some(false),
        })
        .count();
    Value::integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// "test-variables": the values of one outcome in all items of the subset, weighted; NULLs are left out.
pub(crate) fn variables(subset: &Subset, scope: &Scope<'_>) -> Value {
    let (Some(items), Some(name)) = (scope.items, subset.variable.as_ref()) else { return Value::Null };
    let mut found = Vec::new();
    for item in chosen(subset, items) {
        let value = item.outcomes.get(name).or_else(|| item.responses.get(name));
        let Some(single) = value.and_then(Value::single) else { continue };
        // "If a weight is given, the values are multiplied by it and the result is a float; only numerical values take part."
        match (&subset.weight, single.number()) {
            (Some(weight), Some(number)) => found.push(Single::Float(number * item.weight(weight))),
            (Some(_), None) => {}
            (None, _) if subset.base.is_none_or(|base| single.base() == base) => found.push(single.clone()),
            (None, _) => {}
        }
    }
    super::containers::made(found, false)
}

/// "outcome-maximum" and "outcome-minimum": the declared normal maximum or minimum of an outcome in each item of the subset.
pub(crate) fn bound(subset: &Subset, maximum: bool, scope: &Scope<'_>) -> Value {
    let (Some(items), Some(name)) = (scope.items, subset.outcome.as_ref()) else { return Value::Null };
    let mut found = Vec::new();
    for item in chosen(subset, items) {
        let Some((least, most)) = item.bounds.get(name) else { continue };
        let weight = subset.weight.as_ref().map_or(1.0, |weight| item.weight(weight));
        match if maximum { most } else { least } {
            Some(bound) => found.push(Single::Float(bound * weight)),
            // "If any of the items within the given subset have no declared maximum the result is NULL"; items without a minimum are left out.
            None if maximum => return Value::Null,
            None => {}
        }
    }
    super::containers::made(found, false)
}
