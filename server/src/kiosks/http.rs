//! `/api/kiosks`: the administrator's list of machines.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{actions, store};
use crate::access::rules::{agencies_for, may, may_somewhere};
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::entity::{kiosks, sites};
use crate::http::extract::Json;
use crate::ids::{AgencyId, KioskId, SiteId};
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct KioskRow {
    pub id: KioskId,
    pub name: String,
    pub site_id: SiteId,
    pub site: String,
    pub agency_id: AgencyId,
    pub state: KioskState,
    pub enrolled_at: Option<DateTime<Utc>>,
    pub last_seen_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KioskState {
    /// Waits for its code to be typed in.
    Waiting,
    Enrolled,
    Revoked,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKiosk {
    pub site_id: SiteId,
    pub name: String,
}

/// The code is shown once: only its hash is kept.
#[derive(Serialize, ToSchema)]
pub struct KioskCode {
    pub kiosk: KioskRow,
    pub code: String,
}

#[utoipa::path(get, path = "/api/kiosks", operation_id = "listKiosks", tag = "kiosks", responses((status = 200, body = Vec<KioskRow>)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<KioskRow>>, Problem> {
    may_somewhere(&actor, Action::Administer)?;
    let rows = store::kiosks_of(&ijkpunt.db, &agencies_for(&actor, Action::Administer)).await?;
    Ok(web::Json(rows.into_iter().map(|(kiosk, site)| row(kiosk, &site)).collect()))
}

#[utoipa::path(post, path = "/api/kiosks", operation_id = "createKiosk", tag = "kiosks", request_body = NewKiosk, responses((status = 201, body = KioskCode), (status = 422, body = ProblemBody)))]
pub async fn create(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(body): Json<NewKiosk>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::Administer)?;
    let (site, _) = store::place(&ijkpunt.db, body.site_id).await?.ok_or(Problem::field("/site_id", Code::NotFound))?;
    may(&actor, Action::Administer, site.agency_id)?;
    match body.name.trim().chars().count() {
        0 => return Err(Problem::field("/name", Code::Required)),
        1..=60 => {}
        _ => return Err(Problem::field("/name", Code::TooLong)),
    }
    let (kiosk, code) = actions::create(&ijkpunt, actor.user_id, body.site_id, &body.name).await?;
    Ok(HttpResponse::Created().json(KioskCode { kiosk: row(kiosk, &site), code }))
}

#[utoipa::path(post, path = "/api/kiosks/{id}/code", operation_id = "renewKioskCode", tag = "kiosks", params(("id" = KioskId, Path)), responses((status = 200, body = KioskCode), (status = 404, body = ProblemBody)))]
pub async fn renew_code(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<KioskId>) -> Result<web::Json<KioskCode>, Problem> {
    let (kiosk, site) = authorised(&ijkpunt, &actor, *id).await?;
    let code = actions::renew_code(&ijkpunt, actor.user_id, kiosk.id).await?;
    Ok(web::Json(KioskCode { kiosk: row(kiosk, &site), code }))
}

#[utoipa::path(post, path = "/api/kiosks/{id}/revoke", operation_id = "revokeKiosk", tag = "kiosks", params(("id" = KioskId, Path)), responses((status = 204), (status = 404, body = ProblemBody)))]
pub async fn revoke(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<KioskId>) -> Result<HttpResponse, Problem> {
    let (kiosk, _) = authorised(&ijkpunt, &actor, *id).await?;
    actions::revoke(&ijkpunt, actor.user_id, kiosk.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn authorised(ijkpunt: &Ijkpunt, actor: &Actor, id: KioskId) -> Result<(kiosks::Model, sites::Model), Problem> {
    may_somewhere(actor, Action::Administer)?;
    let (kiosk, site) = store::kiosk(&ijkpunt.db, id).await?.ok_or(Problem::not_found())?;
    may(actor, Action::Administer, site.agency_id)?;
    Ok((kiosk, site))
}

fn row(kiosk: kiosks::Model, site: &sites::Model) -> KioskRow {
    let state = match (&kiosk.public_key, kiosk.revoked_at) {
        (_, Some(_)) => KioskState::Revoked,
        (Some(_), None) => KioskState::Enrolled,
        (None, None) => KioskState::Waiting,
    };
    KioskRow {
        id: kiosk.id,
        name: kiosk.name,
        site_id: site.id,
        site: site.name.clone(),
        agency_id: site.agency_id,
        state,
        enrolled_at: kiosk.enrolled_at,
        last_seen_at: kiosk.last_seen_at,
    }
}
