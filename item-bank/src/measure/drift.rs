//! Drift: did an item become easier or harder than before, against the other items?
//!
//! d_i = now − before, less the median of all items, over √(SE² + SE²): what moved all items alike is the candidates, what moved one
//! item alone is the item. The robust centre is that of Huynh & Meyer 2010.

use serde::Serialize;

/// A difficulty with its standard error, both in logits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    pub value: f64,
    pub se: f64,
}

/// How far an item moved beyond the others, in logits; positive where it became harder.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shift {
    pub logits: f64,
    pub se: f64,
    pub z: f64,
}

/// The logit of a share wrong, with half an answer added on both sides so that all right is a number too (Haldane 1956).
pub fn difficulty_of(right: usize, persons: usize) -> Measure {
    let (right, wrong) = (right as f64 + 0.5, persons.saturating_sub(right) as f64 + 0.5);
    Measure { value: (wrong / right).ln(), se: (1.0 / right + 1.0 / wrong).sqrt() }
}

/// The shifts of items in the same order. Two items at least, or there is nothing to compare with.
pub fn shifts(before: &[Measure], now: &[Measure]) -> Option<Vec<Shift>> {
    if before.len() != now.len() || before.len() < 2 {
        return None;
    }
    let moved: Vec<f64> = before.iter().zip(now).map(|(before, now)| now.value - before.value).collect();
    let centre = median(&moved);
    let one = |(moved, (before, now)): (&f64, (&Measure, &Measure))| {
        let se = before.se.hypot(now.se);
        let logits = moved - centre;
        Shift { logits, se, z: if se > 0.0 { logits / se } else { 0.0 } }
    };
    Some(moved.iter().zip(before.iter().zip(now)).map(one).collect())
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_group_is_no_drift_and_a_leaked_item_is() {
        let before: Vec<Measure> = [0.0, 1.0, -1.0, 0.5, 0.2].map(|value| Measure { value, se: 0.1 }).to_vec();
        let mut now: Vec<Measure> = before.iter().map(|one| Measure { value: one.value - 0.7, se: 0.1 }).collect();
        assert!(shifts(&before, &now).unwrap().iter().all(|shift| shift.z.abs() < 1e-9));
        now[1].value -= 1.5;
        let found = shifts(&before, &now).unwrap();
        assert!((found[1].logits + 1.5).abs() < 1e-12 && found[1].z < -10.0);
        assert!(found[0].logits.abs() < 1e-12);
    }

    #[test]
    fn one_item_alone_cannot_drift() {
        let one = [difficulty_of(5, 10)];
        assert_eq!(shifts(&one, &one), None);
        assert_eq!(one[0].value, 0.0);
        assert!(difficulty_of(10, 10).value.is_finite());
    }
}
