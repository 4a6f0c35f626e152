//! Answers in: from a kiosk by aliases, or from a file by identifiers, into values of the declared types.

use serde_json::Value as Json;

use super::deliver::{Aliases, AnswerKind, Answerable};
use super::model::{Declaration, Item, Responses};
use super::value::{BaseType, Cardinality, Single, Value};

/// The longest text that one answer may hold, in bytes.
const MAX_TEXT: usize = 64 << 10;
/// The most parts that one answer may have.
const MAX_PARTS: usize = 1_000;

/// Why an answer cannot be understood. A kiosk of ours never sends such a one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseFault {
    #[error("the answers are not an object from interactions to values")]
    NotAnObject,
    #[error("there is no interaction {0} in this item")]
    UnknownInteraction(String),
    #[error("{interaction}: {reason}")]
    Value { interaction: String, reason: String },
}

/// Turns what a kiosk sent for a delivered item (`docs/delivery-item.md`, "Responses") into response values for [`super::mark`].
///
/// What was left empty is absent. A text that is not a number, in a field for numbers, is an answer too: it counts as NULL, so it is marked wrong rather than refused.
///
/// # Errors
/// Unknown names, values of another shape, more answers than allowed, the same choice twice.
pub fn resolve(item: &Item, aliases: &Aliases, answers: &Json) -> Result<Responses, ResponseFault> {
    if answers.is_null() {
        return Ok(Responses::new());
    }
    let answers = answers.as_object().ok_or(ResponseFault::NotAnObject)?;
    let mut responses = Responses::new();
    for (name, answer) in answers {
        let interaction = aliases
            .interactions
            .iter()
            .find(|interaction| interaction.alias == *name)
            .ok_or_else(|| ResponseFault::UnknownInteraction(name.chars().take(40).collect()))?;
        let declaration = item.response(&interaction.response).ok_or_else(|| ResponseFault::UnknownInteraction(name.clone()))?;
        let value =
            read_answer(interaction, declaration, answer).map_err(|reason| ResponseFault::Value { interaction: name.clone(), reason })?;
        if !value.is_null() {
            responses.insert(interaction.response.clone(), value);
        }
    }
    Ok(responses)
}

/// Says responses as a kiosk would send them: the inverse of [`resolve`]. What has no alias is left out.
pub fn answers(aliases: &Aliases, responses: &Responses) -> Json {
    let alias = |table: &[(String, String, u64)], identifier: &str| {
        table.iter().find(|(_, meaning, _)| meaning == identifier).map(|(alias, _, _)| alias.clone())
    };
    let mut given = serde_json::Map::new();
    for interaction in &aliases.interactions {
        let Some(value) = responses.get(&interaction.response) else { continue };
        let words: Vec<String> = value
            .members()
            .iter()
            .filter_map(|member| match (interaction.kind, member) {
                (AnswerKind::Plays, _) => None,
                (AnswerKind::Pairs, Single::Pair(a, b) | Single::DirectedPair(a, b)) => {
                    Some(format!("{} {}", alias(&interaction.first, a)?, alias(&interaction.second, b)?))
                }
                (AnswerKind::Text | AnswerKind::Recording, member) => match member.json() {
                    Json::String(text) => Some(text),
                    other => Some(other.to_string()),
                },
                (_, member) => alias(&interaction.first, member.as_text()?),
            })
            .collect();
        let many = matches!(interaction.kind, AnswerKind::Pairs | AnswerKind::Order) || interaction.max != 1;
        let single = matches!(interaction.kind, AnswerKind::Text | AnswerKind::Recording) || !many;
        let answer = if single { words.into_iter().next().map(Json::String) } else { Some(Json::from(words)) };
        given.insert(interaction.alias.clone(), answer.unwrap_or(Json::Null));
    }
    Json::Object(given)
}

