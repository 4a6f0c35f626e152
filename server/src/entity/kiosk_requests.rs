use sea_orm::entity::prelude::*;

use crate::ids::KioskId;

/// A signed request that was taken, so that it is taken once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "kiosk_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kiosk_id: KioskId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
}

impl ActiveModelBehavior for ActiveModel {}
