use sea_orm::entity::prelude::*;

use super::enums::{IrtModel, ParameterSource, ParameterStatus};
use crate::ids::{ItemId, ItemParametersId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_parameters")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ItemParametersId,
    pub item_id: ItemId,
    pub version: i64,
    pub model: IrtModel,
    pub a: f64,
    /// Difficulty; of a model with steps the mean of them.
    pub b: f64,
    pub c: f64,
    /// The thresholds of a model with steps.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub steps: Option<Json>,
    pub se_a: Option<f64>,
    pub se_b: Option<f64>,
    pub se_c: Option<f64>,
    pub source: ParameterSource,
    pub note: String,
    pub status: ParameterStatus,
    pub calibration_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub approved_at: Option<DateTimeUtc>,
    pub approved_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}
