use sea_orm::entity::prelude::*;

use crate::ids::{AttemptId, RecordingId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recordings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecordingId,
    pub attempt_id: AttemptId,
    pub position: i64,
    pub mime: String,
    pub started_at: DateTimeUtc,
    pub completed_at: Option<DateTimeUtc>,
    pub slices: Option<i64>,
    pub duration_ms: Option<i64>,
    pub played_back_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
