use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, SiteId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sites")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteId,
    pub agency_id: AgencyId,
    pub code: String,
    pub name: String,
    pub address: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub opening_hours: Json,
}

impl ActiveModelBehavior for ActiveModel {}
