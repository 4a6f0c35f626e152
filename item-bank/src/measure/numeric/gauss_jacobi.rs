//! Quadrature against a beta density.

use super::special::ln_gamma;

/// Points and weights that integrate a smooth function against the beta(α, β) density over \[low, high\] within \[0, 1\]: the
/// double exponential rule (Takahashi & Mori 1974), which bears a density that is infinite at an end.
pub fn beta_panel(alpha: f64, beta: f64, low: f64, high: f64) -> Vec<(f64, f64)> {
    if high <= low {
        return Vec::new();
    }
    let constant = ln_gamma(alpha + beta) - ln_gamma(alpha) - ln_gamma(beta);
    let half = 0.5 * (high - low);
    let step = 1.0 / 32.0;
    let point = |number: i32| {
        let t = f64::from(number) * step;
        let s = std::f64::consts::FRAC_PI_2 * t.sinh();
        // Distances to both ends, so that neither cancels near its end.
        let (from_low, from_high) = (2.0 * half / (1.0 + (-2.0 * s).exp()), 2.0 * half / (1.0 + (2.0 * s).exp()));
        let (x, rest) = (low + from_low, (1.0 - high) + from_high);
        let density = (constant + (alpha - 1.0) * x.ln() + (beta - 1.0) * rest.ln()).exp();
        let slope = half * std::f64::consts::FRAC_PI_2 * t.cosh() / s.cosh().powi(2);
        (x, density * slope * step)
    };
    (-128..=128).map(point).filter(|(x, weight)| *x > 0.0 && *x < 1.0 && weight.is_finite() && *weight > 0.0).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_split_beta_density_integrates_to_one() {
        for (alpha, beta) in [(0.5, 0.7), (4.29, 3.99), (20.0, 2.0)] {
            let mut sum = 0.0;
            let mut mean = 0.0;
            for (x, weight) in super::beta_panel(alpha, beta, 0.0, 0.6).into_iter().chain(super::beta_panel(alpha, beta, 0.6, 1.0)) {
                sum += weight;
                mean += x * weight;
            }
            assert!((sum - 1.0).abs() < 1e-9, "{alpha} {beta}: {sum}");
            assert!((mean - alpha / (alpha + beta)).abs() < 1e-9);
        }
    }
}
