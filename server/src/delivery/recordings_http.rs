//! `/api/kiosk/attempts/{id}/recordings`: handing in what was recorded.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::recordings;
use super::who::AtWork;
use crate::app::Ijkpunt;
use crate::http::extract::Json;
use crate::ids::{AttemptId, RecordingId};
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginRecording {
    pub position: i64,
    pub mime: String,
}

#[derive(Serialize, ToSchema)]
pub struct BegunRecording {
    pub recording: RecordingId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteRecording {
    pub slices: i64,
    pub duration_ms: i64,
}

#[utoipa::path(post, path = "/api/kiosk/attempts/{id}/recordings", operation_id = "beginRecording", tag = "kiosk", params(("id" = AttemptId, Path)), request_body = BeginRecording, responses((status = 200, body = BegunRecording), (status = 409, body = ProblemBody)))]
pub async fn begin(
    ijkpunt: web::Data<Ijkpunt>,
    at_work: AtWork,
    id: web::Path<AttemptId>,
    Json(body): Json<BeginRecording>,
) -> Result<web::Json<BegunRecording>, Problem> {
    if !recordings::is_sound(&body.mime) {
        return Err(Problem::field("/mime", Code::OutOfRange));
    }
    let recording = recordings::begin(&ijkpunt, &at_work.sitting, *id, body.position, &body.mime).await?;
    Ok(web::Json(BegunRecording { recording }))
}

#[utoipa::path(put, path = "/api/kiosk/attempts/{id}/recordings/{recording}/slices/{n}", operation_id = "putSlice", tag = "kiosk",
    params(("id" = AttemptId, Path), ("recording" = RecordingId, Path), ("n" = i64, Path), ("X-Content-SHA256" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn put_slice(
    ijkpunt: web::Data<Ijkpunt>,
    at_work: AtWork,
    path: web::Path<(AttemptId, RecordingId, i64)>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (attempt, recording, n) = path.into_inner();
    let sha256 = request.headers().get("X-Content-SHA256").and_then(|value| value.to_str().ok()).and_then(unhex);
    let sha256 = sha256.ok_or(Problem::new(Code::SliceDamaged))?;
    let bytes = body.to_bytes_limited(recordings::MAX_SLICE).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::SliceDamaged))?;
    recordings::put_slice(&ijkpunt, &at_work.sitting, (attempt, recording), n, &sha256, &bytes).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/kiosk/attempts/{id}/recordings/{recording}/complete", operation_id = "completeRecording", tag = "kiosk",
    params(("id" = AttemptId, Path), ("recording" = RecordingId, Path)), request_body = CompleteRecording,
    responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn complete(
    ijkpunt: web::Data<Ijkpunt>,
    at_work: AtWork,
    path: web::Path<(AttemptId, RecordingId)>,
    Json(body): Json<CompleteRecording>,
) -> Result<HttpResponse, Problem> {
    if body.slices < 1 {
        return Err(Problem::field("/slices", Code::OutOfRange));
    }
    if body.duration_ms < 0 {
        return Err(Problem::field("/duration_ms", Code::OutOfRange));
    }
    recordings::complete(&ijkpunt, &at_work.sitting, path.into_inner(), body.slices, body.duration_ms).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(get, path = "/api/kiosk/attempts/{id}/recordings/{recording}", operation_id = "playBackRecording", tag = "kiosk",
    params(("id" = AttemptId, Path), ("recording" = RecordingId, Path)),
    responses((status = 200, content_type = "audio/webm"), (status = 409, body = ProblemBody)))]
pub async fn play_back(
    ijkpunt: web::Data<Ijkpunt>,
    at_work: AtWork,
    path: web::Path<(AttemptId, RecordingId)>,
) -> Result<HttpResponse, Problem> {
    let (mime, bytes) = recordings::play_back(&ijkpunt, &at_work.sitting, path.into_inner()).await?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, mime)).insert_header((header::CONTENT_ENCODING, "identity")).body(bytes))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
