//! The catalogue of a day, and what a new version of a purpose would touch. Looking changes nothing: the version itself is added by `/api/policy`.

use actix_web::web;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::http::PurposeView;
use super::rules::{self, PartChange, Required};
use super::store;
use crate::access::Actor;
use crate::access::rules::{Action, agencies_for, may_somewhere};
use crate::app::Ijkpunt;
use crate::clock::belgian_date;
use crate::entity::enums::{BookingStatus, EnrolmentStatus, Level, Part};
use crate::entity::{bookings, candidates, enrolments, test_sessions};
use crate::http::extract::Json;
use crate::ids::{AgencyId, EnrolmentId, SessionId};
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CatalogueQuery {
    /// The day; today when absent.
    pub on: Option<NaiveDate>,
}

#[utoipa::path(get, path = "/api/purposes/catalogue", operation_id = "purposeCatalogue", tag = "purposes", params(CatalogueQuery), responses((status = 200, body = Vec<PurposeView>), (status = 403, body = ProblemBody)))]
pub async fn catalogue(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    query: web::Query<CatalogueQuery>,
) -> Result<web::Json<Vec<PurposeView>>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let on = query.on.unwrap_or_else(|| ijkpunt.clock.today());
    Ok(web::Json(store::catalogue(&ijkpunt.db, on).await?.into_iter().map(Into::into).collect()))
}

/// Levels that somebody considers from a day on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLevels {
    pub valid_from: NaiveDate,
    #[schema(value_type = std::collections::BTreeMap<String, Level>)]
    pub levels: Required,
}

#[derive(Serialize, ToSchema)]
pub struct ChangePreview {
    pub changes: Vec<PartChange>,
    /// Open enrolments of every agency. They keep the rule that they were made under.
    pub open_enrolments: usize,
    /// Of these, with a seat on or after that day.
    pub with_seats: usize,
    /// Those of the agencies of whoever asks, with their seats on or after that day.
    pub touched: Vec<Touched>,
    /// Those of other agencies: counted, not named.
    pub elsewhere: usize,
}

#[derive(Serialize, ToSchema)]
pub struct Touched {
    pub enrolment_id: EnrolmentId,
    pub candidate_number: String,
    pub agency_id: AgencyId,
    pub enrolled_on: NaiveDate,
    #[schema(value_type = std::collections::BTreeMap<String, Level>)]
    pub keeps: Required,
    pub seats: Vec<TouchedSeat>,
}

#[derive(Serialize, ToSchema)]
pub struct TouchedSeat {
    pub starts_at: DateTime<Utc>,
    pub parts: Vec<Part>,
}

#[utoipa::path(post, path = "/api/purposes/{key}/change-preview", operation_id = "previewPurposeChange", tag = "purposes", params(("key" = String, Path)), request_body = NewLevels, responses((status = 200, body = ChangePreview), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn preview(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    key: web::Path<String>,
    Json(new): Json<NewLevels>,
) -> Result<web::Json<ChangePreview>, Problem> {
    may_somewhere(&actor, Action::ChangePolicy)?;
    let db = &ijkpunt.db;
    if new.levels.is_empty() {
        return Err(Problem::field("/levels", Code::NoParts));
    }
    // Before its first rule a purpose is not there: nothing can be compared.
    let current = store::purpose_at(db, &key, new.valid_from).await?.ok_or_else(|| Problem::field("/valid_from", Code::UnknownPurpose))?;
    let open = enrolments::Entity::find()
        .filter(enrolments::Column::Purpose.eq(key.as_str()))
        .filter(enrolments::Column::Status.eq(EnrolmentStatus::Open))
        .order_by_asc(enrolments::Column::CreatedAt)
        .all(db)
        .await?;
    let mut seats = Vec::new();
    let mut people = Vec::new();
    for chunk in open.chunks(500) {
        let of_chunk = bookings::Entity::find()
            .filter(bookings::Column::EnrolmentId.is_in(chunk.iter().map(|enrolment| enrolment.id)))
            .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Waiting]))
            .all(db)
            .await?;
        seats.extend(of_chunk);
        let ids = chunk.iter().map(|enrolment| enrolment.candidate_id);
        people.extend(candidates::Entity::find().filter(candidates::Column::Id.is_in(ids)).all(db).await?);
    }
    let mut sessions = Vec::new();
    let ids: Vec<SessionId> = seats.iter().map(|seat| seat.session_id).collect();
    for chunk in ids.chunks(500) {
        sessions.extend(test_sessions::Entity::find().filter(test_sessions::Column::Id.is_in(chunk.iter().copied())).all(db).await?);
    }
    let own = agencies_for(&actor, Action::ChangePolicy);
    let (mut touched, mut with_seats, mut elsewhere) = (Vec::new(), 0, 0);
    for enrolment in &open {
        let mut after = Vec::new();
        for seat in seats.iter().filter(|seat| seat.enrolment_id == enrolment.id) {
            let session = sessions.iter().find(|session| session.id == seat.session_id);
            if let Some(session) = session.filter(|session| belgian_date(session.starts_at) >= new.valid_from) {
                after.push(TouchedSeat { starts_at: session.starts_at, parts: store::parts_of(seat)? });
            }
        }
        with_seats += usize::from(!after.is_empty());
        if !own.contains(&enrolment.agency_id) {
            elsewhere += 1;
            continue;
        }
        touched.push(Touched {
            enrolment_id: enrolment.id,
            candidate_number: people
                .iter()
                .find(|person| person.id == enrolment.candidate_id)
                .map(|person| person.number.clone())
                .unwrap_or_default(),
            agency_id: enrolment.agency_id,
            enrolled_on: belgian_date(enrolment.created_at),
            keeps: store::required(enrolment)?,
            seats: after,
        });
    }
    Ok(web::Json(ChangePreview {
        changes: rules::changes(&current.body.levels, &new.levels),
        open_enrolments: open.len(),
        with_seats,
        touched,
        elsewhere,
    }))
}
