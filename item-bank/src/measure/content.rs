//! Content balance: the next item comes from the area that lags most behind its share (Kingsbury & Zara 1989).

use serde::{Deserialize, Serialize};

/// The area of each item of a bank and the share that each area should have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentBalance {
    /// For each item its area, an index into `shares`.
    pub areas: Vec<usize>,
    /// Desired shares; they need not sum to 1.
    pub shares: Vec<f64>,
}

impl ContentBalance {
    /// The area that comes next, of those with an item left. An area that had nothing yet comes first; among equals the
    /// one with the larger share, then the first.
    pub fn next_area(&self, administered: &[usize], available: impl Fn(usize) -> bool) -> Option<usize> {
        let total: f64 = self.shares.iter().sum();
        let mut counts = vec![0_usize; self.shares.len()];
        administered.iter().filter_map(|item| self.areas.get(*item)).for_each(|area| counts[*area] += 1);
        let length = administered.len() as f64;
        let lag = |area: usize| {
            let share = self.shares[area] / total;
            if counts[area] == 0 { 2.0 + share } else { share - counts[area] as f64 / length }
        };
        let open =
            |area: &usize| self.shares[*area] > 0.0 && (0..self.areas.len()).any(|item| self.areas[item] == *area && available(item));
        (0..self.shares.len()).filter(open).fold(None, |best: Option<usize>, area| match best {
            Some(known) if lag(known) >= lag(area) => Some(known),
            _ => Some(area),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_that_lags_most_behind_comes_next() {
        let balance = ContentBalance { areas: vec![0, 0, 0, 1, 1, 2], shares: vec![0.5, 0.3, 0.2] };
        assert_eq!(balance.next_area(&[], |_| true), Some(0));
        assert_eq!(balance.next_area(&[0], |_| true), Some(1));
        assert_eq!(balance.next_area(&[0, 3], |_| true), Some(2));
        assert_eq!(balance.next_area(&[0, 3, 5], |item| !matches!(item, 0 | 3 | 5)), Some(0));
        assert_eq!(balance.next_area(&[0, 1, 2], |item| item == 5), Some(2));
    }
}
