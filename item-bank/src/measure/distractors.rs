//! Which options candidates choose, from the weakest to the best (Haladyna 2004, ch. 9).

use serde::Serialize;

use super::classical::correlation;

/// How one option of a question is chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    pub chosen: usize,
    /// Share of all persons that chose it.
    pub share: f64,
    /// The share in each score group, from the weakest to the best; `None` where the group is empty.
    pub by_group: Vec<Option<f64>>,
    /// Correlation of choosing it with the score; `None` when one of them does not vary.
    pub correlation: Option<f64>,
}

/// Puts persons in `groups` groups of about equal size by rising score. Equal scores stay together, so that a group may be empty.
pub fn score_groups(scores: &[f64], groups: usize) -> Vec<usize> {
    let n = scores.len() as f64;
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = |score: &f64| {
        let below = sorted.partition_point(|other| other < score) as f64;
        let upto = sorted.partition_point(|other| other <= score) as f64;
        // The middle of the ranks that the score takes.
        let middle = (below + upto) / (2.0 * n);
        ((middle * groups as f64) as usize).min(groups.saturating_sub(1))
    };
    scores.iter().map(place).collect()
}

/// Analyses a question of `options` options. `chosen` are the options of each person (several where the question allows it, none
/// where it was left open), `scores` best the scores on the other questions.
pub fn choices(chosen: &[Vec<usize>], options: usize, scores: &[f64], groups: usize) -> Vec<Choice> {
    let places = score_groups(scores, groups);
    let mut sizes = vec![0_usize; groups];
    places.iter().for_each(|group| sizes[*group] += 1);
    let one = |option: usize| {
        let picks: Vec<f64> = chosen.iter().map(|own| f64::from(u8::from(own.contains(&option)))).collect();
        let mut counts = vec![0.0; groups];
        places.iter().zip(&picks).for_each(|(group, pick)| counts[*group] += pick);
        let total: f64 = picks.iter().sum();
        Choice {
            chosen: total as usize,
            share: total / picks.len().max(1) as f64,
            by_group: counts.iter().zip(&sizes).map(|(count, size)| (*size > 0).then(|| count / *size as f64)).collect(),
            correlation: if picks.len() < 2 { None } else { correlation(&picks, scores) },
        }
    };
    (0..options).map(one).collect()
}

/// The wrong option that behaves as a key does: chosen more often by the better candidates, more clearly so than the key, and by
/// the best group more often than the key. That is the mark of a wrong key, or of a second right answer.
pub fn rival(choices: &[Choice], key: usize) -> Option<usize> {
    let own = choices.get(key)?;
    let best = |choice: &Choice| choice.by_group.iter().rev().find_map(|share| *share).unwrap_or(0.0);
    let stronger = |choice: &Choice| choice.correlation.is_some_and(|r| r > 0.0 && own.correlation.is_none_or(|key| r > key));
    let rivals = choices.iter().enumerate().filter(|(option, choice)| *option != key && stronger(choice) && best(choice) > best(own));
    rivals.max_by(|left, right| best(left.1).total_cmp(&best(right.1))).map(|(option, _)| option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_even_and_equal_scores_stay_together() {
        assert_eq!(score_groups(&[1.0, 2.0, 3.0, 4.0], 2), [0, 0, 1, 1]);
        assert_eq!(score_groups(&[4.0, 1.0, 3.0, 2.0], 4), [3, 0, 2, 1]);
        assert_eq!(score_groups(&[5.0, 5.0, 5.0], 5), [2, 2, 2]);
        assert!(score_groups(&[], 5).is_empty());
    }

    #[test]
    fn the_option_of_the_best_candidates_is_the_rival_of_a_wrong_key() {
        // Ten persons of rising score: the weak choose the key 0, the strong option 1.
        let chosen: Vec<Vec<usize>> = (0..10).map(|person| vec![usize::from(person > 4)]).collect();
        let scores: Vec<f64> = (0..10).map(f64::from).collect();
        let found = choices(&chosen, 3, &scores, 5);
        assert_eq!((found[1].chosen, found[1].share), (5, 0.5));
        assert_eq!(found[1].by_group.last(), Some(&Some(1.0)));
        assert_eq!(found[2].correlation, None);
        assert_eq!(rival(&found, 0), Some(1));
        assert_eq!(rival(&found, 1), None);
    }

    #[test]
    fn an_open_answer_counts_among_the_persons_and_for_no_option() {
        let found = choices(&[vec![], vec![0], vec![0, 1]], 2, &[0.0, 1.0, 2.0], 1);
        assert_eq!((found[0].chosen, found[1].chosen), (2, 1));
        assert_eq!(found[0].share, 2.0 / 3.0);
    }
}
