use sea_orm::entity::prelude::*;

use crate::ids::CandidateId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "candidate_name_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub candidate_id: CandidateId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
