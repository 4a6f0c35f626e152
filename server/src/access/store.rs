//! Reading and writing accounts and log-in sessions.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

use super::Actor;
use crate::crypto::token_hash;
use crate::entity::{staff_sessions, user_roles, users};
use crate::ids::{StaffSessionId, UserId};

/// A log-in ends after a working day, or after two hours without a request.
const SESSION_HOURS: i64 = 12;
const IDLE_HOURS: i64 = 2;
/// The last use is written at most once a minute: reading must stay cheap.
const TOUCH_AFTER: Duration = Duration::minutes(1);

pub async fn actor_by_token(db: &DatabaseConnection, token: &str, now: DateTime<Utc>) -> Result<Option<Actor>, DbErr> {
    let Some(session) = staff_sessions::Entity::find()
        .filter(staff_sessions::Column::TokenHash.eq(token_hash(token)))
        .filter(staff_sessions::Column::EndedAt.is_null())
        .filter(staff_sessions::Column::ExpiresAt.gt(now))
        .filter(staff_sessions::Column::LastSeenAt.gt(now - Duration::hours(IDLE_HOURS)))
        .one(db)
        .await?
    else {
        return Ok(None);
    };
    if now - session.last_seen_at > TOUCH_AFTER {
        staff_sessions::Entity::update_many()
            .col_expr(staff_sessions::Column::LastSeenAt, now.into())
            .filter(staff_sessions::Column::Id.eq(session.id))
            .exec(db)
            .await?;
    }
    actor(db, session.user_id).await
}

pub async fn actor(db: &impl ConnectionTrait, user_id: UserId) -> Result<Option<Actor>, DbErr> {
    let Some(user) = users::Entity::find_by_id(user_id).filter(users::Column::DisabledAt.is_null()).one(db).await? else {
        return Ok(None);
    };
    let roles = user_roles::Entity::find().filter(user_roles::Column::UserId.eq(user_id)).all(db).await?;
    Ok(Some(Actor {
        user_id,
        username: user.username,
        display_name: user.display_name,
        locale: user.locale,
        roles: roles.into_iter().map(|row| (row.agency_id, row.role)).collect(),
    }))
}

pub async fn user_by_name(db: &impl ConnectionTrait, username: &str) -> Result<Option<users::Model>, DbErr> {
    users::Entity::find().filter(users::Column::Username.eq(username)).filter(users::Column::DisabledAt.is_null()).one(db).await
}

pub async fn begin_session(db: &impl ConnectionTrait, user_id: UserId, token: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    let session = staff_sessions::ActiveModel {
        id: Set(StaffSessionId::new()),
        user_id: Set(user_id),
        token_hash: Set(token_hash(token)),
        created_at: Set(now),
        last_seen_at: Set(now),
        expires_at: Set(now + Duration::hours(SESSION_HOURS)),
        ended_at: Set(None),
    };
    staff_sessions::Entity::insert(session).exec_without_returning(db).await?;
    Ok(())
}

pub async fn end_session(db: &impl ConnectionTrait, token: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    staff_sessions::Entity::update_many()
        .col_expr(staff_sessions::Column::EndedAt, now.into())
        .filter(staff_sessions::Column::TokenHash.eq(token_hash(token)))
        .filter(staff_sessions::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}
