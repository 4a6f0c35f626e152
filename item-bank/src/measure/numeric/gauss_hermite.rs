//! Gauss-Hermite quadrature for the standard normal distribution.

/// Nodes and weights (summing to 1) that integrate polynomials up to degree 2n − 1 against the standard normal density.
/// Roots by Newton's method on the orthonormal recurrence (Golub & Welsch 1969 give the same numbers).
pub fn standard_normal(n: usize) -> (Vec<f64>, Vec<f64>) {
    // h_{k+1} √(k+1) = x h_k − √k h_{k−1}: orthonormal in the standard normal density.
    let evaluate = |x: f64| {
        let (mut before, mut here) = (0.0, 1.0);
        for k in 0..n {
            (before, here) = (here, (x * here - (k as f64).sqrt() * before) / ((k + 1) as f64).sqrt());
        }
        (here, before)
    };
    let end = 2.0 * (n as f64).sqrt() + 1.0;
    let steps = 400 * n;
    let at = |step: usize| -end + 2.0 * end * step as f64 / steps as f64 + 1e-7;
    let roots: Vec<f64> = (0..steps)
        .filter(|step| evaluate(at(*step)).0 * evaluate(at(step + 1)).0 < 0.0)
        .map(|step| super::roots::brent(|x| evaluate(x).0, at(step), at(step + 1)))
        .collect();
    let weights: Vec<f64> = roots.iter().map(|x| 1.0 / (n as f64 * evaluate(*x).1.powi(2))).collect();
    (roots, weights)
}

#[cfg(test)]
mod tests {
    #[test]
    fn moments_of_the_normal_are_met() {
        let (nodes, weights) = super::standard_normal(30);
        let moment = |power: i32| -> f64 { nodes.iter().zip(&weights).map(|(x, w)| w * x.powi(power)).sum() };
        assert_eq!(nodes.len(), 30);
        assert!((moment(0) - 1.0).abs() < 1e-12 && (moment(2) - 1.0).abs() < 1e-12 && (moment(4) - 3.0).abs() < 1e-11);
    }
}
