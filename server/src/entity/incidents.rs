use sea_orm::entity::prelude::*;

use crate::ids::{BookingId, IncidentId, SessionId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "incidents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentId,
    pub session_id: SessionId,
    pub booking_id: Option<BookingId>,
    pub kind: String,
    pub text: String,
    pub at: DateTimeUtc,
    pub by_user: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}
