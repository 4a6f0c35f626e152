use sea_orm::entity::prelude::*;

use super::enums::{Component, Outcome};
use crate::ids::{AgencyId, AttemptId, CandidateId, CertificateId, DecisionId, RuleId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "decisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DecisionId,
    pub candidate_id: CandidateId,
    pub component: Component,
    pub outcome: Outcome,
    pub decided_on: Date,
    pub ground: String,
    pub rule_id: Option<RuleId>,
    pub certificate_id: Option<CertificateId>,
    pub attempt_id: Option<AttemptId>,
    pub agency_id: AgencyId,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub superseded_at: Option<DateTimeUtc>,
    pub superseded_by_id: Option<DecisionId>,
    pub superseded_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
