//! Intraclass correlations (Shrout & Fleiss 1979) with the intervals of McGraw & Wong 1996, table 7.

use serde::Serialize;

use super::super::numeric::special::{f_quantile, f_upper};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Intraclass {
    /// ICC1, ICC2, ICC3 for a single rating, ICC1k, ICC2k, ICC3k for the mean of all.
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "ICC")]
    pub icc: f64,
    #[serde(rename = "F")]
    pub f: f64,
    pub df1: f64,
    pub df2: f64,
    pub p: f64,
    #[serde(rename = "lower bound")]
    pub lower: f64,
    #[serde(rename = "upper bound")]
    pub upper: f64,
}

/// All six, from units that every rater rated, with 95 % intervals. `None` with fewer than two units or raters.
pub fn intraclass(units: &[Vec<f64>]) -> Option<Vec<Intraclass>> {
    let (n, k) = (units.len() as f64, units.first()?.len() as f64);
    if n < 2.0 || k < 2.0 || units.iter().any(|unit| unit.len() as f64 != k) {
        return None;
    }
    let grand = units.iter().flatten().sum::<f64>() / (n * k);
    let raters = units[0].len();
    let unit_mean = |unit: &Vec<f64>| unit.iter().sum::<f64>() / k;
    let rater_mean = |rater: usize| units.iter().map(|unit| unit[rater]).sum::<f64>() / n;
    let between = k * units.iter().map(|unit| (unit_mean(unit) - grand).powi(2)).sum::<f64>();
    let judges = n * (0..raters).map(|rater| (rater_mean(rater) - grand).powi(2)).sum::<f64>();
    let total = units.iter().flatten().map(|value| (value - grand).powi(2)).sum::<f64>();
    let msb = between / (n - 1.0);
    let msw = (total - between) / (n * (k - 1.0));
    let msj = judges / (k - 1.0);
    let mse = (total - between - judges) / ((n - 1.0) * (k - 1.0));
    let (one_way, two_way) = (n * (k - 1.0), (n - 1.0) * (k - 1.0));
    let quantile = |df1: f64, df2: f64| f_quantile(0.975, df1, df2);

    let f1 = msb / msw;
    let (low1, high1) = (f1 / quantile(n - 1.0, one_way), f1 * quantile(one_way, n - 1.0));
    let f3 = msb / mse;
    let (low3, high3) = (f3 / quantile(n - 1.0, two_way), f3 * quantile(two_way, n - 1.0));
    let single = |f: f64| (f - 1.0) / (f + k - 1.0);
    let mean = |f: f64| 1.0 - 1.0 / f;

    let icc2 = (msb - mse) / (msb + (k - 1.0) * mse + k * (msj - mse) / n);
    let icc2k = (msb - mse) / (msb + (msj - mse) / n);
    // Satterthwaite's degrees of freedom for the interval under random raters.
    let fj = msj / mse;
    let above = (k - 1.0) * (n - 1.0) * (k * icc2 * fj + n * (1.0 + (k - 1.0) * icc2) - k * icc2).powi(2);
    let below = (n - 1.0) * k * k * icc2 * icc2 * fj * fj + (n * (1.0 + (k - 1.0) * icc2) - k * icc2).powi(2);
    let v = above / below;
    let (down, up) = (quantile(n - 1.0, v), quantile(v, n - 1.0));
    let lower2 = n * (msb - down * mse) / (down * (k * msj + (k * n - k - n) * mse) + n * msb);
    let upper2 = n * (up * msb - mse) / (k * msj + (k * n - k - n) * mse + n * up * msb);
    let spearman_brown = |icc: f64| icc * k / (1.0 + icc * (k - 1.0));

    let row =
        |kind, icc, f: f64, df2, lower, upper| Intraclass { kind, icc, f, df1: n - 1.0, df2, p: f_upper(f, n - 1.0, df2), lower, upper };
    Some(vec![
        row("ICC1", single(f1), f1, one_way, single(low1), single(high1)),
        row("ICC2", icc2, f3, two_way, lower2, upper2),
        row("ICC3", single(f3), f3, two_way, single(low3), single(high3)),
        row("ICC1k", mean(f1), f1, one_way, mean(low1), mean(high1)),
        row("ICC2k", icc2k, f3, two_way, spearman_brown(lower2), spearman_brown(upper2)),
        row("ICC3k", mean(f3), f3, two_way, mean(low3), mean(high3)),
    ])
}
