//! `ijkpunt import`: records of earlier years, what is known of items, and items.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::Outcome;
use super::serve::{block_on, open};
use crate::audit::By;
use crate::config::Config;
use crate::db::begin_write;
use crate::entity::enums::ItemSkill;
use crate::items::actions::BankRefusal;
use crate::items::exchange::{self, Asked, CameInAs};
use crate::items::sheet::{SheetRefusal, bring_in};
use crate::statistics::import;

#[derive(Subcommand)]
pub enum Import {
    /// Tests: test_id,candidate_ref,agency,site,date,purpose,kind,band,result,language,advice,gender,birth_year
    Tests {
        file: PathBuf,
        /// Check everything and tell what would change, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// What is known of items, and their parameters: CSV with an `identifier`, and of the columns of `export items` those that change
    Items {
        file: PathBuf,
        /// Check everything and tell what would change, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// A QTI package, as drafts
    Package {
        file: PathBuf,
        /// Of items of which the package does not say it: reading, listening, writing, speaking, vocabulary or mo
        #[arg(long, default_value = "reading")]
        skill: ItemSkill,
        /// Check everything and tell what would change, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
}

pub fn run(command: &Import) -> Outcome {
    let (Import::Tests { file, dry_run } | Import::Items { file, dry_run } | Import::Package { file, dry_run, .. }) = command;
    let bytes = std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    match command {
        Import::Tests { .. } => tests(file, bytes, *dry_run),
        Import::Items { .. } => items(file, &bytes, *dry_run),
        Import::Package { skill, .. } => package(bytes, *skill, *dry_run),
    }
}

fn items(file: &Path, bytes: &[u8], dry_run: bool) -> Outcome {
    block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let changes = match bring_in(&ijkpunt, bytes, By::System, dry_run).await {
            Ok(changes) => changes,
            Err(SheetRefusal::Rows(bad)) => {
                for row in &bad {
                    eprintln!("{}: {row}", file.display());
                }
                eprintln!("Nothing was imported: {} faults.", bad.len());
                return Ok(ExitCode::FAILURE);
            }
            Err(SheetRefusal::Database(error)) => return Err(error.into()),
        };
        if dry_run {
            print!("Dry run, nothing was written: ");
        }
        let (revised, proposed) = (changes.revised.len(), changes.proposed.len());
        println!("{revised} items revised, parameters of {proposed} proposed, {} unchanged.", changes.unchanged);
        ijkpunt.db.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}

fn package(bytes: Vec<u8>, skill: ItemSkill, dry_run: bool) -> Outcome {
    block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let (told, _) = tokio::sync::mpsc::unbounded_channel();
        let items = match exchange::import(&ijkpunt, &Asked { by: By::System, skill, dry_run }, bytes, told).await {
            Ok(items) => items,
            Err(BankRefusal::Faults(faults)) => {
                for fault in &faults {
                    eprintln!("{fault}");
                }
                eprintln!("Nothing was imported: {} faults.", faults.len());
                return Ok(ExitCode::FAILURE);
            }
            Err(refusal) => return Err(refusal.into()),
        };
        for fault in items.iter().flat_map(|item| &item.faults) {
            eprintln!("{fault}");
        }
        if dry_run {
            print!("Dry run, nothing was written: ");
        }
        let count = |wanted| items.iter().filter(|item| item.came_in_as == wanted).count();
        let (new, revised, refused) = (count(CameInAs::New), count(CameInAs::Revised), count(CameInAs::Refused));
        println!("{new} items new, {revised} revised, {} unchanged, {refused} refused.", count(CameInAs::Unchanged));
        ijkpunt.db.close().await?;
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

fn tests(file: &Path, bytes: Vec<u8>, dry_run: bool) -> Outcome {
    block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let now = ijkpunt.clock.now();
        let checked = match import::checked(bytes, ijkpunt.clock.today()) {
            Ok(checked) => checked,
            Err(bad) => {
                for row in &bad {
                    eprintln!("{}: {row}", file.display());
                }
                eprintln!("Nothing was imported: {} faults.", bad.len());
                return Ok(ExitCode::FAILURE);
            }
        };
        let total = checked.total;
        let tx = begin_write(&ijkpunt.db).await?;
        let progress = |done| eprintln!("{done} of {total} tests");
        let changes = import::import(&tx, now, By::System, &ijkpunt.keys, &checked, progress).await?;
        if dry_run {
            tx.rollback().await?;
            print!("Dry run, nothing was written: ");
        } else {
            tx.commit().await?;
        }
        println!("{} tests added, {} corrected, {} unchanged.", changes.added, changes.corrected, changes.unchanged);
        ijkpunt.db.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}
