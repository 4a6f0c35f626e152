//! Reading results.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::rules::{Required, Sat, Standing};
use crate::clock::belgian_date;
use crate::entity::enums::AttemptStatus;
use crate::entity::{attempts, enrolments, results};
use crate::ids::{CandidateId, EnrolmentId};
use crate::purposes::rules::band_of;

/// What the enrolment's purpose requires, as it was kept when the candidate enrolled.
pub fn required(enrolment: &enrolments::Model) -> Result<Required, DbErr> {
    serde_json::from_value(enrolment.required.clone())
        .map_err(|error| DbErr::Type(format!("required levels of enrolment {}: {error}", enrolment.id)))
}

/// The results in force of an enrolment.
pub async fn in_force(db: &impl ConnectionTrait, enrolment_id: EnrolmentId) -> Result<Vec<results::Model>, DbErr> {
    results::Entity::find()
        .filter(results::Column::EnrolmentId.eq(enrolment_id))
        .filter(results::Column::SupersededAt.is_null())
        .order_by_asc(results::Column::Id)
        .all(db)
        .await
}

pub async fn standing(db: &impl ConnectionTrait, enrolment_id: EnrolmentId) -> Result<Vec<Standing>, DbErr> {
    let rows = in_force(db, enrolment_id).await?;
    Ok(rows.iter().map(|row| Standing { part: row.part, level: row.level, passed: row.passed }).collect())
}

/// What the candidate began to sit, marked or not, in the band that each part needs. Another band is another test, so that it does not
/// make a retake; tests without a band (MO, pre-screening) count whatever the enrolment.
pub async fn sat(db: &impl ConnectionTrait, candidate_id: CandidateId, required: &Required) -> Result<Vec<Sat>, DbErr> {
    let rows = attempts::Entity::find()
        .filter(attempts::Column::CandidateId.eq(candidate_id))
        .filter(attempts::Column::StartedAt.is_not_null())
        .filter(attempts::Column::Status.ne(AttemptStatus::Annulled))
        .all(db)
        .await?;
    let of_band = rows.iter().filter(|row| row.band.is_none() || row.band == required.get(&row.part).and_then(|level| band_of(*level)));
    Ok(of_band.filter_map(|row| row.started_at.map(|at| Sat { part: row.part, on: belgian_date(at) })).collect())
}

/// Every result of a candidate, also superseded ones, newest first.
pub async fn history(db: &impl ConnectionTrait, candidate_id: CandidateId) -> Result<Vec<results::Model>, DbErr> {
    results::Entity::find()
        .filter(results::Column::CandidateId.eq(candidate_id))
        .order_by_desc(results::Column::DecidedAt)
        .order_by_desc(results::Column::Id)
        .all(db)
        .await
}
