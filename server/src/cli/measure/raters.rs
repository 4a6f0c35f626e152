//! `measure agreement` and `measure facets`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use item_bank::measure::agreement::{Confusion, Metric, Weights, fleiss, intraclass, kendall_w, krippendorff};
use item_bank::measure::facets::{self, Rating, Steps};
use serde_json::{Value, json};

use super::json_text;
use super::persons::rating;
use super::table::{BadInput, Row, Table, is_missing};

#[derive(Args)]
pub struct Agreement {
    /// CSV with one row a script and one column a rater; an empty cell was not rated
    #[arg(long)]
    ratings: PathBuf,
    /// Columns that are no raters
    #[arg(long, value_delimiter = ',', default_value = "id,unit,script,person,candidate")]
    ignore: Vec<String>,
}

pub fn agreement(options: &Agreement) -> Result<String, BadInput> {
    let table = Table::read(&options.ratings)?;
    let raters: Vec<usize> = (0..table.header.len()).filter(|column| !options.ignore.contains(&table.header[*column])).collect();
    if raters.len() < 2 {
        return Err(table.wrong(Some(1), None, "there are fewer than two raters"));
    }
    let unit = |row: &Row| raters.iter().map(|column| rating(&table, row, *column)).collect::<Result<Vec<Option<f64>>, _>>();
    let units: Vec<Vec<Option<f64>>> = table.rows.iter().map(unit).collect::<Result<_, _>>()?;
    let complete: Vec<Vec<f64>> = units.iter().filter_map(|unit| unit.iter().copied().collect()).collect();
    let mut pairs = Vec::new();
    for (first, left) in raters.iter().enumerate() {
        for (second, right) in raters.iter().enumerate().skip(first + 1) {
            let both: Vec<_> = units.iter().map(|unit| (unit[first], unit[second])).collect();
            let names = [&table.header[*left], &table.header[*right]];
            pairs.push(Confusion::new(&both).map_or_else(|| json!({ "raters": names, "n": 0 }), |two| pair(names, &two)));
        }
    }
    let alpha = |metric| krippendorff(&units, metric);
    Ok(json_text(&json!({
        "units": units.len(),
        "complete_units": complete.len(),
        "pairs": pairs,
        "krippendorff": {
            "nominal": alpha(Metric::Nominal), "ordinal": alpha(Metric::Ordinal),
            "interval": alpha(Metric::Interval), "ratio": alpha(Metric::Ratio),
        },
        "icc": intraclass(&complete),
        "kendall_w": kendall_w(&complete, true),
        "fleiss_kappa": fleiss(&complete),
    })))
}

fn pair(names: [&String; 2], two: &Confusion) -> Value {
    let (values, confusion) = two.table();
    json!({
        "raters": names,
        "n": two.len(),
        "qwk": two.kappa(Weights::Quadratic),
        "linear": two.kappa(Weights::Linear),
        "unweighted": two.kappa(Weights::Unweighted),
        "unweighted_se": two.kappa_se(),
        "exact_agree": two.within(0.0),
        "adjacent_agree": two.within(1.0),
        "pearson": two.pearson(),
        "values": values,
        "confusion": confusion,
    })
}

#[derive(Args)]
pub struct Facets {
    /// CSV with the columns person, rater and one for each criterion
    #[arg(long)]
    ratings: PathBuf,
    #[arg(long, value_enum, default_value_t = StepsName::Rsm)]
    steps: StepsName,
    /// Number of quadrature nodes
    #[arg(long, default_value_t = 81, value_parser = clap::value_parser!(u32).range(5..2001))]
    grid: u32,
    /// Ends of the quadrature
    #[arg(long, default_value = "-8,8", allow_hyphen_values = true, value_parser = super::range)]
    range: (f64, f64),
    #[arg(long, default_value_t = 1e-7)]
    tolerance: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StepsName {
    /// One rating scale for all criteria
    Rsm,
    /// Partial credit: steps of their own for each criterion
    Pcm,
}

pub fn facets(options: &Facets) -> Result<String, BadInput> {
    let table = Table::read(&options.ratings)?;
    let (person, rater) = (table.column("person")?, table.column("rater")?);
    let criteria: Vec<usize> = (0..table.header.len()).filter(|column| *column != person && *column != rater).collect();
    if criteria.is_empty() {
        return Err(table.wrong(Some(1), None, "there is no column of a criterion"));
    }
    let mut persons: Vec<String> = Vec::new();
    let mut places = std::collections::HashMap::new();
    let mut raters: Vec<String> = table.rows.iter().map(|row| row.cells[rater].clone()).collect();
    raters.sort_by_key(|name| (name.len(), name.clone()));
    raters.dedup();
    let mut ratings = Vec::new();
    for row in &table.rows {
        let name = &row.cells[person];
        let place = *places.entry(name.clone()).or_insert_with(|| {
            persons.push(name.clone());
            persons.len() - 1
        });
        let by = raters.iter().position(|known| *known == row.cells[rater]).unwrap_or_default();
        for (criterion, column) in criteria.iter().enumerate().filter(|(_, column)| !is_missing(&row.cells[**column])) {
            let category = table.category(row, *column, 100)?.unwrap_or_default();
            ratings.push(Rating { person: place, rater: by, criterion, category });
        }
    }
    let steps = if options.steps == StepsName::Pcm { Steps::PartialCredit } else { Steps::RatingScale };
    let settings = facets::Options {
        count: options.grid as usize,
        low: options.range.0,
        high: options.range.1,
        tolerance: options.tolerance,
        ..facets::Options::new(steps)
    };
    let found = facets::facets(&ratings, &settings).map_err(|error| table.wrong(None, None, error.to_string()))?;
    let row = |name: String, facet: &str, parameter: &facets::Parameter| json!({ "parameter": name, "facet": facet, "xsi": parameter.xsi, "se": parameter.se, "se_alone": parameter.se_alone });
    let named = |columns: &[usize], place: usize| table.header[columns[place]].clone();
    let mut parameters: Vec<Value> =
        found.criteria.iter().enumerate().map(|(place, parameter)| row(named(&criteria, place), "item", parameter)).collect();
    parameters.extend(found.raters.iter().zip(&raters).map(|(parameter, name)| row(format!("rater{name}"), "rater", parameter)));
    for (place, steps) in found.steps.iter().enumerate() {
        for (step, parameter) in steps.iter().enumerate() {
            let one = format!("step{}", step + 1);
            let (name, facet) =
                if found.steps.len() == 1 { (one, "step") } else { (format!("{}:{one}", named(&criteria, place)), "item:step") };
            parameters.push(row(name, facet, parameter));
        }
    }
    let measures: Vec<Value> = persons
        .iter()
        .zip(&found.persons)
        .map(|(name, measure)| json!({ "id": name, "EAP": measure.eap, "SD": measure.sd, "WLE": measure.wle }))
        .collect();
    Ok(json_text(&json!({
        "parameters": parameters, "var": found.variance, "deviance": found.deviance, "EAP_reliability": found.eap_reliability,
        "iterations": found.iterations, "converged": found.converged, "persons": measures,
    })))
}
