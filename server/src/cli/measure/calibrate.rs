//! `measure calibrate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use item_bank::measure::calibrate::{self, Answers as Sample, Calibration, CalibrationError, GuessingPrior, Model, Options, cml};
use item_bank::measure::{Item, classical, fit};
use serde_json::{Value, json};

use super::persons::Answers;
use super::table::{BadInput, Bank, Categories};
use super::{Format, json_text, print_table};

#[derive(Args)]
pub struct Calibrate {
    /// CSV with one row a person; every column is an item but id, person, group, weight and the like
    #[arg(long)]
    responses: PathBuf,
    #[arg(long, value_enum, default_value_t = ModelName::TwoPl)]
    model: ModelName,
    /// Conditional instead of marginal maximum likelihood, for rasch and pcm
    #[arg(long)]
    conditional: bool,
    /// Column that says how often a pattern occurs
    #[arg(long)]
    weight: Option<String>,
    /// Columns that are no items
    #[arg(long, value_delimiter = ',')]
    ignore: Vec<String>,
    /// Bank whose items keep their parameters; the others are put on its scale
    #[arg(long)]
    anchors: Option<PathBuf>,
    /// 3PL: mean and standard deviation of the normal prior on logit(c); `none` has no prior
    #[arg(long, default_value = "-1.386,0.5", allow_hyphen_values = true)]
    guessing_prior: String,
    /// Number of quadrature nodes
    #[arg(long, default_value_t = 61, value_parser = clap::value_parser!(u32).range(5..2001))]
    grid: u32,
    /// Ends of the quadrature
    #[arg(long, default_value = "-6,6", allow_hyphen_values = true, value_parser = super::range)]
    range: (f64, f64),
    /// EM stops when no parameter moves by more than this
    #[arg(long, default_value_t = 1e-7)]
    tolerance: f64,
    /// Leave the standard errors out
    #[arg(long)]
    no_se: bool,
    /// Add item fit (S-X2, infit, outfit) and the classical analysis
    #[arg(long)]
    fit: bool,
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModelName {
    Rasch,
    #[value(name = "2pl")]
    TwoPl,
    #[value(name = "3pl")]
    ThreePl,
    Grm,
    Pcm,
    Gpcm,
}

impl ModelName {
    fn model(self) -> Model {
        match self {
            ModelName::Rasch => Model::Rasch,
            ModelName::TwoPl => Model::TwoPl,
            ModelName::ThreePl => Model::ThreePl,
            ModelName::Grm => Model::Grm,
            ModelName::Pcm => Model::Pcm,
            ModelName::Gpcm => Model::Gpcm,
        }
    }
}

pub fn run(options: &Calibrate) -> Result<String, BadInput> {
    let weight = options.weight.as_deref();
    let not_items: Vec<&str> = options.ignore.iter().map(String::as_str).chain(weight).collect();
    let answers = Answers::read(&options.responses, &not_items)?;
    let sample = match weight {
        Some(column) => Sample::weighted(&answers.persons, answers.weights(column)?),
        None => Sample::new(&answers.persons),
    };
    let named = |error: CalibrationError| match error {
        CalibrationError::Constant(item, category) => answers.table.wrong(
            None,
            Some(&answers.items[item]),
            format!("every answer is the same ({category}): the item cannot be calibrated"),
        ),
        CalibrationError::EmptyCategory(item, category) => {
            answers.table.wrong(None, Some(&answers.items[item]), format!("nobody is in category {category}; join categories first"))
        }
        CalibrationError::TooManyCategories(item) => {
            answers.table.wrong(None, Some(&answers.items[item]), "there are answers above 1; this model is for right or wrong")
        }
        other => answers.table.wrong(None, None, other.to_string()),
    };
    if options.conditional {
        if !matches!(options.model, ModelName::Rasch | ModelName::Pcm) {
            return Err(BadInput::plain("--conditional is for --model rasch and --model pcm"));
        }
        return conditional(options, &answers, &cml::calibrate(&sample).map_err(named)?);
    }
    let model = options.model.model();
    let anchors = options.anchors.as_ref().map(|path| anchors(path, model, &answers.items)).transpose()?.unwrap_or_default();
    let settings = Options {
        count: options.grid as usize,
        low: options.range.0,
        high: options.range.1,
        tolerance: options.tolerance,
        standard_errors: !options.no_se,
        guessing_prior: prior(&options.guessing_prior)?,
        anchors,
        ..Options::new(model)
    };
    let found = calibrate::calibrate(&sample, &settings).map_err(named)?;
    marginal(options, &answers, &found)
}

fn marginal(options: &Calibrate, answers: &Answers, found: &Calibration) -> Result<String, BadInput> {
    let bank = found.bank();
    let fits = options.fit.then(|| Fits::of(options, answers, found));
    let one = |(number, (name, calibrated)): (usize, (&String, &calibrate::Calibrated))| {
        let mut row = vec![("item".to_owned(), json!(name))];
        let mut put = |name: String, value: Value| row.push((name, value));
        let plain = |name: &str| name.to_owned();
        match &calibrated.item {
            Item::Logistic { a, b, c } => {
                [("a", a), ("b", b), ("c", c)].into_iter().for_each(|(name, value)| put(plain(name), json!(value)));
                put(plain("d"), json!(calibrated.d.first()));
                put(plain("se_a"), json!(calibrated.se_a));
                put(plain("se_d"), json!(calibrated.se_d.first()));
                put(plain("se_b"), json!(calibrated.se_b.first()));
                if calibrated.se_c.is_some() {
                    put(plain("se_c"), json!(calibrated.se_c));
                }
            }
            Item::Graded { a, b: steps } | Item::Credit { a, steps } => {
                put(plain("a"), json!(a));
                steps.iter().enumerate().for_each(|(k, b)| put(format!("b{}", k + 1), json!(b)));
                calibrated.d.iter().enumerate().for_each(|(k, d)| put(format!("d{}", k + 1), json!(d)));
                put(plain("se_a"), json!(calibrated.se_a));
                calibrated.se_d.iter().enumerate().for_each(|(k, se)| put(format!("se_d{}", k + 1), json!(se)));
                calibrated.se_b.iter().enumerate().for_each(|(k, se)| put(format!("se_b{}", k + 1), json!(se)));
            }
        }
        if let Some(fits) = &fits {
            fits.of_item(number).into_iter().for_each(|(name, value)| put(name.to_owned(), value));
        }
        row
    };
    let rows: Vec<Vec<(String, Value)>> = answers.items.iter().zip(&found.items).enumerate().map(one).collect();
    if options.format == Format::Csv {
        return ragged(&rows);
    }
    let items: Vec<Value> = rows.into_iter().map(|row| row.into_iter().collect::<serde_json::Map<_, _>>().into()).collect();
    let model = serde_json::to_value(options.model.model()).unwrap_or_default();
    let mut tree = json!({
        "model": model, "persons": answers.persons.len(), "logLik": found.log_likelihood, "mean": found.mean, "var": found.variance,
        "iterations": found.iterations, "converged": found.converged, "items": items,
    });
    if options.fit {
        tree["classical"] = json!(classical::analyse(&answers.persons));
        let grid = item_bank::measure::grid::Grid::normal_with(
            options.grid as usize,
            options.range.0,
            options.range.1,
            item_bank::measure::grid::Rule::Rectangle,
            found.mean,
            found.variance.sqrt(),
        );
        tree["eap_of_sum_scores"] = json!(fit::eap_of_sum_scores(&bank, &grid));
    }
    Ok(json_text(&tree))
}

/// A table of rows that may lack the last columns of others.
fn ragged(rows: &[Vec<(String, Value)>]) -> Result<String, BadInput> {
    let mut header: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().max_by_key(|row| row.len()).into_iter().flatten() {
        header.push(name);
    }
    let cell = |row: &Vec<(String, Value)>, name: &str| {
        row.iter().find(|(known, _)| known == name).map_or(Value::Null, |(_, value)| value.clone())
    };
    print_table(Format::Csv, &header, rows.iter().map(|row| header.iter().map(|name| cell(row, name)).collect()).collect())
}

struct Fits {
    s_x2: Vec<Option<fit::SumScoreFit>>,
    squares: Vec<Option<fit::MeanSquares>>,
}

impl Fits {
    fn of(options: &Calibrate, answers: &Answers, found: &Calibration) -> Self {
        use item_bank::measure::grid::{Grid, Rule};
        let bank = found.bank();
        let (low, high) = options.range;
        let grid = Grid::normal_with(options.grid as usize, low, high, Rule::Rectangle, found.mean, found.variance.sqrt());
        let free = match options.model {
            ModelName::Rasch => 1,
            ModelName::ThreePl => 3,
            _ => 2,
        };
        let dichotomous = bank.iter().all(|item| item.categories() == 2);
        let s_x2 =
            if dichotomous { fit::s_x2(&bank, &answers.persons, &grid, &vec![free; bank.len()], 1.0) } else { vec![None; bank.len()] };
        let abilities: Vec<f64> = answers.persons.iter().map(|person| grid.eap(&bank, person).theta).collect();
        Self { s_x2, squares: fit::mean_squares(&bank, &answers.persons, &abilities) }
    }

