//! What a kiosk is shown of a sitting.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Refusal, languages, rules, store};
use crate::app::Ijkpunt;
use crate::clock::belgian_date;
use crate::entity::enums::{AttemptStatus, Part, SessionStatus};
use crate::entity::{adaptive_attempts, attempts, candidates, forms, media_plays, sittings, test_sessions};
use crate::ids::{AttemptId, BookingId};
use crate::room::names;

#[derive(Serialize, ToSchema)]
pub struct Sitting {
    pub server_time: DateTime<Utc>,
    /// Only in answer to `start` and `resume`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_token: Option<String>,
    pub candidate: SittingCandidate,
    pub language: String,
    pub languages: Vec<String>,
    /// Sample content: the screens say that this is not the official test.
    pub sample: bool,
    pub attempts: Vec<SittingAttempt>,
    /// The attempt to sit now; none when all is done.
    pub current: Option<CurrentAttempt>,
}

#[derive(Serialize, ToSchema)]
pub struct SittingCandidate {
    pub display_name: String,
}

#[derive(Serialize, ToSchema)]
pub struct SittingAttempt {
    pub id: AttemptId,
    pub part: Part,
    pub status: AttemptStatus,
    pub time_limit_seconds: i64,
    /// Of an adaptive test, at most.
    pub items: i64,
    /// The server chooses each question from the answers before it: `next` instead of going to and fro.
    pub adaptive: bool,
}

#[derive(Serialize, ToSchema)]
pub struct CurrentAttempt {
    pub id: AttemptId,
    pub part: Part,
    pub status: AttemptStatus,
    pub deadline: Option<DateTime<Utc>>,
    pub remaining_seconds: i64,
    pub extra_seconds: i64,
    pub paused: Option<Paused>,
    pub epoch: i64,
    pub position: i64,
    /// Above which the kiosk numbers its answers.
    pub last_seq: i64,
    pub items: Vec<GivenAnswer>,
    pub plays: Vec<UsedPlays>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Paused {
    pub since: DateTime<Utc>,
    /// `room` when the whole room is paused, `candidate` when only this one is, `unseen` when the kiosk was not heard.
    pub reason: String,
}

#[derive(Serialize, ToSchema)]
pub struct GivenAnswer {
    pub position: i64,
    pub response: Value,
    pub flagged: bool,
    pub answered: bool,
}

#[derive(Serialize, ToSchema)]
pub struct UsedPlays {
    pub position: i64,
    pub media: String,
    pub plays: i64,
}

/// The sitting as it stands, after closing what is past its time.
pub async fn sitting(ijkpunt: &Ijkpunt, booking: BookingId) -> Result<Sitting, Refusal> {
    let db = &ijkpunt.db;
    let now = ijkpunt.clock.now();
    let sitting = sittings::Entity::find_by_id(booking).one(db).await?.ok_or(Refusal::NotFound)?;
    let attempts = store::attempts_of(db, booking).await?;
    let first = attempts.first().ok_or(Refusal::NotFound)?;
    let candidate = candidates::Entity::find_by_id(first.candidate_id).one(db).await?.ok_or(Refusal::NotFound)?;
    let session = test_sessions::Entity::find_by_id(first.session_id).one(db).await?.ok_or(Refusal::NotFound)?;
    let sample = forms::Entity::find()
        .filter(forms::Column::Id.is_in(attempts.iter().map(|attempt| attempt.form_id)))
        .filter(forms::Column::Sample.eq(true))
        .one(db)
        .await?
        .is_some();
    // Once the room is closed nothing is left to sit.
    let open = matches!(session.status, SessionStatus::Open | SessionStatus::Paused);
    let current = match store::current(&attempts).filter(|_| open) {
        Some(attempt) => Some(current(ijkpunt, attempt, &sitting, now).await?),
        None => None,
    };
    let adaptive = adaptive_attempts::Entity::find()
        .filter(adaptive_attempts::Column::AttemptId.is_in(attempts.iter().map(|attempt| attempt.id)))
        .all(db)
        .await?;
    let adaptive: Vec<AttemptId> = adaptive.into_iter().map(|row| row.attempt_id).collect();
    Ok(Sitting {
        server_time: now,
        attempt_token: None,
        candidate: SittingCandidate { display_name: names::short(&ijkpunt.keys, &candidate)? },
        languages: languages::interface(db, belgian_date(now)).await?.into_iter().map(|language| language.tag).collect(),
        language: sitting.language,
        sample,
        attempts: attempts
            .iter()
            .map(|attempt| SittingAttempt {
                id: attempt.id,
                part: attempt.part,
                status: attempt.status,
                time_limit_seconds: attempt.time_limit_seconds + attempt.extra_seconds,
                items: attempt.item_count,
                adaptive: adaptive.contains(&attempt.id),
            })
            .collect(),
        current,
    })
}

async fn current(
    ijkpunt: &Ijkpunt,
    attempt: &attempts::Model,
    sitting: &sittings::Model,
    now: DateTime<Utc>,
) -> Result<CurrentAttempt, Refusal> {
    let db = &ijkpunt.db;
    let presence = store::presence_of(db, attempt.id).await?;
    let answers = store::answers_in_force(db, attempt.id).await?;
    let plays = media_plays::Entity::find().filter(media_plays::Column::AttemptId.eq(attempt.id)).all(db).await?;
    Ok(CurrentAttempt {
        id: attempt.id,
        part: attempt.part,
        status: attempt.status,
        deadline: attempt.deadline_at,
        remaining_seconds: rules::remaining_seconds(&store::timing(attempt, presence.as_ref()), now),
        extra_seconds: attempt.extra_seconds,
        paused: paused(attempt),
        epoch: sitting.epoch,
        position: presence.map_or(0, |presence| presence.position),
        last_seq: store::last_seq(db, attempt.id).await?.max(sitting.seq_base),
        items: answers
            .into_iter()
            .map(|row| GivenAnswer {
                position: row.position,
                answered: rules::is_answered(&row.response),
                response: row.response,
                flagged: row.flagged,
            })
            .collect(),
        plays: plays.into_iter().map(|row| UsedPlays { position: row.position, media: row.media, plays: row.plays }).collect(),
    })
}

pub fn paused(attempt: &attempts::Model) -> Option<Paused> {
    attempt.paused_at.map(|since| Paused { since, reason: attempt.paused_reason.clone().unwrap_or_else(|| "candidate".into()) })
}
