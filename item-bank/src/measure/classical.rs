//! Classical item analysis: p-values, item-total correlations, reliability.
//!
//! Persons with any missing answer are left out, as correlations need whole patterns. Variances divide by n − 1.

use serde::Serialize;

use super::Response;
use super::numeric::linear::Matrix;
use super::numeric::special::f_quantile;

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ItemAnalysis {
    /// Mean score; the share right for a right-or-wrong item.
    pub p: f64,
    /// Correlation with the total score, and with the total of the other items; `None` when one of them does not vary.
    pub rit: Option<f64>,
    pub rir: Option<f64>,
    pub alpha_if_deleted: Option<f64>,
    /// Mean score of the best 27 % less that of the weakest 27 % (Kelley 1939), over the item's top score.
    pub d27: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Analysis {
    pub persons: usize,
    pub items: Vec<ItemAnalysis>,
    /// Cronbach 1951, and of standardised items.
    pub alpha: Option<f64>,
    pub std_alpha: Option<f64>,
    pub guttman6: Option<f64>,
    /// Feldt, Woodruff & Salih 1987: 95 % interval of alpha.
    pub feldt_ci: Option<[f64; 2]>,
    pub total_mean: f64,
    pub total_sd: f64,
    /// Standard error of measurement, sd √(1 − alpha).
    pub sem: Option<f64>,
}

/// Analyses a test. `None` with fewer than two whole patterns or two items.
pub fn analyse(persons: &[Vec<Response>]) -> Option<Analysis> {
    let whole: Vec<Vec<f64>> =
        persons.iter().filter_map(|person| person.iter().map(|answer| answer.map(f64::from)).collect::<Option<Vec<f64>>>()).collect();
    let (n, count) = (whole.len(), whole.first()?.len());
    if n < 2 || count < 2 {
        return None;
    }
    let column = |item: usize| -> Vec<f64> { whole.iter().map(|person| person[item]).collect() };
    let columns: Vec<Vec<f64>> = (0..count).map(column).collect();
    let totals: Vec<f64> = whole.iter().map(|person| person.iter().sum()).collect();
    let covariances: Vec<Vec<f64>> = columns.iter().map(|l| columns.iter().map(|r| covariance(l, r)).collect()).collect();
    let everyone: Vec<usize> = (0..count).collect();
    let alpha = alpha(&covariances, &everyone);
    let correlations: Vec<Vec<f64>> =
        (0..count).map(|i| (0..count).map(|j| covariances[i][j] / (covariances[i][i] * covariances[j][j]).sqrt()).collect()).collect();
    let total_sd = covariance(&totals, &totals).sqrt();
    let groups = extremes(&totals);
    let item = |item: usize| {
        let own = &columns[item];
        let rest: Vec<f64> = totals.iter().zip(own).map(|(total, own)| total - own).collect();
        let others: Vec<usize> = (0..count).filter(|other| *other != item).collect();
        let top = own.iter().copied().fold(0.0, f64::max);
        let mean_of = |group: &[usize]| group.iter().map(|person| own[*person]).sum::<f64>() / group.len() as f64;
        ItemAnalysis {
            p: mean(own),
            rit: correlation(own, &totals),
            rir: correlation(own, &rest),
            alpha_if_deleted: self::alpha(&covariances, &others),
            d27: (top > 0.0).then(|| (mean_of(&groups.1) - mean_of(&groups.0)) / top),
        }
    };
    Some(Analysis {
        persons: n,
        items: (0..count).map(item).collect(),
        alpha,
        std_alpha: self::alpha(&correlations, &everyone),
        guttman6: guttman6(&correlations),
        feldt_ci: alpha.map(|alpha| {
            let (df1, df2) = (n as f64 - 1.0, (n as f64 - 1.0) * (count as f64 - 1.0));
            [1.0 - (1.0 - alpha) * f_quantile(0.975, df1, df2), 1.0 - (1.0 - alpha) * f_quantile(0.025, df1, df2)]
        }),
        total_mean: mean(&totals),
        total_sd,
        sem: alpha.map(|alpha| total_sd * (1.0 - alpha).max(0.0).sqrt()),
    })
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(crate) fn covariance(left: &[f64], right: &[f64]) -> f64 {
    let (l, r) = (mean(left), mean(right));
    left.iter().zip(right).map(|(x, y)| (x - l) * (y - r)).sum::<f64>() / (left.len() as f64 - 1.0)
}

pub(crate) fn correlation(left: &[f64], right: &[f64]) -> Option<f64> {
    let spread = (covariance(left, left) * covariance(right, right)).sqrt();
    (spread > 0.0).then(|| covariance(left, right) / spread)
}

fn alpha(covariances: &[Vec<f64>], items: &[usize]) -> Option<f64> {
    let k = items.len() as f64;
    let own: f64 = items.iter().map(|i| covariances[*i][*i]).sum();
    let all: f64 = items.iter().flat_map(|i| items.iter().map(|j| covariances[*i][*j])).sum();
    (k > 1.0 && all > 0.0).then(|| k / (k - 1.0) * (1.0 - own / all))
}

/// Guttman 1945, λ6 of the correlations: 1 − Σ e² / V, e² the part of an item that the others do not explain.
fn guttman6(correlations: &[Vec<f64>]) -> Option<f64> {
    let count = correlations.len();
    let mut matrix = Matrix::zeros(count);
    for (i, row) in correlations.iter().enumerate() {
        row.iter().enumerate().for_each(|(j, value)| matrix.set(i, j, *value));
    }
    let inverse = matrix.inverse()?;
    let unexplained: f64 = (0..count).map(|i| 1.0 / inverse.at(i, i)).sum();
    let all: f64 = correlations.iter().flatten().sum();
    let found = 1.0 - unexplained / all;
    found.is_finite().then_some(found)
}

/// The weakest and the best 27 % by total score; among equals the order of the file decides.
fn extremes(totals: &[f64]) -> (Vec<usize>, Vec<usize>) {
    let size = ((totals.len() as f64 * 0.27).round() as usize).max(1);
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by(|l, r| totals[*l].total_cmp(&totals[*r]));
    (order[..size].to_vec(), order[totals.len() - size..].to_vec())
}
