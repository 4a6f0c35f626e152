use sea_orm::entity::prelude::*;

use super::enums::EntryKind;
use crate::ids::{AgencyId, LedgerEntryId, OrderId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerEntryId,
    pub agency_id: AgencyId,
    pub number: String,
    pub booked_on: Date,
    pub kind: EntryKind,
    pub paper: String,
    pub order_id: Option<OrderId>,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
