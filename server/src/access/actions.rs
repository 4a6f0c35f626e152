//! Logging in and out.

use chrono::Duration;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{Actor, passwords, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::crypto::new_token;
use crate::db::begin_write;
use crate::entity::login_throttles;

const TRIES: i64 = 8;
const WINDOW: Duration = Duration::minutes(15);

#[derive(Debug, thiserror::Error)]
pub enum LoginRefusal {
    #[error("the user name or the password is wrong")]
    WrongCredentials,
    #[error("too many tries with this user name")]
    TooManyTries,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Checks the password and begins a session; answers its token.
pub async fn log_in(ijkpunt: &Ijkpunt, username: &str, password: &str) -> Result<(Actor, String), LoginRefusal> {
    let now = ijkpunt.clock.now();
    let username = username.trim().to_lowercase();
    let throttle_key = ijkpunt.keys.index("login", &username);
    let throttle = login_throttles::Entity::find_by_id(throttle_key.clone()).one(&ijkpunt.db).await?;
    let in_window = throttle.filter(|row| now - row.window_started_at < WINDOW);
    if in_window.as_ref().is_some_and(|row| row.failures >= TRIES) {
        return Err(LoginRefusal::TooManyTries);
    }
    let user = store::user_by_name(&ijkpunt.db, &username).await?;
    let hash = user.as_ref().map_or(passwords::NOBODY, |user| &user.password_hash).to_owned();
    let right = passwords::verify(password.to_owned(), hash).await;

    let tx = begin_write(&ijkpunt.db).await?;
    let (Some(user), true) = (user, right) else {
        let fresh = in_window.is_none();
        let row = login_throttles::ActiveModel { key_hash: Set(throttle_key), failures: Set(1), window_started_at: Set(now) };
        let on_conflict = OnConflict::column(login_throttles::Column::KeyHash);
        let on_conflict = if fresh {
            on_conflict.to_owned().update_columns([login_throttles::Column::Failures, login_throttles::Column::WindowStartedAt]).to_owned()
        } else {
            let one_more = Expr::col((login_throttles::Entity, login_throttles::Column::Failures)).add(1);
            on_conflict.to_owned().value(login_throttles::Column::Failures, one_more).to_owned()
        };
        login_throttles::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(&tx).await?;
        audit::record(&tx, now, audit::Entry::of(By::Anonymous, "login.failed", ("user", None))).await?;
        tx.commit().await?;
        return Err(LoginRefusal::WrongCredentials);
    };
    let token = new_token();
    store::begin_session(&tx, user.id, &token, now).await?;
    login_throttles::Entity::delete_many().filter(login_throttles::Column::KeyHash.eq(throttle_key)).exec(&tx).await?;
    audit::record(&tx, now, audit::Entry::of(By::User(user.id), "login.succeeded", ("user", Some(user.id.0)))).await?;
    let actor = store::actor(&tx, user.id).await?.ok_or(LoginRefusal::WrongCredentials)?;
    tx.commit().await?;
    Ok((actor, token))
}
