use sea_orm::entity::prelude::*;

use super::enums::{MeasurementDecision, MeasurementKind, MeasurementStatus};
use crate::ids::{FormId, MeasurementRunId, RuleId, SessionId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "measurement_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeasurementRunId,
    pub kind: MeasurementKind,
    #[sea_orm(column_type = "JsonBinary")]
    pub asked: Json,
    pub form_id: Option<FormId>,
    pub status: MeasurementStatus,
    pub progress: i64,
    pub problem: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub report: Option<Json>,
    pub setting_rule_id: Option<RuleId>,
    pub session_id: Option<SessionId>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    pub cancelled_by: Option<UserId>,
    pub decision: Option<MeasurementDecision>,
    pub decided_at: Option<DateTimeUtc>,
    pub decided_by: Option<UserId>,
    pub decision_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
