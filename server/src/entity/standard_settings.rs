use sea_orm::entity::prelude::*;

use super::enums::{StandardMethod, StandardStatus};
use crate::ids::{FormId, StandardSettingId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "standard_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StandardSettingId,
    pub title: String,
    pub form_id: FormId,
    pub method: StandardMethod,
    #[sea_orm(column_type = "JsonBinary")]
    pub levels: Json,
    pub response_probability: Option<f64>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub booklet: Option<Json>,
    pub round: i64,
    pub status: StandardStatus,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub closed_at: Option<DateTimeUtc>,
    pub closed_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}
