//! Standardised difference in p-values (Dorans & Kulick 1986), weighed by the focal group.

use super::Grouped;

/// Focal less reference share right, at the scores that both groups have; negative is against the focal group.
pub fn standardisation(data: &Grouped, item: usize, matching: &[bool]) -> f64 {
    let levels = data.levels(item, matching);
    let (mut sum, mut weight) = (0.0, 0.0);
    for level in levels {
        let (n, m) = level.sizes();
        if n > 0.0 && m > 0.0 {
            sum += m * (level.focal[1] / m - level.reference[1] / n);
            weight += m;
        }
    }
    sum / weight
}
