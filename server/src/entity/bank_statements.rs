use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, BankFileId, BankStatementId};
use crate::money::Cents;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bank_statements")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BankStatementId,
    pub file_id: BankFileId,
    pub agency_id: AgencyId,
    pub iban: String,
    pub name: String,
    pub closed_on: Date,
    pub opening_cents: Cents,
    pub closing_cents: Cents,
}

impl ActiveModelBehavior for ActiveModel {}