fn read_answer(interaction: &Answerable, declaration: &Declaration, answer: &Json) -> Result<Value, String> {
    if answer.is_null() {
        return Ok(Value::Null);
    }
    match interaction.kind {
        AnswerKind::Plays => Err("plays are counted by the server".to_owned()),
        AnswerKind::Recording => {
            let name = answer.as_str().filter(|name| name.len() <= 200).ok_or("the identifier of a recording is expected")?;
            Ok(if name.is_empty() { Value::Null } else { Value::Single(Single::File(name.to_owned())) })
        }
        AnswerKind::Text => {
            let text = answer.as_str().ok_or("a text is expected")?;
            if text.len() > MAX_TEXT {
                return Err(format!("the text is longer than {MAX_TEXT} bytes"));
            }
            Ok(read_text(text, declaration.cardinality, declaration.base))
        }
        AnswerKind::Choice | AnswerKind::InlineChoice | AnswerKind::Hottext | AnswerKind::Order => {
            let mut chosen = Vec::new();
            for word in words(answer)? {
                let identifier = meaning(&interaction.first, word)?;
                if chosen.iter().any(|earlier: &Single| earlier.as_text() == Some(identifier)) {
                    return Err(format!("{word} is given twice"));
                }
                chosen.push(Single::Identifier(identifier.to_owned()));
            }
            within(chosen.len(), interaction.max)?;
            container(declaration, chosen)
        }
        AnswerKind::Pairs => {
            let mut pairs = Vec::new();
            let mut used = std::collections::BTreeMap::new();
            for pair in words(answer)? {
                let (first, second) = pair.split_once(' ').ok_or_else(|| format!("{} is not a pair", cut(pair)))?;
                for (table, word) in [(&interaction.first, first), (&interaction.second, second)] {
                    let uses = used.entry(word.to_owned()).or_insert(0_u64);
                    *uses += 1;
                    let most = table.iter().find(|(alias, _, _)| alias == word).map_or(0, |(_, _, most)| *most);
                    if most > 0 && *uses > most {
                        return Err(format!("{} is used more often than {most} times", cut(word)));
                    }
                }
                let (a, b) = (meaning(&interaction.first, first)?.to_owned(), meaning(&interaction.second, second)?.to_owned());
                let made = if declaration.base == Some(BaseType::Pair) { Single::Pair(a, b) } else { Single::DirectedPair(a, b) };
                if pairs.iter().any(|earlier: &Single| earlier.same(&made)) {
                    return Err(format!("{pair} is given twice"));
                }
                pairs.push(made);
            }
            within(pairs.len(), interaction.max)?;
            container(declaration, pairs)
        }
    }
}

/// A text as one word, or a list of texts.
fn words(answer: &Json) -> Result<Vec<&str>, String> {
    match answer {
        Json::String(word) if word.is_empty() => Ok(Vec::new()),
        Json::String(word) => Ok(vec![word]),
        Json::Array(list) if list.len() > MAX_PARTS => Err(format!("more than {MAX_PARTS} parts")),
        Json::Array(list) => list.iter().map(|word| word.as_str().ok_or_else(|| "a list of texts is expected".to_owned())).collect(),
        _ => Err("a text or a list of texts is expected".to_owned()),
    }
}

fn meaning<'a>(table: &'a [(String, String, u64)], alias: &str) -> Result<&'a str, String> {
    table
        .iter()
        .find(|(known, _, _)| known == alias)
        .map(|(_, identifier, _)| identifier.as_str())
        .ok_or_else(|| format!("there is no choice {}", cut(alias)))
}

fn within(count: usize, max: u64) -> Result<(), String> {
    if max > 0 && u64::try_from(count).unwrap_or(u64::MAX) > max { Err(format!("{count} answers where {max} are allowed")) } else { Ok(()) }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

fn container(declaration: &Declaration, members: Vec<Single>) -> Result<Value, String> {
    Value::Multiple(members).fit(declaration.cardinality, declaration.base).ok_or_else(|| "the answer does not fit the response".to_owned())
}

/// A typed text in its declared type. Belgian candidates write a decimal comma.
fn read_text(text: &str, cardinality: Cardinality, base: Option<BaseType>) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    if cardinality == Cardinality::Record {
        return number_record(text);
    }
    let base = base.unwrap_or(BaseType::String);
    let read = Single::read(base, text).or_else(|| base.is_numeric().then(|| Single::read(base, &text.replacen(',', ".", 1))).flatten());
    read.and_then(|single| Value::Single(single).fit(cardinality, Some(base))).unwrap_or_default()
}

