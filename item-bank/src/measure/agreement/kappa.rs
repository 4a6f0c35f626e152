//! Chance-corrected agreement of two raters (Cohen 1960, 1968) and of many (Fleiss 1971), and Kendall's W (1948).

use serde::{Deserialize, Serialize};

use super::super::classical::{correlation, covariance};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    Unweighted,
    Linear,
    Quadratic,
}

/// The ratings of two raters side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    pairs: Vec<(f64, f64)>,
    values: Vec<f64>,
}

impl Confusion {
    /// Pairs with a missing rating are left out. `None` without any whole pair.
    pub fn new(pairs: &[(Option<f64>, Option<f64>)]) -> Option<Self> {
        let pairs: Vec<(f64, f64)> = pairs.iter().filter_map(|(one, two)| Some(((*one)?, (*two)?))).collect();
        let mut values: Vec<f64> = pairs.iter().flat_map(|(one, two)| [*one, *two]).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        (!pairs.is_empty()).then_some(Self { pairs, values })
    }

    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The values that occur, rising, and how often each pair of them does.
    pub fn table(&self) -> (&[f64], Vec<Vec<f64>>) {
        let place = |value: f64| self.values.iter().position(|known| *known == value).unwrap_or(0);
        let mut table = vec![vec![0.0; self.values.len()]; self.values.len()];
        self.pairs.iter().for_each(|(one, two)| table[place(*one)][place(*two)] += 1.0);
        (&self.values, table)
    }

    /// Weighted kappa; weights look at the places of the categories in order. `None` when chance alone agrees wholly.
    pub fn kappa(&self, weights: Weights) -> Option<f64> {
        let (values, table) = self.table();
        let size = values.len();
        let n = self.pairs.len() as f64;
        let row: Vec<f64> = table.iter().map(|row| row.iter().sum()).collect();
        let column: Vec<f64> = (0..size).map(|j| table.iter().map(|row| row[j]).sum()).collect();
        let (mut observed, mut expected) = (0.0, 0.0);
        for i in 0..size {
            for j in 0..size {
                let distance = i.abs_diff(j) as f64;
                let weight = match weights {
                    Weights::Unweighted => f64::from(u8::from(i != j)),
                    Weights::Linear => distance,
                    Weights::Quadratic => distance * distance,
                };
                observed += weight * table[i][j] / n;
                expected += weight * row[i] * column[j] / (n * n);
            }
        }
        (expected > 0.0).then(|| 1.0 - observed / expected)
    }

    /// Standard error of the unweighted kappa (Fleiss, Cohen & Everitt 1969, eq. 13).
    pub fn kappa_se(&self) -> Option<f64> {
        let (values, table) = self.table();
        let (size, n) = (values.len(), self.pairs.len() as f64);
        let row: Vec<f64> = table.iter().map(|row| row.iter().sum::<f64>() / n).collect();
        let column: Vec<f64> = (0..size).map(|j| table.iter().map(|row| row[j]).sum::<f64>() / n).collect();
        let chance: f64 = row.iter().zip(&column).map(|(r, c)| r * c).sum();
        let kappa = self.kappa(Weights::Unweighted)?;
        let mut sum = 0.0;
        for i in 0..size {
            for j in 0..size {
                let p = table[i][j] / n;
                let pull = if i == j { 1.0 - (row[i] + column[i]) * (1.0 - kappa) } else { (1.0 - kappa) * (column[i] + row[j]) };
                sum += p * pull * pull;
            }
        }
        let variance = (sum - (kappa - chance * (1.0 - kappa)).powi(2)) / ((1.0 - chance).powi(2) * n);
        (variance >= 0.0).then(|| variance.sqrt())
    }

    /// The share of pairs that differ by at most `distance`.
    pub fn within(&self, distance: f64) -> f64 {
        self.pairs.iter().filter(|(one, two)| (one - two).abs() <= distance).count() as f64 / self.pairs.len() as f64
    }

    pub fn pearson(&self) -> Option<f64> {
        let (one, two): (Vec<f64>, Vec<f64>) = self.pairs.iter().copied().unzip();
        correlation(&one, &two)
    }
}

/// Fleiss' kappa of units that every rater rated. `None` when nothing varies.
pub fn fleiss(units: &[Vec<f64>]) -> Option<f64> {
    let raters = units.first()?.len() as f64;
    let mut values: Vec<f64> = units.iter().flatten().copied().collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let n = units.len() as f64;
    let count = |unit: &Vec<f64>, value: f64| unit.iter().filter(|known| **known == value).count() as f64;
    let agree =
        |unit: &Vec<f64>| values.iter().map(|value| count(unit, *value)).map(|c| c * (c - 1.0)).sum::<f64>() / (raters * (raters - 1.0));
    let observed = units.iter().map(agree).sum::<f64>() / n;
    let share = |value: &f64| units.iter().map(|unit| count(unit, *value)).sum::<f64>() / (n * raters);
    let chance: f64 = values.iter().map(|value| share(value).powi(2)).sum();
    (chance < 1.0 && raters > 1.0).then(|| (observed - chance) / (1.0 - chance))
}

/// Kendall's W of units that every rater rated, ranks of equals averaged; `ties` corrects for them.
pub fn kendall_w(units: &[Vec<f64>], ties: bool) -> Option<f64> {
    let (n, raters) = (units.len(), units.first()?.len());
    let mut sums = vec![0.0; n];
    let mut correction = 0.0;
    for rater in 0..raters {
        let given: Vec<f64> = units.iter().filter_map(|unit| unit.get(rater).copied()).collect();
        if given.len() < n {
            return None;
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|l, r| given[*l].total_cmp(&given[*r]));
        let mut place = 0;
        while place < n {
            let equal = order[place..].iter().take_while(|unit| given[**unit] == given[order[place]]).count();
            let rank = place as f64 + (equal as f64 + 1.0) / 2.0;
            order[place..place + equal].iter().for_each(|unit| sums[*unit] += rank);
            correction += (equal as f64).powi(3) - equal as f64;
            place += equal;
        }
    }
    let (n, m) = (n as f64, raters as f64);
    let spread = covariance(&sums, &sums) * (n - 1.0);
    let w = 12.0 * spread / (m * m * (n.powi(3) - n) - if ties { m * correction } else { 0.0 });
    w.is_finite().then_some(w)
}
