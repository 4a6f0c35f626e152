//! `/api/mails`: outgoing mail, as the office sees it.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::{actions, store};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::certificates;
use crate::entity::enums::MailStatus;
use crate::entity::{certificates as papers, mails};
use crate::ids::{AgencyId, CandidateId, CertificateId, MailId};
use crate::problem::{Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct MailView {
    pub id: MailId,
    pub agency_id: AgencyId,
    pub candidate_id: Option<CandidateId>,
    pub subject: String,
    pub status: MailStatus,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    /// The paper that is attached.
    pub certificate_id: Option<CertificateId>,
}

/// One mail, with what it says.
#[derive(Serialize, ToSchema)]
pub struct MailText {
    #[serde(flatten)]
    pub mail: MailView,
    pub recipient: String,
    pub body: String,
}

#[utoipa::path(get, path = "/api/mails", operation_id = "listMails", tag = "mail", responses((status = 200, body = [MailView]), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<MailView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeOperations)?;
    let rows = store::newest(&ijkpunt.db, &access::agencies_for(&actor, Action::SeeOperations)).await?;
    Ok(web::Json(rows.into_iter().map(describe).collect()))
}

#[utoipa::path(get, path = "/api/mails/{id}", operation_id = "readMail", params(("id" = MailId, Path)), tag = "mail", responses((status = 200, body = MailText), (status = 404, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<MailId>) -> Result<web::Json<MailText>, Problem> {
    let mail = find(&ijkpunt, &actor, *id).await?;
    let entry = audit::Entry::of(By::User(actor.user_id), "mail.read", ("mail", Some(mail.id.0))).at(mail.agency_id);
    audit::record_alone(&ijkpunt, entry).await?;
    Ok(web::Json(MailText {
        recipient: store::recipient(&ijkpunt.keys, &mail)?,
        body: store::body(&ijkpunt.keys, &mail)?,
        mail: describe(mail),
    }))
}

#[utoipa::path(get, path = "/api/mails/{id}/attachment", operation_id = "downloadMailAttachment", params(("id" = MailId, Path)), tag = "mail", responses((status = 200, description = "The attached paper", content_type = "application/pdf"), (status = 404, body = ProblemBody)))]
pub async fn attachment(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<MailId>) -> Result<HttpResponse, Problem> {
    let mail = find(&ijkpunt, &actor, *id).await?;
    let paper = papers::Entity::find_by_id(mail.certificate_id.ok_or_else(Problem::not_found)?).one(&ijkpunt.db).await?;
    let paper = paper.ok_or_else(Problem::not_found)?;
    let bytes = certificates::actions::hand_out(&ijkpunt, &paper).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"attest-{}.pdf\"", paper.number)))
        .body(bytes))
}

#[utoipa::path(post, path = "/api/mails/{id}/send", operation_id = "sendMailAgain", params(("id" = MailId, Path)), tag = "mail", responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn send_again(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<MailId>) -> Result<HttpResponse, Problem> {
    let mail = find(&ijkpunt, &actor, *id).await?;
    actions::send_again(&ijkpunt, actor.user_id, &mail).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn find(ijkpunt: &Ijkpunt, actor: &Actor, id: MailId) -> Result<mails::Model, Problem> {
    access::may_somewhere(actor, Action::SeeOperations)?;
    let mail = mails::Entity::find_by_id(id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    access::may(actor, Action::SeeOperations, mail.agency_id)?;
    Ok(mail)
}

fn describe(mail: mails::Model) -> MailView {
    MailView {
        id: mail.id,
        agency_id: mail.agency_id,
        candidate_id: mail.candidate_id,
        subject: mail.subject,
        status: mail.status,
        attempts: mail.attempts,
        last_error: mail.last_error,
        created_at: mail.created_at,
        sent_at: mail.sent_at,
        certificate_id: mail.certificate_id,
    }
}
