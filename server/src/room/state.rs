//! The room as the invigilator sees it. It holds nothing that changes by itself from second to second (moments instead of seconds left), so
//! that it is sent again only when something happened.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Refusal, names, rules, store};
use crate::app::Ijkpunt;
use crate::delivery::rules::is_closed;
use crate::entity::enums::{AttemptStatus, Band, BookingStatus, IdentityDocument, Part, SessionKind, SessionStatus};
use crate::entity::{agencies, attempts, bookings, candidates, presence, sites, test_sessions, users};
use crate::ids::{AgencyId, AttemptId, BookingId, IncidentId, KioskId, SessionId};
use crate::kiosks::store as kiosk_store;

#[derive(Serialize, ToSchema)]
pub struct RoomSession {
    pub id: SessionId,
    pub agency_id: AgencyId,
    pub agency: String,
    pub site: String,
    pub room: String,
    pub kind: SessionKind,
    pub band: Option<Band>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: i64,
    pub booked: i64,
    pub status: SessionStatus,
    pub opened_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub struct RoomState {
    pub session: RoomSession,
    pub seats: Vec<Seat>,
    pub kiosks: Vec<RoomKiosk>,
    pub incidents: Vec<RoomIncident>,
}

#[derive(Serialize, ToSchema)]
pub struct Seat {
    pub booking_id: BookingId,
    pub status: BookingStatus,
    pub candidate: SeatedCandidate,
    pub parts: Vec<Part>,
    pub kiosk_id: Option<KioskId>,
    pub identity: Option<CheckedIdentity>,
    pub code: CodeState,
    pub attempts: Vec<SeatAttempt>,
    /// The attempt that the candidate is at or is about to begin.
    pub current: Option<AttemptId>,
    /// Answers that came after the deadline and are kept apart.
    pub late_answers: i64,
}

#[derive(Serialize, ToSchema)]
pub struct SeatedCandidate {
    pub number: String,
    pub name: String,
    pub birth_date: chrono::NaiveDate,
}

#[derive(Serialize, ToSchema)]
pub struct CheckedIdentity {
    pub document: IdentityDocument,
    /// The last characters of the document's number.
    pub tail: String,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    None,
    Given,
    Used,
}

#[derive(Serialize, ToSchema)]
pub struct SeatAttempt {
    pub id: AttemptId,
    pub part: Part,
    pub status: AttemptStatus,
    /// Counted from 0.
    pub position: i64,
    pub items: i64,
    pub answered: i64,
    pub started_at: Option<DateTime<Utc>>,
    pub deadline_at: Option<DateTime<Utc>>,
    pub paused_at: Option<DateTime<Utc>>,
    /// `room`, `candidate`, or `unseen`: paused by itself because the kiosk was not heard.
    pub paused_reason: Option<String>,
    pub time_limit_seconds: i64,
    pub extra_seconds: i64,
    pub finished_at: Option<DateTime<Utc>>,
    /// Heard lately; none before the first sign of life.
    pub connected: Option<bool>,
    /// When a kiosk that is lost was heard last.
    pub lost_since: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub struct RoomKiosk {
    pub id: KioskId,
    pub name: String,
    /// Enrolled and not revoked.
    pub usable: bool,
}

#[derive(Serialize, ToSchema)]
pub struct RoomIncident {
    pub id: IncidentId,
    pub booking_id: Option<BookingId>,
    /// `written`, or what was done: `room-paused`, `extra-time`, `moved`, …
    pub kind: String,
    pub text: String,
    pub at: DateTime<Utc>,
    pub by: Option<String>,
}

pub async fn room(ijkpunt: &Ijkpunt, id: SessionId) -> Result<RoomState, Refusal> {
    let db = &ijkpunt.db;
    let now = ijkpunt.clock.now();
    let session = store::session(db, id).await?.ok_or(Refusal::NotFound)?;
    let bookings = store::bookings_of(db, id).await?;
    let attempts = store::attempts_in(db, id).await?;
    let candidates: HashMap<_, _> = candidates::Entity::find()
        .filter(candidates::Column::Id.is_in(bookings.iter().map(|booking| booking.candidate_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|candidate| (candidate.id, candidate))
        .collect();
    let seen: HashMap<_, _> = presence::Entity::find()
        .filter(presence::Column::AttemptId.is_in(attempts.iter().map(|attempt| attempt.id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.attempt_id, row))
        .collect();
    let counts: HashMap<_, _> = store::counts(db, id).await?.into_iter().map(|row| (row.attempt_id, row)).collect();

    let mut seats = Vec::with_capacity(bookings.len());
    for booking in bookings {
        let candidate = candidates.get(&booking.candidate_id).ok_or(Refusal::NotFound)?;
        let own: Vec<&attempts::Model> = attempts.iter().filter(|attempt| attempt.booking_id == booking.id).collect();
        seats.push(Seat {
            booking_id: booking.id,
            status: booking.status,
            candidate: SeatedCandidate {
                number: candidate.number.clone(),
                name: names::full(&ijkpunt.keys, candidate)?,
                birth_date: candidate.birth_date,
            },
            parts: crate::delivery::store::parts_of(&booking)?,
            kiosk_id: booking.kiosk_id,
            code: code_state(&booking),
            current: own.iter().find(|attempt| !is_closed(attempt.status)).map(|attempt| attempt.id),
            late_answers: own.iter().filter_map(|attempt| counts.get(&attempt.id)).map(|counted| counted.late).sum(),
            attempts: own
                .into_iter()
                .map(|attempt| seat_attempt(attempt, seen.get(&attempt.id), counts.get(&attempt.id).map_or(0, |c| c.answered), now))
                .collect(),
            identity: identity(&booking),
        });
    }
    seats.sort_by(|a, b| a.candidate.name.cmp(&b.candidate.name));
    let kiosks = kiosk_store::kiosks_at(db, session.site_id).await?;
    Ok(RoomState {
        incidents: incidents(ijkpunt, id).await?,
        session: describe(ijkpunt, session).await?,
        seats,
        kiosks: kiosks
            .into_iter()
            .map(|kiosk| RoomKiosk { usable: kiosk.public_key.is_some() && kiosk.revoked_at.is_none(), id: kiosk.id, name: kiosk.name })
            .collect(),
    })
}

pub async fn describe(ijkpunt: &Ijkpunt, session: test_sessions::Model) -> Result<RoomSession, Refusal> {
    let site = sites::Entity::find_by_id(session.site_id).one(&ijkpunt.db).await?.ok_or(Refusal::NotFound)?;
    let agency = agencies::Entity::find_by_id(session.agency_id).one(&ijkpunt.db).await?.ok_or(Refusal::NotFound)?;
    Ok(RoomSession {
        id: session.id,
        agency_id: session.agency_id,
        agency: agency.name,
        site: site.name,
        room: session.room,
        kind: session.kind,
        band: session.band,
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        capacity: session.capacity,
        booked: session.booked,
        status: session.status,
        opened_at: session.opened_at,
        closed_at: session.closed_at,
    })
}

fn code_state(booking: &bookings::Model) -> CodeState {
    match (&booking.code_hash, booking.code_used_at) {
        (_, Some(_)) => CodeState::Used,
        (Some(_), None) => CodeState::Given,
        (None, None) => CodeState::None,
    }
}

fn identity(booking: &bookings::Model) -> Option<CheckedIdentity> {
    Some(CheckedIdentity {
        document: booking.identity_document?,
        tail: booking.identity_tail.clone().unwrap_or_default(),
        at: booking.identity_checked_at?,
    })
}

fn seat_attempt(attempt: &attempts::Model, seen: Option<&presence::Model>, answered: i64, now: DateTime<Utc>) -> SeatAttempt {
    let connected = seen.filter(|_| !is_closed(attempt.status)).map(|seen| rules::is_connected(seen.last_seen_at, seen.heartbeat_ms, now));
    SeatAttempt {
        id: attempt.id,
        part: attempt.part,
        status: attempt.status,
        position: seen.map_or(0, |seen| seen.position),
        items: attempt.item_count,
        answered,
        started_at: attempt.started_at,
        deadline_at: attempt.deadline_at,
        paused_at: attempt.paused_at,
        paused_reason: attempt.paused_reason.clone(),
        time_limit_seconds: attempt.time_limit_seconds,
        extra_seconds: attempt.extra_seconds,
        finished_at: attempt.finished_at,
        lost_since: seen.filter(|_| connected == Some(false)).map(|seen| seen.last_seen_at),
        connected,
    }
}

async fn incidents(ijkpunt: &Ijkpunt, id: SessionId) -> Result<Vec<RoomIncident>, Refusal> {
    let rows = store::incidents_of(&ijkpunt.db, id).await?;
    let people: HashMap<_, _> = users::Entity::find()
        .filter(users::Column::Id.is_in(rows.iter().filter_map(|row| row.by_user)))
        .all(&ijkpunt.db)
        .await?
        .into_iter()
        .map(|user| (user.id, user.display_name))
        .collect();
    Ok(rows
        .into_iter()
        .map(|row| RoomIncident {
            id: row.id,
            booking_id: row.booking_id,
            kind: row.kind,
            text: row.text,
            at: row.at,
            by: row.by_user.and_then(|user| people.get(&user).cloned()),
        })
        .collect())
}
