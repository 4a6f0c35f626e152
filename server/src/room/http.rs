//! `/api/room`: the invigilator's requests.

use actix_web::http::header::{self, EntityTag, IfNoneMatch};
use actix_web::{HttpResponse, web};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::state::{self, RoomSession, RoomState};
use super::{actions, interventions, live, reopening, rescue, store, tickets};
use crate::access::rules::{agencies_for, may, may_somewhere};
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::entity::enums::IdentityDocument;
use crate::http::extract::Json;
use crate::ids::{BookingId, IncidentId, KioskId, SessionId};
use crate::media::hex;
use crate::problem::{Code, Problem, ProblemBody};

const MAX_TEXT: usize = 2000;
/// An hour of speech, encoded and encrypted, with room to spare.
const MAX_RESCUE: usize = 64 * 1024 * 1024;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OnDay {
    /// Today when it is not said.
    pub date: Option<NaiveDate>,
}

#[utoipa::path(get, path = "/api/room/sessions", operation_id = "listRoomSessions", tag = "room", params(OnDay), responses((status = 200, body = Vec<RoomSession>)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor, day: web::Query<OnDay>) -> Result<web::Json<Vec<RoomSession>>, Problem> {
    may_somewhere(&actor, Action::RunSession)?;
    let date = day.date.unwrap_or_else(|| ijkpunt.clock.today());
    let midnight = |date: NaiveDate| {
        let local = chrono_tz::Europe::Brussels.from_local_datetime(&date.and_time(NaiveTime::MIN)).earliest();
        local.map_or_else(|| Utc.from_utc_datetime(&date.and_time(NaiveTime::MIN)), |local| local.with_timezone(&Utc))
    };
    let until = midnight(date.checked_add_days(Days::new(1)).unwrap_or(date));
    let sessions = store::sessions_between(&ijkpunt.db, &agencies_for(&actor, Action::RunSession), midnight(date), until).await?;
    let mut rows = Vec::with_capacity(sessions.len());
    for session in sessions {
        rows.push(state::describe(&ijkpunt, session).await?);
    }
    Ok(web::Json(rows))
}

#[utoipa::path(get, path = "/api/room/sessions/{id}", operation_id = "getRoom", tag = "room", params(("id" = SessionId, Path)), responses((status = 200, body = RoomState), (status = 304), (status = 404, body = ProblemBody)))]
pub async fn get(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SessionId>,
    seen: web::Header<IfNoneMatch>,
) -> Result<HttpResponse, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    let room = state::room(&ijkpunt, *id).await?;
    let body = serde_json::to_string(&room).map_err(|_| Problem::new(Code::Internal))?;
    let tag = EntityTag::new_strong(hex(&Sha256::digest(body.as_bytes())));
    if matches!(seen.into_inner(), IfNoneMatch::Items(tags) if tags.iter().any(|seen| seen.weak_eq(&tag))) {
        return Ok(HttpResponse::NotModified().insert_header(header::ETag(tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header(header::ETag(tag)).content_type("application/json").body(body))
}

#[utoipa::path(get, path = "/api/room/sessions/{id}/live", operation_id = "watchRoom", tag = "room", params(("id" = SessionId, Path)), responses((status = 200, content_type = "text/event-stream"), (status = 404, body = ProblemBody)))]
pub async fn watch(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<SessionId>) -> Result<HttpResponse, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        // Compression would hold events back until its buffer is full.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(live::changes(ijkpunt.get_ref().clone(), *id)))
}

#[utoipa::path(post, path = "/api/room/sessions/{id}/open", operation_id = "openSession", tag = "room", params(("id" = SessionId, Path)), responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn open(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<SessionId>) -> Result<HttpResponse, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    actions::open(&ijkpunt, actor.user_id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseSession {
    /// End the attempts that are still going on.
    pub end_all: bool,
}

#[utoipa::path(post, path = "/api/room/sessions/{id}/close", operation_id = "closeSession", tag = "room", params(("id" = SessionId, Path)), request_body = CloseSession, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn close(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SessionId>,
    Json(body): Json<CloseSession>,
) -> Result<HttpResponse, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    actions::close(&ijkpunt, actor.user_id, *id, body.end_all).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Why something is done; it stands in the room's report.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    pub reason: String,
}

