//! Ordering, paying and undoing a payment.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rules::{self, Fee, Line, QuoteFault};
use super::{rights, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::db::{begin_write, next_number};
use crate::entity::enums::{EntryKind, OrderStatus, Part, PaymentMethod, RuleKind};
use crate::entity::{bank_lines, enrolments, order_lines, orders, payments};
use crate::ids::{CandidateId, EnrolmentId, OrderId, OrderLineId, PaymentId, UserId};
use crate::money::Cents;
use crate::{ledger, people, policy, purposes};

/// No payment at a desk comes near this: somebody forgot the comma.
pub const MAX_PAYMENT: Cents = Cents(100_000);
const MAX_REFERENCE: usize = 60;

#[derive(Debug, thiserror::Error)]
pub enum FeeRefusal {
    #[error("no rule says what this costs: {0:?}")]
    NoRule(QuoteFault),
    #[error("everything wanted was ordered already")]
    NothingOwed,
    #[error("the order or payment is not there")]
    NotFound,
    #[error("the order is cancelled")]
    OrderCancelled,
    #[error("the amount is out of bounds")]
    Amount,
    #[error("a payment by terminal needs the reference on its slip")]
    ReferenceMissing,
    #[error("the reference is too long")]
    ReferenceTooLong,
    #[error("this key was used for another payment")]
    KeyReused,
    #[error("the payment was undone already")]
    AlreadyReversed,
    #[error("a refund gives this payment back")]
    RefundUnderWay,
    #[error("the payment stands on a statement of the bank")]
    OnStatement,
    #[error("the reason is missing or too long")]
    Reason(people::rules::Fault),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// What must be ordered for these parts and what that costs. Without an enrolment: as if the candidate enrolled today.
pub async fn quote_for(
    db: &impl ConnectionTrait,
    candidate: CandidateId,
    enrolment: Option<EnrolmentId>,
    purpose: &str,
    parts: &[Part],
    on: NaiveDate,
) -> Result<Vec<Line>, FeeRefusal> {
    let owed = rights::owed(&store::rights(db, candidate).await?, &store::uses(db, candidate).await?, enrolment, purpose, parts);
    let facts = store::facts(db, candidate, enrolment, purpose, on).await?;
    let in_force = policy::rules_at::<Fee>(db, RuleKind::Fee, on).await?;
    rules::quote(&owed, &facts, &in_force, on).map_err(FeeRefusal::NoRule)
}

/// Orders what these parts still need. For a seat, [`order_within`] does it in the seat's transaction.
pub async fn order(ijkpunt: &Ijkpunt, by: UserId, enrolment: EnrolmentId, parts: &[Part]) -> Result<orders::Model, FeeRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let enrolment = purposes::store::lock(&tx, enrolment).await?.ok_or(FeeRefusal::NotFound)?;
    let order = order_within(&tx, now, by, &enrolment, parts).await?.ok_or(FeeRefusal::NothingOwed)?;
    audit::record(&tx, now, ordered_entry(by, &order)).await?;
    tx.commit().await?;
    Ok(order)
}

/// Orders what these parts still need, if anything. The caller holds the enrolment and records [`ordered_entry`] when all numbers are drawn.
pub async fn order_within(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: UserId,
    enrolment: &enrolments::Model,
    parts: &[Part],
) -> Result<Option<orders::Model>, FeeRefusal> {
    let today = belgian_date(now);
    let lines = quote_for(tx, enrolment.candidate_id, Some(enrolment.id), &enrolment.purpose, parts, today).await?;
    if lines.is_empty() {
        return Ok(None);
    }
    let facts = store::facts(tx, enrolment.candidate_id, Some(enrolment.id), &enrolment.purpose, today).await?;
    let total: Cents = lines.iter().map(|line| line.amount_cents).sum();
    let number = next_number(tx, &format!("order-{}", today.year())).await?;
    let year = u64::from(today.year().rem_euclid(100).unsigned_abs());
    let base = year * 100_000_000 + u64::try_from(number).unwrap_or_default();
    let id = OrderId::new();
    let row = orders::ActiveModel {
        id: Set(id),
        number: Set(format!("B{}-{number:05}", today.year())),
        enrolment_id: Set(enrolment.id),
        candidate_id: Set(enrolment.candidate_id),
        agency_id: Set(enrolment.agency_id),
        communication: Set(rules::structured_communication(base)),
        // Nothing is left to pay of an order that costs nothing.
        status: Set(if total == Cents::ZERO { OrderStatus::Paid } else { OrderStatus::Open }),
        total_cents: Set(total),
        created_at: Set(now),
        created_by: Set(by),
        cancelled_at: Set(None),
        cancelled_reason: Set(None),
    };
    orders::Entity::insert(row).exec_without_returning(tx).await?;
    let priced: Vec<_> = lines.iter().map(|line| (line.bundle, line.amount_cents)).collect();
    let rows = lines.into_iter().map(|line| order_lines::ActiveModel {
        id: Set(OrderLineId::new()),
        order_id: Set(id),
        bundle: Set(line.bundle),
        amount_cents: Set(line.amount_cents),
        rule_id: Set(line.rule_id),
        facts: Set(json!({ "relief": line.relief, "tie": line.tie, "since": line.rule_since, "ground": line.ground, "why": line.why, "person": facts })),
    });
    order_lines::Entity::insert_many(rows).exec_without_returning(tx).await?;
    let order = store::order(tx, id).await?.ok_or(FeeRefusal::NotFound)?;
    post(tx, now, by, &order, (EntryKind::Order, &order.number), ledger::rules::order(&priced)).await?;
    Ok(Some(order))
}

/// Enters something of an order in the ledger.
pub(crate) async fn post(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: UserId,
    order: &orders::Model,
    (kind, paper): (EntryKind, &str),
    sides: ledger::rules::Sides,
) -> Result<(), DbErr> {
    let entry = ledger::store::Entry { kind, agency: order.agency_id, paper, order: Some(order.id), sides };
    ledger::store::post(tx, now, by, entry).await
}

pub fn ordered_entry(by: UserId, order: &orders::Model) -> audit::Entry {
    audit::Entry::of(By::User(by), "order.made", ("order", Some(order.id.0)))
        .at(order.agency_id)
        .with(json!({ "enrolment": order.enrolment_id, "total_cents": order.total_cents }))
}

/// Lets unpaid orders lapse that no seat needs any more; answers what is to be recorded of it.
pub async fn lapse_unused(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: UserId,
    enrolment: EnrolmentId,
    reason: &str,
) -> Result<Vec<audit::Entry>, DbErr> {
    let mut entries = Vec::new();
    let Some(enrolment) = purposes::store::enrolment(tx, enrolment).await? else { return Ok(entries) };
    let uses = store::uses(tx, enrolment.candidate_id).await?;
    let used = rights::allocate(&store::rights(tx, enrolment.candidate_id).await?, &uses);
    let unused = |full: &store::FullOrder| full.lines.iter().all(|line| used.get(&line.id).is_none_or(|parts| parts.is_empty()));
    let orders = store::of_candidate(tx, enrolment.candidate_id).await?;
    for full in orders.into_iter().filter(|full| full.order.enrolment_id == enrolment.id && full.order.status != OrderStatus::Cancelled) {
        if full.paid() != Cents::ZERO || !full.refunds.is_empty() || !unused(&full) {
            continue;
        }
        orders::Entity::update_many()
            .col_expr(orders::Column::Status, Expr::value(OrderStatus::Cancelled))
            .col_expr(orders::Column::CancelledAt, Expr::value(now))
            .col_expr(orders::Column::CancelledReason, Expr::value(reason))
            .filter(orders::Column::Id.eq(full.order.id))
            .exec(tx)
            .await?;
        let lines: Vec<_> = full.lines.iter().map(|line| (line.bundle, line.amount_cents)).collect();
        post(tx, now, by, &full.order, (EntryKind::Lapse, &full.order.number), ledger::rules::credit(&lines)).await?;
        entries.push(audit::Entry::of(By::User(by), "order.lapsed", ("order", Some(full.order.id.0))).at(full.order.agency_id));
    }
    Ok(entries)
}

/// A payment as the clerk types it in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// Made once by the dialog: pressing twice pays once.
    pub idempotency_key: Uuid,
    pub method: PaymentMethod,
    pub amount_cents: Cents,
    /// The number on the terminal's slip, or that of the bank.
    #[serde(default)]
    pub reference: Option<String>,
}

