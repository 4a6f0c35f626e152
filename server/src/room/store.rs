//! Reading and holding what the room consists of.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};

use crate::entity::enums::BookingStatus;
use crate::entity::{attempts, bookings, incidents, test_sessions};
use crate::ids::{AgencyId, AttemptId, BookingId, IncidentId, SessionId, UserId};

pub async fn session(db: &impl ConnectionTrait, id: SessionId) -> Result<Option<test_sessions::Model>, DbErr> {
    test_sessions::Entity::find_by_id(id).one(db).await
}

/// Reads a session and holds it until the transaction ends, so that two invigilators act one after the other.
pub async fn lock_session(tx: &DatabaseTransaction, id: SessionId) -> Result<Option<test_sessions::Model>, DbErr> {
    let query = test_sessions::Entity::find_by_id(id);
    match tx.get_database_backend() {
        DbBackend::Sqlite => query.one(tx).await,
        _ => query.lock_exclusive().one(tx).await,
    }
}

pub async fn sessions_between(
    db: &impl ConnectionTrait,
    agencies: &[AgencyId],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<test_sessions::Model>, DbErr> {
    test_sessions::Entity::find()
        .filter(test_sessions::Column::AgencyId.is_in(agencies.to_vec()))
        .filter(test_sessions::Column::StartsAt.gte(from))
        .filter(test_sessions::Column::StartsAt.lt(until))
        .order_by_asc(test_sessions::Column::StartsAt)
        .order_by_asc(test_sessions::Column::Room)
        .all(db)
        .await
}

pub async fn booking(db: &impl ConnectionTrait, id: BookingId) -> Result<Option<bookings::Model>, DbErr> {
    bookings::Entity::find_by_id(id).one(db).await
}

/// Who is expected in the room: those with a seat in the session.
pub async fn bookings_of(db: &impl ConnectionTrait, session: SessionId) -> Result<Vec<bookings::Model>, DbErr> {
    bookings::Entity::find()
        .filter(bookings::Column::SessionId.eq(session))
        .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Attended, BookingStatus::Absent]))
        .order_by_asc(bookings::Column::Id)
        .all(db)
        .await
}

pub async fn attempts_in(db: &impl ConnectionTrait, session: SessionId) -> Result<Vec<attempts::Model>, DbErr> {
    attempts::Entity::find()
        .filter(attempts::Column::SessionId.eq(session))
        .order_by_asc(attempts::Column::BookingId)
        .order_by_asc(attempts::Column::Position)
        .all(db)
        .await
}

pub async fn incidents_of(db: &impl ConnectionTrait, session: SessionId) -> Result<Vec<incidents::Model>, DbErr> {
    incidents::Entity::find().filter(incidents::Column::SessionId.eq(session)).order_by_desc(incidents::Column::At).all(db).await
}

/// Writes into the room's report. `by` is none for what happened by itself.
pub async fn note(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    place: (SessionId, Option<BookingId>),
    kind: &str,
    text: &str,
    by: Option<UserId>,
) -> Result<IncidentId, DbErr> {
    let id = IncidentId::new();
    incidents::Entity::insert(incidents::ActiveModel {
        id: Set(id),
        session_id: Set(place.0),
        booking_id: Set(place.1),
        kind: Set(kind.to_owned()),
        text: Set(text.to_owned()),
        at: Set(now),
        by_user: Set(by),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(id)
}

/// How many questions of an attempt have an answer, and how many answers came too late.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Counted {
    pub attempt_id: AttemptId,
    pub answered: i64,
    pub late: i64,
}

pub async fn counts(db: &impl ConnectionTrait, session: SessionId) -> Result<Vec<Counted>, DbErr> {
    let backend = db.get_database_backend();
    let hole = if backend == DbBackend::Sqlite { "?" } else { "$1" };
    let sql = format!(
        "SELECT n.attempt_id, COUNT(DISTINCT n.position) AS answered, COUNT(CASE WHEN n.late THEN 1 END) AS late
        FROM answers n JOIN attempts a ON a.id = n.attempt_id WHERE a.session_id = {hole} GROUP BY n.attempt_id"
    );
    Counted::find_by_statement(Statement::from_sql_and_values(backend, sql, [session.0.into()])).all(db).await
}