#[utoipa::path(post, path = "/api/room/sessions/{id}/pause", operation_id = "pauseRoom", tag = "room", params(("id" = SessionId, Path)), request_body = Reason, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn pause_room(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SessionId>,
    Json(body): Json<Reason>,
) -> Result<HttpResponse, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    interventions::pause_room(&ijkpunt, actor.user_id, *id, text("/reason", &body.reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/room/sessions/{id}/resume", operation_id = "resumeRoom", tag = "room", params(("id" = SessionId, Path)), responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn resume_room(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<SessionId>) -> Result<HttpResponse, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    interventions::resume_room(&ijkpunt, actor.user_id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIncident {
    pub text: String,
    pub booking_id: Option<BookingId>,
}

#[derive(Serialize, ToSchema)]
pub struct WrittenIncident {
    pub id: IncidentId,
}

#[utoipa::path(post, path = "/api/room/sessions/{id}/incidents", operation_id = "writeIncident", tag = "room", params(("id" = SessionId, Path)), request_body = NewIncident, responses((status = 201, body = WrittenIncident), (status = 422, body = ProblemBody)))]
pub async fn write_incident(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SessionId>,
    Json(body): Json<NewIncident>,
) -> Result<HttpResponse, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    let text = text("/text", &body.text)?;
    let id = actions::write_incident(&ijkpunt, actor.user_id, *id, body.booking_id, text).await?;
    Ok(HttpResponse::Created().json(WrittenIncident { id }))
}

