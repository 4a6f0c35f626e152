use sea_orm::entity::prelude::*;

use crate::ids::{SiteId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_lockdowns")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: SiteId,
    pub seb_required: bool,
    /// Browser Exam Keys in hex.
    #[sea_orm(column_type = "JsonBinary")]
    pub exam_keys: Json,
    pub changed_at: DateTimeUtc,
    pub changed_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
