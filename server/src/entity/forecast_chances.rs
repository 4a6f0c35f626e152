use sea_orm::entity::prelude::*;

use super::enums::{Band, ForecastRoad, Level, Part};
use crate::ids::{ForecastId, RuleId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "forecast_chances")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub forecast_id: ForecastId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: Part,
    #[sea_orm(primary_key, auto_increment = false)]
    pub band: Band,
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: Level,
    pub road: ForecastRoad,
    pub pass: Option<f64>,
    pub uncertainty: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub plugin: Option<f64>,
    pub reason: Option<String>,
    pub rule_id: Option<RuleId>,
    #[sea_orm(column_type = "JsonBinary")]
    pub basis: Json,
}

impl ActiveModelBehavior for ActiveModel {}