/// Makes fresh codes for everybody who is ready to start, and the tickets that carry them.
#[utoipa::path(post, path = "/api/room/sessions/{id}/tickets", operation_id = "printTickets", tag = "room", params(("id" = SessionId, Path)), responses((status = 200, content_type = "application/pdf"), (status = 409, body = ProblemBody)))]
pub async fn print_tickets(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<SessionId>) -> Result<HttpResponse, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    let pdf = tickets::print(&ijkpunt, actor.user_id, *id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, "inline; filename=\"codes.pdf\""))
        .body(pdf))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckIdentity {
    pub document: IdentityDocument,
    /// The number on the document, or its end; only the last four characters are kept.
    pub number: String,
    /// Replace an earlier check.
    #[serde(default)]
    pub again: bool,
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/identity", operation_id = "checkIdentity", tag = "room", params(("id" = BookingId, Path)), request_body = CheckIdentity, responses((status = 204), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn check_identity(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(body): Json<CheckIdentity>,
) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    match super::rules::tail(&body.number).chars().count() {
        4 if body.number.chars().count() <= 40 => {}
        4 => return Err(Problem::field("/number", Code::TooLong)),
        0 => return Err(Problem::field("/number", Code::Required)),
        _ => return Err(Problem::field("/number", Code::OutOfRange)),
    }
    actions::check_identity(&ijkpunt, actor.user_id, *id, body.document, &body.number, body.again).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveSeat {
    pub kiosk_id: KioskId,
    /// The seat that the screen showed; when it is another by now, somebody else was before.
    pub instead_of: Option<KioskId>,
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/seat", operation_id = "giveSeat", tag = "room", params(("id" = BookingId, Path)), request_body = GiveSeat, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn seat(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(body): Json<GiveSeat>,
) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    actions::seat(&ijkpunt, actor.user_id, *id, body.kiosk_id, body.instead_of).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The code is told once: only its hash is kept.
#[derive(Serialize, ToSchema)]
pub struct SittingCode {
    pub code: String,
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/code", operation_id = "giveCode", tag = "room", params(("id" = BookingId, Path)), responses((status = 200, body = SittingCode), (status = 409, body = ProblemBody)))]
pub async fn code(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<BookingId>) -> Result<web::Json<SittingCode>, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    Ok(web::Json(SittingCode { code: actions::new_code(&ijkpunt, actor.user_id, *id).await? }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveSeat {
    pub kiosk_id: KioskId,
    pub reason: String,
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/move", operation_id = "moveSeat", tag = "room", params(("id" = BookingId, Path)), request_body = MoveSeat, responses((status = 200, body = SittingCode), (status = 409, body = ProblemBody)))]
pub async fn move_seat(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(body): Json<MoveSeat>,
) -> Result<web::Json<SittingCode>, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    let reason = text("/reason", &body.reason)?;
    Ok(web::Json(SittingCode { code: interventions::move_to(&ijkpunt, actor.user_id, *id, body.kiosk_id, reason).await? }))
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/absent", operation_id = "markAbsent", tag = "room", params(("id" = BookingId, Path)), responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn absent(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<BookingId>) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    actions::mark_absent(&ijkpunt, actor.user_id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/pause", operation_id = "pauseCandidate", tag = "room", params(("id" = BookingId, Path)), request_body = Reason, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn pause(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(body): Json<Reason>,
) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    interventions::pause(&ijkpunt, actor.user_id, *id, text("/reason", &body.reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/resume", operation_id = "resumeCandidate", tag = "room", params(("id" = BookingId, Path)), responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn resume(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<BookingId>) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    interventions::resume(&ijkpunt, actor.user_id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtraTime {
    pub minutes: i64,
    pub reason: String,
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/extra-time", operation_id = "giveExtraTime", tag = "room", params(("id" = BookingId, Path)), request_body = ExtraTime, responses((status = 204), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn extra_time(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(body): Json<ExtraTime>,
) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    if !(1..=120).contains(&body.minutes) {
        return Err(Problem::field("/minutes", Code::OutOfRange));
    }
    interventions::give_extra_time(&ijkpunt, actor.user_id, *id, body.minutes, text("/reason", &body.reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopen {
    /// Besides the time that was left.
    pub minutes: i64,
    pub reason: String,
}

#[derive(Serialize, ToSchema)]
pub struct RescuedAnswers {
    pub booking_id: BookingId,
    /// Answers in the file.
    pub answers: i64,
    /// Of these, those that were not here yet.
    pub taken: i64,
    /// Of these, those that came too late to count.
    pub late: i64,
    /// Pieces of recordings that were not here yet.
    pub slices: i64,
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/end", operation_id = "endAttempt", tag = "room", params(("id" = BookingId, Path)), request_body = Reason, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn end(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(body): Json<Reason>,
) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    interventions::end(&ijkpunt, actor.user_id, *id, text("/reason", &body.reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/annul", operation_id = "annulSitting", tag = "room", params(("id" = BookingId, Path)), request_body = Reason, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn annul(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(body): Json<Reason>,
) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    interventions::annul(&ijkpunt, actor.user_id, *id, text("/reason", &body.reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/room/bookings/{id}/reopen", operation_id = "reopenAttempt", tag = "room", params(("id" = BookingId, Path)), request_body = Reopen, responses((status = 204), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn reopen(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(body): Json<Reopen>,
) -> Result<HttpResponse, Problem> {
    of_booking(&ijkpunt, &actor, *id).await?;
    if !(0..=120).contains(&body.minutes) {
        return Err(Problem::field("/minutes", Code::OutOfRange));
    }
    reopening::reopen(&ijkpunt, actor.user_id, *id, body.minutes, text("/reason", &body.reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes in the file that a kiosk without connection wrote.
#[utoipa::path(post, path = "/api/room/sessions/{id}/rescue", operation_id = "readRescue", tag = "room", params(("id" = SessionId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = RescuedAnswers), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn read_rescue(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SessionId>,
    body: web::Payload,
) -> Result<web::Json<RescuedAnswers>, Problem> {
    of_session(&ijkpunt, &actor, *id).await?;
    let bytes = body.to_bytes_limited(MAX_RESCUE).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::RescueUnreadable))?;
    let rescue::Rescued { booking, answers, taken, late, slices } = rescue::read(&ijkpunt, actor.user_id, *id, &bytes).await?;
    Ok(web::Json(RescuedAnswers { booking_id: booking, answers, taken, late, slices }))
}

async fn of_session(ijkpunt: &Ijkpunt, actor: &Actor, id: SessionId) -> Result<(), Problem> {
    may_somewhere(actor, Action::RunSession)?;
    let session = store::session(&ijkpunt.db, id).await?.ok_or(Problem::not_found())?;
    Ok(may(actor, Action::RunSession, session.agency_id)?)
}

async fn of_booking(ijkpunt: &Ijkpunt, actor: &Actor, id: BookingId) -> Result<(), Problem> {
    may_somewhere(actor, Action::RunSession)?;
    let booking = store::booking(&ijkpunt.db, id).await?.ok_or(Problem::not_found())?;
    of_session(ijkpunt, actor, booking.session_id).await
}

/// A text that somebody must have written.
fn text<'a>(pointer: &str, text: &'a str) -> Result<&'a str, Problem> {
    match text.trim() {
        "" => Err(Problem::field(pointer, Code::Required)),
        text if text.chars().count() > MAX_TEXT => Err(Problem::field(pointer, Code::TooLong)),
        text => Ok(text),
    }
}
