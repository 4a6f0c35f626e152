use sea_orm::entity::prelude::*;

use crate::ids::{CorrectionId, ItemId, ItemVersionId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "corrections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CorrectionId,
    pub item_id: ItemId,
    /// The version that took the place of the others.
    pub item_version_id: ItemVersionId,
    pub reason: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub outcome: Json,
    pub at: DateTimeUtc,
    pub by_user: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
