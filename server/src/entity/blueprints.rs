use sea_orm::entity::prelude::*;

use super::enums::{Band, FormPart};
use crate::ids::{BlueprintId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "blueprints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BlueprintId,
    /// The forms that are made from it are called after it.
    pub key: String,
    pub version: i64,
    pub title: String,
    pub part: FormPart,
    pub band: Option<Band>,
    pub time_limit_seconds: i64,
    pub cut_score_key: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub body: Json,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