    fn of_item(&self, item: usize) -> [(&'static str, Value); 5] {
        let (sum, square) = (self.s_x2[item], self.squares[item]);
        [
            ("S_X2", json!(sum.map(|fit| fit.s_x2))),
            ("df", json!(sum.map(|fit| fit.df))),
            ("p", json!(sum.map(|fit| fit.p))),
            ("infit", json!(square.map(|fit| fit.infit))),
            ("outfit", json!(square.map(|fit| fit.outfit))),
        ]
    }
}

fn conditional(options: &Calibrate, answers: &Answers, found: &cml::Conditional) -> Result<String, BadInput> {
    let one = |(name, (steps, se)): (&String, (&Vec<f64>, &Vec<f64>))| {
        let mut row = vec![("item".to_owned(), json!(name))];
        let single = options.model == ModelName::Rasch;
        for (k, (step, se)) in steps.iter().zip(se).enumerate() {
            let number = if single { String::new() } else { (k + 1).to_string() };
            row.push((format!("b{number}"), json!(step)));
            row.push((format!("se{number}"), json!(se)));
        }
        row
    };
    let rows: Vec<Vec<(String, Value)>> = answers.items.iter().zip(found.steps.iter().zip(&found.se)).map(one).collect();
    if options.format == Format::Csv {
        return ragged(&rows);
    }
    let items: Vec<Value> = rows.into_iter().map(|row| row.into_iter().collect::<serde_json::Map<_, _>>().into()).collect();
    Ok(json_text(&json!({ "cll": found.log_likelihood, "iterations": found.iterations, "items": items })))
}

fn anchors(path: &std::path::Path, model: Model, items: &[String]) -> Result<Vec<Option<Item>>, BadInput> {
    let categories = if model == Model::Grm { Categories::Grm } else { Categories::Gpcm };
    let bank = Bank::read(path, categories)?;
    let anchor = |name: &String| bank.names.iter().position(|known| known == name).map(|place| bank.items[place].clone());
    let anchors: Vec<Option<Item>> = items.iter().map(anchor).collect();
    if anchors.iter().all(Option::is_none) {
        return Err(BadInput::plain(format!("{}: no item of the answers is in this bank", path.display())));
    }
    Ok(anchors)
}

fn prior(text: &str) -> Result<Option<GuessingPrior>, BadInput> {
    if text == "none" {
        return Ok(None);
    }
    let pair = text.split_once(',').and_then(|(mean, sd)| Some((mean.trim().parse().ok()?, sd.trim().parse().ok()?)));
    let sound = pair.filter(|(_, sd): &(f64, f64)| *sd > 0.0);
    let wrong = || BadInput::plain(format!("--guessing-prior: `{text}` is no MEAN,SD"));
    sound.map(|(mean, sd)| Some(GuessingPrior { mean, sd })).ok_or_else(wrong)
}
