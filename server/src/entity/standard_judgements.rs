use sea_orm::entity::prelude::*;

use crate::ids::{PanellistId, StandardJudgementId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "standard_judgements")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StandardJudgementId,
    pub panellist_id: PanellistId,
    pub round: i64,
    pub level: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub marks: Json,
    pub entered_at: DateTimeUtc,
    pub entered_by: UserId,
    pub superseded_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
