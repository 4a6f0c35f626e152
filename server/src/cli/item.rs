//! `ijkpunt item`: items marked, checked and delivered from files, for authors and for comparing engines.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use item_bank::qti::{self, Item};
use serde_json::{Value as Json, json};

use super::{Outcome, item_check};

/// The largest document or file of responses that is read. The engine's own limit for documents is lower.
const MAX_FILE: u64 = 16 << 20;

/// QTI items in files
#[derive(Args)]
pub struct ItemArgs {
    #[command(subcommand)]
    command: ItemCommand,
}

#[derive(Subcommand)]
enum ItemCommand {
    /// Mark responses and print the outcomes with the trace that led to them, as JSON
    Mark {
        item: PathBuf,
        /// JSON: identifier to text, number, boolean, null, a list of those, or an object for a record; pairs as "A B", points as "10 20"
        #[arg(long)]
        responses: PathBuf,
        /// Draws the clone of an item with templates
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
    /// Print every unsupported or invalid element as file:line:column: reason; exits 1 when there is any
    Check { path: PathBuf },
    /// Print the delivery item that a kiosk would receive with this seed
    Deliver {
        item: PathBuf,
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

pub fn run(args: ItemArgs) -> Outcome {
    match args.command {
        ItemCommand::Mark { item, responses, seed } => {
            let item = read_item(&item)?;
            let responses = qti::responses_from_json(&item, &read_json(&responses)?)?;
            let marked = qti::mark(&item, &responses, seed);
            print(&json!({ "outcomes": marked.outcomes_json(), "trace": marked.trace }))
        }
        ItemCommand::Check { path } => item_check::check(&path),
        ItemCommand::Deliver { item, seed } => {
            let item = read_item(&item)?;
            // Files stay under their own names here: there is no attempt whose addresses could hide them.
            print(&qti::deliver(&item, seed, &|name| Some(name.to_owned())).json)
        }
    }
}

/// Where results leave for standard output. A reader that stops early, such as `head`, is no failure.
pub(super) fn print(result: &Json) -> Outcome {
    print_text(&format!("{}\n", serde_json::to_string_pretty(result)?))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn print_text(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A file whole, or why not. Never more of it than is allowed, whatever it is: a device has no end.
pub(super) fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let fault = |error: io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    let read = File::open(path).map_err(fault)?.take(most + 1).read_to_end(&mut bytes).map_err(fault)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > most {
        return Err(format!("{}: the file is larger than {most} bytes", path.display()).into());
    }
    Ok(bytes)
}

pub(super) fn read_json(path: &Path) -> Result<Json, Failure> {
    let bytes = read_file(path, MAX_FILE)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    Ok(serde_json::from_slice(bytes).map_err(|error| format!("{}: {error}", path.display()))?)
}

pub(super) fn read_item(path: &Path) -> Result<Item, Failure> {
    Ok(Item::parse(&read_file(path, MAX_FILE)?).map_err(|problems| described(path, &problems))?)
}

pub(super) fn read_test(path: &Path, load: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<qti::Test, Failure> {
    Ok(qti::parse_test_with(&read_file(path, MAX_FILE)?, load).map_err(|problems| described(path, &problems))?)
}

fn described(path: &Path, problems: &[qti::Problem]) -> String {
    problems.iter().map(|problem| format!("{}:{problem}", path.display())).collect::<Vec<_>>().join("\n")
}
