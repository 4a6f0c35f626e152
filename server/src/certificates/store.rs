//! Reading certificates.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::rules::{Body, Latest};
use crate::crypto::{Keys, Place};
use crate::entity::enums::{CertificateStatus, Level, Part};
use crate::entity::{attempts, certificates, forms};
use crate::ids::{CandidateId, CertificateId, EnrolmentId};

pub const fn place(id: CertificateId) -> Place {
    Place { table: "certificates", column: "body_enc", row: id.0 }
}

/// What the paper says.
pub fn open(keys: &Keys, row: &certificates::Model) -> Result<Body, DbErr> {
    let text = keys.open(place(row.id), &row.body_enc).map_err(|error| DbErr::Custom(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| DbErr::Type(format!("certificate {}: {error}", row.id)))
}

pub fn levels(row: &certificates::Model) -> Result<BTreeMap<Part, Level>, DbErr> {
    serde_json::from_value(row.levels.clone()).map_err(|error| DbErr::Type(format!("levels of certificate {}: {error}", row.id)))
}

pub async fn by_number(db: &impl ConnectionTrait, number: &str) -> Result<Option<certificates::Model>, DbErr> {
    certificates::Entity::find().filter(certificates::Column::Number.eq(number)).one(db).await
}

/// The paper of an enrolment that was issued last, about the whole or about one part.
pub async fn latest(
    db: &impl ConnectionTrait,
    enrolment_id: EnrolmentId,
    part: Option<Part>,
) -> Result<Option<certificates::Model>, DbErr> {
    let about = part.map_or_else(|| certificates::Column::Part.is_null(), |part| certificates::Column::Part.eq(part));
    certificates::Entity::find()
        .filter(certificates::Column::EnrolmentId.eq(enrolment_id))
        .filter(about)
        .order_by_desc(certificates::Column::IssuedAt)
        .order_by_desc(certificates::Column::Id)
        .one(db)
        .await
}

/// The parts of an enrolment about which there is a paper of their own.
pub async fn certified_parts(db: &impl ConnectionTrait, enrolment_id: EnrolmentId) -> Result<BTreeSet<Part>, DbErr> {
    let papers = certificates::Entity::find()
        .filter(certificates::Column::EnrolmentId.eq(enrolment_id))
        .filter(certificates::Column::Part.is_not_null())
        .all(db)
        .await?;
    Ok(papers.into_iter().filter_map(|paper| paper.part).collect())
}

pub fn as_latest(row: &certificates::Model) -> Result<Latest, DbErr> {
    let revoked_by_hand = row.status == CertificateStatus::Revoked && row.status_changed_by.is_some();
    Ok(Latest { status: row.status, levels: levels(row)?, revoked_by_hand })
}

/// All papers of a candidate, newest first.
pub async fn of_candidate(db: &impl ConnectionTrait, candidate_id: CandidateId) -> Result<Vec<certificates::Model>, DbErr> {
    certificates::Entity::find()
        .filter(certificates::Column::CandidateId.eq(candidate_id))
        .order_by_desc(certificates::Column::IssuedAt)
        .order_by_desc(certificates::Column::Id)
        .all(db)
        .await
}

/// Whether any test of the enrolment was made of sample items.
pub async fn is_sample(db: &impl ConnectionTrait, enrolment_id: EnrolmentId) -> Result<bool, DbErr> {
    let attempts = attempts::Entity::find().filter(attempts::Column::EnrolmentId.eq(enrolment_id)).all(db).await?;
    let forms = attempts.into_iter().map(|attempt| attempt.form_id);
    let sample = forms::Entity::find().filter(forms::Column::Id.is_in(forms)).filter(forms::Column::Sample.eq(true)).one(db).await?;
    Ok(sample.is_some())
}