/// The record of a numeric text entry (QTI 3.0, "textEntryInteraction", response of record cardinality).
fn number_record(text: &str) -> Value {
    let trimmed = text.trim();
    let (mantissa, exponent) = trimmed.split_once(['e', 'E']).unwrap_or((trimmed, ""));
    let (left, right) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let digits = |part: &str| i64::try_from(part.bytes().filter(u8::is_ascii_digit).count()).unwrap_or(0);
    let float = Single::read(BaseType::Float, trimmed).or_else(|| Single::read(BaseType::Float, &trimmed.replacen(',', ".", 1)));
    let known = float.is_some();
    let integer = |value: i64| known.then_some(Single::Integer(value));
    let significant = digits(mantissa.trim_start_matches(['-', '+', '0', '.', ',']));
    Value::Record(vec![
        ("stringValue".into(), Some(Single::String(text.to_owned()))),
        ("integerValue".into(), Single::read(BaseType::Integer, trimmed).filter(|_| !trimmed.contains(['.', 'e', 'E']))),
        ("leftDigits".into(), integer(digits(left))),
        ("rightDigits".into(), integer(digits(right))),
        ("ndp".into(), integer(digits(right))),
        ("nsf".into(), integer(significant)),
        ("exponent".into(), Single::read(BaseType::Integer, exponent).filter(|_| known)),
        ("floatValue".into(), float),
    ])
}

/// Responses from a file by their identifiers: text, number, boolean, null, lists of those, or an object for a record; pairs as `"A B"`, points as `"10 20"`.
///
/// Lenient on purpose, for items and responses of other systems: a numeric text is a number where one is declared, one value is a container of one, an empty text is NULL.
///
/// # Errors
/// When the whole is no object. Names that the item does not declare are left out; responses that are left out have their declared default, null is NULL.
pub fn responses_from_json(item: &Item, given: &Json) -> Result<Responses, ResponseFault> {
    let given = given.as_object().ok_or(ResponseFault::NotAnObject)?;
    let mut responses = Responses::new();
    for (name, value) in given {
        let (cardinality, base) = match (item.response(name), name.as_str()) {
            (Some(declaration), _) => (declaration.cardinality, declaration.base),
            (None, "numAttempts") => (Cardinality::Single, Some(BaseType::Integer)),
            (None, "duration") => (Cardinality::Single, Some(BaseType::Duration)),
            (None, _) => continue,
        };
        responses.insert(name.clone(), from_json(value, cardinality, base));
    }
    // "Response variables": an attempt begins with the declared default; what nobody touched is still that.
    for declaration in item.responses.iter().filter(|declaration| declaration.default != Value::Null) {
        responses.entry(declaration.identifier.clone()).or_insert_with(|| declaration.default.clone());
    }
    Ok(responses)
}

fn from_json(value: &Json, cardinality: Cardinality, base: Option<BaseType>) -> Value {
    let read = |value: &Json| -> Option<Single> {
        let text = plain(value)?;
        match base {
            Some(base) => read_text(&text, Cardinality::Single, Some(base)).single().cloned(),
            None => Some(match value {
                Json::Bool(truth) => Single::Boolean(*truth),
                Json::Number(_) => Single::read(BaseType::Integer, &text).or_else(|| Single::read(BaseType::Float, &text))?,
                _ => Single::String(text),
            }),
        }
    };
    match (cardinality, value) {
        (Cardinality::Record, Json::Object(fields)) => {
            Value::Record(fields.iter().map(|(name, field)| (name.clone(), read(field))).collect())
        }
        (Cardinality::Record, other) => plain(other).map_or(Value::Null, |text| read_text(&text, Cardinality::Record, None)),
        (_, Json::Null | Json::Object(_)) => Value::Null,
        (Cardinality::Single, Json::Array(_))
            if matches!(base, Some(BaseType::Point | BaseType::Pair | BaseType::DirectedPair)) && read(value).is_some() =>
        {
            read(value).map_or(Value::Null, Value::Single)
        }
        (Cardinality::Single, Json::Array(list)) => list.first().and_then(read).map_or(Value::Null, Value::Single),
        (Cardinality::Single, one) => read(one).map_or(Value::Null, Value::Single),
        (_, several) => {
            let members = match several {
                Json::Array(list) => list.iter().filter_map(read).collect(),
                one => read(one).into_iter().collect(),
            };
            if cardinality == Cardinality::Ordered { Value::Ordered(members) } else { Value::Multiple(members) }
        }
    }
}

/// A value in words: lists of two, as some systems write pairs and points, with a space between.
fn plain(value: &Json) -> Option<String> {
    Some(match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(truth) => truth.to_string(),
        Json::Array(list) if list.len() == 2 => format!("{} {}", plain(list.first()?)?, plain(list.get(1)?)?),
        _ => return None,
    })
}
