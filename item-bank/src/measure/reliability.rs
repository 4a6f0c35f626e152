//! Do forecasts come true? The reliability diagram, the expected calibration error, and the Brier score with its parts.
//!
//! Brier = Σ (f − o)² / n (Brier 1950). In bins with means f_k and o_k, n_k forecasts each and base rate ō, it is reliability Σ n_k (f_k − o_k)² / n
//! − resolution Σ n_k (o_k − ō)² / n + uncertainty ō (1 − ō) (Murphy 1973), and what forecasts differ within their bins (Stephenson, Coelho &
//! Jolliffe 2008).

use serde::Serialize;

use super::numeric::special::normal_quantile;

/// How forecasts compare with what happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    pub persons: usize,
    /// Expected calibration error over ten even bins: mean |forecast − share that passed|, weighed by persons.
    pub ece: f64,
    pub brier: f64,
    /// Smaller is better: how far the bins are from what happened in them.
    pub reliability: f64,
    /// Larger is better: how far what happened in the bins is from the base rate.
    pub resolution: f64,
    /// What the score would be of forecasting the base rate for everybody.
    pub uncertainty: f64,
    /// What is left of the Brier score: forecasts that differ within their bins.
    pub within: f64,
    /// The share that passed.
    pub passed: f64,
    pub bins: Vec<Bin>,
}

/// Forecasts of a tenth: their mean, the share that passed, and its interval of 95 % (Wilson 1927).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    pub persons: usize,
    pub forecast: f64,
    pub passed: f64,
    pub low: f64,
    pub high: f64,
}

const BINS: usize = 10;

/// Compares forecasts with outcomes.
pub fn reliability(forecasts: &[(f64, bool)]) -> Reliability {
    let mut sums = vec![(0_usize, 0.0, 0.0); BINS];
    let mut brier = 0.0;
    for (forecast, passed) in forecasts {
        let outcome = f64::from(u8::from(*passed));
        let bin = &mut sums[((forecast * BINS as f64) as usize).min(BINS - 1)];
        bin.0 += 1;
        bin.1 += forecast;
        bin.2 += outcome;
        brier += (forecast - outcome).powi(2);
    }
    let n = forecasts.len().max(1) as f64;
    let base = sums.iter().map(|(_, _, passed)| passed).sum::<f64>() / n;
    let bins: Vec<Bin> =
        sums.iter().enumerate().map(|(place, (persons, forecast, passed))| bin(place, *persons, *forecast, *passed)).collect();
    let average = |value: fn(&Bin, f64) -> f64| bins.iter().map(|bin| bin.persons as f64 * value(bin, base)).sum::<f64>() / n;
    let (reliability, resolution) =
        (average(|bin, _| (bin.forecast - bin.passed).powi(2)), average(|bin, base| (bin.passed - base).powi(2)));
    let (brier, uncertainty) = (brier / n, base * (1.0 - base));
    Reliability {
        persons: forecasts.len(),
        ece: average(|bin, _| (bin.forecast - bin.passed).abs()),
        brier,
        reliability,
        resolution,
        uncertainty,
        within: brier - (reliability - resolution + uncertainty),
        passed: base,
        bins,
    }
}

fn bin(place: usize, persons: usize, forecast: f64, passed: f64) -> Bin {
    let (low, high) = wilson(passed, persons as f64);
    let count = persons.max(1) as f64;
    let (from, to) = (place as f64 / BINS as f64, (place + 1) as f64 / BINS as f64);
    Bin { from, to, persons, forecast: forecast / count, passed: passed / count, low, high }
}

/// The interval of 95 % of a share; everything from 0 to 1 when nobody was counted.
pub fn wilson(successes: f64, n: f64) -> (f64, f64) {
    if n == 0.0 {
        return (0.0, 1.0);
    }
    let z = normal_quantile(0.975);
    let (share, square) = (successes / n, z * z);
    let middle = (share + square / (2.0 * n)) / (1.0 + square / n);
    let half = z / (1.0 + square / n) * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_the_brier_score_add_up() {
        let forecasts: Vec<(f64, bool)> = (0..400).map(|n| (f64::from(n % 20) / 20.0 + 0.01, n % 7 < n % 20 / 3)).collect();
        let found = reliability(&forecasts);
        assert!((found.reliability - found.resolution + found.uncertainty + found.within - found.brier).abs() < 1e-12);
        assert!(found.within.abs() < 0.02);
        assert_eq!(found.bins.iter().map(|bin| bin.persons).sum::<usize>(), 400);
    }

    #[test]
    fn forecasts_that_are_always_right_have_no_error() {
        let found = reliability(&[(0.0, false), (1.0, true), (1.0, true)]);
        assert_eq!((found.brier, found.ece, found.reliability), (0.0, 0.0, 0.0));
        assert!((found.resolution - found.uncertainty).abs() < 1e-12);
    }

    /// Newcombe 1998, table 1, method 3: 81 of 263 and 0 of 20.
    #[test]
    fn the_interval_of_a_share_is_wilsons() {
        let (low, high) = wilson(81.0, 263.0);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        let (low, high) = wilson(0.0, 20.0);
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-5, "{low} {high}");
    }
}
