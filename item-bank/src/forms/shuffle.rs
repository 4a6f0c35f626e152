//! Shuffling by seed.

use rand_chacha::rand_core::Rng;

/// An order in which the movable places are shuffled among themselves and the fixed ones stay (QTI 3.0, `shuffle` and `fixed`):
/// Fisher-Yates (Durstenfeld 1964), without bias. Answers, for each place, the index of what stands there.
pub fn shuffle(fixed: &[bool], rng: &mut impl Rng) -> Vec<usize> {
    let movable: Vec<usize> = fixed.iter().enumerate().filter(|(_, fixed)| !**fixed).map(|(index, _)| index).collect();
    let mut drawn = movable.clone();
    for last in (1..drawn.len()).rev() {
        drawn.swap(last, below(last as u64 + 1, rng) as usize);
    }
    let mut order: Vec<usize> = (0..fixed.len()).collect();
    for (place, index) in movable.into_iter().zip(drawn) {
        if let Some(slot) = order.get_mut(place) {
            *slot = index;
        }
    }
    order
}

/// A whole number from 0 to `bound` - 1, each as likely (Lemire 2019, "Fast random integer generation in an interval").
pub fn below(bound: u64, rng: &mut impl Rng) -> u64 {
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        let low = product as u64;
        if low >= bound.wrapping_neg() % bound.max(1) {
            return (product >> 64) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn fixed_choices_stay_where_they_are() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for _ in 0..1000 {
            let order = shuffle(&[false, true, false, false, true], &mut rng);
            assert_eq!((order[1], order[4]), (1, 4));
            let mut sorted = order;
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn every_order_is_as_likely_as_any_other() {
        let draws = 100_000;
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..draws {
            *counts.entry(shuffle(&[false; 4], &mut ChaCha8Rng::seed_from_u64(seed))).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        let expected = draws as f64 / 24.0;
        let chi_square: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        // The 99th percentile of chi-square with 23 degrees of freedom is 41.638.
        assert!(chi_square < 41.638, "{chi_square}");
    }
}
