//! Cut-score rules as data, and their application to one attempt.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Cefr, Exact};

/// A named set of the questions of a form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QuestionSet {
    /// Every question of the form; written `all`.
    All,
    /// The questions that count twice; written `core`.
    Core,
    /// The questions about one subject; written `topic:values`.
    Topic(String),
}

/// A condition on the questions of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "if", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// At least `n` questions of the set are wholly right.
    CountAtLeast { of: QuestionSet, n: u32 },
    /// At least this share of the points of the set is earned. Without any question in the set it is not met.
    ShareAtLeast { of: QuestionSet, share: Exact },
    /// At least this many points of the set are earned.
    ScoreAtLeast { of: QuestionSet, score: Exact },
    /// At least `k` of the conditions are met.
    AtLeast { k: u32, conditions: Vec<Condition> },
    /// Every condition is met.
    All { conditions: Vec<Condition> },
    /// One condition or more is met.
    Any { conditions: Vec<Condition> },
}

/// A level and what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelCondition {
    pub level: Cefr,
    pub condition: Condition,
}

/// What passes: either one condition, or the levels from high to low, of which the first whose condition is met is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CutRule {
    Pass { condition: Condition },
    Levels { levels: Vec<LevelCondition> },
}

/// How one question went. It is always in the set `all`; `core` and `topics` say in which others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemResult {
    pub core: bool,
    pub topics: Vec<String>,
    pub score: Exact,
    pub max: Exact,
}

/// What a rule makes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    Failed,
    Level(Cefr),
}

/// The outcome and why: a finding for the condition, or one for each level from the first in the rule to the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub outcome: Outcome,
    pub findings: Vec<Finding>,
}

/// One condition looked at: what was needed, what was found, and the findings that it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub met: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<Cefr>,
    /// `count`, `share`, `score`, `at_least`, `all` or `any`.
    pub what: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub of: Option<QuestionSet>,
    pub found: Exact,
    pub needed: Exact,
    /// What could be found at most: questions, points or conditions.
    pub out_of: Exact,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub because: Vec<Finding>,
}

/// Applies a rule. A pure function of rule and results: the same attempt is judged the same for ever.
pub fn judge(rule: &CutRule, results: &[ItemResult]) -> Judgement {
    match rule {
        CutRule::Pass { condition } => {
            let finding = look(condition, results);
            Judgement { outcome: if finding.met { Outcome::Passed } else { Outcome::Failed }, findings: vec![finding] }
        }
        CutRule::Levels { levels } => {
            let findings: Vec<Finding> =
                levels.iter().map(|step| Finding { level: Some(step.level), ..look(&step.condition, results) }).collect();
            let reached = findings.iter().find(|finding| finding.met).and_then(|finding| finding.level);
            Judgement { outcome: Outcome::Level(reached.unwrap_or(Cefr::Below)), findings }
        }
    }
}

fn look(condition: &Condition, results: &[ItemResult]) -> Finding {
    match condition {
        Condition::CountAtLeast { of, n } => {
            let right = within(of, results).filter(|result| result.score >= result.max).count();
            leaf("count", of, Exact::whole(right as i64), Exact::whole(i64::from(*n)), Exact::whole(within(of, results).count() as i64))
        }
        Condition::ScoreAtLeast { of, score } => {
            let (earned, possible) = points(of, results);
            leaf("score", of, earned, *score, possible)
        }
        Condition::ShareAtLeast { of, share } => {
            let (earned, possible) = points(of, results);
            // The share is compared as points, so that the finding reads "15 of 30" and nothing is divided.
            let needed = share.checked_mul(possible).unwrap_or(possible);
            let finding = leaf("share", of, earned, needed, possible);
            Finding { met: finding.met && possible > Exact::ZERO, ..finding }
        }
        Condition::AtLeast { k, conditions } => group("at_least", *k as usize, conditions, results),
        Condition::All { conditions } => group("all", conditions.len(), conditions, results),
        Condition::Any { conditions } => group("any", 1, conditions, results),
    }
}

fn leaf(what: &str, of: &QuestionSet, found: Exact, needed: Exact, out_of: Exact) -> Finding {
    Finding { met: found >= needed, level: None, what: what.to_owned(), of: Some(of.clone()), found, needed, out_of, because: Vec::new() }
}

