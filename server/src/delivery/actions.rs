//! Beginning, submitting and ending an attempt.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::{Refusal, rules, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::enums::{AttemptStatus, SessionStatus};
use crate::entity::{attempts, sittings, test_sessions};
use crate::ids::{AttemptId, KioskId};
use crate::jobs::{self, Job};
use crate::statistics;

/// Starts the clock of the attempt whose turn it is. Doing so twice changes nothing. A kiosk that was without connection when its candidate
/// began says how long `ago` that was, and the clock has run since then.
pub async fn begin(ijkpunt: &Ijkpunt, sitting: &sittings::Model, id: AttemptId, ago: Duration) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let attempts = store::attempts_of(&tx, sitting.booking_id).await?;
    let attempt = attempts.iter().find(|attempt| attempt.id == id).ok_or(Refusal::NotFound)?;
    match attempt.status {
        AttemptStatus::Running | AttemptStatus::Paused => return Ok(()),
        AttemptStatus::Ready => {}
        AttemptStatus::Submitted | AttemptStatus::Ended | AttemptStatus::Annulled => return Err(Refusal::Closed),
    }
    if store::current(&attempts).map(|current| current.id) != Some(id) {
        return Err(Refusal::NotCurrent);
    }
    let session = test_sessions::Entity::find_by_id(attempt.session_id).one(&tx).await?.ok_or(Refusal::NotFound)?;
    match session.status {
        SessionStatus::Open => {}
        SessionStatus::Paused => return Err(Refusal::SessionPaused),
        SessionStatus::Planned | SessionStatus::Closed | SessionStatus::Cancelled => return Err(Refusal::SessionNotOpen),
    }
    // Only a part that follows another can have begun without our knowledge, and not before the one before it did.
    let before = attempts.iter().filter_map(|other| other.started_at).max().unwrap_or(now);
    let started = (now - ago.clamp(Duration::zero(), rules::ABSENCE)).max(before).min(now);
    let deadline = started + Duration::seconds(attempt.time_limit_seconds + attempt.extra_seconds);
    let begun = attempts::Entity::update_many()
        .col_expr(attempts::Column::Status, Expr::value(AttemptStatus::Running))
        .col_expr(attempts::Column::StartedAt, Expr::value(started))
        .col_expr(attempts::Column::DeadlineAt, Expr::value(deadline))
        .filter(attempts::Column::Id.eq(id))
        .filter(attempts::Column::Status.eq(AttemptStatus::Ready))
        .exec(&tx)
        .await?;
    // Somebody begun or annulled it in the same moment; the sitting that is answered next shows which.
    if begun.rows_affected == 0 {
        return Ok(());
    }
    let by = sitting.kiosk_id.map_or(By::System, By::Kiosk);
    audit::record(&tx, now, Entry::of(by, "attempt.begun", ("attempt", Some(id.0))).at(attempt.agency_id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Hands the attempt in. `last_seq` is the highest number that the kiosk has given out: the server must have got it first.
pub async fn submit(ijkpunt: &Ijkpunt, sitting: &sittings::Model, id: AttemptId, last_seq: i64) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let attempt = store::attempt(&tx, id).await?.filter(|attempt| attempt.booking_id == sitting.booking_id).ok_or(Refusal::NotFound)?;
    match attempt.status {
        // A kiosk that did not hear our answer asks again.
        AttemptStatus::Submitted | AttemptStatus::Ended | AttemptStatus::Annulled => return Ok(()),
        AttemptStatus::Ready => return Err(Refusal::NotRunning),
        AttemptStatus::Running | AttemptStatus::Paused => {}
    }
    let got = store::last_seq(&tx, id).await?;
    // What the kiosk took over is no answer of its own.
    if got < last_seq && last_seq > sitting.seq_base {
        return Err(Refusal::AnswersMissing { got, said: last_seq });
    }
    let by = sitting.kiosk_id.map_or(By::System, By::Kiosk);
    close(&tx, &attempt, AttemptStatus::Submitted, "submitted", by, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Closes an attempt and asks for its mark. Answers false when somebody else closed it in the same moment.
pub async fn close(
    tx: &DatabaseTransaction,
    attempt: &attempts::Model,
    to: AttemptStatus,
    reason: &str,
    by: By,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let closed = attempts::Entity::update_many()
        .col_expr(attempts::Column::Status, Expr::value(to))
        .col_expr(attempts::Column::FinishedAt, Expr::value(now))
        .col_expr(attempts::Column::FinishedReason, Expr::value(reason))
        .filter(attempts::Column::Id.eq(attempt.id))
        .filter(attempts::Column::Status.is_in([AttemptStatus::Ready, AttemptStatus::Running, AttemptStatus::Paused]))
        .exec(tx)
        .await?;
    if closed.rows_affected == 0 {
        return Ok(false);
    }
    let action = match to {
        AttemptStatus::Submitted => "attempt.submitted",
        AttemptStatus::Annulled => "attempt.annulled",
        _ => "attempt.ended",
    };
    let entry = Entry::of(by, action, ("attempt", Some(attempt.id.0))).at(attempt.agency_id).with(json!({ "reason": reason }));
    audit::record(tx, now, entry).await?;
    // An attempt that was never begun has nothing to mark.
    if to != AttemptStatus::Annulled && attempt.started_at.is_some() {
        // It was sat, and counts as such before it has a result.
        statistics::live::record(tx, now, attempt, None).await?;
        jobs::enqueue(tx, now, &Job::MarkAttempt { attempt: attempt.id }, Some(format!("mark:{}:{}", attempt.id, now.timestamp_micros())))
            .await?;
    }
    Ok(true)
}

/// Ends what is past its time and has had its chance to come in. Every process that works does this; the guarded update lets one win.
pub async fn end_overdue(ijkpunt: &Ijkpunt) -> Result<usize, DbErr> {
    let now = ijkpunt.clock.now();
    let mut ended = 0;
    for (attempt, presence) in store::overdue(&ijkpunt.db, now).await? {
        if rules::may_be_ended(&store::timing(&attempt, presence.as_ref()), now) && end_if_still_overdue(ijkpunt, attempt.id).await? {
            ended += 1;
        }
    }
    Ok(ended)
}

async fn end_if_still_overdue(ijkpunt: &Ijkpunt, id: AttemptId) -> Result<bool, DbErr> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    // Extra time or a pause may have come in between: what was read before the transaction does not count.
    let Some(attempt) = store::lock_attempt(&tx, id).await? else { return Ok(false) };
    let presence = store::presence_of(&tx, id).await?;
    if !rules::may_be_ended(&store::timing(&attempt, presence.as_ref()), now) {
        return Ok(false);
    }
    let ended = close(&tx, &attempt, AttemptStatus::Ended, "time-up", By::System, now).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The kiosk that a sitting is at, for the audit trail.
pub fn by(kiosk: Option<KioskId>) -> By {
    kiosk.map_or(By::System, By::Kiosk)
}
