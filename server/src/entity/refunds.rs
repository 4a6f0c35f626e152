use sea_orm::entity::prelude::*;

use super::enums::{RefundMethod, RefundStatus};
use crate::ids::{AgencyId, OrderId, PaymentId, RefundId, RuleId, UserId};
use crate::money::Cents;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefundId,
    pub number: String,
    pub agency_id: AgencyId,
    pub order_id: Option<OrderId>,
    pub amount_cents: Cents,
    pub ground: String,
    pub rule_id: Option<RuleId>,
    pub reason: String,
    pub method: RefundMethod,
    pub iban_enc: Option<Vec<u8>>,
    pub holder_enc: Option<Vec<u8>>,
    pub status: RefundStatus,
    pub idempotency_key: Uuid,
    pub requested_at: DateTimeUtc,
    pub requested_by: UserId,
    pub decided_at: Option<DateTimeUtc>,
    pub decided_by: Option<UserId>,
    pub decided_reason: Option<String>,
    pub paid_at: Option<DateTimeUtc>,
    pub paid_by: Option<UserId>,
    pub payment_id: Option<PaymentId>,
}

impl ActiveModelBehavior for ActiveModel {}
