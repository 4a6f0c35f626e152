use sea_orm::entity::prelude::*;

use super::enums::AssemblyStatus;
use crate::ids::{AssemblyId, BlueprintId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "form_assemblies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssemblyId,
    pub blueprint_id: BlueprintId,
    pub status: AssemblyStatus,
    /// How far the search is.
    pub step: i64,
    pub steps: i64,
    pub nodes: i64,
    /// The forms that are proposed, or why there are none.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub outcome: Option<Json>,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub finished_at: Option<DateTimeUtc>,
    pub decided_at: Option<DateTimeUtc>,
    pub decided_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}
