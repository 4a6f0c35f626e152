//! The keys that an agency signs with: made when the first is needed, rotated, and withdrawn when somebody else may have had one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::signing::{self, Secret};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::crypto::{Keys, Place};
use crate::db::begin_write;
use crate::entity::enums::{CertificateStatus, KeyAlgorithm};
use crate::entity::{certificates, credentials, issuer_keys};
use crate::ids::{AgencyId, IssuerKeyId, UserId};
use crate::jobs::{self, Job};

#[derive(Debug, thiserror::Error)]
pub enum KeyRefusal {
    #[error("there is no such key")]
    NotFound,
    #[error("the key was withdrawn already")]
    AlreadyWithdrawn,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The pair that signs what is new.
pub struct InUse {
    pub generation: i64,
    pub ed25519: Secret,
    pub es256: Secret,
}

/// The keys in use; an agency that has none yet gets its first.
pub async fn in_use(ijkpunt: &Ijkpunt, tx: &DatabaseTransaction, agency_id: AgencyId, now: DateTime<Utc>) -> Result<InUse, DbErr> {
    if let Some(found) = find_in_use(&ijkpunt.keys, tx, agency_id).await? {
        return Ok(found);
    }
    create(ijkpunt, tx, agency_id, 1, None, now).await?;
    find_in_use(&ijkpunt.keys, tx, agency_id).await?.ok_or_else(|| DbErr::RecordNotFound(format!("keys of agency {agency_id}")))
}

/// The keys in use, outside a transaction: reading comes first, since nearly always they are there.
pub async fn present(ijkpunt: &Ijkpunt, agency_id: AgencyId) -> Result<InUse, DbErr> {
    if let Some(found) = find_in_use(&ijkpunt.keys, &ijkpunt.db, agency_id).await? {
        return Ok(found);
    }
    let tx = begin_write(&ijkpunt.db).await?;
    let made = in_use(ijkpunt, &tx, agency_id, ijkpunt.clock.now()).await?;
    tx.commit().await?;
    Ok(made)
}

async fn find_in_use(keys: &Keys, db: &impl ConnectionTrait, agency_id: AgencyId) -> Result<Option<InUse>, DbErr> {
    let rows = issuer_keys::Entity::find()
        .filter(issuer_keys::Column::AgencyId.eq(agency_id))
        .filter(issuer_keys::Column::RetiredAt.is_null())
        .all(db)
        .await?;
    let of = |algorithm| rows.iter().find(|row| row.algorithm == algorithm);
    match (of(KeyAlgorithm::Ed25519), of(KeyAlgorithm::Es256)) {
        (Some(ed25519), Some(es256)) => {
            Ok(Some(InUse { generation: ed25519.generation, ed25519: secret(keys, ed25519)?, es256: secret(keys, es256)? }))
        }
        _ => Ok(None),
    }
}

/// Every key of an agency, newest first.
pub async fn all(db: &impl ConnectionTrait, agency_id: AgencyId) -> Result<Vec<issuer_keys::Model>, DbErr> {
    issuer_keys::Entity::find()
        .filter(issuer_keys::Column::AgencyId.eq(agency_id))
        .order_by_desc(issuer_keys::Column::Generation)
        .order_by_asc(issuer_keys::Column::Algorithm)
        .all(db)
        .await
}

pub async fn find(
    db: &impl ConnectionTrait,
    agency_id: AgencyId,
    algorithm: KeyAlgorithm,
    generation: i64,
) -> Result<Option<issuer_keys::Model>, DbErr> {
    issuer_keys::Entity::find()
        .filter(issuer_keys::Column::AgencyId.eq(agency_id))
        .filter(issuer_keys::Column::Algorithm.eq(algorithm))
        .filter(issuer_keys::Column::Generation.eq(generation))
        .one(db)
        .await
}

pub fn secret(keys: &Keys, row: &issuer_keys::Model) -> Result<Secret, DbErr> {
    let text = keys.open(place(row.id), &row.secret_enc).map_err(|error| DbErr::Custom(error.to_string()))?;
    let bytes = STANDARD_NO_PAD.decode(text).map_err(|error| DbErr::Type(error.to_string()))?;
    bytes.try_into().map_err(|_| DbErr::Type(format!("key {} has another length", row.id)))
}

/// New keys sign from now on; the old ones stay published, so that what they signed stays good.
pub async fn rotate(ijkpunt: &Ijkpunt, by: UserId, agency_id: AgencyId) -> Result<i64, KeyRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let generation = replace(ijkpunt, &tx, agency_id, by, now).await?;
    record(&tx, now, by, "issuer-key.rotated", agency_id, generation, "").await?;
    tx.commit().await?;
    Ok(generation)
}

