use sea_orm::entity::prelude::*;

use super::enums::{Band, EnrolmentStatus};
use crate::ids::{AgencyId, CandidateId, EnrolmentId, RuleId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "enrolments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EnrolmentId,
    pub candidate_id: CandidateId,
    pub agency_id: AgencyId,
    pub purpose: String,
    pub purpose_rule_id: RuleId,
    /// The highest band among the parts; absent for the tests on living in Belgium, which have none.
    pub band: Option<Band>,
    /// The level that each part must reach: {"reading": "A2", …} or {"mo_final": "passed"}; parts that are not needed are absent.
    #[sea_orm(column_type = "JsonBinary")]
    pub required: Json,
    pub status: EnrolmentStatus,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub closed_at: Option<DateTimeUtc>,
    pub closed_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
