use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CandidateId, ReliefProofId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "relief_proofs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReliefProofId,
    pub candidate_id: CandidateId,
    pub agency_id: AgencyId,
    pub ground: String,
    pub proof: String,
    pub detail_enc: Option<Vec<u8>>,
    pub valid_from: Date,
    pub valid_until: Date,
    pub seen_at: DateTimeUtc,
    pub seen_by: UserId,
    pub withdrawn_at: Option<DateTimeUtc>,
    pub withdrawn_by: Option<UserId>,
    pub withdrawn_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
