//! `measure next` and `measure cat`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use item_bank::measure::cat::{Engine, Estimator, Rules, Stop};
use item_bank::measure::content::ContentBalance;
use item_bank::measure::estimate::{Information, Method, estimate};
use item_bank::measure::exposure::Exposure;
use item_bank::measure::grid::Grid;
use item_bank::measure::select::{self, AnswerWeight};
use item_bank::measure::{Item, Response};
use serde_json::{Value, json};

use super::table::{BadInput, Bank, Categories, Table};
use super::{Format, GridOptions, json_text, print_table};

#[derive(Args)]
pub struct Next {
    /// CSV with the columns item,a,b,c
    #[arg(long)]
    bank: PathBuf,
    /// What was put and answered: I07=0,I21=1, or a CSV file with the columns item,response; items by name or row number
    #[arg(long, default_value = "")]
    administered: String,
    /// The answers, when --administered lists items alone
    #[arg(long, default_value = "")]
    responses: String,
    #[arg(long, value_enum, default_value_t = Criterion::Mfi)]
    criterion: Criterion,
    /// How MEPV weighs the answers that may come: posterior predictive, or at the estimate as catR does
    #[arg(long, value_enum, default_value_t = Weights::Posterior)]
    weights: Weights,
    /// Estimator of the ability that MFI, KL and catR's MEPV look at
    #[arg(long, value_enum, default_value_t = EstimatorName::Eap)]
    estimator: EstimatorName,
    /// Ability to use instead of the estimate
    #[arg(long, allow_hyphen_values = true)]
    theta: Option<f64>,
    /// Model of items with several categories
    #[arg(long, value_enum, default_value_t = Categories::Grm)]
    categories: Categories,
    #[command(flatten)]
    grid: GridOptions,
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Criterion {
    Mfi,
    Mepv,
    Kl,
    Klp,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Weights {
    Posterior,
    Estimate,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EstimatorName {
    Eap,
    /// Also called the Bayes modal estimate, BM
    #[value(alias = "bm")]
    Map,
    Mle,
    Wle,
}

impl EstimatorName {
    pub fn estimator(self) -> Estimator {
        match self {
            EstimatorName::Eap => Estimator::Eap,
            EstimatorName::Map => Estimator::Map,
            EstimatorName::Mle => Estimator::Mle,
            EstimatorName::Wle => Estimator::Wle,
        }
    }
}

impl Criterion {
    fn name(self) -> &'static str {
        match self {
            Criterion::Mfi => "mfi",
            Criterion::Mepv => "mepv",
            Criterion::Kl => "kl",
            Criterion::Klp => "klp",
        }
    }

    pub fn criterion(self) -> select::Criterion {
        match self {
            Criterion::Mfi => select::Criterion::Mfi,
            Criterion::Mepv => select::Criterion::Mepv,
            Criterion::Kl => select::Criterion::Kl,
            Criterion::Klp => select::Criterion::Klp,
        }
    }
}

pub fn next(next: &Next) -> Result<String, BadInput> {
    let bank = Bank::read(&next.bank, next.categories)?;
    let answered = answered(next, &bank)?;
    let grid = next.grid.grid();
    let mut answers: Vec<Response> = vec![None; bank.items.len()];
    answered.iter().for_each(|(item, category)| answers[*item] = Some(*category));
    let (posterior, _) = grid.posterior(&bank.items, &answers);
    let eap = grid.moments(&posterior);
    let method = match next.estimator {
        EstimatorName::Eap => None,
        EstimatorName::Map => Some(Method::MAP),
        EstimatorName::Mle => Some(Method::Mle),
        EstimatorName::Wle => Some(Method::Wle),
    };
    let steering = method.and_then(|method| estimate(&bank.items, &answers, method, Information::Expected)).unwrap_or(eap);
    let theta = next.theta.unwrap_or(steering.theta);
    let value = valued(next, &grid, &bank.items, &answers, &posterior, theta);
    let smallest = next.criterion == Criterion::Mepv;
    let mut ranked: Vec<(usize, f64)> =
        (0..bank.items.len()).filter(|item| answers[*item].is_none()).map(|item| (item, value(&bank.items[item]))).collect();
    ranked.sort_by(|left, right| if smallest { left.1.total_cmp(&right.1) } else { right.1.total_cmp(&left.1) });
    let rows = ranked.iter().map(|(item, value)| (json!(bank.names[*item]), json!(item + 1), json!(value)));
    if next.format == Format::Csv {
        return print_table(
            Format::Csv,
            &["item", "number", "value"],
            rows.map(|(item, number, value)| vec![item, number, value]).collect(),
        );
    }
    let candidates: Vec<Value> = rows.map(|(item, number, value)| json!({ "item": item, "number": number, "value": value })).collect();
    Ok(json_text(&json!({
        "criterion": next.criterion.name(),
        "theta": theta,
        "se": if next.theta.is_some() { Value::Null } else { json!(steering.se) },
        "next": candidates.first(),
        "candidates": candidates,
    })))
}

/// The value of an item under the criterion that was asked for.
fn valued<'a>(
    next: &Next,
    grid: &'a Grid,
    items: &[Item],
    answers: &[Response],
    posterior: &'a [f64],
    theta: f64,
) -> Box<dyn Fn(&Item) -> f64 + 'a> {
    let likelihood = |theta: f64| -> f64 {
        let answered = items.iter().zip(answers).filter_map(|(item, answer)| answer.map(|k| item.probability(theta, usize::from(k))));
        answered.product()
    };
    match next.criterion {
        Criterion::Mfi => Box::new(move |item| item.information(theta)),
        Criterion::Mepv => {
            let weight = if next.weights == Weights::Posterior { AnswerWeight::Posterior } else { AnswerWeight::Estimate };
            Box::new(move |item| select::expected_variance(item, grid, posterior, theta, weight))
        }
        Criterion::Kl | Criterion::Klp => {
            let by_prior = next.criterion == Criterion::Klp;
            let prior = |theta: f64| if by_prior { (-0.5 * theta * theta).exp() / (2.0 * std::f64::consts::PI).sqrt() } else { 1.0 };
            let density: Vec<f64> = grid.points.iter().map(|theta| likelihood(*theta) * prior(*theta)).collect();
            Box::new(move |item| select::kullback_leibler(item, &grid.points, &density, theta))
        }
    }
}

