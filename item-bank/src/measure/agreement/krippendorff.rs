//! Krippendorff's alpha (2011): 1 less observed over expected disagreement, for any number of raters and missing ratings.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    Nominal,
    Ordinal,
    Interval,
    Ratio,
}

/// `units` holds the ratings of one unit by all raters. `None` when no unit has two ratings, or nothing varies.
pub fn krippendorff(units: &[Vec<Option<f64>>], metric: Metric) -> Option<f64> {
    let rated: Vec<Vec<f64>> =
        units.iter().map(|unit| unit.iter().flatten().copied().collect::<Vec<f64>>()).filter(|unit| unit.len() > 1).collect();
    let mut values: Vec<f64> = rated.iter().flatten().copied().collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let size = values.len();
    let mut coincidences = vec![vec![0.0; size]; size];
    for unit in &rated {
        let mut counts = vec![0.0; size];
        unit.iter().filter_map(|value| values.iter().position(|known| known == value)).for_each(|place| counts[place] += 1.0);
        for i in 0..size {
            for j in 0..size {
                let pairs = if i == j { counts[i] * (counts[i] - 1.0) } else { counts[i] * counts[j] };
                coincidences[i][j] += pairs / (unit.len() as f64 - 1.0);
            }
        }
    }
    let totals: Vec<f64> = coincidences.iter().map(|row| row.iter().sum()).collect();
    let n: f64 = totals.iter().sum();
    let distance = |i: usize, j: usize| match metric {
        Metric::Nominal => f64::from(u8::from(i != j)),
        Metric::Interval => (values[i] - values[j]).powi(2),
        Metric::Ratio if values[i] + values[j] == 0.0 => 0.0,
        Metric::Ratio => ((values[i] - values[j]) / (values[i] + values[j])).powi(2),
        Metric::Ordinal => {
            let between: f64 = totals[i.min(j)..=i.max(j)].iter().sum();
            (between - (totals[i] + totals[j]) / 2.0).powi(2)
        }
    };
    let (mut observed, mut expected) = (0.0, 0.0);
    for i in 0..size {
        for j in 0..size {
            observed += coincidences[i][j] * distance(i, j);
            expected += totals[i] * totals[j] * distance(i, j);
        }
    }
    (expected > 0.0).then(|| 1.0 - (n - 1.0) * observed / expected)
}
