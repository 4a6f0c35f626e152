use sea_orm::entity::prelude::*;

use crate::ids::AttemptId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "adaptive_steps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt_id: AttemptId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub category: i64,
    pub theta: f64,
    pub se: f64,
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
