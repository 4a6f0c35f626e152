use sea_orm::entity::prelude::*;

use super::enums::{Band, Part};
use crate::ids::RubricId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rubrics")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RubricId,
    pub key: String,
    pub version: i64,
    pub part: Part,
    pub band: Band,
    #[sea_orm(column_type = "JsonBinary")]
    pub body: Json,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
