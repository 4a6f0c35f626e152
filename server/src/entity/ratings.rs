use sea_orm::entity::prelude::*;

use super::enums::RatingStatus;
use crate::ids::{AttemptId, RatingId, RubricId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ratings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RatingId,
    pub attempt_id: AttemptId,
    /// 1 and 2 are independent of each other; 3 is asked for when they disagree.
    pub round: i64,
    pub rubric_id: RubricId,
    pub examiner_id: Option<UserId>,
    pub status: RatingStatus,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub scores: Option<Json>,
    pub comment: Option<String>,
    pub created_at: DateTimeUtc,
    pub claimed_at: Option<DateTimeUtc>,
    pub submitted_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
