//! The attempts at one item of a test, under its session control and the time that is left.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::model::{Item, Responses};
use super::processing::{Start, is_correct, marked};
use super::responses::{ResponseFault, responses_from_json};
use super::scope::SeenItem;
use super::test_reader::SessionControl;
use super::value::Value;
use super::xml::Element;

/// More attempts than this at one item are a mistake.
const MAX_ATTEMPTS: u64 = 100;

/// Under what an item is attempted.
pub(crate) struct Rules<'a> {
    pub control: SessionControl,
    /// Whether items are handed in one by one; otherwise there is one attempt, and nothing is validated.
    pub individual: bool,
    /// Seconds that are left, when there is a limit that holds.
    pub left: Option<f64>,
    pub templates: &'a BTreeMap<String, Value>,
}

/// What became of an item that was presented.
#[derive(Default)]
pub(crate) struct Attempted {
    pub accepted: usize,
    pub outcomes: BTreeMap<String, Value>,
    /// Of the last attempt that was accepted.
    responses: Responses,
    responded: bool,
    correct: Option<bool>,
    pub duration: f64,
    /// Whether a duration was given.
    pub timed: bool,
    pub problems: Vec<String>,
}

impl Attempted {
    /// Writes down what the test may ask of the item.
    pub fn note(&self, seen: &mut SeenItem) {
        seen.presented = true;
        seen.responded = self.responded;
        seen.correct = self.correct;
        seen.outcomes.extend(self.outcomes.clone());
        seen.outcomes.insert("numAttempts".into(), Value::integer(i64::try_from(self.accepted).unwrap_or(i64::MAX)));
        seen.responses = self.responses.clone();
        seen.responses.insert("duration".into(), Value::Single(super::value::Single::Duration(self.duration)));
    }
}

/// Presents an item: marks its attempts in turn, as far as they are accepted.
///
/// "itemSessionControl": `max-attempts` is 1 unless said otherwise, 0 is any number, and adaptive items go on until they are complete.
pub(crate) fn present(item: &Item, given: Option<&Json>, rules: &Rules<'_>, seed: u64) -> Result<Attempted, ResponseFault> {
    let empty = Json::Object(Default::default());
    let attempts: Vec<&Json> = match given {
        None | Some(Json::Null) => vec![&empty],
        Some(Json::Array(list)) if list.is_empty() => vec![&empty],
        Some(Json::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
    };
    let most = match rules.control.max_attempts.unwrap_or(1) {
        _ if !rules.individual => 1,
        0 => MAX_ATTEMPTS,
        _ if item.adaptive => MAX_ATTEMPTS,
        most => most.min(MAX_ATTEMPTS),
    };
    let fresh = Start { outcomes: None, templates: Some(rules.templates) };
    let mut found = Attempted::default();
    for (number, attempt) in (1_u64..).zip(attempts) {
        let mut responses = responses_from_json(item, attempt)?;
        let took = responses.get("duration").and_then(Value::number).filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
        found.timed |= took.is_some();
        found.duration += took.unwrap_or(0.0);
        let claimed = responses.get("numAttempts").and_then(Value::as_integer).and_then(|claimed| u64::try_from(claimed).ok());
        let number = claimed.unwrap_or(number);
        let complete = item.adaptive && found.outcomes.get("completionStatus") == Some(&Value::identifier("completed"));
        if let Some(reason) = refused(item, &responses, rules, number, most, complete, found.duration) {
            found.problems.push(reason);
            continue;
        }
        responses.insert("numAttempts".into(), Value::integer(i64::try_from(number).unwrap_or(i64::MAX)));
        if found.timed {
            responses.insert("duration".into(), Value::Single(super::value::Single::Duration(found.duration)));
        }
        let before = (found.accepted > 0).then(|| std::mem::take(&mut found.outcomes));
        found.outcomes = marked(item, &responses, seed, false, Start { outcomes: before.as_ref(), ..fresh }).outcomes;
        found.accepted += 1;
        found.responded |= responded(item, &responses);
        found.correct = is_correct(item, &responses, seed, fresh);
        found.responses = responses;
    }
    if found.accepted == 0 {
        // Nothing was accepted: the item was seen, and is marked as it was left, empty.
        let nothing = Responses::new();
        found.outcomes = marked(item, &nothing, seed, false, fresh).outcomes;
        found.correct = is_correct(item, &nothing, seed, fresh);
    }
    Ok(found)
}

/// Whether something was given that is not what the item began with.
fn responded(item: &Item, responses: &Responses) -> bool {
    let given = |name: &str| responses.get(name).filter(|value| !value.is_null());
    item.responses.iter().any(|declared| given(&declared.identifier).is_some_and(|value| *value != declared.default))
}

/// Why an attempt is not accepted.
fn refused(item: &Item, responses: &Responses, rules: &Rules<'_>, number: u64, most: u64, complete: bool, duration: f64) -> Option<String> {
    if number > most {
        return Some(format!("attempt {number} of {most} is not accepted"));
    }
    if complete {
        return Some(format!("attempt {number} at a completed item is not accepted"));
    }
    if rules.left.is_some_and(|left| duration > left) {
        return Some("handed in after its time, and so without its answers".to_owned());
    }
    if rules.individual && rules.control.allow_skipping == Some(false) && !item.responses.is_empty() && !responded(item, responses) {
        return Some("an item without an answer cannot be handed in here".to_owned());
    }
    if rules.individual && rules.control.validate_responses == Some(true) {
        return invalid(item, responses).map(|reason| format!("the answer is not valid and cannot be handed in: {reason}"));
    }
    None
}

/// The first constraint of an interaction that the responses do not meet.
fn invalid(item: &Item, responses: &Responses) -> Option<String> {
    let mut reason = None;
    item.body.as_ref()?.walk(&mut |element: &Element| {
        let Some(name) = element.attribute("response-identifier").filter(|_| element.name.ends_with("-interaction")) else { return };
        let count = responses.get(name).filter(|value| !value.is_null()).map_or(0, |value| value.members().len().max(1));
        for (least, most) in [("min-choices", "max-choices"), ("min-associations", "max-associations"), ("min-strings", "max-strings")] {
            let (least, most) = (element.parsed(least).unwrap_or(0_usize), element.parsed(most).unwrap_or(0_usize));
            if count < least || (most > 0 && count > most) {
                reason.get_or_insert_with(|| format!("{name} has {count} parts"));
            }
        }
        let mask = element.attribute("pattern-mask").and_then(|mask| super::pattern::Pattern::new(mask).ok());
        let text = responses.get(name).and_then(Value::single).map(ToString::to_string);
        if let (Some(mask), Some(text)) = (mask, text)
            && !mask.matches(&text)
        {
            reason.get_or_insert_with(|| format!("{name} does not have the form that is asked for"));
        }
    });
    reason
}