/// Takes a payment. More or less than what is due is taken too, and shown: the money is on the counter.
pub async fn pay(ijkpunt: &Ijkpunt, by: UserId, order: OrderId, payment: &NewPayment) -> Result<payments::Model, FeeRefusal> {
    let now = ijkpunt.clock.now();
    if payment.amount_cents <= Cents::ZERO || payment.amount_cents > MAX_PAYMENT {
        return Err(FeeRefusal::Amount);
    }
    let reference = payment.reference.as_deref().map(people::names::clean).filter(|reference| !reference.is_empty());
    if reference.as_ref().is_some_and(|reference| reference.chars().count() > MAX_REFERENCE) {
        return Err(FeeRefusal::ReferenceTooLong);
    }
    if payment.method == PaymentMethod::Terminal && reference.is_none() {
        return Err(FeeRefusal::ReferenceMissing);
    }
    let tx = begin_write(&ijkpunt.db).await?;
    // A repeated press waits here for the first one and then finds its payment.
    let order = store::lock_order(&tx, order).await?.ok_or(FeeRefusal::NotFound)?;
    let earlier = payments::Entity::find().filter(payments::Column::IdempotencyKey.eq(payment.idempotency_key)).one(&tx).await?;
    if let Some(earlier) = earlier {
        let same = earlier.order_id == order.id && earlier.amount_cents == payment.amount_cents && earlier.method == payment.method;
        return if same { Ok(earlier) } else { Err(FeeRefusal::KeyReused) };
    }
    if order.status == OrderStatus::Cancelled {
        return Err(FeeRefusal::OrderCancelled);
    }
    let new = Booked { amount: payment.amount_cents, method: payment.method, reference, key: payment.idempotency_key, reverses: None };
    let paid = write_payment(&tx, now, by, &order, new, None).await?;
    let sides = ledger::rules::payment(paid.method, by, paid.amount_cents);
    post(&tx, now, by, &order, (EntryKind::Payment, &paid.receipt_number), sides).await?;
    let entry = audit::Entry::of(By::User(by), "payment.received", ("payment", Some(paid.id.0)))
        .at(order.agency_id)
        .with(json!({ "order": order.id, "amount_cents": paid.amount_cents, "method": paid.method }));
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(paid)
}

