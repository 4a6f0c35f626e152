//! Kiosks that are not heard: their attempts are paused by themselves, as the `room` setting says, and go on when the kiosk is heard again.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::rules::{self, RoomSetting};
use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::clock::belgian_date;
use crate::db::begin_write;
use crate::delivery::rules::deadline_after_pause;
use crate::delivery::store as attempts_store;
use crate::delivery::writer::Saved;
use crate::entity::enums::{AttemptStatus, RuleKind, SessionStatus};
use crate::entity::{attempts, presence};
use crate::ids::AttemptId;
use crate::policy;

/// Why an attempt is paused: its kiosk was not heard.
pub const UNSEEN: &str = "unseen";

/// The setting of a day. A database that was made before there was one pauses nothing and opens nothing again.
pub async fn setting(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<RoomSetting, DbErr> {
    let rule = policy::rule_at::<RoomSetting>(db, RuleKind::Setting, "room", belgian_date(now)).await?;
    Ok(rule.map_or(RoomSetting { pause_unseen_after_seconds: 0, reopen_within_minutes: 0 }, |rule| rule.body))
}

/// Pauses what has not been heard for too long, from the moment at which it was heard last. What is past its deadline is left to end.
pub async fn pause_unseen(ijkpunt: &Ijkpunt) -> Result<usize, DbErr> {
    let now = ijkpunt.clock.now();
    let seconds = setting(&ijkpunt.db, now).await?.pause_unseen_after_seconds;
    if seconds <= 0 {
        return Ok(0);
    }
    let silent_since = now - Duration::seconds(seconds);
    let running = attempts::Entity::find()
        .filter(attempts::Column::Status.eq(AttemptStatus::Running))
        .filter(attempts::Column::DeadlineAt.gt(now))
        .filter(attempts::Column::StartedAt.lt(silent_since))
        .all(&ijkpunt.db)
        .await?;
    let heard: std::collections::HashSet<AttemptId> = presence::Entity::find()
        .filter(presence::Column::AttemptId.is_in(running.iter().map(|attempt| attempt.id)))
        .filter(presence::Column::LastSeenAt.gte(silent_since))
        .all(&ijkpunt.db)
        .await?
        .into_iter()
        .map(|row| row.attempt_id)
        .collect();
    let mut paused = 0;
    for attempt in running.iter().filter(|attempt| !heard.contains(&attempt.id)) {
        paused += usize::from(pause(ijkpunt, attempt.id, silent_since, now).await?);
    }
    Ok(paused)
}

async fn pause(ijkpunt: &Ijkpunt, id: AttemptId, silent_since: DateTime<Utc>, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let tx = begin_write(&ijkpunt.db).await?;
    // It may have been heard, paused or ended in between.
    let Some(attempt) = attempts_store::lock_attempt(&tx, id).await? else { return Ok(false) };
    let Some(started) = attempt.started_at.filter(|_| attempt.status == AttemptStatus::Running) else { return Ok(false) };
    let heard = attempts_store::presence_of(&tx, id).await?.map_or(started, |row| row.last_seen_at.max(started));
    if heard >= silent_since {
        return Ok(false);
    }
    attempts::Entity::update_many()
        .col_expr(attempts::Column::Status, Expr::value(AttemptStatus::Paused))
        .col_expr(attempts::Column::PausedAt, Expr::value(heard))
        .col_expr(attempts::Column::PausedReason, Expr::value(UNSEEN))
        .filter(attempts::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    trail(&tx, &attempt, ("attempt.paused", "paused-unseen"), "", now).await?;
    tx.commit().await?;
    Ok(true)
}

/// The kiosk of a paused attempt was heard: the clock runs again, and the time in which nobody could work is given back. While the whole room
/// is paused, this one is paused with it.
pub async fn heard_again(ijkpunt: &Ijkpunt, id: AttemptId, at_work: Duration, saved: Saved) -> Result<Saved, DbErr> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let Some(attempt) = attempts_store::lock_attempt(&tx, id).await? else { return Ok(saved) };
    let paused_at =
        attempt.paused_at.filter(|_| attempt.status == AttemptStatus::Paused && attempt.paused_reason.as_deref() == Some(UNSEEN));
    let (Some(paused_at), Some(session)) = (paused_at, store::session(&tx, attempt.session_id).await?) else { return Ok(saved) };
    let given = rules::given_back(now - paused_at, at_work);
    if session.status == SessionStatus::Paused {
        attempts::Entity::update_many()
            .col_expr(attempts::Column::PausedAt, Expr::value(now - given))
            .col_expr(attempts::Column::PausedReason, Expr::value("room"))
            .filter(attempts::Column::Id.eq(id))
            .exec(&tx)
            .await?;
    } else {
        let deadline = attempt.deadline_at.map(|deadline| deadline_after_pause(deadline, now - given, now));
        attempts::Entity::update_many()
            .col_expr(attempts::Column::Status, Expr::value(AttemptStatus::Running))
            .col_expr(attempts::Column::DeadlineAt, Expr::value(deadline))
            .col_expr(attempts::Column::PausedAt, Expr::value(Option::<DateTime<Utc>>::None))
            .col_expr(attempts::Column::PausedReason, Expr::value(Option::<String>::None))
            .filter(attempts::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        presence::Entity::update_many()
            .col_expr(presence::Column::AfterDeadlineAt, Expr::value(Option::<DateTime<Utc>>::None))
            .filter(presence::Column::AttemptId.eq(id))
            .exec(&tx)
            .await?;
    }
    trail(&tx, &attempt, ("attempt.resumed", "heard-again"), &format!("+{} s", given.num_seconds()), now).await?;
    let stands = attempts_store::attempt(&tx, id).await?.unwrap_or(attempt);
    tx.commit().await?;
    Ok(Saved { timing: attempts_store::timing(&stands, None), paused_reason: stands.paused_reason, at: now, ..saved })
}

async fn trail(
    tx: &DatabaseTransaction,
    attempt: &attempts::Model,
    (action, incident): (&'static str, &str),
    text: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    store::note(tx, now, (attempt.session_id, Some(attempt.booking_id)), incident, text, None).await?;
    let entry = Entry::of(By::System, action, ("attempt", Some(attempt.id.0))).at(attempt.agency_id);
    audit::record(tx, now, entry.with(json!({ "reason": UNSEEN }))).await
}
