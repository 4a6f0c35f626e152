use sea_orm::entity::prelude::*;

use super::enums::{Advice, Band, Level, StopReason};
use crate::ids::{AgencyId, AttemptId, CandidateId, ForecastId, PlanId, RuleId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "forecasts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ForecastId,
    pub attempt_id: AttemptId,
    pub candidate_id: CandidateId,
    pub agency_id: AgencyId,
    pub version: i64,
    pub plan_id: PlanId,
    pub setting_rule_id: RuleId,
    pub questions: i64,
    pub stop: Option<StopReason>,
    pub theta: f64,
    pub se: f64,
    /// The band to book.
    pub band: Band,
    /// The level that is within reach in reading and listening.
    pub reached: Level,
    /// The areas that went worse than the others: ["listening"].
    #[sea_orm(column_type = "JsonBinary")]
    pub practise: Json,
    pub language: String,
    pub advice: Option<Advice>,
    pub made_at: DateTimeUtc,
    pub superseded_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
