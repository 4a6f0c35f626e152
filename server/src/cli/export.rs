//! `ijkpunt export`: what the item bank holds, to a file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::Outcome;
use super::item::print_text;
use super::serve::{block_on, open};
use crate::config::Config;
use crate::items::store::Wanted;
use crate::items::{package_out, sheet};

#[derive(Subcommand)]
pub enum Export {
    /// What is known of the items, and their parameters, as CSV
    Items {
        /// The file to write; without it the sheet is printed
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// The items as a QTI package
    Package { out: PathBuf },
}

pub fn run(command: &Export) -> Outcome {
    block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let all = Wanted::default();
        match command {
            Export::Items { out } => {
                let bytes = sheet::export(&ijkpunt.db, &all).await?;
                match out {
                    Some(file) => std::fs::write(file, bytes)?,
                    None => print_text(&String::from_utf8(bytes)?)?,
                }
            }
            Export::Package { out } => std::fs::write(out, package_out::export(&ijkpunt, &all).await?)?,
        }
        ijkpunt.db.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}
