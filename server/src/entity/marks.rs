use sea_orm::entity::prelude::*;

use super::enums::Level;
use crate::ids::{AttemptId, MarkId, RuleId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "marks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MarkId,
    pub attempt_id: AttemptId,
    pub version: i64,
    pub score: i64,
    pub max_score: i64,
    pub level: Level,
    /// Per item: identifier, version, response, score, maximum; and how the cut-score rule judged them.
    #[sea_orm(column_type = "JsonBinary")]
    pub explanation: Json,
    pub cut_score_rule_id: RuleId,
    pub marked_at: DateTimeUtc,
    pub marked_by: Option<UserId>,
    pub reason: String,
    pub superseded_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
