//! `ijkpunt item`: items marked, checked and delivered from files, for authors and for comparing engines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use item_bank::qti::{self, Item, Position};
use serde_json::{Value as Json, json};

use super::Outcome;

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
        ItemCommand::Check { path } => check(&path),
        ItemCommand::Deliver { item, seed } => {
            let item = read_item(&item)?;
            // Files stay under their own names here: there is no attempt whose addresses could hide them.
            print(&qti::deliver(&item, seed, &|name| Some(name.to_owned())).json)
        }
    }
}

/// The one place where results leave for standard output.
pub(super) fn print(result: &Json) -> Outcome {
    println!("{}", serde_json::to_string_pretty(result)?);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn read_json(path: &Path) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn read_item(path: &Path) -> Result<Item, Box<dyn std::error::Error + Send + Sync>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Item::parse(&bytes)
        .map_err(|problems| problems.iter().map(|problem| format!("{}:{problem}", path.display())).collect::<Vec<_>>().join("\n"))?)
}

fn check(path: &Path) -> Outcome {
    let mut found = Vec::new();
    let mut seen = 0_usize;
    check_path(path, &mut found, &mut seen)?;
    if seen == 0 {
        return Err(format!("{}: there is no item, test or package here", path.display()).into());
    }
    for line in &found {
        println!("{line}");
    }
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn check_path(path: &Path, found: &mut Vec<String>, seen: &mut usize) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        entries.sort();
        for entry in entries {
            let known = entry.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml") || ending.eq_ignore_ascii_case("zip"));
            let is_manifest = entry.file_name().is_some_and(|name| name == "imsmanifest.xml");
            if entry.is_dir() || (known && !is_manifest) {
                check_path(&entry, found, seen)?;
            }
        }
        return Ok(());
    }
    *seen += 1;
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| format!("{name}: {error}"))?;
    if !bytes.starts_with(b"PK") {
        found.extend(document(&bytes).iter().map(|(at, reason)| line(&name, *at, reason)));
        return Ok(());
    }
    match qti::read_package(&bytes) {
        Err(problems) => found.extend(problems.iter().map(|problem| format!("{name}/{problem}"))),
        Ok(package) => {
            for resource in package.items.iter().chain(&package.tests) {
                let file = format!("{name}/{}", resource.href);
                found.extend(document(&resource.document).iter().map(|(at, reason)| line(&file, *at, reason)));
            }
        }
    }
    Ok(())
}

fn line(file: &str, at: Position, reason: &str) -> String {
    format!("{file}:{}:{}: {reason}", at.line, at.column)
}

/// What is wrong with one document, an item or a test.
fn document(bytes: &[u8]) -> Vec<(Position, String)> {
    let problems = match Item::parse(bytes) {
        Ok(item) => qti::publication_problems(&item),
        Err(problems) => qti::parse_test(bytes).map_or(problems, |test| test.problems),
    };
    problems.into_iter().map(|problem| (problem.at, problem.reason)).collect()
}
