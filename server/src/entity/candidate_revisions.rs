use sea_orm::entity::prelude::*;

use crate::ids::{CandidateId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "candidate_revisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub candidate_id: CandidateId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    pub body_enc: Vec<u8>,
    pub reason: String,
    pub replaced_at: DateTimeUtc,
    pub replaced_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
