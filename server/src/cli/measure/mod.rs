//! `ijkpunt measure`: the measurement engine for psychometricians, from CSV to CSV and JSON.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use item_bank::measure::grid::{Grid, Rule};

mod adaptive;
mod calibrate;
mod fairness;
mod forecast;
mod persons;
mod raters;
mod score;
mod table;

use super::Outcome;

#[derive(Args)]
pub struct Measure {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Estimate the ability of each person; prints id,theta,se
    #[command(
        after_help = "Example:\n  ijkpunt measure score --bank bank60.csv --responses resp50.csv --method eap --grid 161 --range -8,8"
    )]
    Score(score::Score),
    /// Choose the next item of an adaptive test
    #[command(
        after_help = "Example:\n  ijkpunt measure next --bank bank60.csv --administered I07=0,I21=1 --criterion mepv --grid 33 --range -4,4"
    )]
    Next(adaptive::Next),
    /// Run whole adaptive tests on answers that are known; prints the full paths
    #[command(
        after_help = "Example:\n  ijkpunt measure cat --bank bank500.csv --responses golden_cat_responses.csv --stop-se 0.3 --max-items 30 --grid 33 --range -4,4"
    )]
    Cat(adaptive::Cat),
    /// Estimate item parameters from answers
    #[command(
        after_help = "Example:\n  ijkpunt measure calibrate --model 2pl --fit --responses calib2pl_1000x30.csv\n  ijkpunt measure calibrate --model grm --responses grm_600x12.csv --format csv"
    )]
    Calibrate(calibrate::Calibrate),
    /// Compare groups of the same ability, item by item
    #[command(after_help = "Example:\n  ijkpunt measure dif --responses dif_1600x20.csv --group group --reference L0 --focal L1")]
    Dif(fairness::Dif),
    /// Agreement of raters: kappas, Krippendorff's alpha, intraclass correlations, Kendall's W
    #[command(after_help = "Example:\n  ijkpunt measure agreement --ratings ratings_4x250_missing.csv")]
    Agreement(raters::Agreement),
    /// Many-facet Rasch: severity of raters, difficulty of criteria
    #[command(after_help = "Example:\n  ijkpunt measure facets --ratings mfrm_400.csv --steps rsm")]
    Facets(raters::Facets),
    /// The chance of passing a test, from what a pre-screening showed
    #[command(
        after_help = "Example:\n  ijkpunt measure passchance --bank bank60.csv --responses resp50.csv --prescreening I01..I20 --test I21..I60 --cut 20,24,28"
    )]
    Passchance(forecast::PassChance),
    /// Simulate adaptive tests, or forecasts and what comes of them
    #[command(
        after_help = "Example:\n  ijkpunt measure simulate --bank bank60.csv --persons 10000\n  ijkpunt measure simulate --bank bank60.csv --persons 100000 --test I21..I60 --cut 24\n  ijkpunt measure simulate --bank bank60.csv --persons 10000 --test I41..I60 --cut 12 --adaptive --criterion mepv --stop-se 0 --decided .1,.9"
    )]
    Simulate(forecast::Simulate),
}

pub fn run(measure: &Measure) -> Outcome {
    let printed = match &measure.command {
        Command::Score(score) => score::run(score)?,
        Command::Next(next) => adaptive::next(next)?,
        Command::Cat(cat) => adaptive::cat(cat)?,
        Command::Calibrate(options) => calibrate::run(options)?,
        Command::Dif(options) => fairness::run(options)?,
        Command::Agreement(options) => raters::agreement(options)?,
        Command::Facets(options) => raters::facets(options)?,
        Command::Passchance(options) => forecast::pass_chance(options)?,
        Command::Simulate(options) => forecast::simulation(options)?,
    };
    super::item::print_text(&printed)?;
    Ok(ExitCode::SUCCESS)
}

/// The grid of abilities and the prior on it.
#[derive(Args, Clone)]
struct GridOptions {
    /// Number of grid points
    #[arg(long, default_value_t = 161, value_parser = clap::value_parser!(u32).range(2..100_001))]
    grid: u32,
    /// Ends of the grid in logits
    #[arg(long, default_value = "-8,8", allow_hyphen_values = true, value_parser = range)]
    range: (f64, f64),
    /// Weights of the grid points
    #[arg(long, value_enum, default_value_t = GridRule::Trapezoid)]
    rule: GridRule,
}

#[derive(Clone, Copy, ValueEnum)]
enum GridRule {
    Trapezoid,
    Rectangle,
}

impl GridOptions {
    fn grid(&self) -> Grid {
        let rule = match self.rule {
            GridRule::Trapezoid => Rule::Trapezoid,
            GridRule::Rectangle => Rule::Rectangle,
        };
        Grid::normal(self.grid as usize, self.range.0, self.range.1, rule)
    }
}

fn range(text: &str) -> Result<(f64, f64), String> {
    let ends = text.split_once(',').and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    ends.filter(|(low, high): &(f64, f64)| low < high && low.is_finite() && high.is_finite())
        .ok_or_else(|| format!("`{text}` is no range: write two numbers, the lower first, as -8,8"))
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Json,
}

/// A table as CSV or as a JSON list of objects; an undefined number is an empty cell or null.
fn print_table(format: Format, header: &[&str], rows: Vec<Vec<serde_json::Value>>) -> Result<String, table::BadInput> {
    match format {
        Format::Json => {
            let object = |row: Vec<serde_json::Value>| -> serde_json::Value {
                header.iter().map(|name| (*name).to_owned()).zip(row).collect::<serde_json::Map<_, _>>().into()
            };
            Ok(json_text(&serde_json::Value::Array(rows.into_iter().map(object).collect())))
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            let cells = rows.iter().map(|row| row.iter().map(cell).collect::<Vec<String>>());
            let lines = std::iter::once(header.iter().map(|name| (*name).to_owned()).collect()).chain(cells);
            for line in lines {
                writer.write_record(line).map_err(|error| table::BadInput::plain(error.to_string()))?;
            }
            let bytes = writer.into_inner().map_err(|error| table::BadInput::plain(error.to_string()))?;
            String::from_utf8(bytes).map_err(|error| table::BadInput::plain(error.to_string()))
        }
    }
}

fn cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        // The shortest decimal that reads back as the same number.
        serde_json::Value::Number(number) => number.as_f64().filter(|_| number.is_f64()).map_or(number.to_string(), |n| format!("{n}")),
        other => other.to_string(),
    }
}

fn json_text(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
