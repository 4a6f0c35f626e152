//! `ijkpunt test`: a whole test run from files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use item_bank::qti;

use super::Outcome;
use super::item::{print, read_item, read_json, read_test};
use super::item_check::section_file;

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
        /// JSON: an object from item-ref identifier to the item's responses, each as for `item mark`, or a list of those, one for each attempt;
        /// `duration` among them is in seconds
        #[arg(long)]
        responses: PathBuf,
        /// Draws the selection, the ordering and the clones
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

pub fn run(args: TestArgs) -> Outcome {
    let TestCommand::Run { test: path, responses, seed } = args.command;
    let folder = path.parent().unwrap_or(Path::new("."));
    let test = read_test(&path, &|href| section_file(folder, href))?;
    let mut items = BTreeMap::new();
    for href in test.item_files() {
        // An item that cannot be found is named in the result; one that cannot be read is an error.
        let file = folder.join(&href);
        if file.is_file() {
            items.insert(href, read_item(&file)?);
        }
    }
    print(&qti::run_test(&test, &items, &read_json(&responses)?, seed)?.json())
}
