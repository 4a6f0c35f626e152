//! Papers of a candidate, for the desk and the office, and the public verification.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{self, Typed};
use super::{actions, store};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::entity::enums::{CertificateStatus, Level, Part};
use crate::entity::{agencies, certificates, enrolments};
use crate::http::extract::Json;
use crate::ids::{AgencyId, CandidateId, CertificateId, EnrolmentId};
use crate::problem::{Code, Problem, ProblemBody};

const MAX_REASON: usize = 500;

/// A paper of a candidate.
#[derive(Serialize, ToSchema)]
pub struct CertificateView {
    pub id: CertificateId,
    pub number: String,
    pub enrolment_id: EnrolmentId,
    pub agency_id: AgencyId,
    pub purpose: String,
    /// The one part that the paper is about, when it was asked for before the purpose was met.
    pub part: Option<Part>,
    #[schema(value_type = BTreeMap<String, Level>)]
    pub levels: BTreeMap<Part, Level>,
    pub issued_at: DateTime<Utc>,
    pub status: CertificateStatus,
    pub supersedes_id: Option<CertificateId>,
    pub status_changed_at: Option<DateTime<Utc>>,
    pub status_reason: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateReason {
    pub reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartCertificate {
    pub part: Part,
}

#[derive(Serialize, ToSchema)]
pub struct CertificateReissued {
    pub id: CertificateId,
}

/// What anybody learns who has the number. Nothing about the person.
#[derive(Serialize, ToSchema)]
pub struct Verification {
    pub status: VerificationStatus,
    pub number: Option<String>,
    #[schema(value_type = BTreeMap<String, Level>)]
    pub levels: BTreeMap<Part, Level>,
    pub issued_on: Option<NaiveDate>,
    pub agency: Option<String>,
    /// Since when it is not valid any more.
    pub changed_on: Option<NaiveDate>,
    /// The test was made of sample items: the paper proves nothing.
    pub sample: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerificationStatus {
    Valid,
    Superseded,
    Revoked,
    Unknown,
    Mistyped,
    /// A file that names a paper of ours and says something else than we wrote.
    Altered,
    /// A file that is nothing of ours.
    NotOurs,
    /// A credential signed with a key that somebody else may have had.
    KeyWithdrawn,
    /// A file that is neither a PDF nor a credential.
    Unreadable,
}

#[utoipa::path(get, path = "/api/candidates/{id}/certificates", operation_id = "listCertificates", params(("id" = CandidateId, Path)), tag = "certificates", responses((status = 200, body = [CertificateView]), (status = 403, body = ProblemBody)))]
pub async fn list(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
) -> Result<web::Json<Vec<CertificateView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeResults)?;
    let rows = store::of_candidate(&ijkpunt.db, *id).await?;
    Ok(web::Json(rows.into_iter().map(describe).collect::<Result<_, Problem>>()?))
}

#[utoipa::path(get, path = "/api/certificates/{id}/pdf", operation_id = "downloadCertificate", params(("id" = CertificateId, Path)), tag = "certificates", responses((status = 200, description = "The paper", content_type = "application/pdf"), (status = 404, body = ProblemBody)))]
pub async fn download(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<CertificateId>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeResults)?;
    let row = find(&ijkpunt, *id).await?;
    let entry = audit::Entry::of(By::User(actor.user_id), "certificate.downloaded", ("certificate", Some(row.id.0))).at(row.agency_id);
    audit::record_alone(&ijkpunt, entry).await?;
    let bytes = actions::hand_out(&ijkpunt, &row).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"attest-{}.pdf\"", row.number)))
        .body(bytes))
}

#[utoipa::path(post, path = "/api/certificates/{id}/reissue", operation_id = "reissueCertificate", params(("id" = CertificateId, Path)), tag = "certificates", request_body = CertificateReason, responses((status = 200, body = CertificateReissued), (status = 409, body = ProblemBody)))]
pub async fn reissue(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CertificateId>,
    Json(input): Json<CertificateReason>,
) -> Result<web::Json<CertificateReissued>, Problem> {
    let row = decide_on(&ijkpunt, &actor, *id).await?;
    let id = actions::reissue(&ijkpunt, actor.user_id, row.id, &checked_reason(&input.reason)?).await?;
    Ok(web::Json(CertificateReissued { id }))
}

