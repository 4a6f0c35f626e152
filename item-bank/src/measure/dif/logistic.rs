//! Logistic regression on score, group and their product (Swaminathan & Rogers 1990); effect size by Nagelkerke's R²
//! (Zumbo 1999); more than two groups by Magis, Raîche, Béland & Gérard 2011.

use serde::{Deserialize, Serialize};

use super::super::model::logistic as curve;
use super::super::numeric::linear::Matrix;
use super::super::numeric::special::chi_square_upper;
use super::Grouped;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Group and group by score against neither.
    Both,
    /// Group against nothing.
    Uniform,
    /// Group by score, beyond group.
    NonUniform,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LogisticDif {
    /// Likelihood ratio chi-square.
    pub stat: f64,
    pub df: usize,
    pub p: f64,
    pub delta_r2: f64,
}

/// Two groups: group 0 is the reference.
pub fn logistic(data: &Grouped, item: usize, matching: &[bool], effect: Effect) -> Option<LogisticDif> {
    logistic_groups(data, item, matching, effect, 2)
}

/// Any number of groups. `None` where the regression has no maximum.
pub fn logistic_groups(data: &Grouped, item: usize, matching: &[bool], effect: Effect, groups: usize) -> Option<LogisticDif> {
    let scores = data.scores(item, matching);
    let answers: Vec<f64> = data.persons.iter().map(|person| f64::from(person[item])).collect();
    let row = |score: usize, group: usize, uniform: bool, product: bool| {
        let score = score as f64;
        let mut row = vec![1.0, score];
        for focal in 1..groups {
            let is = f64::from(u8::from(group == focal));
            if uniform {
                row.push(is);
            }
            if product {
                row.push(is * score);
            }
        }
        row
    };
    let fit = |uniform: bool, product: bool| {
        let rows: Vec<Vec<f64>> = scores.iter().zip(&data.groups).map(|(score, group)| row(*score, *group, uniform, product)).collect();
        deviance(&rows, &answers)
    };
    let (small, large, df) = match effect {
        Effect::Both => (fit(false, false)?, fit(true, true)?, 2 * (groups - 1)),
        Effect::Uniform => (fit(false, false)?, fit(true, false)?, groups - 1),
        Effect::NonUniform => (fit(true, false)?, fit(true, true)?, groups - 1),
    };
    let n = answers.len() as f64;
    let share = answers.iter().sum::<f64>() / n;
    let null = -2.0 * n * (share * share.ln() + (1.0 - share) * (1.0 - share).ln());
    let r2 = |deviance: f64| (1.0 - ((deviance - null) / n).exp()) / (1.0 - (-null / n).exp());
    let stat = small - large;
    Some(LogisticDif { stat, df, p: chi_square_upper(stat, df as f64), delta_r2: r2(large) - r2(small) })
}

/// Deviance of the best fit, by Newton's method on standardised columns.
fn deviance(rows: &[Vec<f64>], answers: &[f64]) -> Option<f64> {
    let size = rows.first()?.len();
    let mut beta = vec![0.0; size];
    let at = |beta: &[f64]| -> f64 {
        let terms = rows.iter().zip(answers).map(|(row, y)| {
            let z: f64 = row.iter().zip(beta).map(|(x, b)| x * b).sum();
            // ln(1 + e^z) − yz without overflow.
            z.max(0.0) + (-z.abs()).exp().ln_1p() - y * z
        });
        2.0 * terms.sum::<f64>()
    };
    let mut deviance = at(&beta);
    for _ in 0..100 {
        let mut information = Matrix::zeros(size);
        let mut gradient = vec![0.0; size];
        for (row, y) in rows.iter().zip(answers) {
            let p = curve(row.iter().zip(&beta).map(|(x, b)| x * b).sum());
            for i in 0..size {
                gradient[i] += (y - p) * row[i];
                (0..size).for_each(|j| information.add(i, j, p * (1.0 - p) * row[i] * row[j]));
            }
        }
        let step = information.solve(&gradient)?;
        let mut by = 1.0;
        let moved = |by: f64| -> Vec<f64> { beta.iter().zip(&step).map(|(b, s)| b + by * s).collect() };
        while by > 1e-4 && at(&moved(by)) > deviance + 1e-9 {
            by *= 0.5;
        }
        beta = moved(by);
        let next = at(&beta);
        let done = (deviance - next).abs() < 1e-11 * deviance.max(1.0);
        deviance = next;
        if done {
            return Some(deviance);
        }
    }
    Some(deviance)
}
