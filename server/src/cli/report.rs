//! `ijkpunt report`: a table of the yearly report, as CSV, JSON or a workbook.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use uuid::Uuid;

use super::Outcome;
use super::serve::{block_on, open};
use crate::config::Config;
use crate::entity::enums::AgencyCode;
use crate::statistics::report::{Asked, report};
use crate::statistics::{files, tables};

#[derive(Args)]
pub struct Report {
    /// The table's name, or `list`
    table: String,
    #[arg(long, value_enum, default_value = "csv")]
    format: FileFormat,
    /// Of a snapshot, instead of the living records
    #[arg(long, conflicts_with = "as_of")]
    snapshot: Option<Uuid>,
    /// As the records stood at the end of this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Of one agency: agii, atlas, amal or hvn
    #[arg(long)]
    agency: Option<AgencyCode>,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FileFormat {
    Csv,
    Json,
    Xlsx,
}

pub fn run(asked: &Report) -> Outcome {
    if asked.table == "list" {
        for table in tables::TABLES {
            println!("{}\n    {}. {}", table.name, table.title.nl, table.definition.nl);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let table = tables::find(&asked.table).ok_or_else(|| {
        let names: Vec<&str> = tables::TABLES.iter().map(|table| table.name).collect();
        format!("there is no table {:?}; there are: {}", asked.table, names.join(", "))
    })?;
    block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let of = Asked { snapshot: asked.snapshot, as_of: asked.as_of, agency: asked.agency.map(AgencyCode::as_str) };
        let report = report(&ijkpunt.db, table, of, ijkpunt.clock.now()).await?;
        let bytes = match asked.format {
            FileFormat::Csv => files::csv(&report)?,
            FileFormat::Json => (serde_json::to_string_pretty(&files::json(&report))? + "\n").into_bytes(),
            FileFormat::Xlsx => files::xlsx(&report)?,
        };
        match &asked.out {
            Some(path) => std::fs::write(path, bytes).map_err(|error| format!("{} cannot be written: {error}", path.display()))?,
            None => std::io::stdout().write_all(&bytes)?,
        }
        ijkpunt.db.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}
