//! `/api/sites/{id}`: how the kiosks of a site are locked down, and the file that opens Safe Exam Browser at them.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lockdown::{self, Lockdown};
use super::{seb, store};
use crate::access::rules::{may, may_somewhere};
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::http::extract::Json;
use crate::ids::SiteId;
use crate::problem::{Code, Problem, ProblemBody};

/// Versions of a browser that are in use at once are few.
const MAX_KEYS: usize = 50;

#[derive(Serialize, ToSchema)]
pub struct LockdownView {
    /// Only Safe Exam Browser with this site's settings may open a test.
    pub seb_required: bool,
    /// Browser Exam Keys that are taken; when there are none, every version is.
    pub exam_keys: Vec<String>,
    /// The Config Key of this site's file.
    pub config_key: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeLockdown {
    pub seb_required: bool,
    pub exam_keys: Vec<String>,
}

#[utoipa::path(get, path = "/api/sites/{id}/lockdown", operation_id = "getLockdown", tag = "kiosks", params(("id" = SiteId, Path)), responses((status = 200, body = LockdownView), (status = 404, body = ProblemBody)))]
pub async fn get(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<SiteId>) -> Result<web::Json<LockdownView>, Problem> {
    authorised(&ijkpunt, &actor, *id).await?;
    view(&ijkpunt, *id).await
}

#[utoipa::path(put, path = "/api/sites/{id}/lockdown", operation_id = "changeLockdown", tag = "kiosks", params(("id" = SiteId, Path)), request_body = ChangeLockdown, responses((status = 200, body = LockdownView), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn change(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<SiteId>,
    Json(body): Json<ChangeLockdown>,
) -> Result<web::Json<LockdownView>, Problem> {
    authorised(&ijkpunt, &actor, *id).await?;
    if body.exam_keys.len() > MAX_KEYS {
        return Err(Problem::field("/exam_keys", Code::OutOfRange));
    }
    let exam_keys: Vec<String> = body.exam_keys.iter().map(|key| key.trim().to_ascii_lowercase()).collect();
    if let Some(n) = exam_keys.iter().position(|key| key.len() != 64 || !key.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(Problem::field(format!("/exam_keys/{n}"), Code::ExamKeyShape));
    }
    lockdown::change(&ijkpunt, actor.user_id, *id, &Lockdown { seb_required: body.seb_required, exam_keys }).await?;
    view(&ijkpunt, *id).await
}

#[utoipa::path(get, path = "/api/sites/{id}/kiosk.seb", operation_id = "getSebFile", tag = "kiosks", params(("id" = SiteId, Path)), responses((status = 200, content_type = "application/seb"), (status = 404, body = ProblemBody)))]
pub async fn file(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<SiteId>) -> Result<HttpResponse, Problem> {
    authorised(&ijkpunt, &actor, *id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/seb"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"kiosk.seb\""))
        .body(seb::file(&lockdown::settings(&ijkpunt, *id))))
}

async fn view(ijkpunt: &Ijkpunt, id: SiteId) -> Result<web::Json<LockdownView>, Problem> {
    let Lockdown { seb_required, exam_keys } = lockdown::of_site(&ijkpunt.db, id).await?;
    Ok(web::Json(LockdownView { seb_required, exam_keys, config_key: seb::config_key(&lockdown::settings(ijkpunt, id)) }))
}

async fn authorised(ijkpunt: &Ijkpunt, actor: &Actor, id: SiteId) -> Result<(), Problem> {
    may_somewhere(actor, Action::Administer)?;
    let (site, _) = store::place(&ijkpunt.db, id).await?.ok_or(Problem::not_found())?;
    Ok(may(actor, Action::Administer, site.agency_id)?)
}