fn group(what: &str, needed: usize, conditions: &[Condition], results: &[ItemResult]) -> Finding {
    let because: Vec<Finding> = conditions.iter().map(|condition| look(condition, results)).collect();
    let met = because.iter().filter(|finding| finding.met).count();
    let whole = |count: usize| Exact::whole(count as i64);
    Finding {
        // An empty group is a slip in the rule: it must never let everybody pass.
        met: met >= needed && !because.is_empty(),
        level: None,
        what: what.to_owned(),
        of: None,
        found: whole(met),
        needed: whole(needed),
        out_of: whole(because.len()),
        because,
    }
}

fn within<'a>(of: &'a QuestionSet, results: &'a [ItemResult]) -> impl Iterator<Item = &'a ItemResult> {
    results.iter().filter(move |result| match of {
        QuestionSet::All => true,
        QuestionSet::Core => result.core,
        QuestionSet::Topic(topic) => result.topics.iter().any(|name| name == topic),
    })
}

fn points(of: &QuestionSet, results: &[ItemResult]) -> (Exact, Exact) {
    let add = |sum: Exact, value: Exact| sum.checked_add(value).unwrap_or(sum);
    within(of, results)
        .fold((Exact::ZERO, Exact::ZERO), |(earned, possible), result| (add(earned, result.score), add(possible, result.max)))
}

impl fmt::Display for QuestionSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QuestionSet::All => out.write_str("all"),
            QuestionSet::Core => out.write_str("core"),
            QuestionSet::Topic(topic) => write!(out, "topic:{topic}"),
        }
    }
}

impl std::str::FromStr for QuestionSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(QuestionSet::All),
            "core" => Ok(QuestionSet::Core),
            _ => match text.strip_prefix("topic:") {
                Some(topic) if !topic.is_empty() => Ok(QuestionSet::Topic(topic.to_owned())),
                _ => Err(format!("`{text}` is no set of questions: write all, core or topic:NAME")),
            },
        }
    }
}

