//! The paper trail: a row for each thing that was done, in the transaction that did it, in a chain of hashes.
//!
//! A row's hash covers the row and the hash before it (SHA-256 over RFC 8785 JSON), so that a row that was changed, removed
//! or put in between shows. Rows hold ids, never names or numbers of people.

pub mod http;

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::Ijkpunt;
use crate::db::begin_write;
use crate::entity::enums::ActorKind;
use crate::entity::{audit_head, audit_log};
use crate::ids::{AgencyId, KioskId, UserId};

/// Who did it.
#[derive(Clone, Copy, Debug)]
pub enum By {
    User(UserId),
    Kiosk(KioskId),
    System,
    Anonymous,
}

/// What is to be written down.
#[derive(Clone, Debug)]
pub struct Entry {
    pub actor: By,
    pub agency: Option<AgencyId>,
    /// Subject and verb: `booking.cancelled`.
    pub action: &'static str,
    pub subject: (&'static str, Option<Uuid>),
    pub detail: Value,
}

impl Entry {
    pub fn of(actor: By, action: &'static str, subject: (&'static str, Option<Uuid>)) -> Self {
        Self { actor, agency: None, action, subject, detail: json!({}) }
    }

    pub fn at(mut self, agency: AgencyId) -> Self {
        self.agency = Some(agency);
        self
    }

    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// Adds a row to the chain. Other writers of the chain wait until this transaction ends.
pub async fn record(tx: &DatabaseTransaction, at: DateTime<Utc>, entry: Entry) -> Result<(), DbErr> {
    let mut head = audit_head::Entity::find_by_id(1);
    // SQLite has one writer at a time as it is, and no row locks.
    if tx.get_database_backend() != DbBackend::Sqlite {
        head = head.lock_exclusive();
    }
    let head = head.one(tx).await?.ok_or_else(|| DbErr::RecordNotFound("the head of the audit log".into()))?;
    let (actor_kind, actor_id) = match entry.actor {
        By::User(id) => (ActorKind::User, Some(id.0)),
        By::Kiosk(id) => (ActorKind::Kiosk, Some(id.0)),
        By::System => (ActorKind::System, None),
        By::Anonymous => (ActorKind::Anonymous, None),
    };
    let mut row = audit_log::Model {
        seq: head.seq + 1,
        at,
        actor_kind,
        actor_id,
        agency_id: entry.agency,
        action: entry.action.to_owned(),
        subject_kind: entry.subject.0.to_owned(),
        subject_id: entry.subject.1,
        detail: canonical(&entry.detail)?,
        prev_hash: head.hash,
        hash: Vec::new(),
    };
    row.hash = row_hash(&row)?;
    audit_head::Entity::update_many()
        .col_expr(audit_head::Column::Seq, Expr::value(row.seq))
        .col_expr(audit_head::Column::Hash, Expr::value(row.hash.clone()))
        .filter(audit_head::Column::Id.eq(1))
        .exec(tx)
        .await?;
    audit_log::Entity::insert(audit_log::ActiveModel {
        seq: Set(row.seq),
        at: Set(row.at),
        actor_kind: Set(row.actor_kind),
        actor_id: Set(row.actor_id),
        agency_id: Set(row.agency_id),
        action: Set(row.action),
        subject_kind: Set(row.subject_kind),
        subject_id: Set(row.subject_id),
        detail: Set(row.detail),
        prev_hash: Set(row.prev_hash),
        hash: Set(row.hash),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Adds a row in a transaction of its own, for what changes nothing else.
pub async fn record_alone(ijkpunt: &Ijkpunt, entry: Entry) -> Result<(), DbErr> {
    let tx = begin_write(&ijkpunt.db).await?;
    record(&tx, ijkpunt.clock.now(), entry).await?;
    tx.commit().await
}

/// What checking the chain found.
#[derive(Debug, PartialEq, Eq)]
pub enum Verified {
    Intact { rows: i64 },
    Broken { seq: i64, what: &'static str },
}

/// Walks the whole chain.
pub async fn verify(db: &impl ConnectionTrait) -> Result<Verified, DbErr> {
    const PAGE: u64 = 2_000;
    let (mut seq, mut hash) = (0, Vec::new());
    loop {
        let rows = audit_log::Entity::find()
            .filter(audit_log::Column::Seq.gt(seq))
            .order_by_asc(audit_log::Column::Seq)
            .limit(PAGE)
            .all(db)
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let what = if row.seq != seq + 1 {
                Some("a row is missing before it")
            } else if row.prev_hash != hash {
                Some("it does not follow the row before it")
            } else if row_hash(&row)? != row.hash {
                Some("it was changed")
            } else {
                None
            };
            if let Some(what) = what {
                return Ok(Verified::Broken { seq: row.seq, what });
            }
            (seq, hash) = (row.seq, row.hash);
        }
    }
    let head = audit_head::Entity::find_by_id(1).one(db).await?;
    Ok(match head {
        Some(head) if head.seq == seq && head.hash == hash => Verified::Intact { rows: seq },
        _ => Verified::Broken { seq: seq + 1, what: "rows are missing at the end" },
    })
}

fn row_hash(row: &audit_log::Model) -> Result<Vec<u8>, DbErr> {
    let text = canonical(&json!({
        "seq": row.seq,
        "at": row.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "actor_kind": row.actor_kind.as_str(),
        "actor_id": row.actor_id,
        "agency_id": row.agency_id,
        "action": row.action,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "detail": row.detail,
    }))?;
    Ok(Sha256::new().chain_update(&row.prev_hash).chain_update(text).finalize().to_vec())
}

fn canonical(value: &Value) -> Result<String, DbErr> {
    serde_json_canonicalizer::to_string(value).map_err(|error| DbErr::Custom(error.to_string()))
}