fn answered(next: &Next, bank: &Bank) -> Result<Vec<(usize, u8)>, BadInput> {
    let pairs: Vec<(String, String)> = if next.administered.is_empty() {
        Vec::new()
    } else if Path::new(&next.administered).is_file() {
        let table = Table::read(Path::new(&next.administered))?;
        let (item, response) = (table.column("item")?, table.column("response")?);
        table.rows.iter().map(|row| (row.cells[item].clone(), row.cells[response].clone())).collect()
    } else if next.responses.is_empty() {
        let split = |pair: &str| pair.split_once(['=', ':']).map(|(item, answer)| (item.trim().to_owned(), answer.trim().to_owned()));
        let wrong = |pair: &str| BadInput::plain(format!("--administered: `{pair}` is no answered item: write ITEM=ANSWER"));
        next.administered.split(',').map(|pair| split(pair).ok_or_else(|| wrong(pair))).collect::<Result<_, _>>()?
    } else {
        let list = |text: &str| text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<String>>();
        let (items, answers) = (list(&next.administered), list(&next.responses));
        if items.len() != answers.len() {
            return Err(BadInput::plain(format!("--administered names {} items and --responses {} answers", items.len(), answers.len())));
        }
        items.into_iter().zip(answers).collect()
    };
    let mut answered: Vec<(usize, u8)> = Vec::new();
    for (name, answer) in pairs {
        let item = bank.find(&name).ok_or_else(|| BadInput::plain(format!("--administered: the bank has no item `{name}`")))?;
        let category = answer.parse::<u8>().ok().filter(|k| usize::from(*k) < bank.items[item].categories());
        let category = category.ok_or_else(|| BadInput::plain(format!("--administered: `{answer}` is no answer to item `{name}`")))?;
        if answered.iter().any(|(known, _)| *known == item) {
            return Err(BadInput::plain(format!("--administered: item `{name}` is there twice")));
        }
        answered.push((item, category));
    }
    Ok(answered)
}

