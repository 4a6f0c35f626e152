use sea_orm::entity::prelude::*;

use super::enums::Account;
use crate::ids::{LedgerEntryId, LedgerLineId};
use crate::money::Cents;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerLineId,
    pub entry_id: LedgerEntryId,
    pub place: i64,
    pub account: Account,
    pub detail: Option<String>,
    pub amount_cents: Cents,
}

impl ActiveModelBehavior for ActiveModel {}
