//! Bringing in a file of statements: all of it or nothing, in one transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::rules::{Decision, Target, decide};
use super::statement::{Fault, Movement, Reason, Statement};
use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::{begin_write, is_sqlite, is_unique_violation};
use crate::entity::enums::{BankFormat, BankLineState, BankRemark, EntryKind, OrderStatus, PaymentMethod, RefundMethod, RefundStatus};
use crate::entity::{agencies, bank_files, bank_lines, bank_statements, orders, refunds};
use crate::fees::actions::{self as fees, FeeRefusal};
use crate::fees::store as fee_store;
use crate::ids::{AgencyId, BankFileId, BankLineId, BankStatementId, OrderId, PaymentId, RefundId, UserId};
use crate::ledger;
use crate::ledger::rules::BankSide;
use crate::money::Cents;

#[derive(Debug, thiserror::Error)]
pub enum BankRefusal {
    #[error("the agency is not there")]
    NotFound,
    #[error("the file is refused: {0}")]
    Faulty(#[from] Fault),
    #[error("this file was brought in before")]
    FileKnown,
    #[error("this statement was brought in before, in another file")]
    StatementKnown(String),
    #[error(transparent)]
    Fee(#[from] FeeRefusal),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// What a file brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    pub statements: usize,
    pub lines: usize,
    pub matched: usize,
}

pub async fn bring_in(ijkpunt: &Ijkpunt, by: UserId, agency: AgencyId, bytes: &[u8]) -> Result<(BankFormat, Brought), BankRefusal> {
    let (format, statements) = super::read(bytes)?;
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    // Two people who bring in files of one agency wait for each other here.
    let find = agencies::Entity::find_by_id(agency);
    let find = if is_sqlite(&tx) { find } else { find.lock_exclusive() };
    let row = find.one(&tx).await?.ok_or(BankRefusal::NotFound)?;
    if let Some(other) = statements.iter().find(|statement| statement.iban != row.iban.replace(' ', "")) {
        return Err(Fault { line: other.line, reason: Reason::OtherAccount }.into());
    }
    let file = BankFileId::new();
    let new = bank_files::ActiveModel {
        id: Set(file),
        agency_id: Set(agency),
        format: Set(format),
        sha256: Set(Sha256::digest(bytes).to_vec()),
        imported_at: Set(now),
        imported_by: Set(by),
    };
    match bank_files::Entity::insert(new).exec_without_returning(&tx).await {
        Err(error) if is_unique_violation(&error) => return Err(BankRefusal::FileKnown),
        other => other?,
    };
    let mut targets = targets(&tx, agency, &statements).await?;
    let refunds = outgoing(&tx, agency).await?;
    let mut brought = Brought { statements: statements.len(), ..Brought::default() };
    for statement in &statements {
        let id = write_statement(&tx, file, agency, statement).await?;
        for (place, movement) in (1..).zip(&statement.movements) {
            let line = Line { ijkpunt, now, by, agency, statement: id, paper: format!("{} {place}", statement.name), place };
            brought.lines += 1;
            if line.write(&tx, movement, &mut targets, &refunds).await? {
                brought.matched += 1;
            }
        }
    }
    let entry = audit::Entry::of(By::User(by), "bank.file-imported", ("bank_file", Some(file.0)))
        .at(agency)
        .with(json!({ "statements": brought.statements, "lines": brought.lines, "matched": brought.matched }));
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok((format, brought))
}

async fn write_statement(
    tx: &DatabaseTransaction,
    file: BankFileId,
    agency: AgencyId,
    statement: &Statement,
) -> Result<BankStatementId, BankRefusal> {
    let id = BankStatementId::new();
    let row = bank_statements::ActiveModel {
        id: Set(id),
        file_id: Set(file),
        agency_id: Set(agency),
        iban: Set(statement.iban.clone()),
        name: Set(statement.name.clone()),
        closed_on: Set(statement.closed_on),
        opening_cents: Set(statement.opening),
        closing_cents: Set(statement.closing),
    };
    match bank_statements::Entity::insert(row).exec_without_returning(tx).await {
        Ok(_) => Ok(id),
        Err(error) if is_unique_violation(&error) => Err(BankRefusal::StatementKnown(statement.name.clone())),
        Err(error) => Err(error.into()),
    }
}

/// The orders that the statements name, held until all is written. They are locked in one order and before any number is drawn.
async fn targets(
    tx: &DatabaseTransaction,
    agency: AgencyId,
    statements: &[Statement],
) -> Result<BTreeMap<String, (orders::Model, Target)>, DbErr> {
    let mut named: Vec<String> = statements.iter().flat_map(|one| &one.movements).filter_map(|one| one.communication.clone()).collect();
    named.sort_unstable();
    named.dedup();
    let mut targets = BTreeMap::new();
    for chunk in named.chunks(500) {
        let find = orders::Entity::find()
            .filter(orders::Column::AgencyId.eq(agency))
            .filter(orders::Column::Communication.is_in(chunk))
            .order_by_asc(orders::Column::Id);
        let find = if is_sqlite(tx) { find } else { find.lock_exclusive() };
        let rows = find.all(tx).await?;
        for full in fee_store::full(tx, rows).await? {
            let reconciled = store::reconciled(tx, full.payments.iter().map(|payment| payment.id).collect()).await?;
            let reversed: Vec<PaymentId> = full.payments.iter().filter_map(|payment| payment.reverses_id).collect();
            let written_down = full.payments.iter().filter(|payment| {
                payment.method == PaymentMethod::Transfer
                    && payment.amount_cents > Cents::ZERO
                    && !reversed.contains(&payment.id)
                    && !reconciled.contains(&payment.id)
            });
            let target = Target {
                due: full.order.total_cents - full.credited() - full.paid() + full.under_way(),
                cancelled: full.order.status == OrderStatus::Cancelled,
                written_down: written_down.map(|payment| (payment.id, payment.amount_cents)).collect(),
            };
            targets.insert(full.order.communication.clone(), (full.order, target));
        }
    }
    Ok(targets)
}

/// Refunds by transfer that were ordered at the bank and that no statement has shown yet.
async fn outgoing(tx: &DatabaseTransaction, agency: AgencyId) -> Result<Vec<refunds::Model>, DbErr> {
    let paid = refunds::Entity::find()
        .filter(refunds::Column::AgencyId.eq(agency))
        .filter(refunds::Column::Method.eq(RefundMethod::Transfer))
        .filter(refunds::Column::Status.eq(RefundStatus::Paid))
        .all(tx)
        .await?;
    let shown = store::shown_refunds(tx, agency).await?;
    Ok(paid.into_iter().filter(|refund| !shown.contains(&refund.id)).collect())
}

struct Line<'a> {
    ijkpunt: &'a Ijkpunt,
    now: DateTime<Utc>,
    by: UserId,
    agency: AgencyId,
    statement: BankStatementId,
    paper: String,
    place: i64,
}

impl Line<'_> {
    /// Writes a line with what it pays; answers whether nobody needs to look at it.
    async fn write(
        &self,
        tx: &DatabaseTransaction,
        movement: &Movement,
        targets: &mut BTreeMap<String, (orders::Model, Target)>,
        refunds: &[refunds::Model],
    ) -> Result<bool, BankRefusal> {
        // A refund is known by its number, which stands in the communication of its transfer.
        let text = movement.text.as_str();
        let refund = refunds.iter().find(|refund| -refund.amount_cents == movement.amount && text.contains(&refund.number));
        let target = movement.communication.as_ref().and_then(|communication| targets.get_mut(communication));
        let mut decision = decide(movement.amount, movement.communication.is_some(), target.as_ref().map(|(_, target)| target));
        if refund.is_some() {
            decision = Decision { clears: movement.amount, ..Decision::default() };
        }
        let mut order_id: Option<OrderId> = None;
        let mut payment_id: Option<PaymentId> = decision.cleared;
        if let Some((order, target)) = target {
            order_id = Some(order.id);
            target.written_down.retain(|(payment, _)| Some(*payment) != decision.cleared);
            if decision.pays > Cents::ZERO {
                let reference = movement.reference.chars().take(60).collect::<String>();
                let new = fees::Booked {
                    amount: decision.pays,
                    method: PaymentMethod::Transfer,
                    reference: (!reference.is_empty()).then_some(reference),
                    key: Uuid::now_v7(),
                    reverses: None,
                };
                payment_id = Some(fees::write_payment(tx, self.now, self.by, order, new, None).await?.id);
                target.due = target.due - decision.pays;
            }
        }
        let sides = [BankSide::Order(decision.pays), BankSide::Clearing(decision.clears), BankSide::Unallocated(decision.left)];
        let entry = ledger::store::Entry {
            kind: EntryKind::Bank,
            agency: self.agency,
            paper: &self.paper,
            order: order_id,
            sides: ledger::rules::bank(&sides),
        };
        ledger::store::post(tx, self.now, self.by, entry).await?;
        self.insert(tx, movement, &decision, order_id, payment_id, refund.map(|refund| refund.id)).await?;
        Ok(decision.remark.is_none())
    }

