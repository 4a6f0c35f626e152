use sea_orm::entity::prelude::*;

use super::enums::{BankLineState, BankRemark, Settled};
use crate::ids::{AgencyId, BankLineId, BankStatementId, OrderId, PaymentId, RefundId, UserId};
use crate::money::Cents;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bank_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BankLineId,
    pub statement_id: BankStatementId,
    pub agency_id: AgencyId,
    pub place: i64,
    pub amount_cents: Cents,
    pub booked_on: Date,
    pub communication: Option<String>,
    pub text_enc: Vec<u8>,
    pub holder_enc: Vec<u8>,
    pub iban_enc: Vec<u8>,
    pub bank_reference: String,
    pub state: BankLineState,
    pub remark: Option<BankRemark>,
    pub left_cents: Cents,
    pub order_id: Option<OrderId>,
    pub payment_id: Option<PaymentId>,
    pub refund_id: Option<RefundId>,
    pub settled_as: Option<Settled>,
    pub settled_at: Option<DateTimeUtc>,
    pub settled_by: Option<UserId>,
    pub settled_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
