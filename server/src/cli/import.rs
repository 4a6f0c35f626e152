//! `ijkpunt import`: records of earlier years, from CSV.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::Outcome;
use super::serve::{block_on, open};
use crate::audit::By;
use crate::config::Config;
use crate::db::begin_write;
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
}

pub fn run(command: &Import) -> Outcome {
    let Import::Tests { file, dry_run } = command;
    let bytes = std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
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
        if *dry_run {
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
