//! Reading purposes and enrolments, and how far a candidate is.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::{Purpose, Required, band_of, session_kind};
use crate::db::is_sqlite;
use crate::entity::enums::{AttemptStatus, Band, BookingStatus, Level, Part, RuleKind, SessionKind};
use crate::entity::{attempts, bookings, enrolments, results, test_sessions};
use crate::ids::{CandidateId, EnrolmentId};
use crate::policy::{self, Rule};

pub async fn purpose_at(db: &impl ConnectionTrait, key: &str, on: NaiveDate) -> Result<Option<Rule<Purpose>>, DbErr> {
    policy::rule_at(db, RuleKind::Purpose, key, on).await
}

pub async fn catalogue(db: &impl ConnectionTrait, on: NaiveDate) -> Result<Vec<Rule<Purpose>>, DbErr> {
    policy::rules_at(db, RuleKind::Purpose, on).await
}

pub async fn enrolment(db: &impl ConnectionTrait, id: EnrolmentId) -> Result<Option<enrolments::Model>, DbErr> {
    enrolments::Entity::find_by_id(id).one(db).await
}

/// Makes others wait who would change this enrolment at the same time.
pub async fn lock(tx: &DatabaseTransaction, id: EnrolmentId) -> Result<Option<enrolments::Model>, DbErr> {
    let find = enrolments::Entity::find_by_id(id);
    let find = if is_sqlite(tx) { find } else { find.lock_exclusive() };
    find.one(tx).await
}

pub async fn of_candidate(db: &impl ConnectionTrait, id: CandidateId) -> Result<Vec<enrolments::Model>, DbErr> {
    enrolments::Entity::find().filter(enrolments::Column::CandidateId.eq(id)).order_by_desc(enrolments::Column::CreatedAt).all(db).await
}

/// The levels that an enrolment asks for, as they were fixed when it was made.
pub fn required(enrolment: &enrolments::Model) -> Result<Required, DbErr> {
    serde_json::from_value(enrolment.required.clone()).map_err(|error| DbErr::Type(format!("enrolment {}: {error}", enrolment.id)))
}

pub fn parts_of(booking: &bookings::Model) -> Result<Vec<Part>, DbErr> {
    serde_json::from_value(booking.parts.clone()).map_err(|error| DbErr::Type(format!("booking {}: {error}", booking.id)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    ToBook,
    Waiting,
    Booked,
    /// Sat, and not marked or rated yet.
    Sat,
    Passed,
    NotPassed,
}

/// How far a candidate is with one part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartProgress {
    pub part: Part,
    pub sitting: SessionKind,
    pub band: Option<Band>,
    pub required: Level,
    pub state: PartState,
    /// The level shown last.
    pub level: Option<Level>,
    pub sat_on: Option<NaiveDate>,
    /// When the part will be sat.
    pub starts_at: Option<DateTime<Utc>>,
}

/// The last word on each part: a result that passed, then a seat, then what was sat.
pub async fn progress(db: &impl ConnectionTrait, enrolment: &enrolments::Model) -> Result<Vec<PartProgress>, DbErr> {
    let results = results::Entity::find()
        .filter(results::Column::EnrolmentId.eq(enrolment.id))
        .filter(results::Column::SupersededAt.is_null())
        .order_by_asc(results::Column::DecidedAt)
        .all(db)
        .await?;
    let attempts = attempts::Entity::find()
        .filter(attempts::Column::EnrolmentId.eq(enrolment.id))
        .filter(attempts::Column::Status.ne(AttemptStatus::Annulled))
        .filter(attempts::Column::FinishedAt.is_not_null())
        .all(db)
        .await?;
    let seats = bookings::Entity::find()
        .filter(bookings::Column::EnrolmentId.eq(enrolment.id))
        .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Waiting]))
        .all(db)
        .await?;
    let sessions =
        test_sessions::Entity::find().filter(test_sessions::Column::Id.is_in(seats.iter().map(|seat| seat.session_id))).all(db).await?;
    let mut progress = Vec::new();
    for (part, level) in required(enrolment)? {
        let of_part = |result: &&results::Model| result.part == part;
        let passed = results.iter().filter(of_part).find(|result| result.passed);
        let last = passed.or_else(|| results.iter().rfind(of_part));
        let attempt = attempts.iter().filter(|attempt| attempt.part == part).max_by_key(|attempt| attempt.finished_at);
        let unmarked = attempt.filter(|attempt| !results.iter().any(|result| result.attempt_id == attempt.id));
        let mut seat = None;
        for booking in &seats {
            let session = sessions.iter().find(|session| session.id == booking.session_id);
            let sat_in_it = attempts.iter().any(|attempt| attempt.booking_id == booking.id && attempt.part == part);
            if parts_of(booking)?.contains(&part) && !sat_in_it {
                seat = Some((booking.status, session.map(|session| session.starts_at)));
            }
        }
        let state = match (passed, seat, unmarked, last) {
            (Some(_), ..) => PartState::Passed,
            (None, Some((BookingStatus::Waiting, _)), ..) => PartState::Waiting,
            (None, Some(_), ..) => PartState::Booked,
            (None, None, Some(_), _) => PartState::Sat,
            (None, None, None, Some(_)) => PartState::NotPassed,
            (None, None, None, None) => PartState::ToBook,
        };
        progress.push(PartProgress {
            part,
            sitting: session_kind(part),
            band: band_of(level),
            required: level,
            state,
            level: last.map(|result| result.level),
            sat_on: last.map(|result| result.sat_on),
            starts_at: seat.and_then(|(_, at)| at),
        });
    }
    Ok(progress)
}
