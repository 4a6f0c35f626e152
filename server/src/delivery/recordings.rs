//! Recordings of candidates, handed in slice by slice. A slice is durable, with its hash checked, before it is acknowledged.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use sha2::{Digest, Sha256};

use super::{Refusal, rules, store};
use crate::app::Ijkpunt;
use crate::db::begin_write;
use crate::entity::enums::AttemptStatus;
use crate::entity::{attempts, recording_slices, recordings, sittings};
use crate::ids::{AttemptId, RecordingId};

/// A second of Opus is a few kilobytes; a slice this large was not made by our recorder.
pub const MAX_SLICE: usize = 2 * 1024 * 1024;
/// An hour of slices of a second.
const MAX_SLICES: i64 = 3600;

/// A recording begins: it gets its name before the first sound, so that each slice can be handed in at once.
pub async fn begin(ijkpunt: &Ijkpunt, sitting: &sittings::Model, id: AttemptId, position: i64, mime: &str) -> Result<RecordingId, Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let attempt =
        store::lock_attempt(&tx, id).await?.filter(|attempt| attempt.booking_id == sitting.booking_id).ok_or(Refusal::NotFound)?;
    if attempt.status != AttemptStatus::Running || rules::time_is_up(&store::timing(&attempt, None), now) {
        return Err(if rules::is_closed(attempt.status) { Refusal::Closed } else { Refusal::NotRunning });
    }
    if !(0..attempt.item_count).contains(&position) {
        return Err(Refusal::NotFound);
    }
    let recording = RecordingId::new();
    recordings::Entity::insert(recordings::ActiveModel {
        id: Set(recording),
        attempt_id: Set(id),
        position: Set(position),
        mime: Set(mime.to_owned()),
        started_at: Set(now),
        ..Default::default()
    })
    .exec_without_returning(&tx)
    .await?;
    tx.commit().await?;
    Ok(recording)
}

/// Keeps a slice. The same one again changes nothing; other bytes under its number are refused.
pub async fn put_slice(
    ijkpunt: &Ijkpunt,
    sitting: &sittings::Model,
    of: (AttemptId, RecordingId),
    n: i64,
    sha256: &[u8],
    bytes: &[u8],
) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let (attempt, recording) = find(ijkpunt, sitting, of).await?;
    if !may_still_come(&attempt, &recording, now) {
        return Err(Refusal::Closed);
    }
    if !(0..MAX_SLICES).contains(&n) {
        return Err(Refusal::NotFound);
    }
    if Sha256::digest(bytes).as_slice() != sha256 {
        return Err(Refusal::SliceDamaged);
    }
    ijkpunt.media.put(bytes).await?;
    let tx = begin_write(&ijkpunt.db).await?;
    let row = recording_slices::ActiveModel {
        recording_id: Set(recording.id),
        n: Set(n),
        sha256: Set(sha256.to_vec()),
        size: Set(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
        received_at: Set(now),
    };
    recording_slices::Entity::insert(row)
        .on_conflict(OnConflict::columns([recording_slices::Column::RecordingId, recording_slices::Column::N]).do_nothing().to_owned())
        .exec_without_returning(&tx)
        .await?;
    let kept = recording_slices::Entity::find_by_id((recording.id, n)).one(&tx).await?;
    if kept.is_none_or(|kept| kept.sha256 != sha256) {
        return Err(Refusal::SliceDiffers);
    }
    tx.commit().await?;
    Ok(())
}

