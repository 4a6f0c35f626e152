//! `/api/test-sessions` and bookings.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, Wish};
use super::rules::NewSession;
use super::store;
use crate::access::Actor;
use crate::access::rules::{Action, may, may_somewhere};
use crate::agencies;
use crate::app::Ijkpunt;
use crate::entity::enums::{Band, BookingStatus, Part, SessionKind, SessionStatus};
use crate::entity::{bookings, sites, test_sessions};
use crate::http::extract::Json;
use crate::ids::{AgencyId, BookingId, CandidateId, EnrolmentId, OrderId, SessionId, SiteId};
use crate::people;
use crate::people::rules::short_name;
use crate::problem::{Problem, ProblemBody};
use crate::purposes::store::parts_of;

#[derive(Clone, Serialize, ToSchema)]
pub struct SessionView {
    pub id: SessionId,
    pub agency_id: AgencyId,
    pub site_id: SiteId,
    pub site: String,
    pub room: String,
    pub kind: SessionKind,
    pub band: Option<Band>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: i64,
    pub booked: i64,
    pub free: i64,
    pub waiting: usize,
    pub status: SessionStatus,
}

#[derive(Serialize, ToSchema)]
pub struct BookingView {
    pub id: BookingId,
    pub session: SessionView,
    pub enrolment_id: EnrolmentId,
    pub candidate_id: CandidateId,
    pub parts: Vec<Part>,
    pub status: BookingStatus,
    pub created_at: DateTime<Utc>,
    pub cancelled_reason: Option<String>,
    /// The place on the waiting list, counted from one.
    pub waiting_position: Option<usize>,
}

/// A booking with whose it is, for the list of a session.
#[derive(Serialize, ToSchema)]
pub struct Participant {
    pub booking_id: BookingId,
    pub candidate_id: CandidateId,
    pub number: String,
    pub name: String,
    pub parts: Vec<Part>,
    pub status: BookingStatus,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SessionQuery {
    pub agency_id: AgencyId,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub kind: Option<SessionKind>,
    pub band: Option<Band>,
}

/// A list is of this many sessions at most; whoever needs later ones asks from a later date.
const MAX_LISTED: u64 = 300;

#[utoipa::path(get, path = "/api/test-sessions", operation_id = "listSessions", tag = "sessions", params(SessionQuery), responses((status = 200, body = Vec<SessionView>), (status = 404, body = ProblemBody)))]
pub async fn list(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    query: web::Query<SessionQuery>,
) -> Result<web::Json<Vec<SessionView>>, Problem> {
    may(&actor, Action::PlanSessions, query.agency_id)?;
    let mut find = test_sessions::Entity::find()
        .filter(test_sessions::Column::AgencyId.eq(query.agency_id))
        .filter(test_sessions::Column::EndsAt.gt(query.from.unwrap_or_else(|| ijkpunt.clock.now())))
        .order_by_asc(test_sessions::Column::StartsAt)
        .order_by_asc(test_sessions::Column::Room)
        .limit(MAX_LISTED);
    if let Some(to) = query.to {
        find = find.filter(test_sessions::Column::StartsAt.lt(to));
    }
    if let Some(kind) = query.kind {
        find = find.filter(test_sessions::Column::Kind.eq(kind));
    }
    if let Some(band) = query.band {
        find = find.filter(test_sessions::Column::Band.eq(band));
    }
    let rows = find.all(&ijkpunt.db).await?;
    Ok(web::Json(views(&ijkpunt, rows).await?))
}

#[utoipa::path(post, path = "/api/test-sessions", operation_id = "planSession", tag = "sessions", request_body = NewSession, responses((status = 201, body = SessionView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn plan(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(new): Json<NewSession>) -> Result<HttpResponse, Problem> {
    let site = agencies::store::site(&ijkpunt.db, new.site_id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::PlanSessions, site.agency_id)?;
    let session = actions::plan(&ijkpunt, actor.user_id, &new).await?;
    Ok(HttpResponse::Created().json(view(&ijkpunt, session).await?))
}

#[utoipa::path(get, path = "/api/test-sessions/{id}", operation_id = "getSession", tag = "sessions", params(("id" = SessionId, Path)), responses((status = 200, body = SessionView), (status = 404, body = ProblemBody)))]
pub async fn get(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<SessionId>) -> Result<web::Json<SessionView>, Problem> {
    let session = own_session(&ijkpunt, &actor, *id).await?;
    Ok(web::Json(view(&ijkpunt, session).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    pub reason: String,
}

#[utoipa::path(post, path = "/api/test-sessions/{id}/cancel", operation_id = "cancelSession", tag = "sessions", params(("id" = SessionId, Path)), request_body = Cancellation, responses((status = 200, body = SessionView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn cancel_session(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SessionId>,
    Json(cancellation): Json<Cancellation>,
) -> Result<web::Json<SessionView>, Problem> {
    let session = own_session(&ijkpunt, &actor, *id).await?;
    actions::cancel_session(&ijkpunt, actor.user_id, &session, &cancellation.reason).await?;
    let session = own_session(&ijkpunt, &actor, *id).await?;
    Ok(web::Json(view(&ijkpunt, session).await?))
}

#[utoipa::path(get, path = "/api/test-sessions/{id}/bookings", operation_id = "sessionParticipants", tag = "sessions", params(("id" = SessionId, Path)), responses((status = 200, body = Vec<Participant>), (status = 404, body = ProblemBody)))]
pub async fn participants(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SessionId>,
) -> Result<web::Json<Vec<Participant>>, Problem> {
    own_session(&ijkpunt, &actor, *id).await?;
    let rows = store::of_session(&ijkpunt.db, *id).await?;
    let people = people::store::people(&ijkpunt.db, &ijkpunt.keys, rows.iter().map(|row| row.candidate_id).collect()).await?;
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(person) = people.iter().find(|person| person.id == row.candidate_id) else { continue };
        list.push(Participant {
            booking_id: row.id,
            candidate_id: row.candidate_id,
            number: person.number.clone(),
            name: short_name(&person.given_names, &person.family_name),
            parts: parts_of(&row)?,
            status: row.status,
        });
    }
    Ok(web::Json(list))
}

