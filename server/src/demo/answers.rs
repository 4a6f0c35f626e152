//! What a made-up candidate answers: the key, or anything else.

use item_bank::qti::deliver::Kind;
use item_bank::qti::{self, Aliases, Item};
use serde_json::{Value, json};

/// An answer in the kiosk's own words. `right` gives what earns full marks; otherwise the first choice that does not.
pub fn answer(source: &str, seed: u64, right: bool) -> Value {
    let Ok(item) = Item::parse(source.as_bytes()) else { return json!({}) };
    let aliases = qti::deliver(&item, seed, &|_| Some(String::new())).aliases;
    let mut given = serde_json::Map::new();
    for (alias, interaction) in &aliases.interactions {
        let correct = item.responses.get(&interaction.response).map(|declaration| &declaration.correct);
        let texts: Vec<String> = correct.map(|value| value.scalars().into_iter().map(|scalar| scalar.text()).collect()).unwrap_or_default();
        let value = match interaction.kind {
            Kind::Media | Kind::Record | Kind::ExtendedText => continue,
            Kind::TextEntry => json!(if right { texts.concat() } else { "0".into() }),
            Kind::GapMatch | Kind::Match if right => texts.iter().filter_map(|pair| aliased_pair(&aliases, alias, pair)).collect(),
            Kind::GapMatch | Kind::Match => json!([]),
            Kind::Choice | Kind::InlineChoice if right => json!(texts.first().and_then(|text| aliased(&aliases, alias, text))),
            Kind::Choice | Kind::InlineChoice => {
                json!(interaction.choices.iter().find(|(_, name)| !texts.contains(name)).map(|(choice, _)| choice))
            }
            Kind::Order | Kind::Hottext if right => {
                texts.iter().filter_map(|text| aliased(&aliases, alias, text)).map(Value::String).collect()
            }
            Kind::Order | Kind::Hottext => json!([]),
        };
        given.insert(alias.clone(), value);
    }
    Value::Object(given)
}

fn aliased(aliases: &Aliases, interaction: &str, identifier: &str) -> Option<String> {
    let choices = &aliases.interactions.get(interaction)?.choices;
    choices.iter().find(|(_, name)| *name == identifier).map(|(alias, _)| alias.clone())
}

fn aliased_pair(aliases: &Aliases, interaction: &str, pair: &str) -> Option<Value> {
    let (first, second) = pair.split_once(' ')?;
    Some(json!(format!("{} {}", aliased(aliases, interaction, first)?, aliased(aliases, interaction, second)?)))
}
