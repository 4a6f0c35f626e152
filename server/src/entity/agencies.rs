use sea_orm::entity::prelude::*;

use super::enums::AgencyCode;
use crate::ids::AgencyId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agencies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgencyId,
    pub code: AgencyCode,
    pub name: String,
    pub email: String,
    pub iban: String,
}

impl ActiveModelBehavior for ActiveModel {}
