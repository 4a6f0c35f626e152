//! Writing an entry, and reading a month.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::rules::{Sides, is_balanced};
use crate::clock::belgian_date;
use crate::db::next_number;
use crate::entity::enums::EntryKind;
use crate::entity::{agencies, ledger_entries, ledger_lines};
use crate::ids::{AgencyId, LedgerEntryId, LedgerLineId, OrderId, UserId};

/// What is to be entered, and on which paper it rests.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub kind: EntryKind,
    pub agency: AgencyId,
    pub paper: &'a str,
    pub order: Option<OrderId>,
    pub sides: Sides,
}

/// Enters it. Nothing is written for an entry without sides, such as that of an order which costs nothing.
///
/// The number is drawn after those of orders, receipts and refunds, and before the audit log is written, so that two transactions never wait
/// for each other crosswise.
pub async fn post(tx: &DatabaseTransaction, now: DateTime<Utc>, by: UserId, entry: Entry<'_>) -> Result<(), DbErr> {
    if entry.sides.is_empty() {
        return Ok(());
    }
    if !is_balanced(&entry.sides) {
        return Err(DbErr::Custom(format!("an entry for {} does not balance: {:?}", entry.paper, entry.sides)));
    }
    let agency = agencies::Entity::find_by_id(entry.agency).one(tx).await?;
    let code = agency.map(|agency| agency.code.as_str().to_uppercase()).unwrap_or_default();
    let today = belgian_date(now);
    let number = next_number(tx, &format!("journal-{code}-{}", today.year())).await?;
    let id = LedgerEntryId::new();
    let row = ledger_entries::ActiveModel {
        id: Set(id),
        agency_id: Set(entry.agency),
        number: Set(format!("{code}-{}-{number:06}", today.year())),
        booked_on: Set(today),
        kind: Set(entry.kind),
        paper: Set(entry.paper.to_owned()),
        order_id: Set(entry.order),
        created_at: Set(now),
        created_by: Set(by),
    };
    ledger_entries::Entity::insert(row).exec_without_returning(tx).await?;
    let lines = entry.sides.into_iter().zip(1..).map(|(side, place)| ledger_lines::ActiveModel {
        id: Set(LedgerLineId::new()),
        entry_id: Set(id),
        place: Set(place),
        account: Set(side.account),
        detail: Set(side.detail),
        amount_cents: Set(side.amount),
    });
    ledger_lines::Entity::insert_many(lines).exec_without_returning(tx).await?;
    Ok(())
}

/// An entry with its lines, in their order.
#[derive(Clone, Debug)]
pub struct FullEntry {
    pub entry: ledger_entries::Model,
    pub lines: Vec<ledger_lines::Model>,
}

/// The entries of an agency between two days, both included, by number.
pub async fn entries(db: &impl ConnectionTrait, agency: AgencyId, from: NaiveDate, to: NaiveDate) -> Result<Vec<FullEntry>, DbErr> {
    let rows = ledger_entries::Entity::find()
        .filter(ledger_entries::Column::AgencyId.eq(agency))
        .filter(ledger_entries::Column::BookedOn.between(from, to))
        .order_by_asc(ledger_entries::Column::Number)
        .all(db)
        .await?;
    let mut by_entry: BTreeMap<LedgerEntryId, Vec<ledger_lines::Model>> = BTreeMap::new();
    // A month of a busy agency has more entries than a statement takes parameters.
    for chunk in rows.chunks(500) {
        let lines = ledger_lines::Entity::find()
            .filter(ledger_lines::Column::EntryId.is_in(chunk.iter().map(|entry| entry.id)))
            .order_by_asc(ledger_lines::Column::Place)
            .all(db)
            .await?;
        for line in lines {
            by_entry.entry(line.entry_id).or_default().push(line);
        }
    }
    Ok(rows.into_iter().map(|entry| FullEntry { lines: by_entry.remove(&entry.id).unwrap_or_default(), entry }).collect())
}
