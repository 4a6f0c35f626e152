//! From the marks of the questions to a level.

use item_bank::standard::{CutRule, Exact, ItemResult, Judgement, Outcome, judge};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::entity::enums::{Level, Part};
use crate::ids::ItemVersionId;

/// One question of an attempt, marked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    pub position: i64,
    pub identifier: String,
    pub version: i64,
    pub item_version: ItemVersionId,
    pub core: bool,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub answered: bool,
    /// In the item's own identifiers.
    pub responses: Value,
    pub score: f64,
    pub max: f64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// The later version by which it was marked, after a correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked_by: Option<MarkedBy>,
}

/// A version that took the place of the one that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedBy {
    pub version: i64,
    pub item_version: ItemVersionId,
}

pub struct Judged {
    pub score: i64,
    pub max_score: i64,
    pub level: Level,
    pub judgement: Judgement,
    /// Of a pre-screening: what it advises.
    pub advice: Option<Value>,
}

/// Applies the cut-score rule. A pre-screening gives no level, only advice on which test to take.
pub fn judged(part: Part, rule: &CutRule, questions: &[Question]) -> Judged {
    let results: Vec<ItemResult> = questions.iter().map(result).collect();
    let judgement = judge(rule, &results);
    let reached = level(judgement.outcome);
    let points = |value: fn(&Question) -> f64| questions.iter().map(value).sum::<f64>().round() as i64;
    let (level, advice) = match part {
        Part::Prescreening => (Level::Advice, Some(advice(reached))),
        _ => (reached, None),
    };
    Judged { score: points(|question| question.score), max_score: points(|question| question.max), level, judgement, advice }
}

/// A question belongs to the set of its topic and to that of its level, so that a rule can ask for either.
fn result(question: &Question) -> ItemResult {
    let topics = question.topic.iter().cloned().chain(question.level.map(|level| level.as_str().to_owned())).collect();
    ItemResult { core: question.core, topics, score: exact(question.score), max: exact(question.max) }
}

/// The decimal that the number shows: half a point is 1/2, not the binary fraction beside it.
fn exact(value: f64) -> Exact {
    value.to_string().parse().unwrap_or(Exact::ZERO)
}

fn level(outcome: Outcome) -> Level {
    use item_bank::standard::Cefr;
    match outcome {
        Outcome::Passed => Level::Passed,
        Outcome::Failed => Level::Failed,
        Outcome::Level(Cefr::Below) => Level::Below,
        Outcome::Level(Cefr::A1) => Level::A1,
        Outcome::Level(Cefr::A2) => Level::A2,
        Outcome::Level(Cefr::B1) => Level::B1,
        Outcome::Level(Cefr::B2) => Level::B2,
    }
}

/// Which test to take, and what may be said about it. Never a promise: the pre-screening is short.
pub fn advice(reached: Level) -> Value {
    let (band, nl, en, fr, ar) = match reached {
        Level::B1 | Level::B2 => (
            "B1B2",
            "Sterk op A2 en goed op weg op B1: de toets B1/B2 is zinvol.",
            "Strong at A2 and well on the way at B1: the B1/B2 test makes sense.",
            "Solide en A2 et bien avancé en B1 : le test B1/B2 a du sens.",
            "مستوى قوي في A2 وتقدم جيد في B1: اختبار B1/B2 مناسب.",
        ),
        Level::A2 => (
            "A1A2",
            "Goed op weg op A2: de toets A1/A2 is zinvol.",
            "Well on the way at A2: the A1/A2 test makes sense.",
            "Bien avancé en A2 : le test A1/A2 a du sens.",
            "تقدم جيد في A2: اختبار A1/A2 مناسب.",
        ),
        Level::A1 => (
            "A1A2",
            "A1 lukt, A2 nog weinig: op de toets A1/A2 is A1 haalbaar, voor A2 is verder leren aangewezen.",
            "A1 works, A2 hardly yet: A1 is within reach at the A1/A2 test, for A2 more learning is advised.",
            "A1 est acquis, A2 peu : A1 est accessible au test A1/A2, pour A2 il est conseillé de continuer à apprendre.",
            "مستوى A1 جيد وA2 ما زال ضعيفًا: يمكن الوصول إلى A1 في اختبار A1/A2، ويُنصح بمزيد من التعلم من أجل A2.",
        ),
        _ => (
            "A1A2",
            "Nog onder A1: eerst verder leren wordt aangeraden.",
            "Still below A1: learning more first is advised.",
            "Encore en dessous de A1 : il est conseillé d’apprendre davantage d’abord.",
            "ما زال دون A1: يُنصح بمزيد من التعلم أولًا.",
        ),
    };
    json!({ "band": band, "reached": reached, "words": { "nl": nl, "en": en, "fr": fr, "ar": ar } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(level: Level, core: bool, score: f64) -> Question {
        Question {
            position: 0,
            identifier: "x".into(),
            version: 1,
            item_version: ItemVersionId::new(),
            core,
            level: Some(level),
            topic: None,
            answered: true,
            responses: Value::Null,
            score,
            max: 1.0,
            problems: Vec::new(),
            marked_by: None,
        }
    }

    fn rule(value: Value) -> CutRule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_mo_rule_of_2023_asks_half_of_the_core_questions_too() {
        let both = rule(json!({ "kind": "pass", "condition": { "if": "all", "conditions": [
            { "if": "share_at_least", "of": "all", "share": "1/2" }, { "if": "share_at_least", "of": "core", "share": "1/2" }] } }));
        let half = rule(json!({ "kind": "pass", "condition": { "if": "share_at_least", "of": "all", "share": "1/2" } }));
        let mut questions: Vec<Question> = (0..20).map(|n| question(Level::A2, false, f64::from(n < 18))).collect();
        questions.extend((0..10).map(|n| question(Level::A2, true, f64::from(n < 4))));
        assert_eq!(judged(Part::MoFinal, &half, &questions).level, Level::Passed);
        let failed = judged(Part::MoFinal, &both, &questions);
        assert_eq!((failed.level, failed.score, failed.max_score), (Level::Failed, 22, 30));
    }

    #[test]
    fn a_pre_screening_advises_and_gives_no_level() {
        let rule = rule(json!({ "kind": "levels", "levels": [
            { "level": "A2", "condition": { "if": "share_at_least", "of": "topic:A2", "share": "1/2" } },
            { "level": "A1", "condition": { "if": "share_at_least", "of": "topic:A1", "share": "1/2" } }] }));
        let questions = [question(Level::A1, false, 1.0), question(Level::A2, false, 0.0)];
        let judged = judged(Part::Prescreening, &rule, &questions);
        assert_eq!(judged.level, Level::Advice);
        let advice = judged.advice.unwrap();
        assert_eq!((&advice["band"], &advice["reached"]), (&json!("A1A2"), &json!("A1")));
    }

    #[test]
    fn part_of_a_point_counts_as_the_decimal_that_it_shows() {
        let rule = rule(json!({ "kind": "levels", "levels": [
            { "level": "A1", "condition": { "if": "score_at_least", "of": "all", "score": "0.3" } }] }));
        let questions = [question(Level::A1, false, 0.1), question(Level::A1, false, 0.2)];
        assert_eq!(judged(Part::Reading, &rule, &questions).level, Level::A1);
    }
}
