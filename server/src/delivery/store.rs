//! Reading what a sitting consists of.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::rules::{self, Timing};
use crate::crypto::token_hash;
use crate::entity::enums::{AttemptStatus, Part};
use crate::entity::{answers, attempt_items, attempts, bookings, kiosk_requests, kiosks, presence, sittings};
use crate::ids::{AttemptId, BookingId, KioskId};
use crate::kiosks::signing;

/// The last use of a kiosk is written at most this often.
const TOUCH_AFTER: Duration = Duration::seconds(30);

/// Notes that a signed request is taken; false when it was before.
pub async fn take_once(db: &impl ConnectionTrait, kiosk: KioskId, number: i64) -> Result<bool, DbErr> {
    let taken = kiosk_requests::Entity::insert(kiosk_requests::ActiveModel { kiosk_id: Set(kiosk), number: Set(number) })
        .on_conflict(OnConflict::columns([kiosk_requests::Column::KioskId, kiosk_requests::Column::Number]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(taken > 0)
}

/// Requests whose numbers are too old to be taken need not be known any more.
pub async fn forget_requests(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    let oldest = (now - signing::WINDOW * 2).timestamp_millis();
    kiosk_requests::Entity::delete_many().filter(kiosk_requests::Column::Number.lt(oldest)).exec(db).await.map(|_| ())
}

pub async fn touch_kiosk(db: &impl ConnectionTrait, kiosk: &kiosks::Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    if kiosk.last_seen_at.is_some_and(|seen| now - seen < TOUCH_AFTER) {
        return Ok(());
    }
    kiosks::Entity::update_many()
        .col_expr(kiosks::Column::LastSeenAt, now.into())
        .filter(kiosks::Column::Id.eq(kiosk.id))
        .exec(db)
        .await
        .map(|_| ())
}

pub async fn kiosk(db: &impl ConnectionTrait, id: KioskId) -> Result<Option<kiosks::Model>, DbErr> {
    kiosks::Entity::find_by_id(id).one(db).await
}

/// The sitting that this token opens at this kiosk.
pub async fn sitting_by_token(db: &impl ConnectionTrait, kiosk: KioskId, token: &str) -> Result<Option<sittings::Model>, DbErr> {
    sittings::Entity::find()
        .filter(sittings::Column::TokenHash.eq(token_hash(token)))
        .filter(sittings::Column::KioskId.eq(kiosk))
        .one(db)
        .await
}

/// The attempts of a booking in the order in which they are sat.
pub async fn attempts_of(db: &impl ConnectionTrait, booking: BookingId) -> Result<Vec<attempts::Model>, DbErr> {
    attempts::Entity::find().filter(attempts::Column::BookingId.eq(booking)).order_by_asc(attempts::Column::Position).all(db).await
}

pub async fn attempt(db: &impl ConnectionTrait, id: AttemptId) -> Result<Option<attempts::Model>, DbErr> {
    attempts::Entity::find_by_id(id).one(db).await
}

pub async fn presence_of(db: &impl ConnectionTrait, id: AttemptId) -> Result<Option<presence::Model>, DbErr> {
    presence::Entity::find_by_id(id).one(db).await
}

/// The attempt to sit now: the first that is not closed.
pub fn current(attempts: &[attempts::Model]) -> Option<&attempts::Model> {
    attempts.iter().find(|attempt| !rules::is_closed(attempt.status))
}

pub fn timing(attempt: &attempts::Model, presence: Option<&presence::Model>) -> Timing {
    Timing {
        status: attempt.status,
        time_limit_seconds: attempt.time_limit_seconds,
        extra_seconds: attempt.extra_seconds,
        deadline_at: attempt.deadline_at,
        paused_at: attempt.paused_at,
        after_deadline_at: presence.and_then(|presence| presence.after_deadline_at),
    }
}

/// The answers that count, by position: of each question the one with the highest number that was not late.
pub async fn answers_in_force(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<Vec<answers::Model>, DbErr> {
    let mut rows = answers::Entity::find()
        .filter(answers::Column::AttemptId.eq(attempt))
        .filter(answers::Column::Late.eq(false))
        .order_by_asc(answers::Column::Position)
        .order_by_desc(answers::Column::Seq)
        .all(db)
        .await?;
    rows.dedup_by_key(|row| row.position);
    Ok(rows)
}

/// The answer that counts at one place.
pub async fn answer_in_force(db: &impl ConnectionTrait, attempt: AttemptId, position: i64) -> Result<Option<answers::Model>, DbErr> {
    answers::Entity::find()
        .filter(answers::Column::AttemptId.eq(attempt))
        .filter(answers::Column::Position.eq(position))
        .filter(answers::Column::Late.eq(false))
        .order_by_desc(answers::Column::Seq)
        .one(db)
        .await
}

/// The questions of an attempt, in order.
pub async fn items_of(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<Vec<attempt_items::Model>, DbErr> {
    let of_attempt = attempt_items::Entity::find().filter(attempt_items::Column::AttemptId.eq(attempt));
    of_attempt.order_by_asc(attempt_items::Column::Position).all(db).await
}

/// The highest number that came in, late or not.
pub async fn last_seq(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<i64, DbErr> {
    let last = answers::Entity::find().filter(answers::Column::AttemptId.eq(attempt)).order_by_desc(answers::Column::Seq).one(db).await?;
    Ok(last.map_or(0, |row| row.seq))
}

/// The parts that a booking is for. What is stored is checked when it is booked; an unknown word is a fault of ours.
pub fn parts_of(booking: &bookings::Model) -> Result<Vec<Part>, DbErr> {
    serde_json::from_value(booking.parts.clone()).map_err(|error| DbErr::Type(format!("parts of booking {}: {error}", booking.id)))
}

/// Attempts that are running past their deadline.
pub async fn overdue(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<(attempts::Model, Option<presence::Model>)>, DbErr> {
    let running = attempts::Entity::find()
        .filter(attempts::Column::Status.eq(AttemptStatus::Running))
        .filter(attempts::Column::DeadlineAt.lt(now - rules::TRAVEL))
        .all(db)
        .await?;
    let mut seen: std::collections::HashMap<AttemptId, presence::Model> = presence::Entity::find()
        .filter(presence::Column::AttemptId.is_in(running.iter().map(|attempt| attempt.id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.attempt_id, row))
        .collect();
    Ok(running
        .into_iter()
        .map(|attempt| {
            let presence = seen.remove(&attempt.id);
            (attempt, presence)
        })
        .collect())
}

/// Reads an attempt and holds it until the transaction ends. SQLite has one writer at a time as it is.
pub async fn lock_attempt(tx: &sea_orm::DatabaseTransaction, id: AttemptId) -> Result<Option<attempts::Model>, DbErr> {
    use sea_orm::QuerySelect;
    let query = attempts::Entity::find_by_id(id);
    match tx.get_database_backend() {
        sea_orm::DbBackend::Sqlite => query.one(tx).await,
        _ => query.lock_exclusive().one(tx).await,
    }
}
