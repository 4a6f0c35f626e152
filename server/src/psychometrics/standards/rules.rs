//! From judgements to cuts, and from cuts to a rule.

use item_bank::measure::Item;
use item_bank::standard::setting::{self, PanelCut};
use item_bank::standard::{Cefr, Condition, CutRule, Exact, LevelCondition, QuestionSet};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::entity::enums::StandardMethod;
use crate::ids::UserId;

/// The one level of a rule that passes or fails.
pub const PASSED: &str = "passed";

/// What judgements are about: the questions of a form, in its order.
pub struct Questions {
    /// Points of each question.
    pub worth: Vec<f64>,
    pub booklet: Vec<Page>,
    /// The curve of each question, for a bookmark.
    pub curves: Vec<Item>,
}

/// A page of the ordered booklet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page {
    pub item_id: Uuid,
    /// Place in the form, from 0.
    pub place: usize,
    /// Ability at which the question is right with the response probability, in logits.
    pub location: f64,
    pub a: f64,
    pub b: f64,
    pub c: f64,
}

impl Page {
    pub fn curve(&self) -> Item {
        Item::Logistic { a: self.a, b: self.b, c: self.c }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgementFault {
    /// Not as many marks as there are questions, or not one page.
    Count,
    /// A chance outside 0 to 1, a yes or no that is neither, a page that is not there.
    Range(usize),
}

/// Are these the marks that a panellist can give?
pub fn check(method: StandardMethod, marks: &[f64], questions: &Questions) -> Result<(), JudgementFault> {
    let count = if method == StandardMethod::Bookmark { 1 } else { questions.worth.len() };
    if marks.len() != count {
        return Err(JudgementFault::Count);
    }
    let sound = |mark: &f64| match method {
        StandardMethod::Angoff => (0.0..=1.0).contains(mark),
        StandardMethod::YesNo => *mark == 0.0 || *mark == 1.0,
        StandardMethod::Bookmark => mark.fract() == 0.0 && (1.0..=(questions.booklet.len() + 1) as f64).contains(mark),
    };
    marks.iter().position(|mark| !sound(mark)).map_or(Ok(()), |place| Err(JudgementFault::Range(place)))
}

/// The cut of one panellist: in points, or for a bookmark in logits.
pub fn cut(method: StandardMethod, marks: &[f64], questions: &Questions) -> Option<f64> {
    if method == StandardMethod::Bookmark {
        let pages: Vec<(usize, f64)> = questions.booklet.iter().map(|page| (page.place, page.location)).collect();
        return setting::bookmark(&pages, *marks.first()? as usize);
    }
    let chances: Vec<Option<f64>> = marks.iter().map(|mark| Some(*mark)).collect();
    setting::angoff(&chances, &questions.worth)
}

/// The cut of the panel for a level, in points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LevelCut {
    pub level: String,
    /// Mean of the panellists, in points, and its standard error.
    pub cut: f64,
    pub se: Option<f64>,
    pub sd: Option<f64>,
    pub median: f64,
    pub lowest: f64,
    pub highest: f64,
    pub panellists: usize,
    /// Of a bookmark: the same in logits.
    pub theta: Option<f64>,
    pub theta_se: Option<f64>,
    /// The lowest whole score that passes.
    pub score: usize,
}

/// The panel's cut from those of the panellists; a bookmark's goes from logits to points by the curves of the questions.
pub fn panel(method: StandardMethod, level: &str, cuts: &[f64], questions: &Questions) -> Option<LevelCut> {
    let found: PanelCut = setting::panel_cut(cuts)?;
    let points = |theta: f64| setting::expected_score(&questions.curves, theta).0;
    let bookmark = method == StandardMethod::Bookmark;
    let as_points = |value: f64| if bookmark { points(value) } else { value };
    let slope = if bookmark { setting::expected_score(&questions.curves, found.mean).1 } else { 1.0 };
    let cut = as_points(found.mean);
    Some(LevelCut {
        level: level.to_owned(),
        cut,
        se: found.se.map(|se| se * slope),
        sd: found.sd.map(|sd| sd * slope),
        median: as_points(found.median),
        lowest: as_points(found.lowest),
        highest: as_points(found.highest),
        panellists: found.panellists,
        theta: bookmark.then_some(found.mean),
        theta_se: found.se.filter(|_| bookmark),
        score: setting::whole_score(cut),
    })
}

/// The levels of a rule from low to high.
pub fn levels_of(rule: &CutRule) -> Vec<String> {
    match rule {
        CutRule::Pass { .. } => vec![PASSED.to_owned()],
        CutRule::Levels { levels } => levels.iter().rev().map(|level| name(level.level)).collect(),
    }
}

fn name(level: Cefr) -> String {
    serde_json::to_value(level).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The lowest score on all questions that a rule asks for at a level. `None` when it asks nothing of all questions together.
pub fn score_needed(rule: &CutRule, level: &str, highest: usize) -> Option<usize> {
    let condition = match rule {
        CutRule::Pass { condition } => condition,
        CutRule::Levels { levels } => &levels.iter().find(|one| name(one.level) == level)?.condition,
    };
    let needed = match of_all(condition)? {
        Condition::ShareAtLeast { share, .. } => share.checked_mul(Exact::whole(i64::try_from(highest).ok()?))?,
        Condition::ScoreAtLeast { score, .. } => *score,
        Condition::CountAtLeast { n, .. } => Exact::whole(i64::from(*n)),
        _ => return None,
    };
    Some(setting::whole_score(needed.to_f64()))
}

/// The condition on all questions, at the top or among conditions that must all be met.
fn of_all(condition: &Condition) -> Option<&Condition> {
    match condition {
        Condition::ShareAtLeast { of: QuestionSet::All, .. }
        | Condition::ScoreAtLeast { of: QuestionSet::All, .. }
        | Condition::CountAtLeast { of: QuestionSet::All, .. } => Some(condition),
        Condition::All { conditions } => conditions.iter().find_map(of_all),
        _ => None,
    }
}

/// The rule with other scores on all questions; what it asks beside stays as it is. A score is written as a share, so that the rule
/// holds for forms of another length too.
pub fn with_scores(rule: &CutRule, scores: &[(String, usize)], highest: usize) -> Option<CutRule> {
    let of = |level: &str| scores.iter().find(|(known, _)| known == level).map(|(_, score)| *score);
    let share = |score: usize| Exact::new(i64::try_from(score).ok()?, i64::try_from(highest).ok()?);
    match rule {
        CutRule::Pass { condition } => Some(CutRule::Pass { condition: replaced(condition, share(of(PASSED)?)?)? }),
        CutRule::Levels { levels } => {
            let level = |one: &LevelCondition| {
                let condition = replaced(&one.condition, share(of(&name(one.level))?)?)?;
                Some(LevelCondition { level: one.level, condition })
            };
            Some(CutRule::Levels { levels: levels.iter().map(level).collect::<Option<_>>()? })
        }
    }
}

fn replaced(condition: &Condition, share: Exact) -> Option<Condition> {
    match condition {
        Condition::ShareAtLeast { of: QuestionSet::All, .. }
        | Condition::ScoreAtLeast { of: QuestionSet::All, .. }
        | Condition::CountAtLeast { of: QuestionSet::All, .. } => Some(Condition::ShareAtLeast { of: QuestionSet::All, share }),
        Condition::All { conditions } => {
            let place = conditions.iter().position(|one| of_all(one).is_some())?;
            let one = |(number, one): (usize, &Condition)| if number == place { replaced(one, share) } else { Some(one.clone()) };
            Some(Condition::All { conditions: conditions.iter().enumerate().map(one).collect::<Option<_>>()? })
        }
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalFault {
    /// A level is easier to reach than the one below it, or passes without a point.
    Order,
}

/// Scores rise with the levels, are above 0 and at most the highest.
pub fn check_scores(scores: &[(String, usize)], highest: usize) -> Result<(), ProposalFault> {
    let rising = scores.windows(2).all(|pair| matches!(pair, [low, high] if low.1 < high.1));
    let within = scores.iter().all(|(_, score)| *score > 0 && *score <= highest);
    if rising && within { Ok(()) } else { Err(ProposalFault::Order) }
}

/// Four eyes: a cut score is put in force by somebody else than who proposed it.
pub fn may_put_in_force(proposed_by: UserId, actor: UserId) -> bool {
    proposed_by != actor
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(value: serde_json::Value) -> CutRule {
        serde_json::from_value(value).unwrap()
    }

    fn two_levels() -> CutRule {
        rule(json!({ "kind": "levels", "levels": [
            { "level": "A2", "condition": { "if": "share_at_least", "of": "all", "share": "3/5" } },
            { "level": "A1", "condition": { "if": "share_at_least", "of": "all", "share": "1/3" } }] }))
    }

    #[test]
    fn the_scores_of_a_rule_are_read_and_replaced() {
        let rule = two_levels();
        assert_eq!(levels_of(&rule), ["A1", "A2"]);
        assert_eq!([score_needed(&rule, "A1", 20), score_needed(&rule, "A2", 20)], [Some(7), Some(12)]);
        let next = with_scores(&rule, &[("A1".into(), 8), ("A2".into(), 14)], 20).unwrap();
        assert_eq!([score_needed(&next, "A1", 20), score_needed(&next, "A2", 20)], [Some(8), Some(14)]);
        assert_eq!(serde_json::to_value(&next).unwrap()["levels"][0]["condition"]["share"], "7/10");
    }

    #[test]
    fn what_a_rule_asks_of_the_core_questions_stays() {
        let both = rule(json!({ "kind": "pass", "condition": { "if": "all", "conditions": [
            { "if": "share_at_least", "of": "all", "share": "1/2" }, { "if": "share_at_least", "of": "core", "share": "1/2" }] } }));
        assert_eq!((levels_of(&both), score_needed(&both, PASSED, 41)), (vec![PASSED.to_owned()], Some(21)));
        let next = serde_json::to_value(with_scores(&both, &[(PASSED.into(), 24)], 41).unwrap()).unwrap();
        assert_eq!(next["condition"]["conditions"][0]["share"], "24/41");
        assert_eq!(next["condition"]["conditions"][1]["share"], "1/2");
    }

    #[test]
    fn a_rule_on_topics_alone_cannot_be_set_by_a_panel() {
        let topics = rule(json!({ "kind": "pass", "condition": { "if": "share_at_least", "of": "topic:A1", "share": "1/2" } }));
        assert_eq!(score_needed(&topics, PASSED, 20), None);
        assert_eq!(with_scores(&topics, &[(PASSED.into(), 9)], 20), None);
    }

    #[test]
    fn marks_are_checked_by_method() {
        let page = |place: usize, b: f64| Page { item_id: Uuid::nil(), place, location: b, a: 1.0, b, c: 0.0 };
        let questions = Questions {
            worth: vec![1.0, 1.0],
            booklet: vec![page(1, -1.0), page(0, 1.0)],
            curves: vec![Item::rasch(1.0), Item::rasch(-1.0)],
        };
        assert_eq!(check(StandardMethod::Angoff, &[0.4, 1.2], &questions), Err(JudgementFault::Range(1)));
        assert_eq!(check(StandardMethod::Angoff, &[0.4], &questions), Err(JudgementFault::Count));
        assert_eq!(check(StandardMethod::YesNo, &[1.0, 0.5], &questions), Err(JudgementFault::Range(1)));
        assert_eq!(check(StandardMethod::Bookmark, &[4.0], &questions), Err(JudgementFault::Range(0)));
        assert_eq!(check(StandardMethod::Bookmark, &[3.0], &questions), Ok(()));
        assert_eq!(cut(StandardMethod::Angoff, &[0.4, 0.5], &questions), Some(0.9));
        assert_eq!(cut(StandardMethod::Bookmark, &[3.0], &questions), Some(1.0));
        let found = panel(StandardMethod::Bookmark, "A1", &[-1.0, 1.0], &questions).unwrap();
        assert!((found.cut - 1.0).abs() < 1e-12 && found.theta == Some(0.0) && found.score == 1);
        assert!(found.se.unwrap() < found.theta_se.unwrap(), "two questions rise by less than a point a logit");
    }

    #[test]
    fn scores_rise_with_the_levels() {
        let scores = |low: usize, high: usize| vec![("A1".to_owned(), low), ("A2".to_owned(), high)];
        assert_eq!(check_scores(&scores(7, 12), 20), Ok(()));
        assert_eq!(check_scores(&scores(12, 12), 20), Err(ProposalFault::Order));
        assert_eq!(check_scores(&scores(0, 12), 20), Err(ProposalFault::Order));
        assert_eq!(check_scores(&scores(7, 21), 20), Err(ProposalFault::Order));
    }
}
