use sea_orm::entity::prelude::*;

use super::enums::JobStatus;
use crate::ids::JobId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    pub kind: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    pub status: JobStatus,
    pub run_at: DateTimeUtc,
    pub attempts: i64,
    pub max_attempts: i64,
    pub leased_until: Option<DateTimeUtc>,
    pub last_error: Option<String>,
    /// The same effect asked for twice is one job.
    pub dedup_key: Option<String>,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
