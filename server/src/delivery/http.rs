//! `/api/kiosk`: what a kiosk asks during a sitting.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::sitting::{Paused, Sitting, sitting};
use super::who::{self, AtWork, Kiosk, Saver};
use super::writer::{Event, SaveRequest};
use super::{Refusal, actions, media, paper, plays, rules, start, store};
use crate::app::Ijkpunt;
use crate::entity::enums::AttemptStatus;
use crate::entity::kiosks;
use crate::http::extract::Json;
use crate::ids::{AttemptId, KioskId};
use crate::kiosks::{self as enrolled, journal, signing};
use crate::problem::{Code, Problem, ProblemBody};
use crate::room::absence;

/// More than a request may hold.
const MAX_EVENTS: usize = 200;
/// No page is open for longer than a day.
const MOST_AT_WORK_MS: i64 = 86_400_000;
/// A long text is some kilobytes.
const MAX_RESPONSE: usize = 64 * 1024;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolKiosk {
    pub code: String,
    /// The public key that this machine made: an uncompressed point on P-256, in base64url.
    pub public_key: String,
    /// `IJKPUNT-ENROL-1`, a line break and the code, signed with that key; in base64url.
    pub proof: String,
}

#[derive(Serialize, ToSchema)]
pub struct EnrolledKiosk {
    pub kiosk: KioskIdentity,
}

#[derive(Serialize, ToSchema)]
pub struct KioskIdentity {
    pub id: KioskId,
    pub name: String,
    pub site: String,
    pub agency: String,
    /// To which the kiosk encrypts what it keeps on its disk: an uncompressed point on P-256, in base64url.
    pub journal_key: String,
    /// A test is going on at this kiosk, to be taken up with `resume`.
    pub going_on: bool,
}

#[utoipa::path(post, path = "/api/kiosk/enrol", operation_id = "enrolKiosk", tag = "kiosk", request_body = EnrolKiosk, responses((status = 200, body = EnrolledKiosk), (status = 422, body = ProblemBody)))]
pub async fn enrol(ijkpunt: web::Data<Ijkpunt>, Json(body): Json<EnrolKiosk>) -> Result<web::Json<EnrolledKiosk>, Problem> {
    let (key, proof) = (signing::from_base64(&body.public_key), signing::from_base64(&body.proof));
    let kiosk = enrolled::actions::enrol(&ijkpunt, &body.code, &key.unwrap_or_default(), &proof.unwrap_or_default()).await?;
    Ok(web::Json(EnrolledKiosk { kiosk: identity(&ijkpunt, kiosk).await? }))
}

#[utoipa::path(get, path = "/api/kiosk/me", operation_id = "whichKiosk", tag = "kiosk", responses((status = 200, body = KioskIdentity), (status = 401, body = ProblemBody)))]
pub async fn me(ijkpunt: web::Data<Ijkpunt>, Kiosk(kiosk): Kiosk) -> Result<web::Json<KioskIdentity>, Problem> {
    Ok(web::Json(identity(&ijkpunt, kiosk).await?))
}

