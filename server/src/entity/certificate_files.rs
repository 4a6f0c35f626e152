use sea_orm::entity::prelude::*;

use crate::ids::CertificateId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "certificate_files")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Vec<u8>,
    pub certificate_id: CertificateId,
    pub given_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