/// What a key signed is good no more. Papers that it signed and that are still valid are issued anew under a new key.
pub async fn withdraw(ijkpunt: &Ijkpunt, by: UserId, agency_id: AgencyId, generation: i64, reason: &str) -> Result<(), KeyRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let rows = all(&tx, agency_id).await?;
    let row = rows.iter().find(|row| row.generation == generation).ok_or(KeyRefusal::NotFound)?;
    if row.retired_at.is_none() {
        replace(ijkpunt, &tx, agency_id, by, now).await?;
    }
    let withdrawn = issuer_keys::Entity::update_many()
        .col_expr(issuer_keys::Column::WithdrawnAt, Expr::value(now))
        .col_expr(issuer_keys::Column::WithdrawnBy, Expr::value(by))
        .col_expr(issuer_keys::Column::WithdrawnReason, Expr::value(reason.to_owned()))
        .filter(issuer_keys::Column::AgencyId.eq(agency_id))
        .filter(issuer_keys::Column::Generation.eq(generation))
        .filter(issuer_keys::Column::WithdrawnAt.is_null())
        .exec(&tx)
        .await?;
    if withdrawn.rows_affected == 0 {
        return Err(KeyRefusal::AlreadyWithdrawn);
    }
    let signed = credentials::Entity::find()
        .filter(credentials::Column::AgencyId.eq(agency_id))
        .filter(credentials::Column::KeyGeneration.eq(generation))
        .all(&tx)
        .await?;
    for credential in signed {
        let paper = certificates::Entity::find_by_id(credential.certificate_id).one(&tx).await?;
        if paper.is_some_and(|paper| paper.status == CertificateStatus::Valid) {
            let job = Job::ReissueCertificate { certificate_id: credential.certificate_id, by, reason: reason.to_owned() };
            jobs::enqueue(&tx, now, &job, Some(format!("reissue-certificate:{}", credential.certificate_id))).await?;
        }
    }
    record(&tx, now, by, "issuer-key.withdrawn", agency_id, generation, reason).await?;
    tx.commit().await?;
    Ok(())
}

async fn replace(ijkpunt: &Ijkpunt, tx: &DatabaseTransaction, agency_id: AgencyId, by: UserId, now: DateTime<Utc>) -> Result<i64, DbErr> {
    issuer_keys::Entity::update_many()
        .col_expr(issuer_keys::Column::RetiredAt, Expr::value(now))
        .col_expr(issuer_keys::Column::RetiredBy, Expr::value(by))
        .filter(issuer_keys::Column::AgencyId.eq(agency_id))
        .filter(issuer_keys::Column::RetiredAt.is_null())
        .exec(tx)
        .await?;
    let next = all(tx, agency_id).await?.first().map_or(1, |newest| newest.generation + 1);
    create(ijkpunt, tx, agency_id, next, Some(by), now).await?;
    Ok(next)
}

async fn create(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    agency_id: AgencyId,
    generation: i64,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let rows = KeyAlgorithm::ALL.iter().map(|algorithm| {
        let id = IssuerKeyId::new();
        issuer_keys::ActiveModel {
            id: Set(id),
            agency_id: Set(agency_id),
            generation: Set(generation),
            algorithm: Set(*algorithm),
            secret_enc: Set(ijkpunt.keys.seal(place(id), &STANDARD_NO_PAD.encode(signing::new_secret(*algorithm)))),
            created_at: Set(now),
            created_by: Set(by),
            ..Default::default()
        }
    });
    // Another process may make the first keys at the same moment: the ones that were first are used.
    let insert = issuer_keys::Entity::insert_many(rows).on_conflict(OnConflict::new().do_nothing().to_owned());
    insert.exec_without_returning(tx).await?;
    Ok(())
}

async fn record(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: UserId,
    action: &'static str,
    agency_id: AgencyId,
    generation: i64,
    reason: &str,
) -> Result<(), DbErr> {
    let entry = audit::Entry::of(By::User(by), action, ("agency", Some(agency_id.0))).at(agency_id);
    audit::record(tx, now, entry.with(json!({ "generation": generation, "reason": reason }))).await
}

const fn place(id: IssuerKeyId) -> Place {
    Place { table: "issuer_keys", column: "secret_enc", row: id.0 }
}
