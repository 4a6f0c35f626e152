//! Stepping in while candidates work: pause, resume, extra time, another kiosk, the end.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::actions::{expected, give_code, running, take_seat};
use super::{Refusal, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::delivery::rules::{deadline_after_pause, is_closed};
use crate::delivery::{actions as delivery, store as attempts_store};
use crate::entity::enums::{AttemptStatus, SessionStatus};
use crate::entity::{attempts, presence, sittings, test_sessions};
use crate::ids::{BookingId, KioskId, SessionId, UserId};

/// Why an attempt is paused: the whole room is, or only this candidate.
const ROOM: &str = "room";
const CANDIDATE: &str = "candidate";

/// Stops every clock in the room: a fire alarm.
pub async fn pause_room(ijkpunt: &Ijkpunt, by: UserId, id: SessionId, reason: &str) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let session = running(&tx, id).await?;
    set_session(&tx, id, SessionStatus::Open, SessionStatus::Paused).await?;
    attempts::Entity::update_many()
        .col_expr(attempts::Column::Status, Expr::value(AttemptStatus::Paused))
        .col_expr(attempts::Column::PausedAt, Expr::value(now))
        .col_expr(attempts::Column::PausedReason, Expr::value(ROOM))
        .filter(attempts::Column::SessionId.eq(id))
        .filter(attempts::Column::Status.eq(AttemptStatus::Running))
        .exec(&tx)
        .await?;
    store::note(&tx, now, (id, None), "room-paused", reason, Some(by)).await?;
    audit::record(&tx, now, Entry::of(By::User(by), "session.paused", ("session", Some(id.0))).at(session.agency_id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets everybody go on who was stopped with the room, and gives the time back.
pub async fn resume_room(ijkpunt: &Ijkpunt, by: UserId, id: SessionId) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let session = running(&tx, id).await?;
    set_session(&tx, id, SessionStatus::Paused, SessionStatus::Open).await?;
    for attempt in store::attempts_in(&tx, id).await? {
        if attempt.status == AttemptStatus::Paused && attempt.paused_reason.as_deref() == Some(ROOM) {
            let_go_on(&tx, &attempt, now).await?;
        }
    }
    store::note(&tx, now, (id, None), "room-resumed", "", Some(by)).await?;
    audit::record(&tx, now, Entry::of(By::User(by), "session.resumed", ("session", Some(id.0))).at(session.agency_id)).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn pause(ijkpunt: &Ijkpunt, by: UserId, id: BookingId, reason: &str) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let attempt = current(&tx, id).await?;
    let paused = attempts::Entity::update_many()
        .col_expr(attempts::Column::Status, Expr::value(AttemptStatus::Paused))
        .col_expr(attempts::Column::PausedAt, Expr::value(now))
        .col_expr(attempts::Column::PausedReason, Expr::value(CANDIDATE))
        .filter(attempts::Column::Id.eq(attempt.id))
        .filter(attempts::Column::Status.eq(AttemptStatus::Running))
        .exec(&tx)
        .await?;
    if paused.rows_affected == 0 {
        return Err(Refusal::NotRunning);
    }
    trail(&tx, &attempt, by, ("attempt.paused", "paused"), reason, now).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn resume(ijkpunt: &Ijkpunt, by: UserId, id: BookingId) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (_, session) = expected(&tx, id).await?;
    // One candidate alone does not go on while the room is evacuated.
    if session.status == SessionStatus::Paused {
        return Err(Refusal::SessionNotOpen);
    }
    let attempt = current(&tx, id).await?;
    if attempt.status != AttemptStatus::Paused {
        return Err(Refusal::NotRunning);
    }
    let_go_on(&tx, &attempt, now).await?;
    trail(&tx, &attempt, by, ("attempt.resumed", "resumed"), "", now).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives extra time to the attempt that the candidate is at, or is about to begin.
pub async fn give_extra_time(ijkpunt: &Ijkpunt, by: UserId, id: BookingId, minutes: i64, reason: &str) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let attempt = current(&tx, id).await?;
    let seconds = minutes * 60;
    let deadline = attempt.deadline_at.map(|deadline| deadline + Duration::seconds(seconds));
    let given = attempts::Entity::update_many()
        .col_expr(attempts::Column::ExtraSeconds, Expr::value(attempt.extra_seconds + seconds))
        .col_expr(attempts::Column::DeadlineAt, Expr::value(deadline))
        .filter(attempts::Column::Id.eq(attempt.id))
        .filter(attempts::Column::Status.eq(attempt.status))
        .exec(&tx)
        .await?;
    if given.rows_affected == 0 {
        return Err(Refusal::Conflict);
    }
    if deadline.is_some_and(|deadline| deadline > now) {
        before_deadline_again(&tx, &attempt).await?;
    }
    let text = if reason.is_empty() { format!("{minutes} min") } else { format!("{minutes} min: {reason}") };
    trail(&tx, &attempt, by, ("attempt.extra-time", "extra-time"), &text, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Moves a candidate to another kiosk. The old one stops at its next request; the new one starts by a new code.
pub async fn move_to(ijkpunt: &Ijkpunt, by: UserId, id: BookingId, kiosk: KioskId, reason: &str) -> Result<String, Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (booking, session) = expected(&tx, id).await?;
    if booking.kiosk_id == Some(kiosk) {
        return Err(Refusal::Conflict);
    }
    take_seat(&tx, &booking, &session, kiosk).await?;
    let booking = store::booking(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let code = give_code(ijkpunt, &tx, &booking, &session).await?;
    if let Some(sitting) = sittings::Entity::find_by_id(id).one(&tx).await? {
        sittings::Entity::update_many()
            .col_expr(sittings::Column::KioskId, Expr::value(Option::<KioskId>::None))
            .col_expr(sittings::Column::TokenHash, Expr::value(Option::<Vec<u8>>::None))
            .col_expr(sittings::Column::Epoch, Expr::value(sitting.epoch + 1))
            .filter(sittings::Column::BookingId.eq(id))
            .exec(&tx)
            .await?;
    }
    store::note(&tx, now, (session.id, Some(id)), "moved", reason, Some(by)).await?;
    let entry = Entry::of(By::User(by), "booking.moved", ("booking", Some(id.0))).at(session.agency_id);
    audit::record(&tx, now, entry.with(json!({ "kiosk": kiosk }))).await?;
    tx.commit().await?;
    Ok(code)
}

/// Ends the attempt that the candidate is at. What was answered counts.
pub async fn end(ijkpunt: &Ijkpunt, by: UserId, id: BookingId, reason: &str) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let attempt = current(&tx, id).await?;
    if !delivery::close(&tx, &attempt, AttemptStatus::Ended, reason, By::User(by), now).await? {
        return Err(Refusal::Conflict);
    }
    store::note(&tx, now, (attempt.session_id, Some(id)), "ended", reason, Some(by)).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes the whole sitting away: nothing that is not handed in yet counts, and the kiosk stops.
pub async fn annul(ijkpunt: &Ijkpunt, by: UserId, id: BookingId, reason: &str) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let first = current(&tx, id).await?;
    for attempt in attempts_store::attempts_of(&tx, id).await?.iter().filter(|attempt| !is_closed(attempt.status)) {
        delivery::close(&tx, attempt, AttemptStatus::Annulled, reason, By::User(by), now).await?;
    }
    store::note(&tx, now, (first.session_id, Some(id)), "annulled", reason, Some(by)).await?;
    tx.commit().await?;
    Ok(())
}

/// The attempt that the candidate is at, with the session held so that two invigilators act one after the other.
async fn current(tx: &DatabaseTransaction, id: BookingId) -> Result<attempts::Model, Refusal> {
    expected(tx, id).await?;
    let attempts = attempts_store::attempts_of(tx, id).await?;
    let current = attempts_store::current(&attempts).ok_or(Refusal::NotRunning)?;
    attempts_store::lock_attempt(tx, current.id).await?.filter(|attempt| !is_closed(attempt.status)).ok_or(Refusal::NotRunning)
}

async fn let_go_on(tx: &DatabaseTransaction, attempt: &attempts::Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    let deadline = match (attempt.deadline_at, attempt.paused_at) {
        (Some(deadline), Some(paused_at)) => Some(deadline_after_pause(deadline, paused_at, now)),
        (deadline, _) => deadline,
    };
    attempts::Entity::update_many()
        .col_expr(attempts::Column::Status, Expr::value(AttemptStatus::Running))
        .col_expr(attempts::Column::DeadlineAt, Expr::value(deadline))
        .col_expr(attempts::Column::PausedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(attempts::Column::PausedReason, Expr::value(Option::<String>::None))
        .filter(attempts::Column::Id.eq(attempt.id))
        .filter(attempts::Column::Status.eq(AttemptStatus::Paused))
        .exec(tx)
        .await?;
    // A kiosk that is off has been away since before the pause as well: that time was given back now, and is not to be once more.
    presence::Entity::update_many()
        .col_expr(presence::Column::LastSeenAt, Expr::value(now))
        .filter(presence::Column::AttemptId.eq(attempt.id))
        .exec(tx)
        .await?;
    before_deadline_again(tx, attempt).await
}

/// The deadline lies ahead again, so that the next sign of life after it is still to come.
async fn before_deadline_again(tx: &DatabaseTransaction, attempt: &attempts::Model) -> Result<(), DbErr> {
    presence::Entity::update_many()
        .col_expr(presence::Column::AfterDeadlineAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(presence::Column::AttemptId.eq(attempt.id))
        .exec(tx)
        .await
        .map(|_| ())
}

async fn set_session(tx: &DatabaseTransaction, id: SessionId, from: SessionStatus, to: SessionStatus) -> Result<(), Refusal> {
    let changed = test_sessions::Entity::update_many()
        .col_expr(test_sessions::Column::Status, Expr::value(to))
        .filter(test_sessions::Column::Id.eq(id))
        .filter(test_sessions::Column::Status.eq(from))
        .exec(tx)
        .await?;
    if changed.rows_affected == 0 { Err(Refusal::Conflict) } else { Ok(()) }
}

async fn trail(
    tx: &DatabaseTransaction,
    attempt: &attempts::Model,
    by: UserId,
    (action, incident): (&'static str, &str),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    store::note(tx, now, (attempt.session_id, Some(attempt.booking_id)), incident, reason, Some(by)).await?;
    audit::record(tx, now, Entry::of(By::User(by), action, ("attempt", Some(attempt.id.0))).at(attempt.agency_id)).await
}
