use sea_orm::entity::prelude::*;

use crate::ids::{PanellistId, StandardSettingId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "standard_panellists")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PanellistId,
    pub setting_id: StandardSettingId,
    pub name: String,
    pub added_at: DateTimeUtc,
    pub added_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
