use sea_orm::entity::prelude::*;

use super::enums::{RuleKind, RuleSource};
use crate::ids::{RuleId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_rules")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RuleId,
    pub kind: RuleKind,
    pub key: String,
    pub version: i64,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    #[sea_orm(column_type = "JsonBinary")]
    pub body: Json,
    pub ground: String,
    pub source: RuleSource,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub withdrawn_at: Option<DateTimeUtc>,
    pub withdrawn_by: Option<UserId>,
    pub withdrawn_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