#[derive(Serialize, ToSchema)]
pub struct BookedView {
    pub booking: BookingView,
    /// What was ordered with the seat, when something had to be.
    pub order_id: Option<OrderId>,
}

#[utoipa::path(post, path = "/api/test-sessions/{id}/bookings", operation_id = "bookSeat", tag = "sessions", params(("id" = SessionId, Path)), request_body = Wish, responses((status = 201, body = BookedView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn book(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SessionId>,
    Json(wish): Json<Wish>,
) -> Result<HttpResponse, Problem> {
    let session = store::session(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::ServeCandidates, session.agency_id)?;
    let booked = actions::book(&ijkpunt, actor.user_id, *id, &wish).await?;
    let booking = describe(&ijkpunt, vec![booked.booking]).await?.pop().ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Created().json(BookedView { booking, order_id: booked.order.map(|order| order.id) }))
}

#[utoipa::path(get, path = "/api/candidates/{id}/bookings", operation_id = "candidateBookings", tag = "sessions", params(("id" = CandidateId, Path)), responses((status = 200, body = Vec<BookingView>)))]
pub async fn of_candidate(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
) -> Result<web::Json<Vec<BookingView>>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let rows = store::of_candidate(&ijkpunt.db, *id).await?;
    Ok(web::Json(describe(&ijkpunt, rows).await?))
}

#[derive(Serialize, ToSchema)]
pub struct CancelledView {
    pub booking: BookingView,
    /// Who waited first has the seat now.
    pub moved_up: Option<BookingId>,
}

#[utoipa::path(post, path = "/api/bookings/{id}/cancel", operation_id = "cancelBooking", tag = "sessions", params(("id" = BookingId, Path)), request_body = Cancellation, responses((status = 200, body = CancelledView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn cancel(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BookingId>,
    Json(cancellation): Json<Cancellation>,
) -> Result<web::Json<CancelledView>, Problem> {
    let booking = store::booking(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    let session = store::session(&ijkpunt.db, booking.session_id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::ServeCandidates, session.agency_id)?;
    let cancelled = actions::cancel(&ijkpunt, actor.user_id, &booking, &cancellation.reason).await?;
    let booking = describe(&ijkpunt, vec![cancelled.booking]).await?.pop().ok_or_else(Problem::not_found)?;
    Ok(web::Json(CancelledView { booking, moved_up: cancelled.moved_up }))
}

async fn own_session(ijkpunt: &Ijkpunt, actor: &Actor, id: SessionId) -> Result<test_sessions::Model, Problem> {
    let session = store::session(&ijkpunt.db, id).await?.ok_or_else(Problem::not_found)?;
    may(actor, Action::PlanSessions, session.agency_id)?;
    Ok(session)
}

async fn view(ijkpunt: &Ijkpunt, session: test_sessions::Model) -> Result<SessionView, Problem> {
    views(ijkpunt, vec![session]).await?.pop().ok_or_else(Problem::not_found)
}

async fn views(ijkpunt: &Ijkpunt, rows: Vec<test_sessions::Model>) -> Result<Vec<SessionView>, Problem> {
    let waiting = store::waiting(&ijkpunt.db, rows.iter().map(|session| session.id).collect()).await?;
    let sites = sites::Entity::find().filter(sites::Column::Id.is_in(rows.iter().map(|session| session.site_id))).all(&ijkpunt.db).await?;
    let views = rows.into_iter().map(|session| SessionView {
        site: sites.iter().find(|site| site.id == session.site_id).map(|site| site.name.clone()).unwrap_or_default(),
        waiting: waiting.iter().filter(|booking| booking.session_id == session.id).count(),
        free: session.capacity - session.booked,
        id: session.id,
        agency_id: session.agency_id,
        site_id: session.site_id,
        room: session.room,
        kind: session.kind,
        band: session.band,
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        capacity: session.capacity,
        booked: session.booked,
        status: session.status,
    });
    Ok(views.collect())
}

async fn describe(ijkpunt: &Ijkpunt, rows: Vec<bookings::Model>) -> Result<Vec<BookingView>, Problem> {
    let ids: Vec<SessionId> = rows.iter().map(|booking| booking.session_id).collect();
    let waiting = store::waiting(&ijkpunt.db, ids.clone()).await?;
    let sessions = views(ijkpunt, store::sessions(&ijkpunt.db, ids).await?).await?;
    let mut bookings = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(session) = sessions.iter().find(|session| session.id == row.session_id) else { continue };
        let mut queue = waiting.iter().filter(|other| other.session_id == row.session_id);
        bookings.push(BookingView {
            parts: parts_of(&row)?,
            waiting_position: queue.position(|other| other.id == row.id).map(|place| place + 1),
            id: row.id,
            session: session.clone(),
            enrolment_id: row.enrolment_id,
            candidate_id: row.candidate_id,
            status: row.status,
            created_at: row.created_at,
            cancelled_reason: row.cancelled_reason,
        });
    }
    Ok(bookings)
}
