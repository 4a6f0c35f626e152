use sea_orm::entity::prelude::*;

use super::enums::ItemStatus;
use crate::ids::{ItemEventId, ItemVersionId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ItemEventId,
    pub item_version_id: ItemVersionId,
    pub to_status: Option<ItemStatus>,
    pub comment: String,
    pub at: DateTimeUtc,
    pub by_user: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
