use sea_orm::entity::prelude::*;

use crate::ids::{BookingId, KioskId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sittings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub booking_id: BookingId,
    pub kiosk_id: Option<KioskId>,
    /// Raised at each take-over: a kiosk that holds an older token is told that another one has taken over.
    pub epoch: i64,
    pub token_hash: Option<Vec<u8>>,
    pub language: String,
    pub started_at: DateTimeUtc,
    /// Numbers up to here are kept free for answers that may still lie on a kiosk which the candidate has left.
    pub seq_base: i64,
}

impl ActiveModelBehavior for ActiveModel {}
