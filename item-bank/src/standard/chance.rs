//! The chance that a test is passed under a cut-score rule, given ability.
//!
//! The questions are grouped by the sets of the rule that they belong to. In each group the joint distribution of points and of wholly right
//! questions follows item after item (Lord & Wingersky 1984, eq. 1); groups are independent given ability, so that every combination of their
//! scores has the product of their chances, and the rule is asked once what it makes of each combination.

use super::cut_rule::{Condition, CutRule, Outcome, QuestionSet};
use super::{Cefr, Exact};
use crate::measure::Item;

/// A question of the test that is forecast. Category k of an item with K categories earns k / (K − 1) of `points`, which must come out whole.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Question {
    pub item: Item,
    pub points: u32,
    pub core: bool,
    pub topics: Vec<String>,
}

/// Why there is no forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoChance {
    #[error("the test has no questions")]
    Empty,
    #[error("a question earns part of a point")]
    PartOfPoint,
    #[error("the sets of the rule cross in too many ways to be reckoned through")]
    TooManyWays,
}

/// A test under a rule, made ready for many abilities.
#[derive(Clone, Debug)]
pub struct RuleChance {
    groups: Vec<Vec<Question>>,
    /// The states (points, wholly right) of each group, in the order of `distribution`.
    states: Vec<Vec<(u32, u32)>>,
    /// What the rule makes of each combination of states, the last group running fastest.
    outcomes: Vec<Outcome>,
}

/// More combinations than this take longer than a candidate should wait.
const MOST_WAYS: usize = 100_000;

impl RuleChance {
    pub fn new(rule: &CutRule, questions: &[Question]) -> Result<Self, NoChance> {
        if questions.is_empty() {
            return Err(NoChance::Empty);
        }
        if questions.iter().any(|question| steps(question) == 0 || question.points % steps(question) != 0) {
            return Err(NoChance::PartOfPoint);
        }
        let sets = sets_of(rule);
        let mut groups: Vec<(Vec<bool>, Vec<Question>)> = Vec::new();
        for question in questions {
            let belongs: Vec<bool> = sets.iter().map(|set| contains(set, question)).collect();
            match groups.iter_mut().find(|(known, _)| *known == belongs) {
                Some((_, group)) => group.push(question.clone()),
                None => groups.push((belongs, vec![question.clone()])),
            }
        }
        let states: Vec<Vec<(u32, u32)>> = groups.iter().map(|(_, group)| states(group)).collect();
        let ways = states.iter().try_fold(1_usize, |ways, states| ways.checked_mul(states.len()).filter(|ways| *ways <= MOST_WAYS));
        let ways = ways.ok_or(NoChance::TooManyWays)?;
        let most: Vec<(u32, u32)> =
            groups.iter().map(|(_, group)| (group.iter().map(|one| one.points).sum(), group.len() as u32)).collect();
        let mut outcomes = Vec::with_capacity(ways);
        for way in 0..ways {
            let mut rest = way;
            let mut found = vec![(0, 0); states.len()];
            for (place, states) in states.iter().enumerate().rev() {
                found[place] = states[rest % states.len()];
                rest /= states.len();
            }
            let tally = |set: &QuestionSet| {
                let place = sets.iter().position(|known| known == set);
                let inside = |n: usize| place.is_some_and(|place| groups[n].0[place]);
                let members = (0..groups.len()).filter(|n| inside(*n));
                members.fold(Tally::default(), |sum, n| Tally {
                    points: sum.points + found[n].0,
                    right: sum.right + found[n].1,
                    possible: sum.possible + most[n].0,
                })
            };
            outcomes.push(outcome(rule, &tally));
        }
        Ok(Self { groups: groups.into_iter().map(|(_, group)| group).collect(), states, outcomes })
    }

    /// The chance of each outcome at `theta`; the sum is 1. In the order in which they first come.
    pub fn at(&self, theta: f64) -> Vec<(Outcome, f64)> {
        let distributions: Vec<Vec<f64>> =
            self.groups.iter().zip(&self.states).map(|(group, states)| distribution(group, states, theta)).collect();
        let mut chances: Vec<(Outcome, f64)> = Vec::new();
        let mut place = vec![0_usize; distributions.len()];
        for outcome in &self.outcomes {
            let chance: f64 = distributions.iter().zip(&place).map(|(distribution, at)| distribution[*at]).product();
            match chances.iter_mut().find(|(known, _)| known == outcome) {
                Some((_, sum)) => *sum += chance,
                None => chances.push((*outcome, chance)),
            }
            for (at, distribution) in place.iter_mut().zip(&distributions).rev() {
                *at += 1;
                if *at < distribution.len() {
                    break;
                }
                *at = 0;
            }
        }
        chances
    }

