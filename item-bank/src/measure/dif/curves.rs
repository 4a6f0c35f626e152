//! The curve of an item in each group: the share right at rising levels of the matching score.

use serde::Serialize;

use super::super::distractors::score_groups;
use super::Grouped;

/// Persons of one group with scores in one band, and how many of them had the item right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Band {
    pub persons: usize,
    pub right: usize,
}

/// For each group, `bands` bands of the matching score from low to high. The bands are those of everybody together, so that the
/// same band is the same ability in every group.
pub fn curves(data: &Grouped, item: usize, matching: &[bool], groups: usize, bands: usize) -> Vec<Vec<Band>> {
    let scores: Vec<f64> = data.scores(item, matching).into_iter().map(|score| score as f64).collect();
    let mut found = vec![vec![Band::default(); bands]; groups];
    for ((person, group), band) in data.persons.iter().zip(&data.groups).zip(score_groups(&scores, bands)) {
        if let Some(cell) = found.get_mut(*group).and_then(|row| row.get_mut(band)) {
            cell.persons += 1;
            cell.right += usize::from(person[item] > 0);
        }
    }
    found
}
