use sea_orm::entity::prelude::*;

use super::enums::{Region, TargetGroup};
use crate::ids::{CandidateId, SpellId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "target_group_spells")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SpellId,
    pub candidate_id: CandidateId,
    pub target_group: TargetGroup,
    pub region: Region,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub ground: String,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
