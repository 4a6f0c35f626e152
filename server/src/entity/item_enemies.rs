use sea_orm::entity::prelude::*;

use crate::ids::{ItemId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_enemies")]
pub struct Model {
    /// The smaller of the two ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_a: ItemId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_b: ItemId,
    pub reason: String,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}
