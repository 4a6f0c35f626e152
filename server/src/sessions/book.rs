//! Giving and cancelling seats, and moving up whoever waits.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::rules;
use super::store;
use crate::agencies;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::clock::{belgian_date, belgian_time};
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::{BookingStatus, EnrolmentStatus, Part, SessionKind};
use crate::entity::{self, bookings, candidates, enrolments, orders, test_sessions};
use crate::fees::{self, actions::FeeRefusal};
use crate::ids::{BookingId, CandidateId, EnrolmentId, SessionId, UserId};
use crate::mail;
use crate::people;
use crate::purposes::{self, store::parts_of};
use crate::results;

/// A seat that somebody wishes for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    pub enrolment_id: EnrolmentId,
    /// Absent: every part that the purpose needs in this session and that is not passed yet.
    #[serde(default)]
    pub parts: Option<Vec<Part>>,
    /// Take a place on the waiting list when the session is full.
    #[serde(default)]
    pub waiting_list: bool,
}

/// A seat or a place on the waiting list, and the order that was made with it.
#[derive(Clone, Debug)]
pub struct Booked {
    pub booking: bookings::Model,
    pub order: Option<orders::Model>,
}

#[derive(Clone, Debug)]
pub struct Cancelled {
    pub booking: bookings::Model,
    /// Who waited first and has the seat now.
    pub moved_up: Option<BookingId>,
}

