//! Issuing, replacing and revoking.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::rules::{self, Body, Skill, Step};
use super::{pdf, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::crypto::Place;
use crate::db::{begin_write, next_number};
use crate::entity::enums::{CertificateStatus, EnrolmentStatus, Level, Part};
use crate::entity::{agencies, candidates, certificate_files, certificates, enrolments, results};
use crate::ids::{CertificateId, EnrolmentId, UserId};
use crate::jobs::{self, Job};
use crate::pdf::PdfError;
use crate::{credentials, mail, policy, results as outcome};

#[derive(Debug, thiserror::Error)]
pub enum CertificateRefusal {
    #[error("the certificate is not valid any more")]
    NotValid,
    #[error("the part was not passed, so that there is nothing to certify")]
    NotPassed,
    #[error("there is a valid certificate that says so already")]
    AlreadyCertified,
    #[error("the candidate has no address to write to")]
    NoAddress,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Makes the enrolment's papers say what its results say. Doing it again changes nothing.
pub async fn settle(ijkpunt: &Ijkpunt, enrolment_id: EnrolmentId) -> Result<(), DbErr> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let Some(enrolment) = lock(&tx, enrolment_id).await? else { return Ok(()) };
    let levels = outcome::rules::levels(&outcome::store::standing(&tx, enrolment_id).await?);
    let completed = (enrolment.status == EnrolmentStatus::Completed).then(|| levels.clone());
    let mut changed = settle_one(ijkpunt, &tx, now, &enrolment, None, completed).await?;
    // Papers of single parts exist only where somebody asked for one.
    for part in store::certified_parts(&tx, enrolment_id).await? {
        let level = levels.get(&part).map(|level| BTreeMap::from([(part, *level)]));
        changed |= settle_one(ijkpunt, &tx, now, &enrolment, Some(part), level).await?;
    }
    if changed {
        follow(&tx, now, &enrolment).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The paper of the whole, or of one part. Answers whether anything changed.
async fn settle_one(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    enrolment: &enrolments::Model,
    part: Option<Part>,
    levels: Option<BTreeMap<Part, Level>>,
) -> Result<bool, DbErr> {
    let latest = store::latest(tx, enrolment.id, part).await?;
    let known = latest.as_ref().map(store::as_latest).transpose()?;
    match (rules::next_step(known.as_ref(), levels.as_ref()), latest) {
        (Step::Nothing, _) | (Step::Replace | Step::Revoke, None) => return Ok(false),
        (Step::Issue, _) => {
            issue(ijkpunt, tx, now, By::System, enrolment, part, None).await?;
        }
        (Step::Replace, Some(old)) => {
            supersede(tx, now, &old, None, "result-corrected").await?;
            issue(ijkpunt, tx, now, By::System, enrolment, part, Some(&old)).await?;
        }
        (Step::Revoke, Some(old)) => {
            change_status(tx, now, &old, CertificateStatus::Revoked, None, "result-corrected").await?;
            record(tx, now, By::System, "certificate.revoked", &old, "result-corrected").await?;
        }
    }
    Ok(true)
}

/// Issues a paper about one part that was passed, for somebody who needs it before the purpose is met.
pub async fn certify_part(
    ijkpunt: &Ijkpunt,
    by: UserId,
    enrolment_id: EnrolmentId,
    part: Part,
) -> Result<CertificateId, CertificateRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let enrolment = lock(&tx, enrolment_id).await?.ok_or(CertificateRefusal::NotPassed)?;
    let levels = outcome::rules::levels(&outcome::store::standing(&tx, enrolment_id).await?);
    if part == Part::Prescreening || !levels.contains_key(&part) {
        return Err(CertificateRefusal::NotPassed);
    }
    for of in [None, Some(part)] {
        if store::latest(&tx, enrolment_id, of).await?.is_some_and(|paper| paper.status == CertificateStatus::Valid) {
            return Err(CertificateRefusal::AlreadyCertified);
        }
    }
    let id = issue(ijkpunt, &tx, now, By::User(by), &enrolment, Some(part), None).await?;
    follow(&tx, now, &enrolment).await?;
    tx.commit().await?;
    Ok(id)
}

/// Mails a valid paper once more, with the same number and the same bytes.
pub async fn mail_again(ijkpunt: &Ijkpunt, by: UserId, id: CertificateId) -> Result<(), CertificateRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let paper = find_valid(&tx, id).await?;
    let candidate = candidates::Entity::find_by_id(paper.candidate_id).one(&tx).await?;
    let candidate = candidate.filter(|candidate| candidate.email_enc.is_some()).ok_or(CertificateRefusal::NoAddress)?;
    mail::actions::send_certificate(ijkpunt, &tx, now, &candidate, &paper, &store::open(&ijkpunt.keys, &paper)?).await?;
    record(&tx, now, By::User(by), "certificate.mailed-again", &paper, "").await?;
    tx.commit().await?;
    Ok(())
}

/// Issues a paper anew, as [`reissue`], for a worker: a paper that is valid no more needs nothing.
pub async fn reissue_if_valid(ijkpunt: &Ijkpunt, by: UserId, id: CertificateId, reason: &str) -> Result<(), DbErr> {
    match reissue(ijkpunt, by, id, reason).await {
        Err(CertificateRefusal::Database(error)) => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The paper as it is given out. Its hash is kept, so that the file is known again when somebody shows it.
pub async fn hand_out(ijkpunt: &Ijkpunt, row: &certificates::Model) -> Result<Vec<u8>, PaperError> {
    let bytes = pdf::render(&store::open(&ijkpunt.keys, row)?)?;
    let file = certificate_files::ActiveModel {
        sha256: Set(Sha256::digest(&bytes).to_vec()),
        certificate_id: Set(row.id),
        given_at: Set(ijkpunt.clock.now()),
    };
    let insert = certificate_files::Entity::insert(file);
    insert
        .on_conflict(OnConflict::column(certificate_files::Column::Sha256).do_nothing().to_owned())
        .exec_without_returning(&ijkpunt.db)
        .await?;
    Ok(bytes)
}

/// Issues the paper anew with what the candidate's record says now, as after a corrected name.
pub async fn reissue(ijkpunt: &Ijkpunt, by: UserId, id: CertificateId, reason: &str) -> Result<CertificateId, CertificateRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let enrolment = lock(&tx, find_valid(&tx, id).await?.enrolment_id).await?.ok_or(CertificateRefusal::NotValid)?;
    // Somebody else may have changed it while we waited for the lock.
    let old = find_valid(&tx, id).await?;
    supersede(&tx, now, &old, Some(by), reason).await?;
    let new = issue(ijkpunt, &tx, now, By::User(by), &enrolment, old.part, Some(&old)).await?;
    follow(&tx, now, &enrolment).await?;
    tx.commit().await?;
    Ok(new)
}

/// Takes the paper back. Whoever verifies it sees so at once.
pub async fn revoke(ijkpunt: &Ijkpunt, by: UserId, id: CertificateId, reason: &str) -> Result<(), CertificateRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let old = find_valid(&tx, id).await?;
    if !change_status(&tx, now, &old, CertificateStatus::Revoked, Some(by), reason).await? {
        return Err(CertificateRefusal::NotValid);
    }
    record(&tx, now, By::User(by), "certificate.revoked", &old, reason).await?;
    jobs::enqueue(&tx, now, &Job::SettleTrajectory { candidate_id: old.candidate_id }, None).await?;
    tx.commit().await?;
    Ok(())
}

async fn issue(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: By,
    enrolment: &enrolments::Model,
    part: Option<Part>,
    replaces: Option<&certificates::Model>,
) -> Result<CertificateId, DbErr> {
    let id = CertificateId::new();
    let issued_on = belgian_date(now);
    let serial = next_number(tx, &format!("certificate-{}", issued_on.year())).await?;
    let number = rules::number(issued_on.year(), serial);
    let candidate = candidates::Entity::find_by_id(enrolment.candidate_id).one(tx).await?;
    let candidate = candidate.ok_or_else(|| DbErr::RecordNotFound(format!("candidate {}", enrolment.candidate_id)))?;
    let agency = agencies::Entity::find_by_id(enrolment.agency_id).one(tx).await?;
    let agency = agency.ok_or_else(|| DbErr::RecordNotFound(format!("agency {}", enrolment.agency_id)))?;
    let mut skills = skills(&outcome::store::in_force(tx, enrolment.id).await?);
    skills.retain(|skill| part.is_none_or(|part| skill.part == part));
    let name = |column, sealed: &[u8]| {
        let place = Place { table: "candidates", column, row: candidate.id.0 };
        ijkpunt.keys.open(place, sealed).map_err(|error| DbErr::Custom(error.to_string()))
    };
    let body = Body {
        verify_url: format!("{}/verify/{number}", ijkpunt.config.public_origin),
        given_names: name("given_names_enc", &candidate.given_names_enc)?,
        family_name: name("family_name_enc", &candidate.family_name_enc)?,
        birth_date: candidate.birth_date,
        purpose: purpose_name(tx, enrolment).await?,
        agency: agency.name.clone(),
        issued_on,
        skills,
        part_only: part.is_some(),
        sample: ijkpunt.config.demo || store::is_sample(tx, enrolment.id).await?,
        replaces: replaces.map(|old| old.number.clone()),
        number,
    };
    let text = serde_json::to_string(&body).map_err(|error| DbErr::Custom(error.to_string()))?;
    let levels: serde_json::Map<String, serde_json::Value> =
        body.skills.iter().map(|skill| (skill.part.as_str().to_owned(), json!(skill.level))).collect();
    let row = certificates::Model {
        id,
        number: body.number.clone(),
        enrolment_id: enrolment.id,
        candidate_id: enrolment.candidate_id,
        agency_id: enrolment.agency_id,
        part,
        body_enc: ijkpunt.keys.seal(store::place(id), &text),
        purpose: enrolment.purpose.clone(),
        levels: levels.into(),
        issued_at: now,
        status: CertificateStatus::Valid,
        supersedes_id: replaces.map(|old| old.id),
        status_changed_at: None,
        status_changed_by: None,
        status_reason: None,
    };
    certificates::Entity::insert(certificates::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    credentials::actions::attach(ijkpunt, tx, now, &agency, &row, &body).await?;
    record(tx, now, by, "certificate.issued", &row, "").await?;
    mail::actions::send_certificate(ijkpunt, tx, now, &candidate, &row, &body).await?;
    Ok(id)
}

/// The best passed result of each part, in the order of the parts.
fn skills(results: &[results::Model]) -> Vec<Skill> {
    let standing: Vec<outcome::rules::Standing> =
        results.iter().map(|row| outcome::rules::Standing { part: row.part, level: row.level, passed: row.passed }).collect();
    let levels = outcome::rules::levels(&standing);
    let sat_on = |part, level| results.iter().filter(|row| row.part == part && row.level == level).map(|row| row.sat_on).min();
    let band = |part, level| results.iter().find(|row| row.part == part && row.level == level).and_then(|row| row.band);
    levels
        .into_iter()
        .filter_map(|(part, level)| Some(Skill { part, level, band: band(part, level), sat_on: sat_on(part, level)? }))
        .collect()
}

/// The purpose as the rule of the enrolment names it in Dutch, the language of the paper.
async fn purpose_name(tx: &DatabaseTransaction, enrolment: &enrolments::Model) -> Result<String, DbErr> {
    let rule = policy::rule::<serde_json::Value>(tx, enrolment.purpose_rule_id).await?;
    let name = rule.as_ref().and_then(|rule| rule.body.pointer("/name/nl")).and_then(|name| name.as_str());
    Ok(name.unwrap_or(&enrolment.purpose).to_owned())
}

/// Papers of one enrolment are made one after the other. SQLite has one writer at a time as it is.
async fn lock(tx: &DatabaseTransaction, id: EnrolmentId) -> Result<Option<enrolments::Model>, DbErr> {
    let mut found = enrolments::Entity::find_by_id(id);
    if tx.get_database_backend() != DbBackend::Sqlite {
        found = found.lock_exclusive();
    }
    found.one(tx).await
}

async fn find_valid(tx: &DatabaseTransaction, id: CertificateId) -> Result<certificates::Model, CertificateRefusal> {
    let row = certificates::Entity::find_by_id(id).one(tx).await?;
    row.filter(|row| row.status == CertificateStatus::Valid).ok_or(CertificateRefusal::NotValid)
}

async fn supersede(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    old: &certificates::Model,
    by: Option<UserId>,
    reason: &str,
) -> Result<(), DbErr> {
    // The enrolment is locked and the paper was read as valid in this transaction, so that it still is.
    change_status(tx, now, old, CertificateStatus::Superseded, by, reason).await?;
    record(tx, now, by.map_or(By::System, By::User), "certificate.superseded", old, reason).await
}

/// Answers whether the paper was still valid.
async fn change_status(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    old: &certificates::Model,
    to: CertificateStatus,
    by: Option<UserId>,
    reason: &str,
) -> Result<bool, DbErr> {
    let changed = certificates::Entity::update_many()
        .col_expr(certificates::Column::Status, Expr::value(to))
        .col_expr(certificates::Column::StatusChangedAt, Expr::value(now))
        .col_expr(certificates::Column::StatusChangedBy, Expr::value(by))
        .col_expr(certificates::Column::StatusReason, Expr::value(reason.to_owned()))
        .filter(certificates::Column::Id.eq(old.id))
        .filter(certificates::Column::Status.eq(CertificateStatus::Valid))
        .exec(tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Decisions rest on papers, so that they are looked at again.
async fn follow(tx: &DatabaseTransaction, now: DateTime<Utc>, enrolment: &enrolments::Model) -> Result<(), DbErr> {
    jobs::enqueue(tx, now, &Job::SettleTrajectory { candidate_id: enrolment.candidate_id }, None).await
}

async fn record(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: By,
    action: &'static str,
    row: &certificates::Model,
    reason: &str,
) -> Result<(), DbErr> {
    let detail = json!({ "number": row.number, "reason": reason });
    audit::record(tx, now, audit::Entry::of(by, action, ("certificate", Some(row.id.0))).at(row.agency_id).with(detail)).await
}
