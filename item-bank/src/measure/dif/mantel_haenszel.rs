//! Mantel & Haenszel 1959, with the delta scale of Holland & Thayer 1988 and the variance of Phillips & Holland 1987.

use serde::Serialize;

use super::super::numeric::special::chi_square_upper;
use super::{Grouped, Level};

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MantelHaenszel {
    /// Chi-square with one degree of freedom, with the continuity correction when it was asked for.
    pub chisq: f64,
    pub p: f64,
    /// Common odds ratio: above 1 the item favours the reference group.
    pub alpha: f64,
    /// Variance of ln alpha.
    pub var_lambda: f64,
    /// −2.35 ln alpha.
    pub delta: f64,
    pub se_delta: f64,
}

/// Statistics after items that showed DIF were taken out of the matching score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Purified {
    pub items: Vec<MantelHaenszel>,
    pub flagged: Vec<usize>,
    pub rounds: usize,
    pub converged: bool,
}

/// The Mantel-Haenszel statistics of one item; `matching` says which items the score is made of.
pub fn mantel_haenszel(data: &Grouped, item: usize, matching: &[bool], continuity: bool) -> MantelHaenszel {
    let levels = data.levels(item, matching);
    let (mut observed, mut expected, mut variance) = (0.0, 0.0, 0.0);
    let (mut above, mut below) = (0.0, 0.0);
    let used = || levels.iter().map(|level| (level, level.sizes())).filter(|(_, (n, m))| n + m > 1.0 && *n > 0.0 && *m > 0.0);
    for (Level { reference: [b, a], focal: [d, c] }, (n, m)) in used() {
        let total = n + m;
        let right = a + c;
        observed += a;
        expected += n * right / total;
        variance += n * m * right * (b + d) / (total * total * (total - 1.0));
        above += a * d / total;
        below += b * c / total;
    }
    let alpha = above / below;
    let terms = used().map(|(Level { reference: [b, a], focal: [d, c] }, (n, m))| {
        let total = n + m;
        (a * d + alpha * b * c) * (a + d + alpha * (b + c)) / (total * total)
    });
    let var_lambda = terms.sum::<f64>() / (2.0 * above * above);
    let distance = (observed - expected).abs() - if continuity { 0.5 } else { 0.0 };
    let chisq = distance * distance / variance;
    MantelHaenszel {
        chisq,
        p: chi_square_upper(chisq, 1.0),
        alpha,
        var_lambda,
        delta: -2.35 * alpha.ln(),
        se_delta: 2.35 * var_lambda.sqrt(),
    }
}

/// Takes flagged items out of the matching score and starts over, until the same items are flagged (Holland & Thayer
/// 1988). `level` is the significance level.
pub fn purified(data: &Grouped, continuity: bool, level: f64, max_rounds: usize) -> Purified {
    let items = data.items();
    let mut matching = vec![true; items];
    let mut rounds = 0;
    loop {
        let found: Vec<MantelHaenszel> = (0..items).map(|item| mantel_haenszel(data, item, &matching, continuity)).collect();
        let clean: Vec<bool> = found.iter().map(|item| item.p.is_nan() || item.p >= level).collect();
        let converged = clean == matching;
        if converged || rounds == max_rounds {
            let flagged = (0..items).filter(|item| !clean[*item]).collect();
            return Purified { items: found, flagged, rounds, converged };
        }
        matching = clean;
        rounds += 1;
    }
}