    async fn insert(
        &self,
        tx: &DatabaseTransaction,
        movement: &Movement,
        decision: &Decision,
        order: Option<OrderId>,
        payment: Option<PaymentId>,
        refund: Option<RefundId>,
    ) -> Result<(), DbErr> {
        let id = BankLineId::new();
        let seal = |column, text: &str| self.ijkpunt.keys.seal(store::place(id, column), text);
        let remark: Option<BankRemark> = decision.remark;
        let row = bank_lines::ActiveModel {
            id: Set(id),
            statement_id: Set(self.statement),
            agency_id: Set(self.agency),
            place: Set(self.place),
            amount_cents: Set(movement.amount),
            booked_on: Set(movement.booked_on),
            communication: Set(movement.communication.clone()),
            text_enc: Set(seal("text_enc", &movement.text)),
            holder_enc: Set(seal("holder_enc", &movement.holder)),
            iban_enc: Set(seal("iban_enc", &movement.iban)),
            bank_reference: Set(movement.reference.clone()),
            state: Set(if remark.is_some() { BankLineState::Open } else { BankLineState::Matched }),
            remark: Set(remark),
            left_cents: Set(decision.left),
            order_id: Set(order),
            payment_id: Set(payment),
            refund_id: Set(refund),
            ..Default::default()
        };
        bank_lines::Entity::insert(row).exec_without_returning(tx).await?;
        Ok(())
    }
}
