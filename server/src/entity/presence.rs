use sea_orm::entity::prelude::*;

use crate::ids::AttemptId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "presence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt_id: AttemptId,
    pub last_seen_at: DateTimeUtc,
    pub position: i64,
    /// The number of the newest signed request of this sitting's kiosk.
    pub request_number: i64,
    /// How soon after this sign of life the kiosk was asked for the next.
    pub heartbeat_ms: i64,
    /// The first sign of life after the deadline.
    pub after_deadline_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