#[derive(Debug, thiserror::Error)]
pub enum BookRefusal {
    #[error("the session, enrolment or booking is not there")]
    NotFound,
    #[error("the enrolment is closed")]
    EnrolmentClosed,
    #[error("the enrolment is with another agency than the session")]
    OtherAgency,
    #[error("the session takes no bookings any more")]
    NotBookable,
    #[error("there is no seat left")]
    Full { waiting: usize },
    #[error("the purpose needs nothing that is sat in this session")]
    NothingToSit,
    #[error("the candidate has a seat in this session already")]
    AlreadyInSession,
    #[error("the candidate has a seat for this part already")]
    PartAlreadyBooked { session: SessionId },
    #[error("the candidate is elsewhere at that time")]
    Overlap { session: SessionId },
    #[error("the second sitting must be on another day than the first")]
    SameDay,
    #[error(transparent)]
    Gate(#[from] results::gate::GateRefusal),
    #[error("the seat cannot be cancelled any more")]
    NotCancellable,
    #[error("the reason is missing or too long")]
    Reason(people::rules::Fault),
    #[error(transparent)]
    Fee(#[from] FeeRefusal),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Gives a seat, and orders what must still be paid for it.
pub async fn book(ijkpunt: &Ijkpunt, by: UserId, session: SessionId, wish: &Wish) -> Result<Booked, BookRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let enrolment = purposes::store::enrolment(&tx, wish.enrolment_id).await?.ok_or(BookRefusal::NotFound)?;
    // One candidate is booked by one clerk at a time: the checks below then hold until the seat is written.
    people::store::lock(&tx, enrolment.candidate_id).await?.ok_or(BookRefusal::NotFound)?;
    let enrolment = purposes::store::lock(&tx, enrolment.id).await?.ok_or(BookRefusal::NotFound)?;
    let session = store::session(&tx, session).await?.ok_or(BookRefusal::NotFound)?;
    let parts = check(&tx, now, &session, &enrolment, wish.parts.as_deref()).await?;
    let seated = store::take_seat(&tx, session.id).await?;
    if !seated && !wish.waiting_list {
        let waiting = store::waiting(&tx, vec![session.id]).await?.len();
        return Err(BookRefusal::Full { waiting });
    }
    let order = if seated { fees::actions::order_within(&tx, now, by, &enrolment, &parts).await? } else { None };
    let id = BookingId::new();
    let row = bookings::ActiveModel {
        id: Set(id),
        session_id: Set(session.id),
        enrolment_id: Set(enrolment.id),
        candidate_id: Set(enrolment.candidate_id),
        parts: Set(json!(parts)),
        status: Set(if seated { BookingStatus::Booked } else { BookingStatus::Waiting }),
        created_at: Set(now),
        created_by: Set(by),
        ..Default::default()
    };
    match bookings::Entity::insert(row).exec_without_returning(&tx).await {
        Ok(_) => {}
        Err(error) if is_unique_violation(&error) => return Err(BookRefusal::AlreadyInSession),
        Err(error) => return Err(error.into()),
    }
    let action = if seated { "booking.made" } else { "booking.waiting" };
    let entry = Entry::of(By::User(by), action, ("booking", Some(id.0)))
        .at(session.agency_id)
        .with(json!({ "session": session.id, "enrolment": enrolment.id, "parts": parts }));
    audit::record(&tx, now, entry).await?;
    if let Some(order) = &order {
        audit::record(&tx, now, fees::actions::ordered_entry(by, order)).await?;
    }
    let booking = store::booking(&tx, id).await?.ok_or(BookRefusal::NotFound)?;
    tx.commit().await?;
    Ok(Booked { booking, order })
}

/// Everything that must hold before a seat is taken; answers the parts that will be sat.
async fn check(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    session: &test_sessions::Model,
    enrolment: &enrolments::Model,
    wished: Option<&[Part]>,
) -> Result<Vec<Part>, BookRefusal> {
    if enrolment.status != EnrolmentStatus::Open {
        return Err(BookRefusal::EnrolmentClosed);
    }
    if enrolment.agency_id != session.agency_id {
        return Err(BookRefusal::OtherAgency);
    }
    if !rules::takes_bookings(session.status, session.ends_at, now) {
        return Err(BookRefusal::NotBookable);
    }
    let required = purposes::store::required(enrolment)?;
    let mut parts = purposes::rules::parts_in(&required, session.kind, session.band);
    if parts.is_empty() {
        return Err(BookRefusal::NothingToSit);
    }
    let active = store::active_of_candidate(tx, enrolment.candidate_id).await?;
    for (booking, other) in &active {
        if other.id == session.id {
            return Err(BookRefusal::AlreadyInSession);
        }
        // A place on a waiting list takes no time yet.
        if booking.status == BookingStatus::Booked && rules::overlap(store::stretch(session), store::stretch(other)) {
            return Err(BookRefusal::Overlap { session: other.id });
        }
    }
    results::gate::may_book(tx, enrolment.candidate_id, enrolment, session.kind, belgian_date(session.starts_at)).await?;
    let standing = results::store::standing(tx, enrolment.id).await?;
    parts.retain(|part| !standing.iter().any(|result| result.part == *part && result.passed));
    if let Some(wished) = wished {
        parts.retain(|part| wished.contains(part));
    }
    let mut booked_elsewhere = None;
    for (booking, other) in active.iter().filter(|(booking, _)| booking.enrolment_id == enrolment.id) {
        let theirs = parts_of(booking)?;
        if parts.iter().any(|part| theirs.contains(part)) {
            booked_elsewhere = Some(other.id);
        }
        parts.retain(|part| !theirs.contains(part));
    }
    match (parts.is_empty(), booked_elsewhere) {
        (true, Some(session)) => return Err(BookRefusal::PartAlreadyBooked { session }),
        (true, None) => return Err(BookRefusal::NothingToSit),
        _ => {}
    }
    let other_sitting = match session.kind {
        SessionKind::First => Some(SessionKind::Second),
        SessionKind::Second => Some(SessionKind::First),
        _ => None,
    };
    let same_day = active.iter().any(|(booking, other)| {
        booking.enrolment_id == enrolment.id && Some(other.kind) == other_sitting && rules::same_day(other.starts_at, session.starts_at)
    });
    if same_day { Err(BookRefusal::SameDay) } else { Ok(parts) }
}

/// Cancels a seat or a place on the waiting list. The first who waits and still can moves up, in the same transaction.
pub async fn cancel(ijkpunt: &Ijkpunt, by: UserId, booking: &bookings::Model, reason: &str) -> Result<Cancelled, BookRefusal> {
    let now = ijkpunt.clock.now();
    let reason = people::rules::check_reason(reason).map_err(BookRefusal::Reason)?;
    let tx = begin_write(&ijkpunt.db).await?;
    let session = store::session(&tx, booking.session_id).await?.ok_or(BookRefusal::NotFound)?;
    fees::store::lock_orders(&tx, [booking.enrolment_id]).await?;
    let cancelled = bookings::Entity::update_many()
        .col_expr(bookings::Column::Status, Expr::value(BookingStatus::Cancelled))
        .col_expr(bookings::Column::CancelledAt, Expr::value(now))
        .col_expr(bookings::Column::CancelledBy, Expr::value(by))
        .col_expr(bookings::Column::CancelledReason, Expr::value(reason.clone()))
        .filter(bookings::Column::Id.eq(booking.id))
        .filter(bookings::Column::Status.eq(booking.status))
        .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Waiting]))
        // Whoever has been seated with a code is the room's business.
        .filter(bookings::Column::CodeUsedAt.is_null())
        .exec(&tx)
        .await?;
    if cancelled.rows_affected == 0 {
        return Err(BookRefusal::NotCancellable);
    }
    let mut entries = vec![Entry::of(By::User(by), "booking.cancelled", ("booking", Some(booking.id.0))).at(session.agency_id)];
    let mut moved_up = None;
    if booking.status == BookingStatus::Booked {
        store::give_back_seat(&tx, session.id).await?;
        let (moved, more) = move_up(ijkpunt, &tx, now, by, &session).await?;
        moved_up = moved;
        entries.extend(more);
    }
    entries.extend(fees::actions::lapse_unused(&tx, now, by, booking.enrolment_id, &reason).await?);
    // Numbers are drawn before the audit log is written, always in that order, so that two transactions never wait for each other crosswise.
    for entry in entries {
        audit::record(&tx, now, entry).await?;
    }
    let booking = store::booking(&tx, booking.id).await?.ok_or(BookRefusal::NotFound)?;
    tx.commit().await?;
    Ok(Cancelled { booking, moved_up })
}

