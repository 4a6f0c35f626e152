//! How orders, payments and the till look from outside.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::store::FullOrder;
use crate::entity::enums::{Bundle, OrderStatus, PaymentMethod};
use crate::entity::{order_lines, payments};
use crate::ids::{EnrolmentId, OrderId, PaymentId, RuleId, UserId};
use crate::money::Cents;
use crate::purposes::rules::Texts;

#[derive(Serialize, ToSchema)]
pub struct OrderView {
    pub id: OrderId,
    pub number: String,
    pub enrolment_id: EnrolmentId,
    /// What goes on a transfer.
    pub communication: String,
    pub iban: String,
    pub status: OrderStatus,
    pub total_cents: Cents,
    pub paid_cents: Cents,
    /// Still to pay; negative when more was received than is due.
    pub due_cents: Cents,
    pub created_at: DateTime<Utc>,
    pub cancelled_reason: Option<String>,
    pub lines: Vec<OrderLineView>,
    pub payments: Vec<PaymentView>,
}

#[derive(Serialize, ToSchema)]
pub struct OrderLineView {
    pub bundle: Bundle,
    pub amount_cents: Cents,
    pub rule_id: RuleId,
    pub since: Option<NaiveDate>,
    pub ground: String,
    pub why: Texts,
}

#[derive(Serialize, ToSchema)]
pub struct PaymentView {
    pub id: PaymentId,
    pub receipt_number: String,
    pub method: PaymentMethod,
    pub amount_cents: Cents,
    pub reference: Option<String>,
    pub received_at: DateTime<Utc>,
    pub received_by: UserId,
    pub reverses_id: Option<PaymentId>,
    /// It was taken back by a later row.
    pub reversed: bool,
    pub reason: Option<String>,
}

/// The day at the till of an agency.
#[derive(Serialize, ToSchema)]
pub struct Till {
    pub date: NaiveDate,
    pub rows: Vec<TillRow>,
    #[schema(value_type = BTreeMap<String, i64>)]
    pub by_method: BTreeMap<PaymentMethod, Cents>,
    pub by_clerk: Vec<ClerkTotal>,
    pub total_cents: Cents,
}

#[derive(Serialize, ToSchema)]
pub struct TillRow {
    pub payment: PaymentView,
    pub order_number: String,
    pub clerk: String,
}

#[derive(Serialize, ToSchema)]
pub struct ClerkTotal {
    pub clerk: String,
    pub method: PaymentMethod,
    pub count: usize,
    pub total_cents: Cents,
}

pub fn order(full: FullOrder, iban: &str) -> OrderView {
    let paid = full.paid();
    let total = full.order.total_cents;
    OrderView {
        id: full.order.id,
        number: full.order.number,
        enrolment_id: full.order.enrolment_id,
        communication: full.order.communication,
        iban: iban.to_owned(),
        status: full.order.status,
        total_cents: total,
        paid_cents: paid,
        due_cents: if full.order.status == OrderStatus::Cancelled { -paid } else { total - paid },
        created_at: full.order.created_at,
        cancelled_reason: full.order.cancelled_reason,
        lines: full.lines.into_iter().map(line).collect(),
        payments: full.payments.iter().map(|one| payment(one, &full.payments)).collect(),
    }
}

fn line(line: order_lines::Model) -> OrderLineView {
    let text =
        |language: &str| line.facts.pointer(&format!("/why/{language}")).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
    OrderLineView {
        bundle: line.bundle,
        amount_cents: line.amount_cents,
        rule_id: line.rule_id,
        since: line.facts.get("since").and_then(|date| date.as_str()).and_then(|date| date.parse().ok()),
        ground: line.facts.get("ground").and_then(|ground| ground.as_str()).unwrap_or_default().to_owned(),
        why: Texts { nl: text("nl"), en: text("en"), fr: text("fr") },
    }
}

pub fn payment(payment: &payments::Model, among: &[payments::Model]) -> PaymentView {
    PaymentView {
        reversed: among.iter().any(|other| other.reverses_id == Some(payment.id)),
        id: payment.id,
        receipt_number: payment.receipt_number.clone(),
        method: payment.method,
        amount_cents: payment.amount_cents,
        reference: payment.reference.clone(),
        received_at: payment.received_at,
        received_by: payment.received_by,
        reverses_id: payment.reverses_id,
        reason: payment.reason.clone(),
    }
}
