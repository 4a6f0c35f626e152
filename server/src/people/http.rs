//! `/api/candidates`: finding, registering and correcting.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions;
use super::insz::Insz;
use super::names;
use super::rules::{Details, short_name};
use super::store::{self, Person};
use crate::access::Actor;
use crate::access::rules::{Action, agencies_for, may, may_somewhere};
use crate::app::Ijkpunt;
use crate::crypto::Place;
use crate::entity::candidate_revisions;
use crate::entity::enums::{Advice, Sex};
use crate::http::extract::Json;
use crate::ids::{AgencyId, CandidateId, UserId};
use crate::problem::{Code, Problem, ProblemBody};

/// A candidate as staff see it. The INSZ shows masked only.
#[derive(Serialize, ToSchema)]
pub struct CandidateView {
    pub id: CandidateId,
    pub number: String,
    pub revision: i64,
    pub given_names: String,
    pub family_name: String,
    pub insz_masked: Option<String>,
    pub no_insz_reason: Option<String>,
    pub birth_date: NaiveDate,
    pub sex: Sex,
    pub contact_language: String,
    pub advice: Option<Advice>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub agency_id: AgencyId,
    pub created_at: DateTime<Utc>,
}

impl From<Person> for CandidateView {
    fn from(person: Person) -> Self {
        Self {
            insz_masked: person.insz.as_ref().map(Insz::masked),
            id: person.id,
            number: person.number,
            revision: person.revision,
            given_names: person.given_names,
            family_name: person.family_name,
            no_insz_reason: person.no_insz_reason,
            birth_date: person.birth_date,
            sex: person.sex,
            contact_language: person.contact_language,
            advice: person.advice,
            email: person.email,
            phone: person.phone,
            agency_id: person.agency_id,
            created_at: person.created_at,
        }
    }
}

/// Enough of a record to see whether it is the same person, and no more.
#[derive(Serialize, ToSchema)]
pub struct Duplicate {
    pub id: CandidateId,
    pub number: String,
    pub name: String,
    pub birth_date: NaiveDate,
    pub insz_masked: Option<String>,
    pub agency_id: AgencyId,
}

impl From<&Person> for Duplicate {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            number: person.number.clone(),
            name: short_name(&person.given_names, &person.family_name),
            birth_date: person.birth_date,
            insz_masked: person.insz.as_ref().map(Insz::masked),
            agency_id: person.agency_id,
        }
    }
}

/// What was typed in the search box. It travels in the body: addresses never carry personal data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// A name or the beginning of one, a birth date, a candidate's number, an INSZ.
    pub q: String,
}

#[derive(Serialize, ToSchema)]
pub struct Found {
    pub candidates: Vec<CandidateView>,
    /// There are more than are shown.
    pub more: bool,
}

const MAX_QUERY: usize = 200;
const MAX_SHOWN: usize = 25;

#[utoipa::path(post, path = "/api/candidates/search", operation_id = "searchCandidates", tag = "people", request_body = Search, responses((status = 200, body = Found), (status = 422, body = ProblemBody)))]
pub async fn search(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(search): Json<Search>) -> Result<web::Json<Found>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    if search.q.chars().count() > MAX_QUERY {
        return Err(Problem::field("/q", Code::TooLong));
    }
    let mut people = find(&ijkpunt, search.q.trim()).await?;
    let more = people.len() > MAX_SHOWN;
    people.truncate(MAX_SHOWN);
    Ok(web::Json(Found { candidates: people.into_iter().map(Into::into).collect(), more }))
}

async fn find(ijkpunt: &Ijkpunt, q: &str) -> Result<Vec<Person>, Problem> {
    let (db, keys) = (&ijkpunt.db, &ijkpunt.keys);
    let digits = q.chars().filter(char::is_ascii_digit).count();
    let only_number = q.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | ' '));
    if digits >= 9 && only_number {
        let insz = Insz::parse(q).map_err(|fault| Problem::field("/q", fault.into()))?;
        return Ok(store::by_insz(db, keys, &insz).await?.into_iter().collect());
    }
    if let Some(number) = q.strip_prefix(['k', 'K']).and_then(|rest| rest.trim().parse::<u32>().ok()) {
        return Ok(store::by_number(db, keys, &format!("K{number:06}")).await?.into_iter().collect());
    }
    let (dates, rest): (Vec<&str>, Vec<&str>) = q.split_whitespace().partition(|word| typed_date(word).is_some());
    let born = dates.first().and_then(|word| typed_date(word));
    let words: Vec<String> = names::words(&rest.join(" "));
    if words.is_empty() && born.is_none() {
        return Ok(Vec::new());
    }
    Ok(store::by_name(db, keys, &words, born).await?)
}

fn typed_date(word: &str) -> Option<NaiveDate> {
    ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"].iter().find_map(|form| NaiveDate::parse_from_str(word, form).ok())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InszCheck {
    pub insz: String,
}

