//! Giving money back: what can be given back, asking for it, approving it by somebody else, paying it out.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actions::{self, FeeRefusal};
use super::rules::{self, Fee};
use super::{rights, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::bank::iban;
use crate::clock::belgian_date;
use crate::crypto::{Keys, Place};
use crate::db::{begin_write, is_sqlite, next_number};
use crate::entity::enums::{EntryKind, PaymentMethod, RefundMethod, RefundStatus, RuleKind};
use crate::entity::{order_lines, refund_lines, refunds};
use crate::ids::{OrderId, OrderLineId, RefundId, UserId};
use crate::ledger;
use crate::money::Cents;
use crate::policy::{self, Rule};
use crate::{entity, people};

/// What was paid too much can always be given back; no rule is needed for it.
pub const OVERPAID: &str = "overpaid";
const MAX_HOLDER: usize = 70;

#[derive(Debug, thiserror::Error)]
pub enum RefundRefusal {
    #[error("the order or refund is not there")]
    NotFound,
    #[error("there is nothing to give back")]
    Nothing,
    #[error("meanwhile another amount can be given back")]
    AmountChanged(Cents),
    #[error("no rule gives this ground on this day")]
    UnknownGround,
    #[error("a line is not of this order, was taken back already, or is used")]
    Line,
    #[error("this is no account number")]
    Iban,
    #[error("the name of the account's holder is missing or too long")]
    Holder,
    #[error("the reason is missing or too long")]
    Reason(people::rules::Fault),
    #[error("this key was used for another refund")]
    KeyReused,
    #[error("the refund is not in a state for this")]
    WrongState,
    #[error("somebody else than who asked approves it")]
    SamePerson,
    #[error(transparent)]
    Fee(#[from] FeeRefusal),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// A refund as the clerk asks for it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    pub idempotency_key: Uuid,
    /// The key of a ground, or `overpaid`.
    pub ground: String,
    /// The bundles that are taken back.
    #[serde(default)]
    pub lines: Vec<OrderLineId>,
    /// What the screen showed: a refund that somebody else made meanwhile is then told.
    pub amount_cents: Cents,
    pub method: RefundMethod,
    #[serde(default)]
    pub iban: Option<String>,
    #[serde(default)]
    pub holder: Option<String>,
    pub reason: String,
}

/// A bundle of an order, as a refund looks at it.
#[derive(Clone, Debug)]
pub struct Bought {
    pub line: order_lines::Model,
    pub used: BTreeSet<entity::enums::Part>,
    pub taken_back: bool,
}

/// The grounds of a day: key, whether a used bundle too, and the rule.
pub async fn grounds(db: &impl ConnectionTrait, on: NaiveDate) -> Result<Vec<Rule<Fee>>, DbErr> {
    let rules = policy::rules_at::<Fee>(db, RuleKind::Fee, on).await?;
    Ok(rules.into_iter().filter(|rule| matches!(rule.body, Fee::Refund { .. })).collect())
}

/// The bundles of an order with what of them is used.
pub async fn bought(db: &impl ConnectionTrait, full: &store::FullOrder) -> Result<Vec<Bought>, DbErr> {
    let candidate = full.order.candidate_id;
    let used = rights::allocate(&store::rights(db, candidate).await?, &store::uses(db, candidate).await?);
    let lines = full.lines.iter().map(|line| Bought {
        used: used.get(&line.id).cloned().unwrap_or_default(),
        taken_back: full.refund_lines.iter().any(|credit| credit.order_line_id == line.id),
        line: line.clone(),
    });
    Ok(lines.collect())
}

pub fn refundable(full: &store::FullOrder, lines: Cents) -> Cents {
    // Of an order that lapsed nothing is due any more.
    let total = if full.order.status == entity::enums::OrderStatus::Cancelled { full.credited() } else { full.order.total_cents };
    rules::refundable(total, full.credited(), full.paid(), full.under_way(), lines)
}

pub async fn request(ijkpunt: &Ijkpunt, by: UserId, order: OrderId, new: &NewRefund) -> Result<refunds::Model, RefundRefusal> {
    let now = ijkpunt.clock.now();
    let today = belgian_date(now);
    let reason = people::rules::check_reason(&new.reason).map_err(RefundRefusal::Reason)?;
    let account = account_of(new.method, new.iban.as_deref(), new.holder.as_deref())?;
    let tx = begin_write(&ijkpunt.db).await?;
    // Two clerks who refund one order wait for each other here; the second finds nothing left.
    let order = store::lock_order(&tx, order).await?.ok_or(RefundRefusal::NotFound)?;
    if let Some(earlier) = refunds::Entity::find().filter(refunds::Column::IdempotencyKey.eq(new.idempotency_key)).one(&tx).await? {
        let same = earlier.order_id == Some(order.id) && earlier.amount_cents == new.amount_cents;
        return if same { Ok(earlier) } else { Err(RefundRefusal::KeyReused) };
    }
    let full = store::full(&tx, vec![order.clone()]).await?.pop().ok_or(RefundRefusal::NotFound)?;
    let ground = grounds(&tx, today).await?.into_iter().find(|rule| rule_ground(rule) == new.ground);
    let used_too = match ground.as_ref().map(|rule| &rule.body) {
        Some(Fee::Refund { used, .. }) => *used,
        _ if new.ground == OVERPAID && new.lines.is_empty() => false,
        _ => return Err(RefundRefusal::UnknownGround),
    };
    let mut taken = Vec::new();
    let wanted: BTreeSet<OrderLineId> = new.lines.iter().copied().collect();
    for one in bought(&tx, &full).await?.into_iter().filter(|one| wanted.contains(&one.line.id)) {
        if one.taken_back || (!used_too && !one.used.is_empty()) {
            return Err(RefundRefusal::Line);
        }
        taken.push(one.line);
    }
    if taken.len() != wanted.len() {
        return Err(RefundRefusal::Line);
    }
    let lines: Cents = taken.iter().map(|line| line.amount_cents).sum();
    let amount = refundable(&full, lines);
    if amount == Cents::ZERO {
        return Err(RefundRefusal::Nothing);
    }
    if amount != new.amount_cents {
        return Err(RefundRefusal::AmountChanged(amount));
    }
    let refund = Asked {
        order: Some(&order),
        agency: order.agency_id,
        amount,
        ground: &new.ground,
        rule: ground.map(|rule| rule.id),
        reason,
        method: new.method,
        account,
        key: new.idempotency_key,
    };
    let refund = write(&tx, &ijkpunt.keys, now, by, refund).await?;
    for line in &taken {
        let row =
            refund_lines::ActiveModel { refund_id: Set(refund.id), order_line_id: Set(line.id), amount_cents: Set(line.amount_cents) };
        // A bundle that costs nothing is not taken back for money.
        if line.amount_cents > Cents::ZERO {
            refund_lines::Entity::insert(row).exec_without_returning(&tx).await?;
        }
    }
    let priced: Vec<_> = taken.iter().map(|line| (line.bundle, line.amount_cents)).collect();
    actions::post(&tx, now, by, &order, (EntryKind::Credit, &refund.number), ledger::rules::credit(&priced)).await?;
    actions::post(&tx, now, by, &order, (EntryKind::Refund, &refund.number), ledger::rules::refund(amount)).await?;
    actions::settle_status(&tx, &order).await?;
    audit::record(&tx, now, entry(by, "refund.requested", &refund)).await?;
    tx.commit().await?;
    Ok(refund)
}

fn rule_ground(rule: &Rule<Fee>) -> &str {
    match &rule.body {
        Fee::Refund { ground, .. } => ground,
        _ => "",
    }
}

/// To which account: checked, and only for a transfer.
pub fn account_of(method: RefundMethod, number: Option<&str>, holder: Option<&str>) -> Result<Option<(String, String)>, RefundRefusal> {
    if method == RefundMethod::Cash {
        return Ok(None);
    }
    let number = iban::normalised(number.unwrap_or_default()).ok_or(RefundRefusal::Iban)?;
    let holder = people::names::clean(holder.unwrap_or_default());
    if holder.is_empty() || holder.chars().count() > MAX_HOLDER {
        return Err(RefundRefusal::Holder);
    }
    Ok(Some((number, holder)))
}

pub struct Asked<'a> {
    pub order: Option<&'a entity::orders::Model>,
    pub agency: crate::ids::AgencyId,
    pub amount: Cents,
    pub ground: &'a str,
    pub rule: Option<crate::ids::RuleId>,
    pub reason: String,
    pub method: RefundMethod,
    pub account: Option<(String, String)>,
    pub key: Uuid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approval {
    above_cents: Cents,
}

/// Writes the refund; above an amount it waits for somebody else's approval.
pub async fn write(
    tx: &DatabaseTransaction,
    keys: &Keys,
    now: DateTime<Utc>,
    by: UserId,
    asked: Asked<'_>,
) -> Result<refunds::Model, DbErr> {
    let today = belgian_date(now);
    let approval = policy::rule_at::<Approval>(tx, RuleKind::Setting, "refund_approval", today).await?;
    let needs_approval = approval.is_some_and(|rule| asked.amount > rule.body.above_cents);
    let number = next_number(tx, &format!("refund-{}", today.year())).await?;
    let id = RefundId::new();
    let seal = |column, text: &str| keys.seal(Place { table: "refunds", column, row: id.0 }, text);
    let row = refunds::ActiveModel {
        id: Set(id),
        number: Set(format!("T{}-{number:05}", today.year())),
        agency_id: Set(asked.agency),
        order_id: Set(asked.order.map(|order| order.id)),
        amount_cents: Set(asked.amount),
        ground: Set(asked.ground.to_owned()),
        rule_id: Set(asked.rule),
        reason: Set(asked.reason),
        method: Set(asked.method),
        iban_enc: Set(asked.account.as_ref().map(|(number, _)| seal("iban_enc", number))),
        holder_enc: Set(asked.account.as_ref().map(|(_, holder)| seal("holder_enc", holder))),
        status: Set(if needs_approval { RefundStatus::Requested } else { RefundStatus::Approved }),
        idempotency_key: Set(asked.key),
        requested_at: Set(now),
        requested_by: Set(by),
        ..Default::default()
    };
    refunds::Entity::insert(row).exec_without_returning(tx).await?;
    find(tx, id).await?.ok_or_else(|| DbErr::RecordNotFound(id.to_string()))
}

pub async fn find(db: &impl ConnectionTrait, id: RefundId) -> Result<Option<refunds::Model>, DbErr> {
    refunds::Entity::find_by_id(id).one(db).await
}

async fn lock(tx: &DatabaseTransaction, id: RefundId) -> Result<refunds::Model, RefundRefusal> {
    use sea_orm::QuerySelect;
    // The order first, as everywhere.
    let refund = find(tx, id).await?.ok_or(RefundRefusal::NotFound)?;
    if let Some(order) = refund.order_id {
        store::lock_order(tx, order).await?;
    }
    let find = refunds::Entity::find_by_id(id);
    let find = if is_sqlite(tx) { find } else { find.lock_exclusive() };
    find.one(tx).await?.ok_or(RefundRefusal::NotFound)
}

/// Somebody else than who asked says that it may be paid out.
pub async fn approve(ijkpunt: &Ijkpunt, by: UserId, id: RefundId) -> Result<(), RefundRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let refund = lock(&tx, id).await?;
    if refund.status != RefundStatus::Requested {
        return Err(RefundRefusal::WrongState);
    }
    if refund.requested_by == by {
        return Err(RefundRefusal::SamePerson);
    }
    decide(&tx, now, by, &refund, RefundStatus::Approved, None).await?;
    audit::record(&tx, now, entry(by, "refund.approved", &refund)).await?;
    tx.commit().await?;
    Ok(())
}

/// It will not be paid out: the bundles are the candidate's again, and what was paid too much stays on the order.
pub async fn reject(ijkpunt: &Ijkpunt, by: UserId, id: RefundId, reason: &str) -> Result<(), RefundRefusal> {
    let now = ijkpunt.clock.now();
    let reason = people::rules::check_reason(reason).map_err(RefundRefusal::Reason)?;
    let tx = begin_write(&ijkpunt.db).await?;
    let refund = lock(&tx, id).await?;
    if ![RefundStatus::Requested, RefundStatus::Approved].contains(&refund.status) {
        return Err(RefundRefusal::WrongState);
    }
    // Money on a statement that belongs to no order goes back to be looked at.
    let order = match refund.order_id {
        Some(order) => store::order(&tx, order).await?,
        None => None,
    };
    decide(&tx, now, by, &refund, RefundStatus::Rejected, Some(&reason)).await?;
    let sides = match &order {
        Some(order) => {
            let full = store::full(&tx, vec![order.clone()]).await?;
            let lines = refund_lines::Entity::find().filter(refund_lines::Column::RefundId.eq(id)).all(&tx).await?;
            let bundle = |line: OrderLineId| full.iter().flat_map(|full| &full.lines).find(|one| one.id == line).map(|one| one.bundle);
            let priced: Vec<_> =
                lines.iter().filter_map(|line| bundle(line.order_line_id).map(|bundle| (bundle, line.amount_cents))).collect();
            let mut sides = ledger::rules::reversed(ledger::rules::refund(refund.amount_cents));
            sides.extend(ledger::rules::order(&priced));
            sides
        }
        None => ledger::rules::reversed(ledger::rules::assign(entity::enums::Account::RefundsDue, refund.amount_cents)),
    };
    let posted = ledger::store::Entry {
        kind: EntryKind::RefundRejected,
        agency: refund.agency_id,
        paper: &refund.number,
        order: refund.order_id,
        sides,
    };
    ledger::store::post(&tx, now, by, posted).await?;
    match &order {
        Some(order) => actions::settle_status(&tx, order).await?,
        None => crate::bank::store::reopen(&tx, id, refund.amount_cents).await?,
    }
    audit::record(&tx, now, entry(by, "refund.rejected", &refund)).await?;
    tx.commit().await?;
    Ok(())
}

/// It was paid out: in cash from the drawer of whoever says so, or by a transfer that was ordered at the bank.
pub async fn pay_out(ijkpunt: &Ijkpunt, by: UserId, id: RefundId) -> Result<(), RefundRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let refund = lock(&tx, id).await?;
    if refund.status != RefundStatus::Approved {
        return Err(RefundRefusal::WrongState);
    }
    let (method, sides) = match refund.method {
        RefundMethod::Cash => (PaymentMethod::Cash, ledger::rules::paid_out_in_cash(by, refund.amount_cents)),
        RefundMethod::Transfer => (PaymentMethod::Transfer, ledger::rules::paid_out_by_transfer(refund.amount_cents)),
    };
    let mut payment_id = None;
    if let Some(order) = refund.order_id {
        let order = store::order(&tx, order).await?.ok_or(RefundRefusal::NotFound)?;
        let new = actions::Booked {
            amount: -refund.amount_cents,
            method,
            reference: Some(refund.number.clone()),
            key: Uuid::now_v7(),
            reverses: None,
        };
        let paid = actions::write_payment(&tx, now, by, &order, new, Some(refund.reason.clone())).await?;
        payment_id = Some(paid.id);
    }
    let updated = refunds::Entity::update_many()
        .col_expr(refunds::Column::Status, Expr::value(RefundStatus::Paid))
        .col_expr(refunds::Column::PaidAt, Expr::value(now))
        .col_expr(refunds::Column::PaidBy, Expr::value(by))
        .col_expr(refunds::Column::PaymentId, Expr::value(payment_id))
        .filter(refunds::Column::Id.eq(id))
        .filter(refunds::Column::Status.eq(RefundStatus::Approved))
        .exec(&tx)
        .await?;
    if updated.rows_affected == 0 {
        return Err(RefundRefusal::WrongState);
    }
    let posted =
        ledger::store::Entry { kind: EntryKind::Payout, agency: refund.agency_id, paper: &refund.number, order: refund.order_id, sides };
    ledger::store::post(&tx, now, by, posted).await?;
    audit::record(&tx, now, entry(by, "refund.paid", &refund)).await?;
    tx.commit().await?;
    Ok(())
}

async fn decide(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: UserId,
    refund: &refunds::Model,
    to: RefundStatus,
    reason: Option<&str>,
) -> Result<(), RefundRefusal> {
    let updated = refunds::Entity::update_many()
        .col_expr(refunds::Column::Status, Expr::value(to))
        .col_expr(refunds::Column::DecidedAt, Expr::value(now))
        .col_expr(refunds::Column::DecidedBy, Expr::value(by))
        .col_expr(refunds::Column::DecidedReason, Expr::value(reason.map(str::to_owned)))
        .filter(refunds::Column::Id.eq(refund.id))
        .filter(refunds::Column::Status.eq(refund.status))
        .exec(tx)
        .await?;
    if updated.rows_affected == 0 { Err(RefundRefusal::WrongState) } else { Ok(()) }
}

pub fn entry(by: UserId, action: &'static str, refund: &refunds::Model) -> audit::Entry {
    audit::Entry::of(By::User(by), action, ("refund", Some(refund.id.0)))
        .at(refund.agency_id)
        .with(json!({ "order": refund.order_id, "amount_cents": refund.amount_cents, "ground": refund.ground }))
}
