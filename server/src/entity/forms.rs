use sea_orm::entity::prelude::*;

use super::enums::{Band, FormPart, FormStatus};
use crate::ids::FormId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "forms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FormId,
    pub key: String,
    pub version: i64,
    pub part: FormPart,
    pub band: Option<Band>,
    pub status: FormStatus,
    pub sample: bool,
    pub time_limit_seconds: i64,
    pub cut_score_key: String,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
