//! `measure passchance` and `measure simulate`.

use std::path::PathBuf;

use clap::Args;
use item_bank::measure::cat::Rules;
use item_bank::measure::content::ContentBalance;
use item_bank::measure::exposure::{Exposure, sympson_hetter};
use item_bank::measure::pass::{Decision, PassCurve, forecast};
use item_bank::measure::{Item, Response, simulate};
use serde_json::json;

use super::adaptive::{Criterion, EstimatorName, balance};
use super::table::{BadInput, Bank, Categories};
use super::{Format, GridOptions, json_text, print_table};

#[derive(Args)]
pub struct PassChance {
    /// CSV with the columns item,a,b,c: the items of the pre-screening and of the test
    #[arg(long)]
    bank: PathBuf,
    /// CSV with one row a person: the id first, then the items; an empty cell was not administered
    #[arg(long)]
    responses: PathBuf,
    /// Items of the pre-screening: names, or a range as I01..I20; all items that are not in the test when left out
    #[arg(long)]
    prescreening: Option<String>,
    /// Items of the test that is forecast: names, or a range as I21..I60
    #[arg(long)]
    test: String,
    /// Sum scores that pass, as 20,24,28
    #[arg(long, value_delimiter = ',', required = true)]
    cut: Vec<usize>,
    /// Model of items with several categories
    #[arg(long, value_enum, default_value_t = Categories::Grm)]
    categories: Categories,
    #[command(flatten)]
    grid: GridOptions,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

pub fn pass_chance(options: &PassChance) -> Result<String, BadInput> {
    let bank = Bank::read(&options.bank, options.categories)?;
    let persons = bank.responses(&options.responses)?;
    let test = named(&bank, &options.test, "--test")?;
    let prescreening = match &options.prescreening {
        Some(names) => named(&bank, names, "--prescreening")?,
        None => (0..bank.items.len()).filter(|item| !test.contains(item)).collect(),
    };
    let pick = |places: &[usize]| -> Vec<Item> { places.iter().map(|place| bank.items[*place].clone()).collect() };
    let (asked, tested) = (pick(&prescreening), pick(&test));
    let grid = options.grid.grid();
    let mut rows = Vec::new();
    for (id, answers) in &persons {
        let given: Vec<Response> = prescreening.iter().map(|place| answers[*place]).collect();
        let n = given.iter().flatten().count();
        for cut in &options.cut {
            let found = forecast(&asked, &given, &tested, *cut, &grid);
            let who = [json!(id), json!(n), json!(found.theta), json!(found.se), json!(cut)];
            rows.push(who.into_iter().chain([json!(found.pass), json!(found.plugin), json!(found.uncertainty)]).collect());
        }
    }
    let header = ["id", "n_prescreen", "eap", "psd", "cut", "pass_posterior", "pass_plugin", "uncertainty"];
    print_table(options.format, &header, rows)
}

/// Items by a comma-separated list of names and ranges in the order of the bank.
fn named(bank: &Bank, list: &str, option: &str) -> Result<Vec<usize>, BadInput> {
    let find =
        |name: &str| bank.find(name.trim()).ok_or_else(|| BadInput::plain(format!("{option}: the bank has no item `{}`", name.trim())));
    let mut places = Vec::new();
    for part in list.split(',') {
        match part.split_once("..") {
            Some((first, last)) => places.extend(find(first)?..=find(last)?),
            None => places.push(find(part)?),
        }
    }
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

#[derive(Args)]
pub struct Simulate {
    /// CSV with the columns item,a,b,c
    #[arg(long)]
    bank: PathBuf,
    /// Number of simulated persons, their abilities standard normal
    #[arg(long, default_value_t = 1000)]
    persons: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, value_enum, default_value_t = EstimatorName::Eap)]
    estimator: EstimatorName,
    #[arg(long, value_enum, default_value_t = Criterion::Mfi)]
    criterion: Criterion,
    /// Stop when the standard error is at most this; 0 never stops by it
    #[arg(long, default_value_t = 0.3)]
    stop_se: f64,
    #[arg(long, default_value_t = 20)]
    max_items: usize,
    #[arg(long, default_value_t = 0)]
    min_items: usize,
    /// Shares of the areas in the bank's column `area`, as R=.40,L=.35,M=.25
    #[arg(long)]
    content: Option<String>,
    /// Draw from the best so many
    #[arg(long, default_value_t = 1)]
    randomesque: usize,
    /// Find exposure control parameters (Sympson-Hetter) that put no item to more than this share of persons, and use them
    #[arg(long, conflicts_with = "randomesque")]
    max_exposure: Option<f64>,
    /// Forecast a test of these items, as I21..I60, from a pre-screening of all others: answered whole, or as --adaptive says
    #[arg(long, requires = "cut")]
    test: Option<String>,
    /// Sum score that passes that test
    #[arg(long, requires = "test")]
    cut: Option<usize>,
    /// Let the pre-screening before the forecast be adaptive, under the rules above
    #[arg(long, requires = "test")]
    adaptive: bool,
    /// Stop when the chance of passing that test is below the first or above the second, as .1,.9
    #[arg(long, requires = "adaptive", value_parser = thresholds)]
    decided: Option<(f64, f64)>,
    /// Model of items with several categories
    #[arg(long, value_enum, default_value_t = Categories::Grm)]
    categories: Categories,
    #[command(flatten)]
    grid: GridOptions,
}

