//! Opening a part again that was handed in or ended: by mistake, or before a kiosk that was off could hand in what was on it.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::actions::expected;
use super::{Refusal, absence, rules, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::delivery::store as attempts_store;
use crate::entity::enums::{AttemptStatus, Part, RatingStatus, SessionStatus};
use crate::entity::{attempts, marks, presence, ratings};
use crate::ids::{BookingId, UserId};

/// Opens the part that ended last, with the time that was left and so many minutes more. Its mark is superseded: another one follows when
/// the part ends again. It goes on at the kiosk where it was, which asks for what is going on there.
pub async fn reopen(ijkpunt: &Ijkpunt, by: UserId, id: BookingId, minutes: i64, reason: &str) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (_, session) = expected(&tx, id).await?;
    if session.status != SessionStatus::Open {
        return Err(Refusal::SessionNotOpen);
    }
    let all = attempts_store::attempts_of(&tx, id).await?;
    if all.iter().any(|attempt| rules::is_at_work(attempt.status)) {
        return Err(Refusal::NextPartBegun);
    }
    let attempt = ended_last(&all).ok_or(Refusal::NothingToReopen)?;
    let within = Duration::minutes(absence::setting(&tx, now).await?.reopen_within_minutes);
    if attempt.finished_at.is_none_or(|finished| now - finished > within) {
        return Err(Refusal::ReopenTooLate);
    }
    let left = rules::left_at_the_end(attempt.deadline_at, attempt.finished_at) + Duration::minutes(minutes);
    if left <= Duration::zero() {
        return Err(Refusal::NoTimeLeft);
    }
    if is_being_rated(&tx, attempt).await? {
        return Err(Refusal::RatedAlready);
    }
    let opened = attempts::Entity::update_many()
        .col_expr(attempts::Column::Status, Expr::value(AttemptStatus::Running))
        .col_expr(attempts::Column::DeadlineAt, Expr::value(now + left))
        .col_expr(attempts::Column::ExtraSeconds, Expr::value(attempt.extra_seconds + minutes * 60))
        .col_expr(attempts::Column::PausedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(attempts::Column::PausedReason, Expr::value(Option::<String>::None))
        .col_expr(attempts::Column::FinishedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(attempts::Column::FinishedReason, Expr::value(Option::<String>::None))
        .filter(attempts::Column::Id.eq(attempt.id))
        .filter(attempts::Column::Status.eq(attempt.status))
        .exec(&tx)
        .await?;
    if opened.rows_affected == 0 {
        return Err(Refusal::Conflict);
    }
    marks::Entity::update_many()
        .col_expr(marks::Column::SupersededAt, Expr::value(now))
        .filter(marks::Column::AttemptId.eq(attempt.id))
        .filter(marks::Column::SupersededAt.is_null())
        .exec(&tx)
        .await?;
    // The kiosk has a moment to be heard before it counts as gone.
    presence::Entity::update_many()
        .col_expr(presence::Column::LastSeenAt, Expr::value(now))
        .col_expr(presence::Column::AfterDeadlineAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(presence::Column::AttemptId.eq(attempt.id))
        .exec(&tx)
        .await?;
    store::note(&tx, now, (session.id, Some(id)), "reopened", reason, Some(by)).await?;
    let entry = Entry::of(By::User(by), "attempt.reopened", ("attempt", Some(attempt.id.0))).at(attempt.agency_id);
    audit::record(&tx, now, entry.with(json!({ "reason": reason, "minutes": minutes, "seconds_left": left.num_seconds() }))).await?;
    tx.commit().await?;
    Ok(())
}

fn ended_last(attempts: &[attempts::Model]) -> Option<&attempts::Model> {
    attempts
        .iter()
        .filter(|attempt| matches!(attempt.status, AttemptStatus::Submitted | AttemptStatus::Ended) && attempt.started_at.is_some())
        // The pre-screening has advised by then; it is free, and sat anew.
        .filter(|attempt| attempt.part != Part::Prescreening)
        .max_by_key(|attempt| attempt.finished_at)
}

/// An examiner who has begun to read must not find another text the next time.
async fn is_being_rated(tx: &DatabaseTransaction, attempt: &attempts::Model) -> Result<bool, Refusal> {
    let begun = ratings::Entity::find()
        .filter(ratings::Column::AttemptId.eq(attempt.id))
        .filter(ratings::Column::Status.is_in([RatingStatus::Claimed, RatingStatus::Submitted]))
        .count(tx)
        .await?;
    Ok(begun > 0)
}
