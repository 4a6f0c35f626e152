use sea_orm::entity::prelude::*;

use super::enums::ItemSkill;
use crate::ids::{ItemId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ItemId,
    pub identifier: String,
    pub skill: ItemSkill,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}