impl Serialize for QuestionSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for QuestionSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(value: serde_json::Value) -> CutRule {
        serde_json::from_value(value).unwrap()
    }

    /// `right` of `total` questions right, the first `core` of them core questions, all about `topic`.
    fn questions(right: usize, total: usize, core: usize, topic: &str) -> Vec<ItemResult> {
        let one = |number: usize| ItemResult {
            core: number < core,
            topics: vec![topic.to_owned()],
            score: Exact::whole(i64::from(number < right)),
            max: Exact::whole(1),
        };
        (0..total).map(one).collect()
    }

    #[test]
    fn half_of_all_questions_passes_and_one_less_does_not() {
        let half = rule(json!({ "kind": "pass", "condition": { "if": "share_at_least", "of": "all", "share": "1/2" } }));
        assert_eq!(judge(&half, &questions(20, 40, 0, "mo")).outcome, Outcome::Passed);
        assert_eq!(judge(&half, &questions(19, 40, 0, "mo")).outcome, Outcome::Failed);
        assert_eq!(judge(&half, &questions(20, 41, 0, "mo")).outcome, Outcome::Failed);
        assert_eq!(judge(&half, &questions(21, 41, 0, "mo")).outcome, Outcome::Passed);
    }

    #[test]
    fn half_of_all_and_half_of_the_core_questions_are_both_asked() {
        let both = rule(json!({ "kind": "pass", "condition": { "if": "all", "conditions": [
            { "if": "share_at_least", "of": "all", "share": "50%" },
            { "if": "share_at_least", "of": "core", "share": "1/2" },
        ] } }));
        let mut results = questions(0, 40, 10, "mo");
        results.iter_mut().skip(10).take(26).for_each(|result| result.score = Exact::whole(1));
        let judgement = judge(&both, &results);
        assert_eq!(judgement.outcome, Outcome::Failed);
        let because: Vec<bool> = judgement.findings[0].because.iter().map(|finding| finding.met).collect();
        assert_eq!(because, [true, false]);
        results.iter_mut().take(5).for_each(|result| result.score = Exact::whole(1));
        assert_eq!(judge(&both, &results).outcome, Outcome::Passed);
    }

    #[test]
    fn a_rule_can_ask_sixteen_of_thirty_practical_and_nine_of_eleven_values_questions() {
        let counts = rule(json!({ "kind": "pass", "condition": { "if": "all", "conditions": [
            { "if": "count_at_least", "of": "topic:practical", "n": 16 },
            { "if": "count_at_least", "of": "topic:values", "n": 9 },
        ] } }));
        let outcome = |practical, values| {
            let mut results = questions(practical, 30, 0, "practical");
            results.extend(questions(values, 11, 0, "values"));
            judge(&counts, &results).outcome
        };
        assert_eq!(outcome(16, 9), Outcome::Passed);
        assert_eq!(outcome(30, 8), Outcome::Failed);
        assert_eq!(outcome(15, 11), Outcome::Failed);
    }

    #[test]
    fn a_rule_can_ask_thirty_six_of_forty_five_and_four_of_five() {
        let counts = rule(json!({ "kind": "pass", "condition": { "if": "all", "conditions": [
            { "if": "count_at_least", "of": "all", "n": 36 }, { "if": "count_at_least", "of": "core", "n": 4 },
        ] } }));
        assert_eq!(judge(&counts, &questions(36, 45, 5, "x")).outcome, Outcome::Passed);
        let mut four_wrong = questions(45, 45, 5, "x");
        four_wrong.iter_mut().take(2).for_each(|result| result.score = Exact::ZERO);
        assert_eq!(judge(&counts, &four_wrong).outcome, Outcome::Failed);
    }

    #[test]
    fn the_highest_level_whose_score_is_reached_is_given() {
        let score =
            |level: &str, score: &str| json!({ "level": level, "condition": { "if": "score_at_least", "of": "all", "score": score } });
        let levels = rule(json!({ "kind": "levels", "levels": [score("B2", "33"), score("B1", "22.5")] }));
        assert_eq!(judge(&levels, &questions(33, 40, 0, "x")).outcome, Outcome::Level(Cefr::B2));
        assert_eq!(judge(&levels, &questions(23, 40, 0, "x")).outcome, Outcome::Level(Cefr::B1));
        assert_eq!(judge(&levels, &questions(22, 40, 0, "x")).outcome, Outcome::Level(Cefr::Below));
    }

    #[test]
    fn at_least_two_of_three_conditions_can_be_asked() {
        let one = |topic: &str| json!({ "if": "count_at_least", "of": topic, "n": 1 });
        let two = rule(json!({ "kind": "pass", "condition":
            { "if": "at_least", "k": 2, "conditions": [one("topic:a"), one("topic:b"), one("topic:c")] } }));
        let mut results = questions(1, 1, 0, "a");
        results.extend(questions(0, 1, 0, "b"));
        assert_eq!(judge(&two, &results).outcome, Outcome::Failed);
        results.extend(questions(1, 1, 0, "c"));
        assert_eq!(judge(&two, &results).outcome, Outcome::Passed);
    }

    #[test]
    fn a_rule_about_questions_that_the_form_lacks_never_passes_anyone() {
        let core = rule(json!({ "kind": "pass", "condition": { "if": "share_at_least", "of": "core", "share": "1/2" } }));
        assert_eq!(judge(&core, &questions(40, 40, 0, "x")).outcome, Outcome::Failed);
        let nothing = rule(json!({ "kind": "pass", "condition": { "if": "all", "conditions": [] } }));
        assert_eq!(judge(&nothing, &questions(40, 40, 0, "x")).outcome, Outcome::Failed);
    }

    #[test]
    fn a_rule_with_a_misspelt_word_is_refused() {
        let misspelt = json!({ "kind": "pass", "condition": { "if": "share_at_least", "of": "cores", "share": "1/2" } });
        assert!(serde_json::from_value::<CutRule>(misspelt).is_err());
    }

    #[test]
    fn a_rule_reads_back_as_it_was_written() {
        let both = rule(json!({ "kind": "levels", "levels": [
            { "level": "A2", "condition": { "if": "any", "conditions": [{ "if": "share_at_least", "of": "topic:x", "share": "2/3" }] } }] }));
        assert_eq!(rule(serde_json::to_value(&both).unwrap()), both);
    }
}
