use sea_orm::entity::prelude::*;

use super::enums::{BookingStatus, IdentityDocument};
use crate::ids::{BookingId, CandidateId, EnrolmentId, KioskId, SessionId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bookings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BookingId,
    pub session_id: SessionId,
    pub enrolment_id: EnrolmentId,
    pub candidate_id: CandidateId,
    /// The parts to sit: ["reading", "listening"]; "prescreening", "mo_exemption" and "mo_final" are parts of their own.
    #[sea_orm(column_type = "JsonBinary")]
    pub parts: Json,
    pub status: BookingStatus,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub cancelled_at: Option<DateTimeUtc>,
    pub cancelled_by: Option<UserId>,
    pub cancelled_reason: Option<String>,
    /// The seat in the room.
    pub kiosk_id: Option<KioskId>,
    pub identity_document: Option<IdentityDocument>,
    pub identity_tail: Option<String>,
    pub identity_checked_at: Option<DateTimeUtc>,
    pub identity_checked_by: Option<UserId>,
    pub code_hash: Option<Vec<u8>>,
    pub code_expires_at: Option<DateTimeUtc>,
    pub code_used_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
