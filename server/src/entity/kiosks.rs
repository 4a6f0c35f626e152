use sea_orm::entity::prelude::*;

use crate::ids::{KioskId, SiteId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "kiosks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KioskId,
    pub site_id: SiteId,
    pub name: String,
    pub enrol_code_hash: Option<Vec<u8>>,
    pub enrol_code_expires_at: Option<DateTimeUtc>,
    /// An uncompressed point on P-256.
    pub public_key: Option<Vec<u8>>,
    pub enrolled_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    pub last_seen_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
