use sea_orm::entity::prelude::*;

use super::enums::{Band, SessionKind, SessionStatus};
use crate::ids::{AgencyId, SessionId, SiteId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "test_sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub agency_id: AgencyId,
    pub site_id: SiteId,
    pub room: String,
    pub kind: SessionKind,
    pub band: Option<Band>,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    pub capacity: i64,
    /// Kept equal to the number of bookings that hold a seat, so that the last seat is given once.
    pub booked: i64,
    pub status: SessionStatus,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub opened_at: Option<DateTimeUtc>,
    pub opened_by: Option<UserId>,
    pub closed_at: Option<DateTimeUtc>,
    pub cancelled_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