async fn identity(ijkpunt: &Ijkpunt, kiosk: kiosks::Model) -> Result<KioskIdentity, Problem> {
    let (site, agency) = enrolled::store::place(&ijkpunt.db, kiosk.site_id).await?.ok_or(Problem::not_found())?;
    let going_on = start::going_on(&ijkpunt.db, kiosk.id).await?.is_some();
    Ok(KioskIdentity {
        id: kiosk.id,
        name: kiosk.name,
        site: site.name,
        agency: agency.name,
        journal_key: journal::public_key(&ijkpunt.keys),
        going_on,
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartSitting {
    pub code: String,
    pub language: String,
}

#[utoipa::path(post, path = "/api/kiosk/start", operation_id = "startSitting", tag = "kiosk", request_body = StartSitting, responses((status = 200, body = Sitting), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn start_sitting(
    ijkpunt: web::Data<Ijkpunt>,
    Kiosk(kiosk): Kiosk,
    Json(body): Json<StartSitting>,
) -> Result<web::Json<Sitting>, Problem> {
    let (booking, token) = start::start(&ijkpunt, &kiosk, &body.code, &body.language).await?;
    Ok(web::Json(Sitting { attempt_token: Some(token), ..sitting(&ijkpunt, booking).await? }))
}

#[utoipa::path(post, path = "/api/kiosk/resume", operation_id = "resumeSitting", tag = "kiosk", responses((status = 200, body = Sitting), (status = 404, body = ProblemBody)))]
pub async fn resume(ijkpunt: web::Data<Ijkpunt>, Kiosk(kiosk): Kiosk) -> Result<web::Json<Sitting>, Problem> {
    let (booking, token) = start::resume(&ijkpunt, &kiosk).await?;
    Ok(web::Json(Sitting { attempt_token: Some(token), ..sitting(&ijkpunt, booking).await? }))
}

#[utoipa::path(get, path = "/api/kiosk/sitting", operation_id = "getSitting", tag = "kiosk", responses((status = 200, body = Sitting), (status = 409, body = ProblemBody)))]
pub async fn get_sitting(ijkpunt: web::Data<Ijkpunt>, at_work: AtWork) -> Result<web::Json<Sitting>, Problem> {
    Ok(web::Json(sitting(&ijkpunt, at_work.sitting.booking_id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginAttempt {
    /// How many milliseconds ago the candidate began, by the kiosk's clock: more than 0 when there was no connection then.
    #[serde(default)]
    pub ago_ms: i64,
}

#[utoipa::path(post, path = "/api/kiosk/attempts/{id}/begin", operation_id = "beginAttempt", tag = "kiosk", params(("id" = AttemptId, Path)), request_body = BeginAttempt, responses((status = 200, body = Sitting), (status = 409, body = ProblemBody)))]
pub async fn begin(
    ijkpunt: web::Data<Ijkpunt>,
    at_work: AtWork,
    id: web::Path<AttemptId>,
    Json(body): Json<BeginAttempt>,
) -> Result<web::Json<Sitting>, Problem> {
    let ago = chrono::Duration::milliseconds(body.ago_ms.clamp(0, MOST_AT_WORK_MS));
    actions::begin(&ijkpunt, &at_work.sitting, *id, ago).await?;
    Ok(web::Json(sitting(&ijkpunt, at_work.sitting.booking_id).await?))
}

#[derive(Serialize, ToSchema)]
pub struct AttemptItems {
    pub items: Vec<AttemptItem>,
    pub media: Vec<AttemptMedia>,
}

#[derive(Serialize, ToSchema)]
pub struct AttemptItem {
    pub position: i64,
    /// A delivery item: docs/delivery-item.md.
    pub item: Value,
}

#[derive(Serialize, ToSchema)]
pub struct AttemptMedia {
    pub url: String,
    pub bytes: i64,
    /// Of the bytes, in hex: the kiosk checks what it has fetched before the clock starts.
    pub sha256: String,
}

#[utoipa::path(get, path = "/api/kiosk/attempts/{id}/items", operation_id = "getAttemptItems", tag = "kiosk", params(("id" = AttemptId, Path)), responses((status = 200, body = AttemptItems), (status = 409, body = ProblemBody)))]
pub async fn items(ijkpunt: web::Data<Ijkpunt>, at_work: AtWork, id: web::Path<AttemptId>) -> Result<web::Json<AttemptItems>, Problem> {
    let attempt = store::attempt(&ijkpunt.db, *id).await?.filter(|attempt| attempt.booking_id == at_work.sitting.booking_id);
    let attempt = attempt.ok_or(Refusal::NotFound)?;
    if rules::is_closed(attempt.status) {
        return Err(Refusal::Closed.into());
    }
    let paper = paper::paper(&ijkpunt, &attempt).await?;
    Ok(web::Json(AttemptItems {
        items: paper.questions.into_iter().map(|question| AttemptItem { position: question.position, item: question.item }).collect(),
        media: paper.media.into_iter().map(|file| AttemptMedia { url: file.url, bytes: file.bytes, sha256: file.sha256 }).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveAnswers {
    pub events: Vec<AnswerEvent>,
    /// Where the candidate is now.
    pub position: Option<i64>,
    /// When the kiosk sent this, by its own clock: only the difference with `client_at` is used.
    pub sent_at: Option<DateTime<Utc>>,
    /// For how many milliseconds this page has been at work on the attempt since it last heard from the server. An attempt that was paused
    /// because its kiosk was not heard goes on, and gets back the time in which nobody could work.
    pub at_work_ms: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerEvent {
    pub seq: i64,
    pub position: i64,
    pub response: Value,
    pub flagged: bool,
    pub client_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct SavedAnswers {
    /// The highest number of this request, all of which is durable now.
    pub acknowledged: Option<i64>,
    pub late: Vec<i64>,
    pub server_time: DateTime<Utc>,
    pub remaining_seconds: i64,
    pub attempt: AttemptState,
}

#[derive(Serialize, ToSchema)]
pub struct AttemptState {
    pub status: AttemptStatus,
    pub paused: Option<Paused>,
    pub remaining_seconds: i64,
    pub deadline: Option<DateTime<Utc>>,
    pub extra_seconds: i64,
    /// How soon the next sign of life is asked for.
    pub heartbeat_ms: i64,
}

#[utoipa::path(post, path = "/api/kiosk/attempts/{id}/answers", operation_id = "saveAnswers", tag = "kiosk", params(("id" = AttemptId, Path)), request_body = SaveAnswers, responses((status = 200, body = SavedAnswers), (status = 409, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub async fn answers(
    ijkpunt: web::Data<Ijkpunt>,
    saver: Saver,
    id: web::Path<AttemptId>,
    Json(body): Json<SaveAnswers>,
) -> Result<web::Json<SavedAnswers>, Problem> {
    let body_at_work = chrono::Duration::milliseconds(body.at_work_ms.unwrap_or(0).clamp(0, MOST_AT_WORK_MS));
    let save = SaveRequest {
        attempt: *id,
        kiosk: saver.signature.kiosk,
        kiosk_key: saver.key,
        number: saver.signature.number,
        attempt_token_hash: saver.attempt_token_hash,
        position: body.position,
        events: events(body)?,
    };
    let (attempt, at_work) = (save.attempt, body_at_work);
    let saved = match ijkpunt.saves.save(save).await {
        Ok(saved) if saved.paused_reason.as_deref() == Some(absence::UNSEEN) => {
            absence::heard_again(&ijkpunt, attempt, at_work, saved).await?
        }
        Ok(saved) => saved,
        Err(super::writer::SaveRefusal::NotYours) => return Err(who::why_not_yours(&ijkpunt, saver.signature.kiosk).await),
        Err(refusal) => return Err(refusal.into()),
    };
    let remaining_seconds = rules::remaining_seconds(&saved.timing, saved.at);
    Ok(web::Json(SavedAnswers {
        acknowledged: saved.acknowledged,
        late: saved.late,
        server_time: saved.at,
        remaining_seconds,
        attempt: AttemptState {
            status: saved.timing.status,
            paused: saved.timing.paused_at.map(|since| Paused { since, reason: saved.paused_reason.unwrap_or_else(|| "candidate".into()) }),
            remaining_seconds,
            deadline: saved.timing.deadline_at,
            extra_seconds: saved.timing.extra_seconds,
            heartbeat_ms: saved.heartbeat_ms,
        },
    }))
}

fn events(body: SaveAnswers) -> Result<Vec<Event>, Problem> {
    if body.events.len() > MAX_EVENTS {
        return Err(Problem::field("/events", Code::OutOfRange));
    }
    let mut events = Vec::with_capacity(body.events.len());
    for (n, mut event) in body.events.into_iter().enumerate() {
        if event.seq < 1 {
            return Err(Problem::field(format!("/events/{n}/seq"), Code::OutOfRange));
        }
        if !event.response.is_object() && !event.response.is_null() {
            return Err(Problem::field(format!("/events/{n}/response"), Code::WrongType));
        }
        if event.response.to_string().len() > MAX_RESPONSE {
            return Err(Problem::field(format!("/events/{n}/response"), Code::TooLong));
        }
        rules::without_nul(&mut event.response);
        events.push(Event {
            seq: event.seq,
            position: event.position,
            response: event.response,
            flagged: event.flagged,
            age: body.sent_at.map_or(chrono::Duration::zero(), |sent| sent - event.client_at),
            client_at: chrono::SubsecRound::trunc_subsecs(event.client_at, 6),
        });
    }
    Ok(events)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartPlay {
    pub position: i64,
    /// The media node's `id`.
    pub media: String,
}

#[derive(Serialize, ToSchema)]
pub struct PlaysUsed {
    pub plays: i64,
    pub max_plays: i64,
}

#[utoipa::path(post, path = "/api/kiosk/attempts/{id}/plays", operation_id = "startPlay", tag = "kiosk", params(("id" = AttemptId, Path)), request_body = StartPlay, responses((status = 200, body = PlaysUsed), (status = 409, body = ProblemBody)))]
pub async fn play(
    ijkpunt: web::Data<Ijkpunt>,
    at_work: AtWork,
    id: web::Path<AttemptId>,
    Json(body): Json<StartPlay>,
) -> Result<web::Json<PlaysUsed>, Problem> {
    let used = plays::play(&ijkpunt, &at_work.sitting, *id, body.position, &body.media).await?;
    Ok(web::Json(PlaysUsed { plays: used.plays, max_plays: used.max_plays }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitAttempt {
    /// The highest number that the kiosk has given to an answer; 0 when it gave none.
    pub last_seq: i64,
}

#[utoipa::path(post, path = "/api/kiosk/attempts/{id}/submit", operation_id = "submitAttempt", tag = "kiosk", params(("id" = AttemptId, Path)), request_body = SubmitAttempt, responses((status = 200, body = Sitting), (status = 409, body = ProblemBody)))]
pub async fn submit(
    ijkpunt: web::Data<Ijkpunt>,
    at_work: AtWork,
    id: web::Path<AttemptId>,
    Json(body): Json<SubmitAttempt>,
) -> Result<web::Json<Sitting>, Problem> {
    actions::submit(&ijkpunt, &at_work.sitting, *id, body.last_seq).await?;
    Ok(web::Json(sitting(&ijkpunt, at_work.sitting.booking_id).await?))
}

/// The name is unguessable and dies with the attempt, so that an `<audio>` element, which can send no token, may ask for it.
#[utoipa::path(get, path = "/api/kiosk/media/{name}", operation_id = "getKioskMedia", tag = "kiosk", params(("name" = String, Path)), responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = ProblemBody)))]
pub async fn media_file(ijkpunt: web::Data<Ijkpunt>, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let file = media::open(&ijkpunt, &name).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.mime))
        .insert_header((header::CACHE_CONTROL, "private, max-age=86400, immutable"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(file.bytes))
}
