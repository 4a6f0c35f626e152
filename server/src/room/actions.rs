//! Running a session: opening, checking identity, seating, codes, absence, closing.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::{Refusal, rules, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::delivery::{actions as delivery, rules::is_closed, start, store as attempts};
use crate::entity::enums::{AttemptStatus, BookingStatus, IdentityDocument, SessionStatus};
use crate::entity::{bookings, kiosks, test_sessions};
use crate::ids::{BookingId, IncidentId, KioskId, SessionId, UserId};
use crate::psychometrics::runs::actions as analyses;

/// Opens a planned session on its day.
pub async fn open(ijkpunt: &Ijkpunt, by: UserId, id: SessionId) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let session = store::session(&tx, id).await?.ok_or(Refusal::NotFound)?;
    if !rules::may_open(session.starts_at, now) {
        return Err(Refusal::NotToday);
    }
    let opened = test_sessions::Entity::update_many()
        .col_expr(test_sessions::Column::Status, Expr::value(SessionStatus::Open))
        .col_expr(test_sessions::Column::OpenedAt, Expr::value(now))
        .col_expr(test_sessions::Column::OpenedBy, Expr::value(by))
        .filter(test_sessions::Column::Id.eq(id))
        .filter(test_sessions::Column::Status.eq(SessionStatus::Planned))
        .exec(&tx)
        .await?;
    if opened.rows_affected == 0 {
        return Err(Refusal::Conflict);
    }
    audit::record(&tx, now, Entry::of(By::User(by), "session.opened", ("session", Some(id.0))).at(session.agency_id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Closes the session. Whoever did not come is absent; whoever is still at work must be ended first, or is ended now with `end_all`.
pub async fn close(ijkpunt: &Ijkpunt, by: UserId, id: SessionId, end_all: bool) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let session = running(&tx, id).await?;
    let unfinished: Vec<_> = store::attempts_in(&tx, id).await?.into_iter().filter(|attempt| !is_closed(attempt.status)).collect();
    let at_work = unfinished.iter().filter(|attempt| rules::is_at_work(attempt.status)).count();
    if at_work > 0 && !end_all {
        return Err(Refusal::StillBusy { candidates: at_work });
    }
    for attempt in &unfinished {
        delivery::close(&tx, attempt, AttemptStatus::Ended, "session-closed", By::User(by), now).await?;
    }
    bookings::Entity::update_many()
        .col_expr(bookings::Column::Status, Expr::value(BookingStatus::Absent))
        .filter(bookings::Column::SessionId.eq(id))
        .filter(bookings::Column::Status.eq(BookingStatus::Booked))
        .exec(&tx)
        .await?;
    test_sessions::Entity::update_many()
        .col_expr(test_sessions::Column::Status, Expr::value(SessionStatus::Closed))
        .col_expr(test_sessions::Column::ClosedAt, Expr::value(now))
        .filter(test_sessions::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    analyses::after_session(&tx, now, &session).await?;
    audit::record(&tx, now, Entry::of(By::User(by), "session.closed", ("session", Some(id.0))).at(session.agency_id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Notes which document was shown. A check that is there already is replaced only when that is said.
pub async fn check_identity(
    ijkpunt: &Ijkpunt,
    by: UserId,
    id: BookingId,
    document: IdentityDocument,
    number: &str,
    again: bool,
) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (booking, session) = expected(&tx, id).await?;
    if booking.identity_checked_at.is_some() && !again {
        return Err(Refusal::Conflict);
    }
    bookings::Entity::update_many()
        .col_expr(bookings::Column::IdentityDocument, Expr::value(document))
        .col_expr(bookings::Column::IdentityTail, Expr::value(rules::tail(number)))
        .col_expr(bookings::Column::IdentityCheckedAt, Expr::value(now))
        .col_expr(bookings::Column::IdentityCheckedBy, Expr::value(by))
        .filter(bookings::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    let entry = Entry::of(By::User(by), "booking.identity-checked", ("booking", Some(id.0))).at(session.agency_id);
    audit::record(&tx, now, entry.with(json!({ "document": document, "again": booking.identity_checked_at.is_some() }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a seat at an enrolled kiosk of the site. `instead_of` is the seat that the invigilator saw: another one means somebody was before.
pub async fn seat(ijkpunt: &Ijkpunt, by: UserId, id: BookingId, kiosk: KioskId, instead_of: Option<KioskId>) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (booking, session) = expected(&tx, id).await?;
    if booking.kiosk_id != instead_of {
        return Err(Refusal::Conflict);
    }
    if booking.code_used_at.is_some() {
        return Err(Refusal::AlreadyStarted);
    }
    take_seat(&tx, &booking, &session, kiosk).await?;
    let entry = Entry::of(By::User(by), "booking.seated", ("booking", Some(id.0))).at(session.agency_id);
    audit::record(&tx, now, entry.with(json!({ "kiosk": kiosk }))).await?;
    tx.commit().await?;
    Ok(())
}

/// A fresh one-time code for a candidate whose identity was checked and who has a seat. An earlier code ends.
pub async fn new_code(ijkpunt: &Ijkpunt, by: UserId, id: BookingId) -> Result<String, Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (booking, session) = expected(&tx, id).await?;
    let code = give_code(ijkpunt, &tx, &booking, &session).await?;
    audit::record(&tx, now, Entry::of(By::User(by), "booking.code-given", ("booking", Some(id.0))).at(session.agency_id)).await?;
    tx.commit().await?;
    Ok(code)
}

/// Fresh codes for everybody who is seated, checked and has not started: what the tickets are printed from.
pub async fn codes_for_room(ijkpunt: &Ijkpunt, by: UserId, id: SessionId) -> Result<Vec<(bookings::Model, String)>, Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let session = running(&tx, id).await?;
    let mut codes = Vec::new();
    for booking in store::bookings_of(&tx, id).await? {
        if booking.code_used_at.is_none() && booking.kiosk_id.is_some() && booking.identity_checked_at.is_some() {
            let code = give_code(ijkpunt, &tx, &booking, &session).await?;
            codes.push((booking, code));
        }
    }
    let entry = Entry::of(By::User(by), "session.codes-printed", ("session", Some(id.0))).at(session.agency_id);
    audit::record(&tx, now, entry.with(json!({ "codes": codes.len() }))).await?;
    tx.commit().await?;
    Ok(codes)
}

pub async fn mark_absent(ijkpunt: &Ijkpunt, by: UserId, id: BookingId) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (booking, session) = expected(&tx, id).await?;
    if booking.status == BookingStatus::Attended {
        return Err(Refusal::AlreadyStarted);
    }
    let marked = bookings::Entity::update_many()
        .col_expr(bookings::Column::Status, Expr::value(BookingStatus::Absent))
        .filter(bookings::Column::Id.eq(id))
        .filter(bookings::Column::Status.eq(BookingStatus::Booked))
        .exec(&tx)
        .await?;
    if marked.rows_affected == 0 {
        return Err(Refusal::Conflict);
    }
    audit::record(&tx, now, Entry::of(By::User(by), "booking.absent", ("booking", Some(id.0))).at(session.agency_id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes an incident into the report.
pub async fn write_incident(
    ijkpunt: &Ijkpunt,
    by: UserId,
    id: SessionId,
    booking: Option<BookingId>,
    text: &str,
) -> Result<IncidentId, Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let session = store::session(&tx, id).await?.ok_or(Refusal::NotFound)?;
    if let Some(booking) = booking {
        store::booking(&tx, booking).await?.filter(|booking| booking.session_id == id).ok_or(Refusal::NotFound)?;
    }
    let incident = store::note(&tx, now, (id, booking), "written", text, Some(by)).await?;
    let entry = Entry::of(By::User(by), "incident.written", ("incident", Some(incident.0))).at(session.agency_id);
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(incident)
}

/// The session, held, when it is open or paused.
pub(super) async fn running(tx: &DatabaseTransaction, id: SessionId) -> Result<test_sessions::Model, Refusal> {
    let session = store::lock_session(tx, id).await?.ok_or(Refusal::NotFound)?;
    if rules::is_running(session.status) { Ok(session) } else { Err(Refusal::SessionNotOpen) }
}

/// A booking of an open session, and that session, held.
pub(super) async fn expected(tx: &DatabaseTransaction, id: BookingId) -> Result<(bookings::Model, test_sessions::Model), Refusal> {
    let session = store::booking(tx, id).await?.ok_or(Refusal::NotFound)?.session_id;
    let session = running(tx, session).await?;
    // Read again now that the session is held: what was read before may have changed.
    let booking = store::booking(tx, id).await?.ok_or(Refusal::NotFound)?;
    match booking.status {
        BookingStatus::Booked | BookingStatus::Attended | BookingStatus::Absent => Ok((booking, session)),
        BookingStatus::Waiting | BookingStatus::Cancelled => Err(Refusal::NotFound),
    }
}

/// Puts the booking at a kiosk that is enrolled, of this site, and free.
pub(super) async fn take_seat(
    tx: &DatabaseTransaction,
    booking: &bookings::Model,
    session: &test_sessions::Model,
    kiosk: KioskId,
) -> Result<(), Refusal> {
    let found = kiosks::Entity::find_by_id(kiosk).one(tx).await?.filter(|kiosk| kiosk.site_id == session.site_id);
    let found = found.ok_or(Refusal::NotFound)?;
    if found.public_key.is_none() || found.revoked_at.is_some() {
        return Err(Refusal::KioskNotUsable);
    }
    for other in store::bookings_of(tx, session.id).await? {
        if other.id != booking.id && other.kiosk_id == Some(kiosk) && !is_done(tx, &other).await? {
            return Err(Refusal::SeatTaken);
        }
    }
    // A neighbouring session may use the same machines.
    if start::is_busy(tx, kiosk, booking.id).await? {
        return Err(Refusal::SeatTaken);
    }
    bookings::Entity::update_many()
        .col_expr(bookings::Column::KioskId, Expr::value(kiosk))
        .col_expr(bookings::Column::CodeHash, Expr::value(Option::<Vec<u8>>::None))
        .filter(bookings::Column::Id.eq(booking.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Did not come, or has finished everything.
async fn is_done(tx: &DatabaseTransaction, booking: &bookings::Model) -> Result<bool, DbErr> {
    if booking.status == BookingStatus::Absent {
        return Ok(true);
    }
    let attempts = attempts::attempts_of(tx, booking.id).await?;
    Ok(!attempts.is_empty() && attempts.iter().all(|attempt| is_closed(attempt.status)))
}

/// Draws a code that no other unused one equals, and keeps its hash.
pub(super) async fn give_code(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    booking: &bookings::Model,
    session: &test_sessions::Model,
) -> Result<String, Refusal> {
    if booking.identity_checked_at.is_none() {
        return Err(Refusal::IdentityNotChecked);
    }
    if booking.kiosk_id.is_none() {
        return Err(Refusal::NotSeated);
    }
    let expires = session.ends_at.max(ijkpunt.clock.now()) + rules::CODE_AFTER_END;
    let code = free_code(ijkpunt, tx).await?;
    bookings::Entity::update_many()
        .col_expr(bookings::Column::CodeHash, Expr::value(start::code_hash(ijkpunt, &code)))
        .col_expr(bookings::Column::CodeExpiresAt, Expr::value(expires))
        .col_expr(bookings::Column::CodeUsedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(
            bookings::Column::Status,
            Expr::value(if booking.status == BookingStatus::Absent { BookingStatus::Booked } else { booking.status }),
        )
        .filter(bookings::Column::Id.eq(booking.id))
        .exec(tx)
        .await?;
    Ok(code)
}

async fn free_code(ijkpunt: &Ijkpunt, tx: &DatabaseTransaction) -> Result<String, DbErr> {
    loop {
        let code = rules::spell(rand::random_range(0..1_000_000));
        let taken = bookings::Entity::find().filter(bookings::Column::CodeHash.eq(start::code_hash(ijkpunt, &code))).one(tx).await?;
        if taken.is_none() {
            return Ok(code);
        }
    }
}