/// The recording is whole: every slice from 0 on is there.
pub async fn complete(
    ijkpunt: &Ijkpunt,
    sitting: &sittings::Model,
    of: (AttemptId, RecordingId),
    slices: i64,
    duration_ms: i64,
) -> Result<(), Refusal> {
    let now = ijkpunt.clock.now();
    let (attempt, recording) = find(ijkpunt, sitting, of).await?;
    if !may_still_come(&attempt, &recording, now) {
        return Err(Refusal::Closed);
    }
    let tx = begin_write(&ijkpunt.db).await?;
    let got: std::collections::BTreeSet<i64> = slices_of(&tx, recording.id).await?.into_iter().map(|slice| slice.n).collect();
    let missing: Vec<i64> = (0..slices.min(MAX_SLICES)).filter(|n| !got.contains(n)).collect();
    if !missing.is_empty() {
        return Err(Refusal::SlicesMissing { missing });
    }
    recordings::Entity::update_many()
        .col_expr(recordings::Column::CompletedAt, Expr::value(now))
        .col_expr(recordings::Column::Slices, Expr::value(slices))
        .col_expr(recordings::Column::DurationMs, Expr::value(duration_ms))
        .filter(recordings::Column::Id.eq(recording.id))
        .filter(recordings::Column::CompletedAt.is_null())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// A recording that came by hand is whole when all its slices did; else it stays open, and what there is of it can be heard.
pub async fn complete_if_whole(
    tx: &DatabaseTransaction,
    id: RecordingId,
    slices: Option<i64>,
    duration_ms: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let got = slices_of(tx, id).await?;
    let said = slices.unwrap_or(i64::try_from(got.len()).unwrap_or(i64::MAX));
    if said == 0 || !(0..said.min(MAX_SLICES)).all(|n| got.iter().any(|slice| slice.n == n)) {
        return Ok(());
    }
    recordings::Entity::update_many()
        .col_expr(recordings::Column::CompletedAt, Expr::value(now))
        .col_expr(recordings::Column::Slices, Expr::value(said))
        .col_expr(recordings::Column::DurationMs, Expr::value(duration_ms.max(0)))
        .filter(recordings::Column::Id.eq(id))
        .filter(recordings::Column::CompletedAt.is_null())
        .exec(tx)
        .await
        .map(|_| ())
}

/// What is played back is told to be what the kiosk said it is, so that nothing but sound may be said.
pub fn is_sound(mime: &str) -> bool {
    mime.starts_with("audio/") && mime.len() <= 100 && mime.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

/// Plays a recording back to the candidate, once.
pub async fn play_back(ijkpunt: &Ijkpunt, sitting: &sittings::Model, of: (AttemptId, RecordingId)) -> Result<(String, Vec<u8>), Refusal> {
    let (_, recording) = find(ijkpunt, sitting, of).await?;
    let bytes = bytes(ijkpunt, recording.id).await?;
    let tx = begin_write(&ijkpunt.db).await?;
    let first = recordings::Entity::update_many()
        .col_expr(recordings::Column::PlayedBackAt, Expr::value(ijkpunt.clock.now()))
        .filter(recordings::Column::Id.eq(recording.id))
        .filter(recordings::Column::PlayedBackAt.is_null())
        .exec(&tx)
        .await?;
    if first.rows_affected == 0 {
        return Err(Refusal::AlreadyPlayed);
    }
    tx.commit().await?;
    Ok((recording.mime, bytes))
}

/// The whole recording: its slices one after the other. Used by whoever may hear it; asks nothing.
pub async fn bytes(ijkpunt: &Ijkpunt, recording: RecordingId) -> Result<Vec<u8>, Refusal> {
    let mut whole = Vec::new();
    for slice in slices_of(&ijkpunt.db, recording).await? {
        whole.extend(ijkpunt.media.get(&slice.sha256).await?);
    }
    Ok(whole)
}

async fn slices_of(db: &impl ConnectionTrait, recording: RecordingId) -> Result<Vec<recording_slices::Model>, DbErr> {
    recording_slices::Entity::find()
        .filter(recording_slices::Column::RecordingId.eq(recording))
        .order_by_asc(recording_slices::Column::N)
        .all(db)
        .await
}

async fn find(
    ijkpunt: &Ijkpunt,
    sitting: &sittings::Model,
    (attempt, recording): (AttemptId, RecordingId),
) -> Result<(attempts::Model, recordings::Model), Refusal> {
    let attempt = store::attempt(&ijkpunt.db, attempt).await?.filter(|attempt| attempt.booking_id == sitting.booking_id);
    let attempt = attempt.ok_or(Refusal::NotFound)?;
    let recording = recordings::Entity::find_by_id(recording).one(&ijkpunt.db).await?.filter(|row| row.attempt_id == attempt.id);
    Ok((attempt, recording.ok_or(Refusal::NotFound)?))
}

/// What was recorded in time may come in after the end, as long as the connection needs.
fn may_still_come(attempt: &attempts::Model, recording: &recordings::Model, now: DateTime<Utc>) -> bool {
    if attempt.status == AttemptStatus::Annulled {
        return false;
    }
    attempt.finished_at.is_none_or(|end| recording.started_at <= end && now <= end + rules::SLICES_AFTER_CLOSING)
}
