//! What a made-up candidate answers: the key, or anything else.

use item_bank::qti::{self, Item};
use serde_json::{Map, Value, json};

/// An answer in the kiosk's own words. `right` gives the key; otherwise a choice that is not, or nothing.
pub fn answer(source: &str, seed: u64, right: bool) -> Value {
    let Ok(item) = Item::parse(source.as_bytes()) else { return json!({}) };
    let aliases = qti::deliver(&item, seed, &|_| Some(String::new())).aliases;
    let key = qti::answers(&aliases, &item.correct_responses());
    if right {
        return key;
    }
    let wrong = aliases.choices().filter_map(|(interaction, choices)| {
        let other = choices.into_iter().find(|choice| key.get(interaction) != Some(&json!(choice)))?;
        Some((interaction.to_owned(), json!(other)))
    });
    Value::Object(wrong.collect::<Map<String, Value>>())
}
