use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CertificateId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "credentials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub certificate_id: CertificateId,
    pub agency_id: AgencyId,
    pub status_list: i64,
    pub status_index: i64,
    pub key_generation: i64,
    pub document_enc: Vec<u8>,
    pub jwt_enc: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