/// What the number says, to fill in and to check beside the field.
#[derive(Serialize, ToSchema)]
pub struct InszChecked {
    pub masked: String,
    pub birth_date: Option<NaiveDate>,
    pub birth_year: i32,
    pub sex: Option<Sex>,
    pub bis: bool,
    /// Somebody is registered with this number already.
    pub known: Option<Duplicate>,
}

#[utoipa::path(post, path = "/api/candidates/insz-check", operation_id = "checkInsz", tag = "people", request_body = InszCheck, responses((status = 200, body = InszChecked), (status = 422, body = ProblemBody)))]
pub async fn check_insz(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    Json(check): Json<InszCheck>,
) -> Result<web::Json<InszChecked>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let insz = Insz::parse(&check.insz).map_err(|fault| Problem::field("/insz", fault.into()))?;
    let known = store::by_insz(&ijkpunt.db, &ijkpunt.keys, &insz).await?;
    Ok(web::Json(InszChecked {
        masked: insz.masked(),
        birth_date: insz.birth_date(),
        birth_year: insz.facts.year,
        sex: insz.facts.sex,
        bis: insz.facts.bis,
        known: known.as_ref().map(Into::into),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    pub agency_id: AgencyId,
    pub person: Details,
    /// The clerk looked at the likely duplicates and says that this is somebody else.
    #[serde(default)]
    pub despite_duplicates: bool,
}

#[utoipa::path(post, path = "/api/candidates", operation_id = "registerCandidate", tag = "people", request_body = Register, responses((status = 201, body = CandidateView), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn register(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(register): Json<Register>) -> Result<HttpResponse, Problem> {
    may(&actor, Action::ServeCandidates, register.agency_id)?;
    let person = actions::register(&ijkpunt, actor.user_id, register.agency_id, &register.person, register.despite_duplicates).await?;
    Ok(HttpResponse::Created().json(CandidateView::from(person)))
}

#[utoipa::path(get, path = "/api/candidates/{id}", operation_id = "getCandidate", tag = "people", params(("id" = CandidateId, Path)), responses((status = 200, body = CandidateView), (status = 404, body = ProblemBody)))]
pub async fn get(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<CandidateId>) -> Result<web::Json<CandidateView>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let person = store::person(&ijkpunt.db, &ijkpunt.keys, *id).await?.ok_or_else(Problem::not_found)?;
    Ok(web::Json(person.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The revision that the clerk saw.
    pub revision: i64,
    pub person: Details,
    pub reason: String,
}

#[utoipa::path(put, path = "/api/candidates/{id}", operation_id = "correctCandidate", tag = "people", params(("id" = CandidateId, Path)), request_body = Correction, responses((status = 200, body = CandidateView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn correct(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
    Json(correction): Json<Correction>,
) -> Result<web::Json<CandidateView>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let agency = agencies_for(&actor, Action::ServeCandidates).first().copied().ok_or_else(Problem::forbidden)?;
    let Correction { revision, person, reason } = correction;
    Ok(web::Json(actions::correct(&ijkpunt, actor.user_id, agency, *id, revision, &person, &reason).await?.into()))
}

/// What a record said before a correction.
#[derive(Serialize, ToSchema)]
pub struct Revision {
    pub revision: i64,
    pub reason: String,
    pub replaced_at: DateTime<Utc>,
    pub replaced_by: UserId,
    pub given_names: String,
    pub family_name: String,
    pub birth_date: String,
    pub insz_masked: Option<String>,
}

#[utoipa::path(get, path = "/api/candidates/{id}/revisions", operation_id = "candidateRevisions", tag = "people", params(("id" = CandidateId, Path)), responses((status = 200, body = Vec<Revision>)))]
pub async fn revisions(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<CandidateId>) -> Result<web::Json<Vec<Revision>>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let rows = candidate_revisions::Entity::find()
        .filter(candidate_revisions::Column::CandidateId.eq(*id))
        .order_by_desc(candidate_revisions::Column::Revision)
        .all(&ijkpunt.db)
        .await?;
    let mut revisions = Vec::with_capacity(rows.len());
    for row in rows {
        let place = Place { table: "candidate_revisions", column: "body_enc", row: row.candidate_id.0 };
        let body: serde_json::Value = serde_json::from_str(&ijkpunt.keys.open(place, &row.body_enc)?).unwrap_or_default();
        let text = |field: &str| body.get(field).and_then(|value| value.as_str()).map(str::to_owned);
        revisions.push(Revision {
            revision: row.revision,
            reason: row.reason,
            replaced_at: row.replaced_at,
            replaced_by: row.replaced_by,
            given_names: text("given_names").unwrap_or_default(),
            family_name: text("family_name").unwrap_or_default(),
            birth_date: text("birth_date").unwrap_or_default(),
            insz_masked: text("insz").map(|digits| super::insz::mask(&digits)),
        });
    }
    Ok(web::Json(revisions))
}
