//! `/api/ratings`: the examiner's queue and the script in hand. Nothing here says whose script it is.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{self, Rubric, Scores};
use super::{actions, store};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::delivery;
use crate::entity::enums::{Band, Part, RatingStatus};
use crate::entity::{attempts, ratings};
use crate::http::extract::Json;
use crate::ids::{RatingId, RecordingId};
use crate::problem::{Code, Problem, ProblemBody};

const MAX_COMMENT: usize = 2_000;

/// A script in the queue.
#[derive(Serialize, ToSchema)]
pub struct QueuedScript {
    pub id: RatingId,
    pub alias: String,
    pub part: Part,
    pub band: Option<Band>,
    pub since: DateTime<Utc>,
    /// The caller has it in hand.
    pub mine: bool,
}

/// A script with all that it takes to rate it.
#[derive(Serialize, ToSchema)]
pub struct Script {
    pub id: RatingId,
    pub alias: String,
    pub part: Part,
    pub band: Option<Band>,
    pub status: RatingStatus,
    pub tasks: Vec<ScriptTask>,
    pub rubric: Rubric,
    pub scores: BTreeMap<String, i64>,
    pub comment: String,
}

#[derive(Serialize, ToSchema)]
pub struct ScriptTask {
    pub position: i64,
    pub title: String,
    /// What the candidate was asked, as they saw it: a delivery item.
    pub item: Option<serde_json::Value>,
    /// What the candidate wrote, one text an interaction.
    pub texts: Vec<ScriptText>,
    pub recordings: Vec<ScriptRecording>,
}

#[derive(Serialize, ToSchema)]
pub struct ScriptText {
    pub text: String,
    pub words: usize,
}

#[derive(Serialize, ToSchema)]
pub struct ScriptRecording {
    pub id: RecordingId,
    pub mime: String,
    pub duration_ms: Option<i64>,
    /// All slices have arrived.
    pub complete: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingInput {
    /// Points from 0 to 5 by criterion.
    pub scores: BTreeMap<String, i64>,
    #[serde(default)]
    pub comment: String,
}

#[utoipa::path(get, path = "/api/ratings", operation_id = "listRatings", tag = "ratings", responses((status = 200, body = [QueuedScript]), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<QueuedScript>>, Problem> {
    access::may_somewhere(&actor, Action::RateScripts)?;
    let agencies = access::agencies_for(&actor, Action::RateScripts);
    let rows = store::queue(&ijkpunt.db, actor.user_id, &agencies).await?;
    let queued = rows.into_iter().map(|(rating, attempt)| QueuedScript {
        alias: rules::alias(rating.id.0),
        id: rating.id,
        part: attempt.part,
        band: attempt.band,
        since: rating.created_at,
        mine: rating.status == RatingStatus::Claimed,
    });
    Ok(web::Json(queued.collect()))
}

