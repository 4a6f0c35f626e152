//! What an author sees of a version: what is wrong with it, how it looks, and how an answer to it is marked.

use item_bank::qti::{self, Item};
use serde_json::{Value, json};

use crate::entity::item_versions;

/// Where and why a source cannot be read, a line each.
pub fn reading_faults(source: &str) -> Vec<String> {
    let problems = Item::parse(source.as_bytes()).map_or_else(|problems| problems, |item| item.problems);
    problems.iter().map(ToString::to_string).collect()
}

/// Why a version cannot be given to candidates, a line each: what cannot be read, what the kiosk does not show, media that are missing.
pub fn publication_faults(version: &item_versions::Model) -> Vec<String> {
    let item = match Item::parse(version.qti.as_bytes()) {
        Ok(item) => item,
        Err(problems) => return problems.iter().map(ToString::to_string).collect(),
    };
    let mut faults: Vec<String> = qti::publication_problems(&item).iter().map(ToString::to_string).collect();
    for (name, at) in item.media() {
        if version.media.get(&name).is_none() {
            faults.push(format!("{}:{}: the file {name} is not in the bank", at.line, at.column));
        }
    }
    faults
}

/// The delivery item, as a kiosk would get it with this seed.
pub fn preview(version: &item_versions::Model, seed: u64, url: &dyn Fn(&str) -> Option<String>) -> Result<Value, Vec<String>> {
    Ok(qti::deliver(&read(version)?, seed, url).json)
}

/// Marks an answer given to the preview of the same seed: outcomes, and the trace of how they came about.
pub fn try_answer(version: &item_versions::Model, answer: &Value, seed: u64) -> Result<Value, Vec<String>> {
    let item = read(version)?;
    let delivery = qti::deliver(&item, seed, &|_| None);
    let responses = qti::resolve(&item, &delivery.aliases, answer).map_err(|fault| vec![fault.to_string()])?;
    let marked = qti::mark(&item, &responses, seed);
    Ok(
        json!({ "outcomes": marked.outcomes_json(), "trace": marked.trace, "problems": marked.problems, "max_score": qti::max_score(&item, seed) }),
    )
}

fn read(version: &item_versions::Model) -> Result<Item, Vec<String>> {
    Item::parse(version.qti.as_bytes()).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}
