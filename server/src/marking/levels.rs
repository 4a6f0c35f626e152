//! From an examiner's points to a level, by the cut-score rule that the attempt keeps.

use sea_orm::{DatabaseTransaction, DbErr};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::entity::enums::Level;
use crate::ids::RuleId;
use crate::policy;

/// The body of a cut-score rule by points: each level from a share of the points on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PointsRule {
    pub levels: Vec<Step>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    pub level: Level,
    pub from_per_cent: i64,
}

pub struct Judged {
    pub level: Level,
    /// What the candidate's file shows of how the level came about.
    pub explanation: Value,
}

pub async fn by_points(tx: &DatabaseTransaction, rule_id: RuleId, score: i64, max_score: i64) -> Result<Judged, DbErr> {
    let rule = policy::rule::<PointsRule>(tx, rule_id).await?;
    let rule = rule.ok_or_else(|| DbErr::RecordNotFound(format!("cut-score rule {rule_id}")))?;
    let level = judge(&rule.body, score, max_score);
    let explanation = json!({
        "rule": rule.key, "version": rule.version, "ground": rule.ground, "levels": rule.body.levels,
        "score": score, "max_score": max_score, "level": level,
    });
    Ok(Judged { level, explanation })
}

/// The highest level whose share of the points is reached. Whole numbers are compared, so that nothing is lost in rounding.
pub fn judge(rule: &PointsRule, score: i64, max_score: i64) -> Level {
    let reached = rule.levels.iter().filter(|step| max_score > 0 && score * 100 >= step.from_per_cent * max_score);
    reached.map(|step| step.level).max().unwrap_or(Level::Below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_reached_from_its_share_of_the_points_on() {
        let rule: PointsRule =
            serde_json::from_value(json!({ "levels": [{ "level": "A1", "from_per_cent": 40 }, { "level": "A2", "from_per_cent": 60 }] }))
                .unwrap();
        assert_eq!(judge(&rule, 9, 25), Level::Below);
        assert_eq!(judge(&rule, 10, 25), Level::A1);
        assert_eq!(judge(&rule, 14, 25), Level::A1);
        assert_eq!(judge(&rule, 15, 25), Level::A2);
        assert_eq!(judge(&rule, 0, 0), Level::Below);
    }
}