#[utoipa::path(post, path = "/api/certificates/{id}/revoke", operation_id = "revokeCertificate", params(("id" = CertificateId, Path)), tag = "certificates", request_body = CertificateReason, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn revoke(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CertificateId>,
    Json(input): Json<CertificateReason>,
) -> Result<HttpResponse, Problem> {
    let row = decide_on(&ijkpunt, &actor, *id).await?;
    actions::revoke(&ijkpunt, actor.user_id, row.id, &checked_reason(&input.reason)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/enrolments/{id}/certificates", operation_id = "certifyPart", params(("id" = EnrolmentId, Path)), tag = "certificates", request_body = PartCertificate, responses((status = 200, body = CertificateReissued), (status = 409, body = ProblemBody)))]
pub async fn certify_part(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<EnrolmentId>,
    Json(input): Json<PartCertificate>,
) -> Result<web::Json<CertificateReissued>, Problem> {
    access::may_somewhere(&actor, Action::ServeCandidates)?;
    let enrolment = enrolments::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    access::may(&actor, Action::ServeCandidates, enrolment.agency_id)?;
    let id = actions::certify_part(&ijkpunt, actor.user_id, enrolment.id, input.part).await?;
    Ok(web::Json(CertificateReissued { id }))
}

#[utoipa::path(post, path = "/api/certificates/{id}/mail", operation_id = "mailCertificate", params(("id" = CertificateId, Path)), tag = "certificates", responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn mail_again(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<CertificateId>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::ServeCandidates)?;
    let row = find(&ijkpunt, *id).await?;
    access::may(&actor, Action::ServeCandidates, row.agency_id)?;
    actions::mail_again(&ijkpunt, actor.user_id, row.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(get, path = "/api/verify/{number}", operation_id = "verifyCertificate", params(("number" = String, Path)), tag = "certificates", responses((status = 200, body = Verification)))]
pub async fn verify(ijkpunt: web::Data<Ijkpunt>, number: web::Path<String>) -> Result<web::Json<Verification>, Problem> {
    let number = match rules::read_number(&number) {
        Typed::Mistyped => return Ok(web::Json(Verification::without_paper(VerificationStatus::Mistyped, None))),
        Typed::Number(number) => number,
    };
    Ok(web::Json(match store::by_number(&ijkpunt.db, &number).await? {
        Some(row) => verification(&ijkpunt, row).await?,
        None => Verification::without_paper(VerificationStatus::Unknown, Some(number)),
    }))
}

impl Verification {
    pub fn without_paper(status: VerificationStatus, number: Option<String>) -> Self {
        Self { status, number, levels: BTreeMap::new(), issued_on: None, agency: None, changed_on: None, sample: false }
    }
}

/// What anybody may know of a paper of ours.
pub async fn verification(ijkpunt: &Ijkpunt, row: certificates::Model) -> Result<Verification, Problem> {
    let agency = agencies::Entity::find_by_id(row.agency_id).one(&ijkpunt.db).await?;
    Ok(Verification {
        status: match row.status {
            CertificateStatus::Valid => VerificationStatus::Valid,
            CertificateStatus::Superseded => VerificationStatus::Superseded,
            CertificateStatus::Revoked => VerificationStatus::Revoked,
        },
        levels: store::levels(&row)?,
        issued_on: Some(belgian_date(row.issued_at)),
        agency: agency.map(|agency| agency.name),
        changed_on: row.status_changed_at.map(belgian_date),
        sample: store::open(&ijkpunt.keys, &row)?.sample,
        number: Some(row.number),
    })
}

pub async fn find(ijkpunt: &Ijkpunt, id: CertificateId) -> Result<certificates::Model, Problem> {
    certificates::Entity::find_by_id(id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)
}

async fn decide_on(ijkpunt: &Ijkpunt, actor: &Actor, id: CertificateId) -> Result<certificates::Model, Problem> {
    access::may_somewhere(actor, Action::DecideOnPeople)?;
    let row = find(ijkpunt, id).await?;
    access::may(actor, Action::DecideOnPeople, row.agency_id)?;
    Ok(row)
}

pub fn checked_reason(reason: &str) -> Result<String, Problem> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Problem::field("/reason", Code::Required));
    }
    if reason.chars().count() > MAX_REASON {
        return Err(Problem::field("/reason", Code::TooLong));
    }
    Ok(reason.to_owned())
}

fn describe(row: certificates::Model) -> Result<CertificateView, Problem> {
    Ok(CertificateView {
        levels: store::levels(&row)?,
        id: row.id,
        number: row.number,
        enrolment_id: row.enrolment_id,
        agency_id: row.agency_id,
        purpose: row.purpose,
        part: row.part,
        issued_at: row.issued_at,
        status: row.status,
        supersedes_id: row.supersedes_id,
        status_changed_at: row.status_changed_at,
        status_reason: row.status_reason,
    })
}
