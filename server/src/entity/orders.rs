use sea_orm::entity::prelude::*;

use super::enums::OrderStatus;
use crate::ids::{AgencyId, CandidateId, EnrolmentId, OrderId, UserId};
use crate::money::Cents;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    pub number: String,
    pub enrolment_id: EnrolmentId,
    pub candidate_id: CandidateId,
    pub agency_id: AgencyId,
    pub communication: String,
    pub status: OrderStatus,
    pub total_cents: Cents,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
    pub cancelled_at: Option<DateTimeUtc>,
    pub cancelled_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
