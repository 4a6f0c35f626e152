//! How scripts are rated: who gets a second examiner, when a third is asked, and what the ratings amount to. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// What a rubric says: criteria, each with a descriptor for the points 0 to 5, in several languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rubric {
    pub criteria: Vec<Criterion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub key: String,
    /// By language tag.
    pub name: BTreeMap<String, String>,
    /// Six texts by language tag, for 0 to 5 points.
    pub descriptors: Vec<BTreeMap<String, String>>,
}

pub const MAX_POINTS: i64 = 5;

impl Rubric {
    pub fn max_score(&self) -> i64 {
        i64::try_from(self.criteria.len()).unwrap_or(0) * MAX_POINTS
    }
}

/// Points by criterion.
pub type Scores = BTreeMap<String, i64>;

/// The dated setting `rating`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    pub second_rating_per_cent: u64,
    /// A third examiner is asked when two totals are further apart than this.
    pub third_beyond_points: i64,
    pub two_ratings: Summary,
    pub three_ratings: Summary,
}

/// How several totals become one. A half point is rounded up: doubt is for the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Summary {
    Mean,
    Median,
}

/// What is wrong with the points of one criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreError {
    UnknownCriterion(String),
    OutOfRange(String),
    Missing(String),
}

/// Checks points against the rubric; a draft may leave criteria open.
pub fn check(rubric: &Rubric, scores: &Scores, complete: bool) -> Vec<ScoreError> {
    let mut errors = Vec::new();
    for (key, points) in scores {
        if !rubric.criteria.iter().any(|criterion| criterion.key == *key) {
            errors.push(ScoreError::UnknownCriterion(key.clone()));
        } else if !(0..=MAX_POINTS).contains(points) {
            errors.push(ScoreError::OutOfRange(key.clone()));
        }
    }
    let missing = rubric.criteria.iter().filter(|criterion| complete && !scores.contains_key(&criterion.key));
    errors.extend(missing.map(|criterion| ScoreError::Missing(criterion.key.clone())));
    errors
}

/// Whether this script gets a second examiner from the start. Drawn from the attempt's seed, so that nobody chooses and anybody can check.
pub fn second_is_drawn(seed: i64, per_cent: u64) -> bool {
    let digest = Sha256::new().chain_update(b"second rating").chain_update(seed.to_be_bytes()).finalize();
    let drawn = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    drawn % 100 < per_cent
}

/// The name under which an examiner sees a script: it says nothing of the candidate and is another one for each rating.
pub fn alias(rating: uuid::Uuid) -> String {
    // Letters and digits that are not mistaken for each other.
    const SIGNS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let digest = Sha256::new().chain_update(b"script alias").chain_update(rating.as_bytes()).finalize();
    digest.iter().take(6).filter_map(|byte| SIGNS.get(usize::from(byte % 32))).map(|sign| char::from(*sign)).collect()
}

/// What to do when a rating has come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Somebody is still rating.
    Wait,
    AskThird,
    /// The score, and by which rule it came about; none with a single rating.
    Done {
        score: i64,
        by: Option<Summary>,
    },
}

/// `totals` of the submitted ratings by round, and whether others are still open.
pub fn next(totals: &[i64], open: bool, setting: &Setting) -> Next {
    match totals {
        _ if open => Next::Wait,
        [] => Next::Wait,
        [only] => Next::Done { score: *only, by: None },
        [first, second] if (first - second).abs() > setting.third_beyond_points => Next::AskThird,
        [_, _] => Next::Done { score: summarise(totals, setting.two_ratings), by: Some(setting.two_ratings) },
        _ => Next::Done { score: summarise(totals, setting.three_ratings), by: Some(setting.three_ratings) },
    }
}

fn summarise(totals: &[i64], summary: Summary) -> i64 {
    let mut totals = totals.to_vec();
    totals.sort_unstable();
    let around_the_middle = match summary {
        Summary::Mean => totals.as_slice(),
        Summary::Median => {
            let beside = (totals.len().saturating_sub(1)) / 2;
            totals.get(beside..totals.len() - beside).unwrap_or_default()
        }
    };
    let count = i64::try_from(around_the_middle.len()).unwrap_or(1).max(1);
    let sum: i64 = around_the_middle.iter().sum();
    (2 * sum + count).div_euclid(2 * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting() -> Setting {
        Setting { second_rating_per_cent: 30, third_beyond_points: 4, two_ratings: Summary::Mean, three_ratings: Summary::Median }
    }

    fn rubric() -> Rubric {
        let criterion = |key: &str| Criterion { key: key.into(), name: BTreeMap::new(), descriptors: Vec::new() };
        Rubric { criteria: vec![criterion("task"), criterion("range")] }
    }

    #[test]
    fn one_rating_counts_as_it_is() {
        assert_eq!(next(&[13], false, &setting()), Next::Done { score: 13, by: None });
        assert_eq!(next(&[13], true, &setting()), Next::Wait);
    }

    #[test]
    fn two_ratings_that_agree_are_averaged_and_a_half_point_is_for_the_candidate() {
        assert_eq!(next(&[13, 16], false, &setting()), Next::Done { score: 15, by: Some(Summary::Mean) });
        assert_eq!(next(&[16, 12], false, &setting()), Next::Done { score: 14, by: Some(Summary::Mean) });
    }

    #[test]
    fn two_ratings_that_differ_by_more_than_the_threshold_call_a_third() {
        assert_eq!(next(&[12, 17], false, &setting()), Next::AskThird);
        assert_eq!(next(&[17, 12], false, &setting()), Next::AskThird);
        assert_eq!(next(&[12, 17], true, &setting()), Next::Wait);
    }

    #[test]
    fn of_three_ratings_the_middle_one_counts() {
        assert_eq!(next(&[5, 20, 17], false, &setting()), Next::Done { score: 17, by: Some(Summary::Median) });
        assert_eq!(summarise(&[4, 1, 3, 10], Summary::Median), 4, "of four, the mean of the middle two, rounded up");
        assert_eq!(summarise(&[1, 1, 3], Summary::Mean), 2);
    }

    #[test]
    fn the_share_of_second_ratings_is_near_the_setting_and_the_same_seed_draws_the_same() {
        let drawn = (0..10_000).filter(|seed| second_is_drawn(*seed, 30)).count();
        assert!((2_800..3_200).contains(&drawn), "{drawn}");
        assert!((0..1_000).all(|seed| second_is_drawn(seed, 100)));
        assert!(!(0..1_000).any(|seed| second_is_drawn(seed, 0)));
        assert_eq!(second_is_drawn(42, 30), second_is_drawn(42, 30));
    }

    #[test]
    fn a_draft_may_be_partial_but_not_wrong() {
        let scores = Scores::from([("task".into(), 3)]);
        assert_eq!(check(&rubric(), &scores, false), []);
        assert_eq!(check(&rubric(), &scores, true), [ScoreError::Missing("range".into())]);
        let scores = Scores::from([("task".into(), 6), ("style".into(), 1), ("range".into(), -1)]);
        assert_eq!(
            check(&rubric(), &scores, false),
            [ScoreError::OutOfRange("range".into()), ScoreError::UnknownCriterion("style".into()), ScoreError::OutOfRange("task".into())]
        );
    }

    #[test]
    fn an_alias_is_short_readable_and_says_nothing() {
        let rating = uuid::Uuid::now_v7();
        assert_eq!(alias(rating), alias(rating));
        assert_eq!(alias(rating).len(), 6);
        assert_ne!(alias(rating), alias(uuid::Uuid::now_v7()));
    }
}
