use sea_orm::entity::prelude::*;

use super::enums::ProposalStatus;
use crate::ids::{CutProposalId, RuleId, StandardSettingId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cut_proposals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CutProposalId,
    pub setting_id: StandardSettingId,
    pub rule_key: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub cuts: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub body: Json,
    pub valid_from: Date,
    pub ground: String,
    pub status: ProposalStatus,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub decided_at: Option<DateTimeUtc>,
    pub decided_by: Option<UserId>,
    pub decision_reason: Option<String>,
    pub rule_id: Option<RuleId>,
}

impl ActiveModelBehavior for ActiveModel {}