    /// The chance at `theta` to reach `level` or a higher one.
    pub fn reaches(&self, level: Cefr, theta: f64) -> f64 {
        let enough = |outcome: &Outcome| matches!(outcome, Outcome::Level(reached) if *reached >= level);
        self.at(theta).iter().filter(|(outcome, _)| enough(outcome)).map(|(_, chance)| chance).sum()
    }
}

#[derive(Clone, Copy, Default)]
struct Tally {
    points: u32,
    right: u32,
    possible: u32,
}

fn outcome(rule: &CutRule, tally: &impl Fn(&QuestionSet) -> Tally) -> Outcome {
    match rule {
        CutRule::Pass { condition } if met(condition, tally) => Outcome::Passed,
        CutRule::Pass { .. } => Outcome::Failed,
        CutRule::Levels { levels } => {
            let reached = levels.iter().find(|step| met(&step.condition, tally)).map(|step| step.level);
            Outcome::Level(reached.unwrap_or(Cefr::Below))
        }
    }
}

/// As [`super::judge`] has it, on sums instead of questions.
fn met(condition: &Condition, tally: &impl Fn(&QuestionSet) -> Tally) -> bool {
    let whole = |number: u32| Exact::whole(i64::from(number));
    let count = |conditions: &[Condition]| conditions.iter().filter(|condition| met(condition, tally)).count();
    match condition {
        Condition::CountAtLeast { of, n } => tally(of).right >= *n,
        Condition::ScoreAtLeast { of, score } => whole(tally(of).points) >= *score,
        Condition::ShareAtLeast { of, share } => {
            let sum = tally(of);
            sum.possible > 0 && whole(sum.points) >= share.checked_mul(whole(sum.possible)).unwrap_or(whole(sum.possible))
        }
        Condition::AtLeast { k, conditions } => !conditions.is_empty() && count(conditions) >= *k as usize,
        Condition::All { conditions } => !conditions.is_empty() && count(conditions) == conditions.len(),
        Condition::Any { conditions } => count(conditions) > 0,
    }
}

/// Every set that the rule names.
fn sets_of(rule: &CutRule) -> Vec<QuestionSet> {
    fn look(condition: &Condition, sets: &mut Vec<QuestionSet>) {
        match condition {
            Condition::CountAtLeast { of, .. } | Condition::ShareAtLeast { of, .. } | Condition::ScoreAtLeast { of, .. } => {
                if !sets.contains(of) {
                    sets.push(of.clone());
                }
            }
            Condition::AtLeast { conditions, .. } | Condition::All { conditions } | Condition::Any { conditions } => {
                conditions.iter().for_each(|condition| look(condition, sets));
            }
        }
    }
    let mut sets = Vec::new();
    match rule {
        CutRule::Pass { condition } => look(condition, &mut sets),
        CutRule::Levels { levels } => levels.iter().for_each(|step| look(&step.condition, &mut sets)),
    }
    sets
}

fn contains(set: &QuestionSet, question: &Question) -> bool {
    match set {
        QuestionSet::All => true,
        QuestionSet::Core => question.core,
        QuestionSet::Topic(topic) => question.topics.contains(topic),
    }
}

fn steps(question: &Question) -> u32 {
    question.item.categories() as u32 - 1
}

/// The pairs of points and wholly right questions that a group can show, rising.
fn states(group: &[Question]) -> Vec<(u32, u32)> {
    let mut known = vec![(0, 0)];
    for question in group {
        let steps = steps(question);
        let step = |(points, right): (u32, u32), k: u32| (points + question.points / steps * k, right + u32::from(k == steps));
        known = known.iter().flat_map(|state| (0..=steps).map(move |k| step(*state, k))).collect();
        known.sort_unstable();
        known.dedup();
    }
    known
}

