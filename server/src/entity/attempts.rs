use sea_orm::entity::prelude::*;

use super::enums::{AttemptStatus, Band, Part};
use crate::ids::{AgencyId, AttemptId, BookingId, CandidateId, EnrolmentId, FormId, RuleId, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttemptId,
    pub booking_id: BookingId,
    pub session_id: SessionId,
    pub candidate_id: CandidateId,
    pub enrolment_id: EnrolmentId,
    pub agency_id: AgencyId,
    pub part: Part,
    pub band: Option<Band>,
    pub position: i64,
    pub form_id: FormId,
    pub cut_score_rule_id: RuleId,
    pub seed: i64,
    pub status: AttemptStatus,
    pub language: String,
    pub time_limit_seconds: i64,
    pub extra_seconds: i64,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub deadline_at: Option<DateTimeUtc>,
    pub paused_at: Option<DateTimeUtc>,
    pub paused_reason: Option<String>,
    pub finished_at: Option<DateTimeUtc>,
    pub finished_reason: Option<String>,
    pub item_count: i64,
}

impl ActiveModelBehavior for ActiveModel {}
