use sea_orm::entity::prelude::*;

use crate::ids::{PolicyCaseId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_cases")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PolicyCaseId,
    pub name: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub body: Json,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
