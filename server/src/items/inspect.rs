//! What an author sees of a version: what is wrong with it, how it looks, and how an answer to it is marked.

use std::collections::{BTreeMap, BTreeSet};

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
    faults_of(&version.qti, &|name| version.media.get(name).is_some())
}

/// The same of a source, and whether the bank has a file for a name.
pub fn faults_of(source: &str, has_file: &dyn Fn(&str) -> bool) -> Vec<String> {
    let item = match Item::parse(source.as_bytes()) {
        Ok(item) => item,
        Err(problems) => return problems.iter().map(ToString::to_string).collect(),
    };
    let mut faults: Vec<String> = qti::publication_problems(&item).iter().map(ToString::to_string).collect();
    for (name, at) in item.media() {
        if !has_file(&name) {
            faults.push(format!("{}:{}: the file {name} is not in the bank", at.line, at.column));
        }
    }
    faults
}

/// The files that a source uses, by the names that it gives them.
pub fn files_of(source: &str) -> BTreeSet<String> {
    Item::parse(source.as_bytes()).map(|item| item.media().into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
}

/// The delivery item, as a kiosk would get it with this seed.
pub fn preview(source: &str, seed: u64, url: &dyn Fn(&str) -> Option<String>) -> Result<Value, Vec<String>> {
    Ok(qti::deliver(&read(source)?, seed, url).json)
}

/// Marks an answer given to the preview of the same seed: outcomes, the trace of how they came about, and by response and identifier
/// the words that stand on the screen, so that the trace can be told in them.
pub fn try_answer(source: &str, answer: &Value, seed: u64) -> Result<Value, Vec<String>> {
    let item = read(source)?;
    let delivery = qti::deliver(&item, seed, &|_| None);
    let responses = qti::resolve(&item, &delivery.aliases, answer).map_err(|fault| vec![fault.to_string()])?;
    let marked = qti::mark(&item, &responses, seed);
    let labels: BTreeMap<String, BTreeMap<String, String>> =
        qti::outline(&item).interactions.into_iter().map(|asked| (asked.response, asked.options.into_iter().collect())).collect();
    Ok(json!({
        "outcomes": marked.outcomes_json(),
        "trace": marked.trace,
        "problems": marked.problems,
        "max_score": qti::max_score(&item, seed),
        "labels": labels,
    }))
}

fn read(source: &str) -> Result<Item, Vec<String>> {
    Item::parse(source.as_bytes()).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}