/// The chance of each of the group's states at `theta`.
fn distribution(group: &[Question], states: &[(u32, u32)], theta: f64) -> Vec<f64> {
    let mut chances = vec![0.0; states.len()];
    chances[0] = 1.0;
    for question in group {
        let steps = steps(question);
        let probabilities = question.item.probabilities(theta);
        let mut next = vec![0.0; states.len()];
        for ((points, right), chance) in states.iter().zip(&chances).filter(|(_, chance)| **chance > 0.0) {
            for (k, probability) in (0..=steps).zip(&probabilities) {
                let to = (points + question.points / steps * k, right + u32::from(k == steps));
                if let Ok(place) = states.binary_search(&to) {
                    next[place] += chance * probability;
                }
            }
        }
        chances = next;
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::super::{ItemResult, judge};
    use super::*;
    use crate::measure::random::Random;
    use crate::measure::score_distribution;
    use serde_json::json;

    fn rule(value: serde_json::Value) -> CutRule {
        serde_json::from_value(value).unwrap()
    }

    fn question(b: f64, core: bool, topic: &str) -> Question {
        Question { item: Item::Logistic { a: 1.2, b, c: 0.0 }, points: 1, core, topics: vec![topic.to_owned()] }
    }

    #[test]
    fn a_share_of_all_points_is_the_tail_of_the_score_distribution() {
        let half = rule(json!({ "kind": "levels", "levels": [
            { "level": "A2", "condition": { "if": "share_at_least", "of": "all", "share": "3/5" } },
            { "level": "A1", "condition": { "if": "share_at_least", "of": "all", "share": "1/3" } }] }));
        let questions: Vec<Question> = (0..15).map(|n| question(f64::from(n) / 5.0 - 1.5, false, "x")).collect();
        let items: Vec<Item> = questions.iter().map(|one| one.item.clone()).collect();
        let chance = RuleChance::new(&half, &questions).unwrap();
        for theta in [-2.0, 0.0, 0.7] {
            assert!((chance.reaches(Cefr::A2, theta) - score_distribution::at_least(&items, theta, 9)).abs() < 1e-13);
            assert!((chance.reaches(Cefr::A1, theta) - score_distribution::at_least(&items, theta, 5)).abs() < 1e-13);
            assert!((chance.at(theta).iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_tree_over_crossing_sets_comes_out_as_judging_many_simulated_tests() {
        let tree = rule(json!({ "kind": "pass", "condition": { "if": "at_least", "k": 2, "conditions": [
            { "if": "share_at_least", "of": "all", "share": "1/2" },
            { "if": "count_at_least", "of": "core", "n": 2 },
            { "if": "score_at_least", "of": "topic:values", "score": "3" }] } }));
        let mut questions: Vec<Question> =
            (0..8).map(|n| question(f64::from(n) / 4.0 - 1.0, n % 3 == 0, if n % 2 == 0 { "values" } else { "work" })).collect();
        questions.push(Question {
            item: Item::Graded { a: 1.1, b: vec![-0.5, 0.6] },
            points: 4,
            core: false,
            topics: vec!["values".into()],
        });
        let chance = RuleChance::new(&tree, &questions).unwrap();
        let exact: f64 = chance.at(0.2).iter().filter(|(outcome, _)| *outcome == Outcome::Passed).map(|(_, p)| p).sum();
        let mut random = Random::seeded(11);
        let tests = 40_000;
        let passed = (0..tests).filter(|_| {
            let results: Vec<ItemResult> = questions
                .iter()
                .map(|one| {
                    let category = i64::from(random.answer(&one.item, 0.2));
                    let score = Exact::whole(category * i64::from(one.points) / i64::from(steps(one)));
                    ItemResult { core: one.core, topics: one.topics.clone(), score, max: Exact::whole(i64::from(one.points)) }
                })
                .collect();
            judge(&tree, &results).outcome == Outcome::Passed
        });
        let share = passed.count() as f64 / f64::from(tests);
        // Four standard errors of a share of 40,000.
        assert!((share - exact).abs() < 4.0 * (exact * (1.0 - exact) / f64::from(tests)).sqrt(), "{share} {exact}");
    }

    #[test]
    fn what_cannot_be_reckoned_is_refused() {
        let half = rule(json!({ "kind": "pass", "condition": { "if": "share_at_least", "of": "all", "share": "1/2" } }));
        assert_eq!(RuleChance::new(&half, &[]).err(), Some(NoChance::Empty));
        let part = Question { item: Item::Graded { a: 1.0, b: vec![-1.0, 1.0] }, ..question(0.0, false, "x") };
        assert_eq!(RuleChance::new(&half, &[part]).err(), Some(NoChance::PartOfPoint));
        let sets: Vec<_> = (0..20).map(|n| json!({ "if": "count_at_least", "of": format!("topic:{n}"), "n": 1 })).collect();
        let many = rule(json!({ "kind": "pass", "condition": { "if": "all", "conditions": sets } }));
        let questions: Vec<Question> = (0..20).map(|n| question(0.0, false, &n.to_string())).collect();
        assert_eq!(RuleChance::new(&many, &questions).err(), Some(NoChance::TooManyWays));
    }
}
