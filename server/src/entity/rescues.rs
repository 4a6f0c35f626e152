use sea_orm::entity::prelude::*;

use crate::ids::{AttemptId, KioskId, RescueId, UserId};

/// A rescue file that was read.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rescues")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RescueId,
    pub attempt_id: AttemptId,
    pub kiosk_id: KioskId,
    pub sha256: Vec<u8>,
    /// Answers in the file.
    pub answers: i64,
    /// Of these, those that were not here yet.
    pub taken: i64,
    /// Of these, those that came too late to count.
    pub late: i64,
    /// Pieces of recordings that were not here yet.
    pub slices: i64,
    pub at: DateTimeUtc,
    pub by_user: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
