//! `measure score`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use item_bank::measure::estimate::{Information, Method, estimate};
use item_bank::measure::grid::{Estimate, Table};
use serde_json::json;

use super::table::{BadInput, Bank, Categories};
use super::{Format, GridOptions, print_table};

#[derive(Args)]
pub struct Score {
    /// CSV with the columns item,a,b,c (or item,a,b1,b2,… for items of several categories)
    #[arg(long)]
    bank: PathBuf,
    /// CSV with one row a person: the id first, then the items by name; an empty cell was not administered
    #[arg(long)]
    responses: PathBuf,
    #[arg(long, value_enum, default_value_t = ScoreMethod::Eap)]
    method: ScoreMethod,
    /// Information that the standard error of MLE and MAP rests on; WLE uses the expected, EAP the posterior's spread
    #[arg(long, value_enum, default_value_t = SeKind::Expected)]
    se: SeKind,
    /// Model of items with several categories
    #[arg(long, value_enum, default_value_t = Categories::Grm)]
    categories: Categories,
    #[command(flatten)]
    grid: GridOptions,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum ScoreMethod {
    Eap,
    Mle,
    Map,
    Wle,
}

#[derive(Clone, Copy, ValueEnum)]
enum SeKind {
    Expected,
    Observed,
}

pub fn run(score: &Score) -> Result<String, BadInput> {
    let bank = Bank::read(&score.bank, score.categories)?;
    let persons = bank.responses(&score.responses)?;
    let information = match score.se {
        SeKind::Expected => Information::Expected,
        SeKind::Observed => Information::Observed,
    };
    let table = Table::new(&bank.items, score.grid.grid());
    let mut scratch = Vec::new();
    let row = |(id, answers): &(String, Vec<_>)| {
        let solved = |method| estimate(&bank.items, answers, method, information);
        let found: Option<Estimate> = match score.method {
            ScoreMethod::Eap => Some(table.eap(answers, &mut scratch)),
            ScoreMethod::Mle => solved(Method::Mle),
            ScoreMethod::Map => solved(Method::MAP),
            ScoreMethod::Wle => solved(Method::Wle),
        };
        vec![json!(id), json!(found.map(|e| e.theta)), json!(found.map(|e| e.se))]
    };
    print_table(score.format, &["id", "theta", "se"], persons.iter().map(row).collect())
}
