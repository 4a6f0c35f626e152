use sea_orm::entity::prelude::*;

use super::enums::BankFormat;
use crate::ids::{AgencyId, BankFileId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bank_files")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BankFileId,
    pub agency_id: AgencyId,
    pub format: BankFormat,
    pub sha256: Vec<u8>,
    pub imported_at: DateTimeUtc,
    pub imported_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