/// Undoes a payment that was booked by mistake, by a second row that takes it back.
pub async fn reverse(ijkpunt: &Ijkpunt, by: UserId, payment: PaymentId, reason: &str) -> Result<payments::Model, FeeRefusal> {
    let now = ijkpunt.clock.now();
    let reason = people::rules::check_reason(reason).map_err(FeeRefusal::Reason)?;
    let tx = begin_write(&ijkpunt.db).await?;
    let first = store::payment(&tx, payment).await?.ok_or(FeeRefusal::NotFound)?;
    let order = store::lock_order(&tx, first.order_id).await?.ok_or(FeeRefusal::NotFound)?;
    let undone = payments::Entity::find().filter(payments::Column::ReversesId.eq(payment)).one(&tx).await?;
    if undone.is_some() || first.reverses_id.is_some() {
        return Err(FeeRefusal::AlreadyReversed);
    }
    let full = store::full(&tx, vec![order.clone()]).await?.pop().ok_or(FeeRefusal::NotFound)?;
    // What a refund gives back, or the bank shows, was really paid.
    if first.amount_cents < Cents::ZERO || full.paid() - full.under_way() < first.amount_cents {
        return Err(FeeRefusal::RefundUnderWay);
    }
    if bank_lines::Entity::find().filter(bank_lines::Column::PaymentId.eq(payment)).one(&tx).await?.is_some() {
        return Err(FeeRefusal::OnStatement);
    }
    let new = Booked {
        amount: -first.amount_cents,
        method: first.method,
        reference: first.reference,
        key: Uuid::now_v7(),
        reverses: Some(payment),
    };
    // Cash goes back out of the drawer of whoever gives it back.
    let sides = ledger::rules::payment(first.method, by, -first.amount_cents);
    let back = write_payment(&tx, now, by, &order, new, Some(reason)).await?;
    post(&tx, now, by, &order, (EntryKind::Reversal, &back.receipt_number), sides).await?;
    let entry = audit::Entry::of(By::User(by), "payment.reversed", ("payment", Some(payment.0)))
        .at(order.agency_id)
        .with(json!({ "order": order.id, "amount_cents": back.amount_cents }));
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(back)
}

pub(crate) struct Booked {
    pub amount: Cents,
    pub method: PaymentMethod,
    pub reference: Option<String>,
    pub key: Uuid,
    pub reverses: Option<PaymentId>,
}

/// Writes the row and brings the order's status in line with what was received. What goes into the ledger is the caller's to say.
pub(crate) async fn write_payment(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: UserId,
    order: &orders::Model,
    new: Booked,
    reason: Option<String>,
) -> Result<payments::Model, FeeRefusal> {
    let year = belgian_date(now).year();
    let number = next_number(tx, &format!("receipt-{year}")).await?;
    let id = PaymentId::new();
    let row = payments::ActiveModel {
        id: Set(id),
        receipt_number: Set(format!("R{year}-{number:05}")),
        order_id: Set(order.id),
        method: Set(new.method),
        amount_cents: Set(new.amount),
        reference: Set(new.reference),
        idempotency_key: Set(new.key),
        received_at: Set(now),
        received_by: Set(by),
        reverses_id: Set(new.reverses),
        reason: Set(reason),
    };
    payments::Entity::insert(row).exec_without_returning(tx).await?;
    settle_status(tx, order).await?;
    store::payment(tx, id).await?.ok_or(FeeRefusal::NotFound)
}

/// Brings the status of an order in line with what is due and what was received.
pub(crate) async fn settle_status(tx: &DatabaseTransaction, order: &orders::Model) -> Result<(), DbErr> {
    let Some(full) = store::full(tx, vec![order.clone()]).await?.pop() else { return Ok(()) };
    let status = if full.paid() >= order.total_cents - full.credited() { OrderStatus::Paid } else { OrderStatus::Open };
    orders::Entity::update_many()
        .col_expr(orders::Column::Status, Expr::value(status))
        .filter(orders::Column::Id.eq(order.id))
        .filter(orders::Column::Status.ne(OrderStatus::Cancelled))
        .exec(tx)
        .await?;
    Ok(())
}
