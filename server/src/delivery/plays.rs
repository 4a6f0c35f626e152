//! Sound that may be played so many times: each play is debited before it starts, so that pulling the plug gives none back.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{Refusal, paper, rules, store};
use crate::app::Ijkpunt;
use crate::db::begin_write;
use crate::entity::enums::AttemptStatus;
use crate::entity::{media_plays, sittings};
use crate::ids::AttemptId;

/// How often it was played now, and how often it may be (0 is any number).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plays {
    pub plays: i64,
    pub max_plays: i64,
}

pub async fn play(ijkpunt: &Ijkpunt, sitting: &sittings::Model, id: AttemptId, position: i64, media: &str) -> Result<Plays, Refusal> {
    let now = ijkpunt.clock.now();
    let attempt =
        store::attempt(&ijkpunt.db, id).await?.filter(|attempt| attempt.booking_id == sitting.booking_id).ok_or(Refusal::NotFound)?;
    let max_plays = paper::max_plays(ijkpunt, &attempt, position, media).await?.ok_or(Refusal::NotFound)?;

    let tx = begin_write(&ijkpunt.db).await?;
    let attempt = store::lock_attempt(&tx, id).await?.ok_or(Refusal::NotFound)?;
    if attempt.status != AttemptStatus::Running || rules::time_is_up(&store::timing(&attempt, None), now) {
        return Err(if rules::is_closed(attempt.status) { Refusal::Closed } else { Refusal::NotRunning });
    }
    let here = media_plays::Entity::find()
        .filter(media_plays::Column::AttemptId.eq(id))
        .filter(media_plays::Column::Position.eq(position))
        .filter(media_plays::Column::Media.eq(media))
        .one(&tx)
        .await?;
    let plays = here.map_or(0, |row| row.plays);
    if max_plays > 0 && plays >= max_plays {
        return Err(Refusal::PlaysUsedUp { plays, max_plays });
    }
    let row = media_plays::ActiveModel { attempt_id: Set(id), position: Set(position), media: Set(media.to_owned()), plays: Set(1) };
    media_plays::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([media_plays::Column::AttemptId, media_plays::Column::Position, media_plays::Column::Media])
                .value(media_plays::Column::Plays, Expr::col((media_plays::Entity, media_plays::Column::Plays)).add(1))
                .to_owned(),
        )
        .exec_without_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(Plays { plays: plays + 1, max_plays })
}
