//! How orders, payments and the till look from outside.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::store::FullOrder;
use crate::entity::enums::{Bundle, OrderStatus, PaymentMethod, RefundMethod, RefundStatus};
use crate::entity::{order_lines, payments};
use crate::ids::{EnrolmentId, OrderId, OrderLineId, PaymentId, RefundId, RuleId, UserId};
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
    /// What bundles that were taken back cost.
    pub credited_cents: Cents,
    /// To be paid out to the candidate, and not paid out yet.
    pub refunding_cents: Cents,
    /// Still to pay; negative when more was received than is due and is not being paid out.
    pub due_cents: Cents,
    pub created_at: DateTime<Utc>,
    pub cancelled_reason: Option<String>,
    pub lines: Vec<OrderLineView>,
    pub payments: Vec<PaymentView>,
    pub refunds: Vec<RefundBrief>,
}

/// A refund, as the order shows it.
#[derive(Serialize, ToSchema)]
pub struct RefundBrief {
    pub id: RefundId,
    pub number: String,
    pub amount_cents: Cents,
    pub method: RefundMethod,
    pub status: RefundStatus,
    pub reason: String,
    pub requested_by: UserId,
    pub requested_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct OrderLineView {
    pub id: OrderLineId,
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
    pub drawers: Vec<Drawer>,
    pub rows: Vec<TillRow>,
    #[schema(value_type = BTreeMap<String, i64>)]
    pub by_method: BTreeMap<PaymentMethod, Cents>,
    pub by_clerk: Vec<ClerkTotal>,
    pub total_cents: Cents,
}

/// The drawer of a clerk: what was in it, what came and went, and what was counted.
#[derive(Serialize, ToSchema)]
pub struct Drawer {
    pub user_id: UserId,
    pub clerk: String,
    pub opening_cents: Option<Cents>,
    pub cash_cents: Cents,
    pub expected_cents: Cents,
    pub closing_cents: Option<Cents>,
    /// Counted less expected; absent until the drawer is counted at closing.
    pub difference_cents: Option<Cents>,
    pub note: Option<String>,
    pub counted_at: Option<DateTime<Utc>>,
    /// Cash came in or went out after the last count.
    pub moved_since: bool,
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
    let (credited, under_way) = (full.credited(), full.under_way());
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
        credited_cents: credited,
        refunding_cents: under_way,
        due_cents: if full.order.status == OrderStatus::Cancelled { under_way - paid } else { total - credited - paid + under_way },
        created_at: full.order.created_at,
        cancelled_reason: full.order.cancelled_reason,
        lines: full.lines.into_iter().map(line).collect(),
        refunds: full
            .refunds
            .into_iter()
            .map(|refund| RefundBrief {
                id: refund.id,
                number: refund.number,
                amount_cents: refund.amount_cents,
                method: refund.method,
                status: refund.status,
                reason: refund.reason,
                requested_by: refund.requested_by,
                requested_at: refund.requested_at,
            })
            .collect(),
        payments: full.payments.iter().map(|one| payment(one, &full.payments)).collect(),
    }
}

fn line(line: order_lines::Model) -> OrderLineView {
    let text =
        |language: &str| line.facts.pointer(&format!("/why/{language}")).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
    OrderLineView {
        id: line.id,
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
