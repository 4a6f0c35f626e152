//! How well items and persons fit a calibrated model.
//!
//! S-X2 (Orlando & Thissen 2000, eq. 4; Kang & Chen 2008 for categories), Zh (Drasgow, Levine & Williams 1985), infit and
//! outfit mean squares (Wright & Masters 1982), EAP for sum scores (Thissen et al. 1995).

use serde::Serialize;

use super::grid::Grid;
use super::numeric::special::chi_square_upper;
use super::{Item, Response, score_distribution};

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SumScoreFit {
    pub s_x2: f64,
    pub df: usize,
    pub p: f64,
}

/// S-X2 of every right-or-wrong item, on complete patterns. Neighbouring score groups are joined until each expected count is at
/// least `minimum` (1 is customary); `free` is the number of parameters estimated for each item. `None` for an item
/// for which no degree of freedom is left.
pub fn s_x2(items: &[Item], persons: &[Vec<Response>], grid: &Grid, free: &[usize], minimum: f64) -> Vec<Option<SumScoreFit>> {
    let count = items.len();
    let complete: Vec<Vec<u8>> = persons.iter().filter_map(|person| person.iter().copied().collect::<Option<Vec<u8>>>()).collect();
    let mut totals = vec![0.0; count + 1];
    let mut right = vec![vec![0.0; count + 1]; count];
    for person in &complete {
        let score: usize = person.iter().map(|answer| usize::from(*answer)).sum();
        if score <= count {
            totals[score] += 1.0;
            person.iter().zip(&mut right).for_each(|(answer, right)| right[score] += f64::from(*answer));
        }
    }
    let all = score_distribution::marginal(items, grid);
    let one = |item: usize| -> Option<SumScoreFit> {
        let rest: Vec<Item> = items.iter().enumerate().filter(|(other, _)| *other != item).map(|(_, item)| item.clone()).collect();
        let mut joint = vec![0.0; count + 1];
        for (theta, weight) in grid.points.iter().zip(&grid.weights) {
            let p = items[item].probability(*theta, 1);
            score_distribution::at(&rest, *theta).iter().enumerate().for_each(|(score, chance)| joint[score + 1] += weight * p * chance);
        }
        // Score 0 and the full score are certain; each cell is (N, observed right, expected right).
        let cells: Vec<[f64; 3]> = (1..count).map(|k| [totals[k], right[item][k], totals[k] * joint[k] / all[k]]).collect();
        let joined = join(&cells, minimum);
        let s_x2: f64 =
            joined.iter().map(|[n, observed, expected]| (observed - expected).powi(2) * (1.0 / expected + 1.0 / (n - expected))).sum();
        let df = joined.len().checked_sub(free[item]).filter(|df| *df > 0)?;
        Some(SumScoreFit { s_x2, df, p: chi_square_upper(s_x2, df as f64) })
    };
    (0..count).map(one).collect()
}

/// Joins the first group that is too small with the next, the last with the one before, and another with the neighbour that
/// has fewer persons, until right and wrong are expected at least `minimum` times in each; mirt does the same.
fn join(cells: &[[f64; 3]], minimum: f64) -> Vec<[f64; 3]> {
    let mut joined: Vec<[f64; 3]> = cells.iter().copied().filter(|cell| cell[0] > 0.0).collect();
    let small = |cell: &[f64; 3]| cell[2] < minimum || cell[0] - cell[2] < minimum;
    while let Some(place) = joined.iter().position(small) {
        if joined.len() == 1 {
            break;
        }
        let cell = joined.remove(place);
        let above = place.checked_sub(1);
        let into = match above {
            None => 0,
            Some(above) if place == joined.len() || joined[above][0] <= joined[place][0] => above,
            Some(_) => place,
        };
        joined[into].iter_mut().zip(cell).for_each(|(sum, value)| *sum += value);
    }
    joined
}

/// The standardised log likelihood of a pattern at `theta`: (l − E l) / √Var l. `None` without any answer.
pub fn zh(items: &[Item], responses: &[Response], theta: f64) -> Option<f64> {
    let (mut observed, mut expected, mut variance) = (0.0, 0.0, 0.0);
    for (item, response) in items.iter().zip(responses) {
        let Some(category) = response else { continue };
        let probabilities = item.probabilities(theta);
        let mean: f64 = probabilities.iter().filter(|p| **p > 0.0).map(|p| p * p.ln()).sum();
        let square: f64 = probabilities.iter().filter(|p| **p > 0.0).map(|p| p * p.ln() * p.ln()).sum();
        observed += probabilities.get(usize::from(*category))?.ln();
        expected += mean;
        variance += square - mean * mean;
    }
    (variance > 0.0).then(|| (observed - expected) / variance.sqrt())
}

/// Mean squares of the residuals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeanSquares {
    pub outfit: f64,
    pub infit: f64,
}

/// Outfit and infit of every item, at the abilities given. `None` where nobody answered.
pub fn mean_squares(items: &[Item], persons: &[Vec<Response>], abilities: &[f64]) -> Vec<Option<MeanSquares>> {
    let one = |(number, item): (usize, &Item)| {
        let (mut outfit, mut squares, mut variances, mut n) = (0.0, 0.0, 0.0, 0.0);
        for (person, theta) in persons.iter().zip(abilities) {
            let Some(category) = person[number] else { continue };
            let probabilities = item.probabilities(*theta);
            let mean: f64 = probabilities.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
            let variance: f64 = probabilities.iter().enumerate().map(|(k, p)| (k as f64 - mean).powi(2) * p).sum();
            let residual = f64::from(category) - mean;
            outfit += residual * residual / variance;
            squares += residual * residual;
            variances += variance;
            n += 1.0;
        }
        (n > 0.0).then(|| MeanSquares { outfit: outfit / n, infit: squares / variances })
    };
    items.iter().enumerate().map(one).collect()
}

/// EAP and posterior standard deviation for a sum score, with the share of the population that has it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SumScoreEap {
    pub score: usize,
    pub eap: f64,
    pub se: f64,
    pub share: f64,
}

/// The EAP of every sum score.
pub fn eap_of_sum_scores(items: &[Item], grid: &Grid) -> Vec<SumScoreEap> {
    let distributions: Vec<Vec<f64>> = grid.points.iter().map(|theta| score_distribution::at(items, *theta)).collect();
    let one = |score: usize| {
        let joint: Vec<f64> = distributions.iter().zip(&grid.weights).map(|(distribution, weight)| distribution[score] * weight).collect();
        let share: f64 = joint.iter().sum();
        let scaled: Vec<f64> = joint.iter().map(|value| value / share).collect();
        let estimate = grid.moments(&scaled);
        SumScoreEap { score, eap: estimate.theta, se: estimate.se, share }
    };
    (0..=score_distribution::maximum(items)).map(one).collect()
}
