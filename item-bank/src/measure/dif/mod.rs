//! Differential item functioning: does an item treat two groups of the same ability alike?
//!
//! Persons are matched on their sum score. A positive ETS delta favours the focal group.

mod breslow_day;
mod classes;
mod curves;
mod generalised;
mod logistic;
mod mantel_haenszel;
mod sibtest;
mod standardisation;

pub use breslow_day::{BreslowDay, breslow_day};
pub use classes::{EmpiricalBayes, EtsClass, benjamini_hochberg, empirical_bayes, ets_class, holm};
pub use curves::{Band, curves};
pub use generalised::{GeneralisedMantelHaenszel, generalised_mantel_haenszel};
pub use logistic::{Effect, LogisticDif, logistic, logistic_groups};
pub use mantel_haenszel::{MantelHaenszel, Purified, mantel_haenszel, purified};
pub use sibtest::{Sibtest, sibtest};
pub use standardisation::standardisation;

/// Whole patterns of right-or-wrong answers with a group for each person: 0 is the reference group, 1 the focal group;
/// the generalised methods take more.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped {
    pub persons: Vec<Vec<u8>>,
    pub groups: Vec<usize>,
}

/// One level of the matching score: right and wrong answers in both groups.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Level {
    pub reference: [f64; 2],
    pub focal: [f64; 2],
}

impl Level {
    pub fn sizes(&self) -> (f64, f64) {
        (self.reference[0] + self.reference[1], self.focal[0] + self.focal[1])
    }
}

impl Grouped {
    pub fn items(&self) -> usize {
        self.persons.first().map_or(0, Vec::len)
    }

    /// The matching score of each person: the items in `matching` and always the studied item itself.
    pub(crate) fn scores(&self, item: usize, matching: &[bool]) -> Vec<usize> {
        let counts = |number: usize| number == item || matching[number];
        self.persons
            .iter()
            .map(|person| person.iter().enumerate().filter(|(i, _)| counts(*i)).map(|(_, x)| usize::from(*x)).sum())
            .collect()
    }

    /// The levels of the matching score for one item, indexed by score; element 1 of a pair counts right answers.
    pub(crate) fn levels(&self, item: usize, matching: &[bool]) -> Vec<Level> {
        let mut levels = vec![Level::default(); self.items() + 1];
        for ((person, group), score) in self.persons.iter().zip(&self.groups).zip(self.scores(item, matching)) {
            let level = &mut levels[score];
            let cells = if *group == 0 { &mut level.reference } else { &mut level.focal };
            cells[usize::from(person[item] > 0)] += 1.0;
        }
        levels
    }
}