fn thresholds(text: &str) -> Result<(f64, f64), String> {
    let pair = text.split_once(',').and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    pair.filter(|(low, high): &(f64, f64)| 0.0 <= *low && low < high && *high <= 1.0)
        .ok_or_else(|| format!("`{text}` are no two chances: write the lower first, as .1,.9"))
}

pub fn simulation(options: &Simulate) -> Result<String, BadInput> {
    let bank = Bank::read(&options.bank, options.categories)?;
    if options.persons == 0 {
        return Err(BadInput::plain("--persons must be at least 1"));
    }
    let grid = options.grid.grid();
    let tested = options.test.as_deref().map(|test| named(&bank, test, "--test")).transpose()?.unwrap_or_default();
    let (test, asked): (Vec<usize>, Vec<usize>) = (0..bank.items.len()).partition(|place| tested.contains(place));
    let pick = |places: &[usize]| -> Vec<Item> { places.iter().map(|place| bank.items[*place].clone()).collect() };
    let (test, pool) = (pick(&test), pick(&asked));
    if let (Some(cut), false) = (options.cut, options.adaptive) {
        let found = simulate::forecasts(&pool, &test, cut, &grid, options.persons, options.seed);
        return Ok(json_text(&json!({ "persons": options.persons, "cut": cut, "posterior": found.posterior, "plugin": found.plugin })));
    }
    let curve = options.cut.map(|cut| PassCurve::new(&test, cut, &grid));
    let balance = options.content.as_deref().map(|shares| balance(shares, &bank)).transpose()?;
    let mut rules = Rules {
        criterion: options.criterion.criterion(),
        estimator: options.estimator.estimator(),
        stop_se: (options.stop_se > 0.0).then_some(options.stop_se),
        min_items: options.min_items,
        max_items: options.max_items,
        content: balance
            .map(|whole| ContentBalance { areas: asked.iter().map(|place| whole.areas[*place]).collect(), shares: whole.shares }),
        exposure: if options.randomesque > 1 { Exposure::Randomesque(options.randomesque) } else { Exposure::Free },
        decision: curve.clone().zip(options.decided).map(|(curve, (low, high))| Decision { curves: vec![curve], low, high }),
        ..Rules::default()
    };
    if let Some(most) = options.max_exposure {
        // As many rounds as the parameters need to settle (Sympson & Hetter 1985), with persons of their own.
        let found = sympson_hetter(&pool, &rules, &grid, most, options.persons.min(2_000), 8, options.seed.wrapping_add(1));
        rules.exposure = Exposure::SympsonHetter(found.k);
    }
    if let (Some(curve), Some(cut)) = (&curve, options.cut) {
        let found = simulate::adaptive_forecasts(&pool, &rules, curve, &grid, options.persons, options.seed);
        return Ok(json_text(&json!({ "persons": options.persons, "cut": cut, "posterior": found.posterior, "plugin": found.plugin })));
    }
    let report = simulate::adaptive(&pool, &rules, &grid, options.persons, options.seed);
    let mut tree = json!(report);
    tree["items"] = json!(bank.names);
    Ok(json_text(&tree))
}
