//! From what a kiosk or the command line sends to values of response variables.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::deliver::{Aliases, Interaction, Kind};
use super::item::{Declaration, Item};
use super::value::{Cardinality, Scalar, Value};

/// The values of response variables, by identifier.
pub type Responses = BTreeMap<String, Value>;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {reason}")]
pub struct ResponseFault {
    /// The alias or identifier at fault.
    pub at: String,
    pub reason: String,
}

/// Turns a kiosk's answer, by aliases, into response values. Whoever sends what no kiosk of ours sends is told so.
pub fn resolve(item: &Item, aliases: &Aliases, answer: &Json) -> Result<Responses, ResponseFault> {
    let answer = match answer {
        Json::Null => return Ok(Responses::new()),
        Json::Object(answer) => answer,
        _ => return Err(fault("", "an answer is an object")),
    };
    let mut responses = Responses::new();
    for (alias, value) in answer {
        let interaction = aliases.interactions.get(alias).ok_or_else(|| fault(alias, "there is no such question"))?;
        if value.is_null() || interaction.kind == Kind::Media {
            continue;
        }
        let declaration = item.responses.get(&interaction.response).ok_or_else(|| fault(alias, "its response is not declared"))?;
        let texts = identifiers(alias, interaction, value)?;
        let scalars = texts
            .iter()
            .map(|text| {
                declaration.base_type.and_then(|base| Scalar::parse(base, text)).ok_or_else(|| fault(alias, "not a value of its type"))
            })
            // A number that cannot be read is an answer all the same, though a wrong one: it is kept as NULL.
            .filter(|parsed| !(interaction.kind == Kind::TextEntry && parsed.is_err()))
            .collect::<Result<Vec<_>, _>>()?;
        responses.insert(interaction.response.clone(), Value::container(declaration.cardinality, scalars));
    }
    Ok(responses)
}

fn identifiers(alias: &str, interaction: &Interaction, value: &Json) -> Result<Vec<String>, ResponseFault> {
    let texts: Vec<&str> = match value {
        Json::String(text) => vec![text],
        Json::Array(values) => {
            values.iter().map(|value| value.as_str().ok_or_else(|| fault(alias, "a list holds texts"))).collect::<Result<_, _>>()?
        }
        _ => return Err(fault(alias, "an answer is a text or a list of texts")),
    };
    let name = |part: &str| interaction.choices.get(part).cloned().ok_or_else(|| fault(alias, "there is no such choice"));
    match interaction.kind {
        Kind::TextEntry | Kind::ExtendedText | Kind::Record | Kind::Media => Ok(texts.into_iter().map(str::to_owned).collect()),
        Kind::Choice | Kind::InlineChoice | Kind::Order | Kind::Hottext => {
            if interaction.max > 0 && texts.len() > interaction.max as usize {
                return Err(fault(alias, "more choices than may be taken"));
            }
            texts.into_iter().map(name).collect()
        }
        Kind::GapMatch | Kind::Match => texts
            .into_iter()
            .map(|pair| {
                let (first, second) = pair.split_once(' ').ok_or_else(|| fault(alias, "a pair is two names with a blank between"))?;
                Ok(format!("{} {}", name(first)?, name(second)?))
            })
            .collect(),
    }
}

/// Turns responses as people write them in a file into values: a text, number, truth value, null, a list of those, or an object for a record.
pub fn from_json(item: &Item, json: &Json) -> Result<Responses, ResponseFault> {
    let Json::Object(given) = json else { return Err(fault("", "responses are an object from identifier to value")) };
    given
        .iter()
        .filter_map(|(identifier, value)| item.responses.get(identifier).map(|declaration| (identifier, declaration, value)))
        .map(|(identifier, declaration, value)| Ok((identifier.clone(), read_value(identifier, declaration, value)?)))
        .collect()
}

fn read_value(identifier: &str, declaration: &Declaration, json: &Json) -> Result<Value, ResponseFault> {
    let scalar = |json: &Json| -> Result<Scalar, ResponseFault> {
        let text = match json {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(yes) => yes.to_string(),
            _ => return Err(fault(identifier, "a value is a text, a number or a truth value")),
        };
        let base = declaration.base_type.ok_or_else(|| fault(identifier, "its base type is not declared"))?;
        Scalar::parse(base, &text).ok_or_else(|| fault(identifier, &format!("{text:?} is not a value of type {base:?}")))
    };
    Ok(match json {
        Json::Null => Value::Null,
        Json::Array(values) => {
            Value::container(declaration.cardinality, values.iter().filter(|value| !value.is_null()).map(scalar).collect::<Result<_, _>>()?)
        }
        Json::Object(fields) if declaration.cardinality == Cardinality::Record => Value::Record(
            fields
                .iter()
                .map(|(name, value)| {
                    let scalar = match value {
                        Json::Number(number) => {
                            number.as_i64().map_or_else(|| Scalar::Float(number.as_f64().unwrap_or(0.0)), Scalar::Integer)
                        }
                        Json::Bool(yes) => Scalar::Boolean(*yes),
                        Json::String(text) => Scalar::String(text.clone()),
                        _ => return Err(fault(identifier, "a field of a record is a text, a number or a truth value")),
                    };
                    Ok((name.clone(), scalar))
                })
                .collect::<Result<_, _>>()?,
        ),
        Json::Object(_) => return Err(fault(identifier, "only a record is an object")),
        single => Value::container(declaration.cardinality, vec![scalar(single)?]),
    })
}

fn fault(at: &str, reason: &str) -> ResponseFault {
    ResponseFault { at: at.to_owned(), reason: reason.to_owned() }
}
