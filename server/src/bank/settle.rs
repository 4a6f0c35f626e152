//! The work list: what becomes of a line of a statement that the rules alone could not place.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::begin_write;
use crate::entity::enums::{Account, BankLineState, EntryKind, OrderStatus, PaymentMethod, RefundMethod, Settled};
use crate::entity::{bank_lines, orders};
use crate::fees::actions::{self as fees, FeeRefusal};
use crate::fees::refunds::{self, RefundRefusal};
use crate::fees::store as fee_store;
use crate::ids::{BankLineId, PaymentId, RefundId, UserId};
use crate::ledger;
use crate::money::Cents;
use crate::people;

#[derive(Debug, thiserror::Error)]
pub enum SettleRefusal {
    #[error("the line is not there")]
    NotFound,
    #[error("somebody settled it already")]
    Settled,
    #[error("there is no such order at this agency, or it lapsed")]
    NoOrder,
    #[error("this cannot be done with such a line")]
    NotPossible,
    #[error("the reason is missing or too long")]
    Reason(people::rules::Fault),
    #[error(transparent)]
    Refund(#[from] RefundRefusal),
    #[error(transparent)]
    Fee(#[from] FeeRefusal),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Where money goes that belongs to no order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Elsewhere {
    /// What the company of the card terminals pays over.
    Terminal,
    /// Cash that was brought to the bank.
    Cash,
    #[default]
    Other,
}

/// What somebody decides about a line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    pub settle_as: Settled,
    /// The number of the order that it pays, for `assigned`.
    #[serde(default)]
    pub order_number: Option<String>,
    /// To which account it goes back, for `returned`, where the statement names none.
    #[serde(default)]
    pub iban: Option<String>,
    #[serde(default)]
    pub holder: Option<String>,
    /// Where it goes in the books, for `ignored`.
    #[serde(default)]
    pub elsewhere: Elsewhere,
    pub reason: String,
}

pub async fn settle(ijkpunt: &Ijkpunt, by: UserId, id: BankLineId, settlement: &Settlement) -> Result<(), SettleRefusal> {
    let now = ijkpunt.clock.now();
    let reason = people::rules::check_reason(&settlement.reason).map_err(SettleRefusal::Reason)?;
    let tx = begin_write(&ijkpunt.db).await?;
    let line = store::line(&tx, id).await?.ok_or(SettleRefusal::NotFound)?;
    // The order is locked before the line and before any number is drawn, as everywhere.
    let order = match (settlement.settle_as, settlement.order_number.as_deref()) {
        (Settled::Assigned, Some(number)) => {
            let found = orders::Entity::find().filter(orders::Column::Number.eq(number.trim())).one(&tx).await?;
            let found = found.filter(|order| order.agency_id == line.agency_id).ok_or(SettleRefusal::NoOrder)?;
            let order = fee_store::lock_order(&tx, found.id).await?.ok_or(SettleRefusal::NoOrder)?;
            Some(order).filter(|order| order.status != OrderStatus::Cancelled)
        }
        _ => None,
    };
    // Whoever comes second waits for this row and then finds it settled.
    let taken = bank_lines::Entity::update_many()
        .col_expr(bank_lines::Column::State, Expr::value(BankLineState::Settled))
        .col_expr(bank_lines::Column::SettledAs, Expr::value(settlement.settle_as))
        .col_expr(bank_lines::Column::SettledAt, Expr::value(now))
        .col_expr(bank_lines::Column::SettledBy, Expr::value(by))
        .col_expr(bank_lines::Column::SettledReason, Expr::value(reason.clone()))
        .col_expr(bank_lines::Column::LeftCents, Expr::value(Cents::ZERO))
        .filter(bank_lines::Column::Id.eq(id))
        .filter(bank_lines::Column::State.eq(BankLineState::Open))
        .filter(bank_lines::Column::LeftCents.eq(line.left_cents))
        .exec(&tx)
        .await?;
    if taken.rows_affected == 0 {
        return Err(SettleRefusal::Settled);
    }
    let left = line.left_cents;
    let paper = store::paper(&tx, &line).await?;
    let mut to = (line.order_id, line.payment_id, line.refund_id);
    let account = match settlement.settle_as {
        Settled::Assigned => {
            let order = order.ok_or(SettleRefusal::NoOrder)?;
            if left <= Cents::ZERO {
                return Err(SettleRefusal::NotPossible);
            }
            let reference: String = line.bank_reference.chars().take(60).collect();
            let new = fees::Booked {
                amount: left,
                method: PaymentMethod::Transfer,
                reference: (!reference.is_empty()).then_some(reference),
                key: Uuid::now_v7(),
                reverses: None,
            };
            let paid = fees::write_payment(&tx, now, by, &order, new, Some(reason.clone())).await?;
            // What the line paid at first stays the payment that it shows.
            to = (Some(order.id), line.payment_id.or(Some(paid.id)), None);
            Account::Receivable
        }
        Settled::Returned => {
            if left <= Cents::ZERO {
                return Err(SettleRefusal::NotPossible);
            }
            let open = |column, sealed: &[u8]| ijkpunt.keys.open(store::place(id, column), sealed).unwrap_or_default();
            let number = settlement.iban.clone().filter(|text| !text.trim().is_empty()).unwrap_or_else(|| open("iban_enc", &line.iban_enc));
            let holder =
                settlement.holder.clone().filter(|text| !text.trim().is_empty()).unwrap_or_else(|| open("holder_enc", &line.holder_enc));
            let asked = refunds::Asked {
                order: None,
                agency: line.agency_id,
                amount: left,
                ground: "bank",
                rule: None,
                reason: reason.clone(),
                method: RefundMethod::Transfer,
                account: refunds::account_of(RefundMethod::Transfer, Some(&number), Some(&holder))?,
                key: Uuid::now_v7(),
            };
            let refund = refunds::write(&tx, &ijkpunt.keys, now, by, asked).await?;
            to.2 = Some(refund.id);
            Account::RefundsDue
        }
        Settled::Ignored => match settlement.elsewhere {
            Elsewhere::Terminal => Account::TerminalClearing,
            Elsewhere::Cash => Account::Cash,
            Elsewhere::Other => Account::Other,
        },
    };
    let (order_id, payment_id, refund_id): (Option<crate::ids::OrderId>, Option<PaymentId>, Option<RefundId>) = to;
    bank_lines::Entity::update_many()
        .col_expr(bank_lines::Column::OrderId, Expr::value(order_id))
        .col_expr(bank_lines::Column::PaymentId, Expr::value(payment_id))
        .col_expr(bank_lines::Column::RefundId, Expr::value(refund_id))
        .filter(bank_lines::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    let entry = ledger::store::Entry {
        kind: EntryKind::Assignment,
        agency: line.agency_id,
        paper: &paper,
        order: order_id,
        sides: ledger::rules::assign(account, left),
    };
    ledger::store::post(&tx, now, by, entry).await?;
    let entry = audit::Entry::of(By::User(by), "bank.line-settled", ("bank_line", Some(id.0)))
        .at(line.agency_id)
        .with(json!({ "as": settlement.settle_as, "order": order_id, "amount_cents": left }));
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}