/// Gives the free seat to the first who waits and still may have it; the others keep their places.
async fn move_up(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: UserId,
    session: &test_sessions::Model,
) -> Result<(Option<BookingId>, Vec<Entry>), BookRefusal> {
    if !rules::takes_bookings(session.status, session.ends_at, now) {
        return Ok((None, Vec::new()));
    }
    for waiting in store::waiting(tx, vec![session.id]).await? {
        let Some(enrolment) = purposes::store::enrolment(tx, waiting.enrolment_id).await? else { continue };
        let elsewhere = store::active_of_candidate(tx, waiting.candidate_id).await?.into_iter().any(|(booking, other)| {
            booking.status == BookingStatus::Booked && rules::overlap(store::stretch(session), store::stretch(&other))
        });
        if elsewhere || enrolment.status != EnrolmentStatus::Open || !store::take_seat(tx, session.id).await? {
            continue;
        }
        let parts = parts_of(&waiting)?;
        let order = fees::actions::order_within(tx, now, by, &enrolment, &parts).await?;
        bookings::Entity::update_many()
            .col_expr(bookings::Column::Status, Expr::value(BookingStatus::Booked))
            .filter(bookings::Column::Id.eq(waiting.id))
            .exec(tx)
            .await?;
        tell(ijkpunt, tx, now, session, waiting.candidate_id).await?;
        let mut entries = vec![Entry::of(By::User(by), "booking.moved_up", ("booking", Some(waiting.id.0))).at(session.agency_id)];
        entries.extend(order.iter().map(|order| fees::actions::ordered_entry(by, order)));
        return Ok((Some(waiting.id), entries));
    }
    Ok((None, Vec::new()))
}

/// Writes to somebody who waited that they have a seat now.
async fn tell(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    session: &test_sessions::Model,
    candidate: CandidateId,
) -> Result<(), DbErr> {
    let Some(row) = candidates::Entity::find_by_id(candidate).one(tx).await? else { return Ok(()) };
    let Some(site) = agencies::store::site(tx, session.site_id).await? else { return Ok(()) };
    let agency = entity::agencies::Entity::find_by_id(session.agency_id).one(tx).await?;
    let agency = agency.map(|agency| agency.name).unwrap_or_default();
    let when = belgian_time(session.starts_at).format("%d/%m/%Y %H:%M").to_string();
    let name = people::store::open(&ijkpunt.keys, row.clone())?.full_name();
    let place = format!("{}, {}", site.name, site.address);
    let text = mail::texts::seat_freed(mail::actions::locale_of(&row), &name, &when, &place, &agency);
    let letter = mail::actions::Letter { agency_id: session.agency_id, certificate_id: None, text };
    mail::actions::write(ijkpunt, tx, now, &row, letter).await
}
