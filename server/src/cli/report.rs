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
use crate::statistics::files::FileFormat;
use crate::statistics::question::Question;
use crate::statistics::report::{Asked, answer, report};
use crate::statistics::{chapter, tables};

#[derive(Args)]
pub struct Report {
    /// The table's name; `list`; `question` for one of your own; or `chapter` for the whole of a year
    table: String,
    #[arg(long, value_enum, default_value = "csv", conflicts_with = "year")]
    format: FileFormat,
    /// A question of your own, as JSON: {"measure": "tests", "rows": ["purpose"], "columns": "year"}
    #[arg(long, required_if_eq("table", "question"))]
    question: Option<String>,
    /// The year of the chapter
    #[arg(long, required_if_eq("table", "chapter"))]
    year: Option<i64>,
    /// The chapter on paper or for a word processor
    #[arg(long = "as", value_enum, default_value = "pdf")]
    paper: Paper,
    /// For a file that leaves the agency: small cells, and what would tell them, are hidden
    #[arg(long)]
    protected: bool,
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
enum Paper {
    Pdf,
    Docx,
}

pub fn run(asked: &Report) -> Outcome {
    if asked.table == "list" {
        for table in tables::TABLES {
            println!("{}\n    {}. {}", table.name, table.title.nl, table.definition.nl);
        }
        return Ok(ExitCode::SUCCESS);
    }
    block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let (db, now) = (&ijkpunt.db, ijkpunt.clock.now());
        let of = Asked {
            snapshot: asked.snapshot,
            as_of: asked.as_of,
            agency: asked.agency.map(AgencyCode::as_str),
            protected: asked.protected,
        };
        let bytes = match (asked.table.as_str(), &asked.question, asked.year) {
            ("chapter", _, Some(year)) => {
                let chapter = chapter::chapter(db, year, of, now).await?;
                match asked.paper {
                    Paper::Pdf => chapter::render_pdf(&chapter)?,
                    Paper::Docx => chapter::render_docx(&chapter)?,
                }
            }
            ("question", Some(question), _) => {
                let question: Question = serde_json::from_str(question).map_err(|error| format!("the question cannot be read: {error}"))?;
                question.check(true).map_err(|fault| format!("the question cannot be asked: {fault:?}"))?;
                asked.format.write(&answer(db, &question, of, now).await?)?
            }
            (name, _, _) => {
                let table = tables::find(name).ok_or_else(|| {
                    let names: Vec<&str> = tables::TABLES.iter().map(|table| table.name).collect();
                    format!("there is no table {name:?}; there are: {}", names.join(", "))
                })?;
                asked.format.write(&report(db, table, of, now).await?)?
            }
        };
        match &asked.out {
            Some(path) => std::fs::write(path, bytes).map_err(|error| format!("{} cannot be written: {error}", path.display()))?,
            None => std::io::stdout().write_all(&bytes)?,
        }
        ijkpunt.db.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}
