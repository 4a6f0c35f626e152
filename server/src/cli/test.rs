//! `ijkpunt test`: a whole test run from files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use item_bank::qti::{self, Item};

use super::Outcome;
use super::item::{print, read_json};

/// QTI tests in files
#[derive(Args)]
pub struct TestArgs {
    #[command(subcommand)]
    command: TestCommand,
}

#[derive(Subcommand)]
enum TestCommand {
    /// Run a test from responses and print its outcomes, those of its items, and the trace, as JSON
    Run {
        test: PathBuf,
        /// JSON: an object from item-ref identifier to the item's responses, each as for `item mark`
        #[arg(long)]
        responses: PathBuf,
        /// Draws the selection, the ordering and the clones
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

pub fn run(args: TestArgs) -> Outcome {
    let TestCommand::Run { test: path, responses, seed } = args.command;
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let test = qti::parse_test(&bytes)
        .map_err(|problems| problems.iter().map(|problem| format!("{}:{problem}", path.display())).collect::<Vec<_>>().join("\n"))?;
    let items = items_beside(&test, &path, seed)?;
    print(&qti::run_test(&test, &items, &read_json(&responses)?, seed)?.json())
}

/// The items that the test refers to, read from where they stand beside it.
fn items_beside(test: &qti::Test, path: &Path, seed: u64) -> Result<BTreeMap<String, Item>, Box<dyn std::error::Error + Send + Sync>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut items = BTreeMap::new();
    for selected in qti::select(test, seed) {
        let file = folder.join(&selected.href);
        if items.contains_key(&selected.href) {
            continue;
        }
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let item = Item::parse(&bytes)
            .map_err(|problems| problems.iter().map(|problem| format!("{}:{problem}", file.display())).collect::<Vec<_>>().join("\n"))?;
        items.insert(selected.href, item);
    }
    Ok(items)
}
