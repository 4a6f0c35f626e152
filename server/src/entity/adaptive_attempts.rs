use sea_orm::entity::prelude::*;

use super::enums::StopReason;
use crate::ids::{AttemptId, PlanId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "adaptive_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt_id: AttemptId,
    pub plan_id: PlanId,
    /// The question to answer now; those before it are done with.
    pub position: i64,
    pub stop: Option<StopReason>,
    pub stopped_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
