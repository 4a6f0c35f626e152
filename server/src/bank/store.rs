//! Reading and reopening lines of statements.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

use crate::crypto::Place;
use crate::entity::enums::{BankLineState, Settled};
use crate::entity::{bank_lines, bank_statements};
use crate::ids::{AgencyId, BankLineId, PaymentId, RefundId, UserId};
use crate::money::Cents;

/// A line whose return was rejected is open again, with the money that was to go back.
pub async fn reopen(tx: &DatabaseTransaction, refund: RefundId, left: Cents) -> Result<(), DbErr> {
    bank_lines::Entity::update_many()
        .col_expr(bank_lines::Column::State, Expr::value(BankLineState::Open))
        .col_expr(bank_lines::Column::LeftCents, Expr::value(left))
        .col_expr(bank_lines::Column::RefundId, Expr::value(None::<RefundId>))
        .col_expr(bank_lines::Column::SettledAs, Expr::value(None::<Settled>))
        .col_expr(bank_lines::Column::SettledAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .col_expr(bank_lines::Column::SettledBy, Expr::value(None::<UserId>))
        .col_expr(bank_lines::Column::SettledReason, Expr::value(None::<String>))
        .filter(bank_lines::Column::RefundId.eq(refund))
        .filter(bank_lines::Column::State.eq(BankLineState::Settled))
        .exec(tx)
        .await?;
    Ok(())
}

/// Where something of a line is sealed.
pub fn place(id: BankLineId, column: &'static str) -> Place {
    Place { table: "bank_lines", column, row: id.0 }
}

/// Which of these payments a statement has shown.
pub async fn reconciled(db: &impl ConnectionTrait, payments: Vec<PaymentId>) -> Result<Vec<PaymentId>, DbErr> {
    let rows = bank_lines::Entity::find().filter(bank_lines::Column::PaymentId.is_in(payments)).all(db).await?;
    Ok(rows.into_iter().filter_map(|line| line.payment_id).collect())
}

/// Refunds whose transfer a statement has shown.
pub async fn shown_refunds(db: &impl ConnectionTrait, agency: AgencyId) -> Result<Vec<RefundId>, DbErr> {
    let rows = bank_lines::Entity::find()
        .filter(bank_lines::Column::AgencyId.eq(agency))
        .filter(bank_lines::Column::RefundId.is_not_null())
        .filter(bank_lines::Column::AmountCents.lt(Cents::ZERO))
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|line| line.refund_id).collect())
}

pub async fn line(db: &impl ConnectionTrait, id: BankLineId) -> Result<Option<bank_lines::Model>, DbErr> {
    bank_lines::Entity::find_by_id(id).one(db).await
}

/// What a line is called in the ledger: its statement and its place in it.
pub async fn paper(db: &impl ConnectionTrait, line: &bank_lines::Model) -> Result<String, DbErr> {
    let statement = bank_statements::Entity::find_by_id(line.statement_id).one(db).await?;
    Ok(format!("{} {}", statement.map(|statement| statement.name).unwrap_or_default(), line.place))
}
