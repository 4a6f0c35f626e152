//! `ijkpunt policy check`: whether the rules say of every case what is expected. It needs no database.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::Outcome;
use super::item::print_text;
use crate::clock::Clock;
use crate::policy::cases::{Book, Case, judge};
use crate::policy::load;

#[derive(Subcommand)]
pub enum PolicyCommand {
    /// Try the rules on cases; exits 1 when they say something else than expected
    Check {
        /// A folder of .toml files with cases; those that come with the product when absent
        folder: Option<PathBuf>,
    },
}

pub fn run(command: &PolicyCommand) -> Outcome {
    let PolicyCommand::Check { folder } = command;
    let cases = match folder {
        Some(folder) => read(folder)?,
        None => load::built_in_cases()?,
    };
    let book = Book(load::built_in_rules(Clock::system().now())?);
    let mut told = String::new();
    let mut wrong = 0_usize;
    for case in &cases {
        let verdict = judge(&book, case);
        if !verdict.agrees {
            wrong += 1;
            told.push_str(&format!("{} ({})\n  {}\n", case.name, case.on, case.words));
            for difference in verdict.differences {
                told.push_str(&format!("  {difference}\n"));
            }
        }
    }
    told.push_str(&format!("{} cases, {wrong} of them otherwise than expected\n", cases.len()));
    print_text(&told)?;
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn read(folder: &Path) -> Result<Vec<Case>, Box<dyn std::error::Error + Send + Sync>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        cases.extend(load::cases_of(&file.display().to_string(), &std::fs::read_to_string(&file)?)?);
    }
    if cases.is_empty() { Err(format!("{} holds no cases", folder.display()).into()) } else { Ok(cases) }
}
