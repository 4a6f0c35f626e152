use sea_orm::entity::prelude::*;

use super::enums::KeyAlgorithm;
use crate::ids::{AgencyId, IssuerKeyId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "issuer_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IssuerKeyId,
    pub agency_id: AgencyId,
    pub generation: i64,
    pub algorithm: KeyAlgorithm,
    pub secret_enc: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub retired_at: Option<DateTimeUtc>,
    pub retired_by: Option<UserId>,
    pub withdrawn_at: Option<DateTimeUtc>,
    pub withdrawn_by: Option<UserId>,
    pub withdrawn_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
