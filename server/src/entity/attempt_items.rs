use sea_orm::entity::prelude::*;

use crate::ids::{AttemptId, ItemVersionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt_id: AttemptId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub item_version_id: ItemVersionId,
}

impl ActiveModelBehavior for ActiveModel {}
