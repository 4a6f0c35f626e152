use sea_orm::entity::prelude::*;

use crate::ids::{FormId, ItemVersionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "form_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub form_id: FormId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub item_version_id: ItemVersionId,
}

impl ActiveModelBehavior for ActiveModel {}
