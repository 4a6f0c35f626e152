use sea_orm::entity::prelude::*;

use super::enums::{Band, Level, Part};
use crate::ids::{AttemptId, CandidateId, EnrolmentId, MarkId, ResultId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "results")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResultId,
    pub enrolment_id: EnrolmentId,
    pub candidate_id: CandidateId,
    pub attempt_id: AttemptId,
    pub mark_id: MarkId,
    pub part: Part,
    pub band: Option<Band>,
    pub level: Level,
    pub required_level: Option<Level>,
    pub passed: bool,
    pub sat_on: Date,
    pub decided_at: DateTimeUtc,
    pub superseded_at: Option<DateTimeUtc>,
    pub superseded_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
