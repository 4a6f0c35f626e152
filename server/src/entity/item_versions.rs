use sea_orm::entity::prelude::*;

use super::enums::{ItemStatus, Level};
use crate::ids::{ItemId, ItemVersionId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ItemVersionId,
    pub item_id: ItemId,
    pub version: i64,
    pub status: ItemStatus,
    pub title: String,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// On which terms it may be used.
    pub licence: Option<String>,
    pub core: bool,
    pub sample: bool,
    pub qti: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub metadata: Json,
    /// Texts by language tag, for items that are one structure in many languages.
    #[sea_orm(column_type = "JsonBinary")]
    pub translations: Json,
    /// Media by the name that the item uses: {"audio/dialoog-1.opus": "<media id>"}.
    #[sea_orm(column_type = "JsonBinary")]
    pub media: Json,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}
