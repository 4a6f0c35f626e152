//! Reading sessions and bookings.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::rules::Stretch;
use crate::entity::enums::{BookingStatus, SessionStatus};
use crate::entity::{bookings, test_sessions};
use crate::ids::{BookingId, CandidateId, EnrolmentId, SessionId, SiteId};

/// The states of a booking that stand for somebody who is coming or was there.
pub const HOLDING: [BookingStatus; 3] = [BookingStatus::Booked, BookingStatus::Attended, BookingStatus::Absent];

pub async fn session(db: &impl ConnectionTrait, id: SessionId) -> Result<Option<test_sessions::Model>, DbErr> {
    test_sessions::Entity::find_by_id(id).one(db).await
}

pub async fn sessions(db: &impl ConnectionTrait, ids: Vec<SessionId>) -> Result<Vec<test_sessions::Model>, DbErr> {
    test_sessions::Entity::find().filter(test_sessions::Column::Id.is_in(ids)).all(db).await
}

pub async fn booking(db: &impl ConnectionTrait, id: BookingId) -> Result<Option<bookings::Model>, DbErr> {
    bookings::Entity::find_by_id(id).one(db).await
}

/// A session's bookings in the order in which they were made; those that wait stand in that order too.
pub async fn of_session(db: &impl ConnectionTrait, id: SessionId) -> Result<Vec<bookings::Model>, DbErr> {
    bookings::Entity::find()
        .filter(bookings::Column::SessionId.eq(id))
        .order_by_asc(bookings::Column::CreatedAt)
        .order_by_asc(bookings::Column::Id)
        .all(db)
        .await
}

pub async fn of_candidate(db: &impl ConnectionTrait, id: CandidateId) -> Result<Vec<bookings::Model>, DbErr> {
    bookings::Entity::find()
        .filter(bookings::Column::CandidateId.eq(id))
        .order_by_desc(bookings::Column::CreatedAt)
        .order_by_desc(bookings::Column::Id)
        .all(db)
        .await
}

pub async fn waiting(db: &impl ConnectionTrait, sessions: Vec<SessionId>) -> Result<Vec<bookings::Model>, DbErr> {
    bookings::Entity::find()
        .filter(bookings::Column::SessionId.is_in(sessions))
        .filter(bookings::Column::Status.eq(BookingStatus::Waiting))
        .order_by_asc(bookings::Column::CreatedAt)
        .order_by_asc(bookings::Column::Id)
        .all(db)
        .await
}

/// Seats and places on waiting lists that a candidate has in sessions that are still to be sat.
pub async fn active_of_candidate(
    db: &impl ConnectionTrait,
    id: CandidateId,
) -> Result<Vec<(bookings::Model, test_sessions::Model)>, DbErr> {
    let rows = bookings::Entity::find()
        .filter(bookings::Column::CandidateId.eq(id))
        .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Waiting]))
        .all(db)
        .await?;
    let sessions = sessions(db, rows.iter().map(|booking| booking.session_id).collect()).await?;
    let pairs = rows.into_iter().filter_map(|booking| {
        let session = sessions.iter().find(|session| session.id == booking.session_id)?.clone();
        Some((booking, session))
    });
    Ok(pairs.filter(|(_, session)| !matches!(session.status, SessionStatus::Closed | SessionStatus::Cancelled)).collect())
}

pub async fn holding_of_enrolment(db: &impl ConnectionTrait, id: EnrolmentId) -> Result<Vec<bookings::Model>, DbErr> {
    bookings::Entity::find().filter(bookings::Column::EnrolmentId.eq(id)).filter(bookings::Column::Status.is_in(HOLDING)).all(db).await
}

pub fn stretch(session: &test_sessions::Model) -> Stretch {
    Stretch { starts_at: session.starts_at, ends_at: session.ends_at }
}

/// Sessions in the same room that are not cancelled and overlap.
pub async fn in_room(
    db: &impl ConnectionTrait,
    site: SiteId,
    room: &str,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<Option<test_sessions::Model>, DbErr> {
    test_sessions::Entity::find()
        .filter(test_sessions::Column::SiteId.eq(site))
        .filter(test_sessions::Column::Room.eq(room))
        .filter(test_sessions::Column::Status.ne(SessionStatus::Cancelled))
        .filter(test_sessions::Column::StartsAt.lt(ends_at))
        .filter(test_sessions::Column::EndsAt.gt(starts_at))
        .one(db)
        .await
}

/// Takes a seat when there is one. Of two who take the last one at once, one gets it.
pub async fn take_seat(tx: &DatabaseTransaction, id: SessionId) -> Result<bool, DbErr> {
    let taken = test_sessions::Entity::update_many()
        .col_expr(test_sessions::Column::Booked, Expr::col(test_sessions::Column::Booked).add(1))
        .filter(test_sessions::Column::Id.eq(id))
        .filter(Expr::col(test_sessions::Column::Booked).lt(Expr::col(test_sessions::Column::Capacity)))
        .filter(test_sessions::Column::Status.is_in([SessionStatus::Planned, SessionStatus::Open]))
        .exec(tx)
        .await?;
    Ok(taken.rows_affected == 1)
}

pub async fn give_back_seat(tx: &DatabaseTransaction, id: SessionId) -> Result<(), DbErr> {
    test_sessions::Entity::update_many()
        .col_expr(test_sessions::Column::Booked, Expr::col(test_sessions::Column::Booked).sub(1))
        .filter(test_sessions::Column::Id.eq(id))
        .filter(test_sessions::Column::Booked.gt(0))
        .exec(tx)
        .await?;
    Ok(())
}