#[utoipa::path(post, path = "/api/ratings/{id}/claim", operation_id = "claimRating", params(("id" = RatingId, Path)), tag = "ratings", responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn claim(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<RatingId>) -> Result<HttpResponse, Problem> {
    let (rating, attempt) = find(&ijkpunt, &actor, *id).await?;
    if rating.status == RatingStatus::Claimed && rating.examiner_id == Some(actor.user_id) {
        return Ok(HttpResponse::NoContent().finish());
    }
    actions::claim(&ijkpunt, actor.user_id, &attempt, rating.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/ratings/{id}/release", operation_id = "releaseRating", params(("id" = RatingId, Path)), tag = "ratings", responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn release(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<RatingId>) -> Result<HttpResponse, Problem> {
    let (rating, attempt) = find_mine(&ijkpunt, &actor, *id).await?;
    actions::release(&ijkpunt, actor.user_id, &attempt, rating.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(get, path = "/api/ratings/{id}", operation_id = "readScript", params(("id" = RatingId, Path)), tag = "ratings", responses((status = 200, body = Script), (status = 404, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<RatingId>) -> Result<web::Json<Script>, Problem> {
    let (rating, attempt) = find_mine(&ijkpunt, &actor, *id).await?;
    let rubric = store::rubric(&ijkpunt.db, rating.rubric_id).await?;
    let questions = questions(&ijkpunt, &attempt).await?;
    let script = store::script(&ijkpunt.db, attempt.id).await?;
    let tasks = script.into_iter().map(|task| describe(task, &questions)).collect();
    Ok(web::Json(Script {
        id: rating.id,
        alias: rules::alias(rating.id.0),
        part: attempt.part,
        band: attempt.band,
        status: rating.status,
        tasks,
        rubric,
        scores: rating.scores.and_then(|scores| serde_json::from_value(scores).ok()).unwrap_or_default(),
        comment: rating.comment.unwrap_or_default(),
    }))
}

#[utoipa::path(put, path = "/api/ratings/{id}", operation_id = "saveRating", params(("id" = RatingId, Path)), tag = "ratings", request_body = RatingInput, responses((status = 204), (status = 422, body = ProblemBody)))]
pub async fn save(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<RatingId>,
    Json(input): Json<RatingInput>,
) -> Result<HttpResponse, Problem> {
    let (rating, _) = find_mine(&ijkpunt, &actor, *id).await?;
    let (scores, comment) = checked(input)?;
    actions::save_draft(&ijkpunt, actor.user_id, &rating, &scores, &comment).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/ratings/{id}/submit", operation_id = "submitRating", params(("id" = RatingId, Path)), tag = "ratings", request_body = RatingInput, responses((status = 204), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn submit(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<RatingId>,
    Json(input): Json<RatingInput>,
) -> Result<HttpResponse, Problem> {
    let (rating, attempt) = find_mine(&ijkpunt, &actor, *id).await?;
    let (scores, comment) = checked(input)?;
    actions::submit(&ijkpunt, actor.user_id, &rating, &attempt, &scores, &comment).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(get, path = "/api/ratings/{id}/recordings/{recording}", operation_id = "playScriptRecording", params(("id" = RatingId, Path), ("recording" = RecordingId, Path)), tag = "ratings", responses((status = 200, description = "The sound", content_type = "audio/webm"), (status = 404, body = ProblemBody)))]
pub async fn recording(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    path: web::Path<(RatingId, RecordingId)>,
) -> Result<HttpResponse, Problem> {
    let (id, recording) = path.into_inner();
    let (_, attempt) = find_mine(&ijkpunt, &actor, id).await?;
    let tasks = store::script(&ijkpunt.db, attempt.id).await?;
    let found = tasks.into_iter().flat_map(|task| task.recordings).find(|of| of.id == recording).ok_or_else(Problem::not_found)?;
    let mut sound = Vec::new();
    for slice in store::slices(&ijkpunt.db, recording).await? {
        let bytes = ijkpunt.media.get(&slice.sha256).await.map_err(|error| {
            tracing::error!(%error, recording = %recording, slice = slice.n, "a slice of a recording cannot be read");
            Problem::new(Code::Unavailable)
        })?;
        sound.extend_from_slice(&bytes);
    }
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, found.mime)).body(sound))
}

/// The rating, when it is of an agency for which the caller rates.
async fn find(ijkpunt: &Ijkpunt, actor: &Actor, id: RatingId) -> Result<(ratings::Model, attempts::Model), Problem> {
    access::may_somewhere(actor, Action::RateScripts)?;
    let (rating, attempt) = store::rating(&ijkpunt.db, id).await?.ok_or_else(Problem::not_found)?;
    access::may(actor, Action::RateScripts, attempt.agency_id)?;
    Ok((rating, attempt))
}

/// The rating, when the caller has it in hand or handed it in. A script that somebody else has is not to be read.
async fn find_mine(ijkpunt: &Ijkpunt, actor: &Actor, id: RatingId) -> Result<(ratings::Model, attempts::Model), Problem> {
    let (rating, attempt) = find(ijkpunt, actor, id).await?;
    if rating.examiner_id == Some(actor.user_id) { Ok((rating, attempt)) } else { Err(Problem::hidden()) }
}

fn checked(input: RatingInput) -> Result<(Scores, String), Problem> {
    let comment = input.comment.trim().to_owned();
    if comment.chars().count() > MAX_COMMENT {
        return Err(Problem::field("/comment", Code::TooLong));
    }
    Ok((input.scores, comment))
}

/// What the candidate was asked, by position. A question that cannot be drawn any more does not keep the script from being rated.
async fn questions(ijkpunt: &Ijkpunt, attempt: &attempts::Model) -> Result<BTreeMap<i64, serde_json::Value>, Problem> {
    match delivery::paper::paper(ijkpunt, attempt).await {
        Ok(paper) => Ok(paper.questions.into_iter().map(|question| (question.position, question.item)).collect()),
        Err(delivery::Refusal::Database(error)) => Err(error.into()),
        Err(error) => {
            tracing::error!(%error, attempt = %attempt.id, "the questions of a script cannot be drawn");
            Ok(BTreeMap::new())
        }
    }
}

fn describe(task: store::Task, questions: &BTreeMap<i64, serde_json::Value>) -> ScriptTask {
    let ids: Vec<String> = task.recordings.iter().map(|recording| recording.id.to_string()).collect();
    let texts = task.response.as_object().map(|fields| {
        let texts = fields.values().filter_map(|value| value.as_str()).filter(|text| !ids.iter().any(|id| id == text));
        texts.map(|text| ScriptText { words: text.split_whitespace().count(), text: text.to_owned() }).collect()
    });
    ScriptTask {
        position: task.position,
        title: task.item.title,
        item: questions.get(&task.position).cloned(),
        texts: texts.unwrap_or_default(),
        recordings: task
            .recordings
            .into_iter()
            .map(|recording| ScriptRecording {
                id: recording.id,
                mime: recording.mime,
                duration_ms: recording.duration_ms,
                complete: recording.completed_at.is_some(),
            })
            .collect(),
    }
}
