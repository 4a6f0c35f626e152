use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CandidateId, ContractId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contracts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContractId,
    pub candidate_id: CandidateId,
    pub agency_id: AgencyId,
    pub signed_on: Date,
    pub ended_on: Option<Date>,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