#[derive(Args)]
pub struct Cat {
    /// CSV with the columns item,a,b,c, and area for content balance
    #[arg(long)]
    bank: PathBuf,
    /// CSV with the answers that each person would give: the id first, then the items
    #[arg(long)]
    responses: PathBuf,
    #[arg(long, value_enum, default_value_t = EstimatorName::Eap)]
    estimator: EstimatorName,
    #[arg(long, value_enum, default_value_t = Criterion::Mfi)]
    criterion: Criterion,
    /// Ability that the first item is chosen for
    #[arg(long, default_value_t = 0.0, allow_hyphen_values = true)]
    start: f64,
    /// Stop when the standard error is at most this; 0 never stops by it
    #[arg(long, default_value_t = 0.3)]
    stop_se: f64,
    #[arg(long, default_value_t = 0)]
    min_items: usize,
    #[arg(long, default_value_t = 30)]
    max_items: usize,
    /// Shares of the areas, as R=.40,L=.35,M=.25
    #[arg(long)]
    content: Option<String>,
    /// Draw from the best so many
    #[arg(long, default_value_t = 1)]
    randomesque: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Model of items with several categories
    #[arg(long, value_enum, default_value_t = Categories::Grm)]
    categories: Categories,
    #[command(flatten)]
    grid: GridOptions,
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

pub fn cat(cat: &Cat) -> Result<String, BadInput> {
    let bank = Bank::read(&cat.bank, cat.categories)?;
    let persons = bank.responses(&cat.responses)?;
    let rules = Rules {
        start: cat.start,
        criterion: cat.criterion.criterion(),
        estimator: cat.estimator.estimator(),
        stop_se: (cat.stop_se > 0.0).then_some(cat.stop_se),
        min_items: cat.min_items,
        max_items: cat.max_items,
        content: cat.content.as_deref().map(|shares| balance(shares, &bank)).transpose()?,
        exposure: if cat.randomesque > 1 { Exposure::Randomesque(cat.randomesque) } else { Exposure::Free },
        ..Rules::default()
    };
    let engine = Engine::new(&bank.items, rules, cat.grid.grid());
    let paths = persons
        .iter()
        .enumerate()
        .map(|(number, (id, answers))| (number + 1, id, engine.run(cat.seed.wrapping_add(number as u64), |item| answers[item])));
    if cat.format == Format::Csv {
        let steps = paths.flat_map(|(number, id, path)| {
            let step = |step: usize| {
                let (item, estimate) = (path.items[step], path.estimates[step]);
                let place = [json!(number), json!(id), json!(step + 1), json!(item + 1), json!(bank.names[item])];
                place.into_iter().chain([json!(path.responses[step]), json!(estimate.theta), json!(estimate.se)]).collect::<Vec<Value>>()
            };
            (0..path.items.len()).map(step).collect::<Vec<_>>()
        });
        return print_table(Format::Csv, &["simulee", "id", "step", "item", "name", "response", "theta", "se"], steps.collect());
    }
    let runs = paths.map(|(number, id, path)| {
        let last = path.estimates.last();
        json!({
            "simulee": number,
            "id": id,
            "items": path.items.iter().map(|item| item + 1).collect::<Vec<_>>(),
            "names": path.items.iter().map(|item| &bank.names[*item]).collect::<Vec<_>>(),
            "responses": path.responses,
            "theta": path.estimates.iter().map(|estimate| estimate.theta).collect::<Vec<_>>(),
            "se": path.estimates.iter().map(|estimate| estimate.se).collect::<Vec<_>>(),
            "final_theta": last.map(|estimate| estimate.theta),
            "final_se": last.map(|estimate| estimate.se),
            "stop": path.stop.map(stop_name),
        })
    });
    Ok(json_text(&Value::Array(runs.collect())))
}

fn stop_name(stop: Stop) -> &'static str {
    match stop {
        Stop::Precision => "precision",
        Stop::Decision => "decision",
        Stop::Length => "length",
        Stop::Exhausted => "exhausted",
    }
}

pub(super) fn balance(shares: &str, bank: &Bank) -> Result<ContentBalance, BadInput> {
    let areas = bank.areas.as_ref().ok_or_else(|| BadInput::plain("--content needs a column `area` in the bank"))?;
    let mut names = Vec::new();
    let mut wanted = Vec::new();
    for part in shares.split(',') {
        let pair = part.split_once('=').and_then(|(name, share)| Some((name.trim().to_owned(), share.trim().parse::<f64>().ok()?)));
        let (name, share) =
            pair.filter(|(_, share)| *share > 0.0).ok_or_else(|| BadInput::plain(format!("--content: `{part}` is no AREA=SHARE")))?;
        names.push(name);
        wanted.push(share);
    }
    let area_of = |area: &String| {
        let place = names.iter().position(|name| name == area);
        place.ok_or_else(|| BadInput::plain(format!("--content gives no share for the area `{area}`")))
    };
    let areas = areas.iter().map(area_of).collect::<Result<_, _>>()?;
    Ok(ContentBalance { areas, shares: wanted })
}
