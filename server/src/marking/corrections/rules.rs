//! What a correction changes for one attempt.

use item_bank::standard::CutRule;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entity::enums::{Band, Level, Part};
use crate::items::qti::Marked;
use crate::marking::machine::rules::{Judged, MarkedBy, Question, judged};
use crate::results::rules::{cefr, is_passed};

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Neither points nor level.
    Same,
    /// More or fewer points, the same level.
    Points,
    /// A higher level.
    Up,
    /// The corrected key gives a lower level; what was reached stands.
    Kept,
    /// The corrected key would take the pass away; it stands.
    KeptPass,
}

/// An attempt marked again.
pub struct Remarked {
    pub questions: Vec<Question>,
    pub judged: Judged,
    /// The level that stands.
    pub level: Level,
    pub change: Change,
}

/// The mark in force, as far as it counts here.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    pub part: Part,
    pub score: i64,
    pub max_score: i64,
    pub level: Level,
    pub required: Option<Level>,
}

/// Puts the new marks of the corrected questions in the place of the old, and judges by the rule that the attempt keeps.
pub fn remark(before: Before, mut questions: Vec<Question>, corrected: &[(i64, Marked)], by: &MarkedBy, rule: &CutRule) -> Remarked {
    for (position, marked) in corrected {
        for question in questions.iter_mut().filter(|question| question.position == *position) {
            question.score = marked.score;
            question.max = marked.max;
            question.responses = marked.responses.clone();
            question.problems.clone_from(&marked.problems);
            question.marked_by = Some(by.clone());
        }
    }
    let judged = judged(before.part, rule, &questions);
    let level = stands(before.level, judged.level);
    let change = if level != before.level {
        Change::Up
    } else if judged.level != before.level {
        let lost = is_passed(before.level, before.required) && !is_passed(judged.level, before.required);
        if lost { Change::KeptPass } else { Change::Kept }
    } else if (judged.score, judged.max_score) != (before.score, before.max_score) {
        Change::Points
    } else {
        Change::Same
    };
    Remarked { questions, judged, level, change }
}

/// Earned levels stand: the higher of the two.
fn stands(before: Level, after: Level) -> Level {
    match (cefr(before), cefr(after)) {
        (Some(one), Some(other)) if other > one => after,
        (Some(_), Some(_)) => before,
        _ if before == Level::Passed => before,
        _ => after,
    }
}

/// How many went from one level to another, in one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shift {
    pub part: Part,
    pub band: Option<Band>,
    pub before: Level,
    /// By the corrected key.
    pub after: Level,
    pub change: Change,
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ItemVersionId;
    use serde_json::{Value, json};

    fn question(position: i64, score: f64) -> Question {
        Question {
            position,
            identifier: format!("q{position}"),
            version: 1,
            item_version: ItemVersionId::new(),
            core: false,
            level: None,
            topic: None,
            answered: true,
            responses: Value::Null,
            score,
            max: 1.0,
            problems: Vec::new(),
            marked_by: None,
        }
    }

    fn again(before: Level, required: Option<Level>, scores: [f64; 2], corrected: f64) -> Remarked {
        let rule = serde_json::from_value(json!({ "kind": "levels", "levels": [
            { "level": "A2", "condition": { "if": "score_at_least", "of": "all", "score": "2" } },
            { "level": "A1", "condition": { "if": "score_at_least", "of": "all", "score": "1" } }] }))
        .unwrap();
        let score = scores.iter().sum::<f64>() as i64;
        let before = Before { part: Part::Reading, score, max_score: 2, level: before, required };
        let marked = Marked { score: corrected, max: 1.0, responses: Value::Null, problems: Vec::new() };
        let by = MarkedBy { version: 2, item_version: ItemVersionId::new() };
        remark(before, vec![question(0, scores[0]), question(1, scores[1])], &[(1, marked)], &by, &rule)
    }

    #[test]
    fn a_corrected_key_gives_what_was_withheld() {
        let up = again(Level::A1, Some(Level::A2), [1.0, 0.0], 1.0);
        assert_eq!((up.change, up.level, up.judged.score), (Change::Up, Level::A2, 2));
        assert_eq!(up.questions[1].marked_by.as_ref().unwrap().version, 2);
        assert!(up.questions[0].marked_by.is_none());
    }

    #[test]
    fn an_earned_level_stands_and_a_pass_that_would_be_lost_is_named() {
        let pass = again(Level::A2, Some(Level::A2), [1.0, 1.0], 0.0);
        assert_eq!((pass.change, pass.level, pass.judged.level, pass.judged.score), (Change::KeptPass, Level::A2, Level::A1, 1));
        let kept = again(Level::A2, Some(Level::A1), [1.0, 1.0], 0.0);
        assert_eq!((kept.change, kept.level), (Change::Kept, Level::A2));
    }

    #[test]
    fn the_same_key_changes_nothing() {
        assert_eq!(again(Level::A1, None, [1.0, 0.0], 0.0).change, Change::Same);
        assert_eq!(stands(Level::Passed, Level::Failed), Level::Passed);
        assert_eq!(stands(Level::Failed, Level::Passed), Level::Passed);
        assert_eq!(stands(Level::Advice, Level::Advice), Level::Advice);
    }
}
