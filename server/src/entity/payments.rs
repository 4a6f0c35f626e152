use sea_orm::entity::prelude::*;

use super::enums::PaymentMethod;
use crate::ids::{OrderId, PaymentId, UserId};
use crate::money::Cents;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    pub receipt_number: String,
    pub order_id: OrderId,
    pub method: PaymentMethod,
    pub amount_cents: Cents,
    pub reference: Option<String>,
    /// A clerk who presses twice pays once.
    pub idempotency_key: Uuid,
    pub received_at: DateTimeUtc,
    pub received_by: UserId,
    pub reverses_id: Option<PaymentId>,
    pub reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
