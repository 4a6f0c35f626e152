//! `/api/session`: logging in and out, and who is logged in.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, actions, store};
use crate::app::Ijkpunt;
use crate::entity::agencies;
use crate::entity::enums::{AgencyCode, Role};
use crate::http::extract::{Json, PLAIN_SESSION_COOKIE, SESSION_COOKIE, require_own_page, session_token};
use crate::ids::{AgencyId, UserId};
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub username: String,
    pub password: String,
}

/// The person who is logged in, and what they do where.
#[derive(Serialize, ToSchema)]
pub struct Whoami {
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
    pub locale: String,
    pub agencies: Vec<AgencyRoles>,
    /// A worked example is on show: people and accounts are made up.
    pub demo: bool,
}

#[derive(Serialize, ToSchema)]
pub struct AgencyRoles {
    pub id: AgencyId,
    pub code: AgencyCode,
    pub name: String,
    pub roles: Vec<Role>,
}

#[utoipa::path(post, path = "/api/session", operation_id = "logIn", tag = "access", request_body = Login, responses((status = 200, body = Whoami), (status = 401, body = ProblemBody)))]
pub async fn login(request: HttpRequest, ijkpunt: web::Data<Ijkpunt>, Json(login): Json<Login>) -> Result<HttpResponse, Problem> {
    require_own_page(&request)?;
    let (actor, token) = actions::log_in(&ijkpunt, &login.username, &login.password).await?;
    let body = describe(&ijkpunt, actor).await?;
    Ok(HttpResponse::Ok().cookie(cookie(&ijkpunt, token)).json(body))
}

#[utoipa::path(get, path = "/api/session", operation_id = "whoami", tag = "access", responses((status = 200, body = Whoami), (status = 401, body = ProblemBody)))]
pub async fn whoami(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Whoami>, Problem> {
    Ok(web::Json(describe(&ijkpunt, actor).await?))
}

#[utoipa::path(delete, path = "/api/session", operation_id = "logOut", tag = "access", responses((status = 204)))]
pub async fn logout(request: HttpRequest, ijkpunt: web::Data<Ijkpunt>) -> Result<HttpResponse, Problem> {
    require_own_page(&request)?;
    if let Some(token) = session_token(&request) {
        store::end_session(&ijkpunt.db, &token, ijkpunt.clock.now()).await?;
    }
    let mut gone = cookie(&ijkpunt, String::new());
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

#[utoipa::path(get, path = "/api/health", operation_id = "health", tag = "access", responses((status = 204), (status = 503, body = ProblemBody)))]
pub async fn health(ijkpunt: web::Data<Ijkpunt>) -> Result<HttpResponse, Problem> {
    ijkpunt.db.execute_unprepared("SELECT 1").await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a balancer asks: may new requests come here? No longer once the process was asked to stop, though it still answers those that do.
#[utoipa::path(get, path = "/api/ready", operation_id = "ready", tag = "access", responses((status = 204), (status = 503, body = ProblemBody)))]
pub async fn ready(ijkpunt: web::Data<Ijkpunt>) -> Result<HttpResponse, Problem> {
    if ijkpunt.stopping.is_announced() || ijkpunt.saves.is_crowded() {
        return Err(Problem::new(Code::Unavailable));
    }
    health(ijkpunt).await
}

fn cookie(ijkpunt: &Ijkpunt, token: String) -> Cookie<'static> {
    let secure = ijkpunt.config.public_origin.starts_with("https:");
    Cookie::build(if secure { SESSION_COOKIE } else { PLAIN_SESSION_COOKIE }, token)
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Strict)
        .finish()
}

async fn describe(ijkpunt: &Ijkpunt, actor: Actor) -> Result<Whoami, Problem> {
    let mut all = agencies::Entity::find().all(&ijkpunt.db).await?;
    all.sort_by_key(|agency| agency.code);
    let agencies = all
        .into_iter()
        .map(|agency| AgencyRoles {
            roles: actor.roles.iter().filter(|(of, _)| *of == agency.id).map(|(_, role)| *role).collect(),
            id: agency.id,
            code: agency.code,
            name: agency.name,
        })
        .filter(|agency| !agency.roles.is_empty())
        .collect();
    Ok(Whoami {
        user_id: actor.user_id,
        username: actor.username,
        display_name: actor.display_name,
        locale: actor.locale,
        agencies,
        demo: ijkpunt.config.demo,
    })
}
