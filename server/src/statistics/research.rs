//! `/api/research-projects`: research for which single tests are given out. Each project has a key of its own that makes its pseudonyms; closing it
//! destroys the key, so that nobody can add to what was given or trace it back.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::AsyncReadExt;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::extract::{self, ExtractError};
use super::files::FileFormat;
use super::http::{agency_of, attachment, downloaded, failed, name_of};
use super::report::{Asked, moment};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::crypto::Place;
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::AgencyCode;
use crate::entity::{agencies, research_projects};
use crate::http::extract::Json;
use crate::ids::{AgencyId, UserId};
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct ProjectView {
    pub id: Uuid,
    pub name: String,
    pub ground: String,
    pub created_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    pub name: String,
    pub agency: AgencyCode,
    /// Why tests may be given to it: the contract or decision.
    pub ground: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ExtractQuery {
    snapshot: Option<Uuid>,
    as_of: Option<NaiveDate>,
    /// csv, xlsx or parquet.
    #[param(inline)]
    format: FileFormat,
}

#[utoipa::path(get, path = "/api/research-projects", operation_id = "listProjects", tag = "statistics", responses((status = 200, body = Vec<ProjectView>), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<ProjectView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let rows = research_projects::Entity::find()
        .filter(research_projects::Column::AgencyId.is_in(access::agencies_for(&actor, Action::SeeStatistics)))
        .order_by_asc(research_projects::Column::Name)
        .all(&ijkpunt.db)
        .await?;
    Ok(web::Json(rows.into_iter().map(describe).collect()))
}

#[utoipa::path(post, path = "/api/research-projects", operation_id = "beginProject", tag = "statistics", request_body = NewProject, responses((status = 201, body = ProjectView), (status = 422, body = ProblemBody)))]
pub async fn begin(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(new): Json<NewProject>) -> Result<HttpResponse, Problem> {
    let agency = agency_of(&ijkpunt, &actor, new.agency).await?;
    let (name, ground) = (name_of(&new.name, "/name")?, name_of(&new.ground, "/ground")?);
    match create(&ijkpunt, Some(actor.user_id), Some(agency), name, ground).await {
        Ok(row) => Ok(HttpResponse::Created().json(describe(row))),
        Err(error) if is_unique_violation(&error) => Err(Problem::field("/name", Code::NameTaken)),
        Err(error) => Err(error.into()),
    }
}

/// Begins a project with a new key.
pub async fn create(
    ijkpunt: &Ijkpunt,
    by: Option<UserId>,
    agency: Option<AgencyId>,
    name: &str,
    ground: &str,
) -> Result<research_projects::Model, sea_orm::DbErr> {
    let (id, now) = (Uuid::now_v7(), ijkpunt.clock.now());
    let key = BASE64.encode(rand::random::<[u8; 32]>());
    let row = research_projects::Model {
        id,
        agency_id: agency,
        name: name.to_owned(),
        ground: ground.to_owned(),
        key_enc: Some(ijkpunt.keys.seal(place(id), &key)),
        created_by: by,
        created_at: now,
        closed_by: None,
        closed_at: None,
    };
    let tx = begin_write(&ijkpunt.db).await?;
    let entry = audit::Entry::of(by.map_or(By::System, By::User), "project.begun", ("research_project", Some(id)));
    audit::record(&tx, now, entry.with(json!({ "name": name, "ground": ground }))).await?;
    research_projects::Entity::insert(research_projects::ActiveModel::from(row.clone())).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// The key of a project, as long as it is not closed.
pub fn key(ijkpunt: &Ijkpunt, project: &research_projects::Model) -> Option<Vec<u8>> {
    let sealed = project.key_enc.as_ref()?;
    BASE64.decode(ijkpunt.keys.open(place(project.id), sealed).ok()?).ok()
}

const fn place(row: Uuid) -> Place {
    Place { table: "research_projects", column: "key_enc", row }
}

#[utoipa::path(post, path = "/api/research-projects/{id}/close", operation_id = "closeProject", tag = "statistics", params(("id" = Uuid, Path)), responses((status = 200, body = ProjectView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn close(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<Uuid>) -> Result<web::Json<ProjectView>, Problem> {
    let project = of_caller(&ijkpunt, &actor, *id).await?;
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let closed = research_projects::Entity::update_many()
        .col_expr(research_projects::Column::ClosedAt, Expr::value(now))
        .col_expr(research_projects::Column::ClosedBy, Expr::value(actor.user_id))
        .col_expr(research_projects::Column::KeyEnc, Expr::value(None::<Vec<u8>>))
        .filter(research_projects::Column::Id.eq(project.id))
        .filter(research_projects::Column::ClosedAt.is_null())
        .exec(&tx)
        .await?;
    if closed.rows_affected == 0 {
        return Err(Problem::new(Code::ProjectClosed));
    }
    audit::record(&tx, now, audit::Entry::of(By::User(actor.user_id), "project.closed", ("research_project", Some(project.id)))).await?;
    tx.commit().await?;
    Ok(web::Json(describe(research_projects::Model { closed_at: Some(now), ..project })))
}

#[utoipa::path(get, path = "/api/research-projects/{id}/tests", operation_id = "extractTests", tag = "statistics", params(("id" = Uuid, Path), ExtractQuery), responses((status = 200, description = "The agency's tests, a row each", content_type = "application/octet-stream"), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn extract(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<Uuid>,
    query: web::Query<ExtractQuery>,
) -> Result<HttpResponse, Problem> {
    let project = of_caller(&ijkpunt, &actor, *id).await?;
    let key = key(&ijkpunt, &project).ok_or_else(|| Problem::new(Code::ProjectClosed))?;
    let agency = match project.agency_id {
        Some(id) => agencies::Entity::find_by_id(id).one(&ijkpunt.db).await?.map(|agency| agency.code),
        None => None,
    };
    let asked = Asked { snapshot: query.snapshot, as_of: query.as_of, ..Asked::default() };
    let (moment, _) = moment(&ijkpunt.db, asked, ijkpunt.clock.now()).await?;
    let file = tempfile::NamedTempFile::new().map_err(failed)?;
    let agency = agency.map(AgencyCode::as_str);
    let total =
        extract::write(&ijkpunt.db, moment, agency, &key, query.format, file.path(), |_| {}).await.map_err(|error| match error {
            ExtractError::Format => Problem::field("/format", Code::OutOfRange),
            ExtractError::Database(error) => error.into(),
            ExtractError::File(_) => failed(error),
        })?;
    let ending = query.format.ending();
    let detail = json!({ "project": project.id, "name": project.name, "format": ending, "tests": total, "revision": moment.revision });
    downloaded(&ijkpunt, &actor, detail).await?;
    let opened = tokio::fs::File::open(file.path()).await.map_err(failed)?;
    // The file has no name any more once it is open, and is gone when it has been sent.
    drop(file);
    let parts = futures_util::stream::try_unfold(opened, |mut file| async move {
        let mut part = vec![0; 64 * 1024];
        let read = file.read(&mut part).await?;
        part.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(part), file)))
    });
    Ok(attachment(query.format.mime(), &format!("testen.{ending}")).streaming(parts))
}

async fn of_caller(ijkpunt: &Ijkpunt, actor: &Actor, id: Uuid) -> Result<research_projects::Model, Problem> {
    access::may_somewhere(actor, Action::SeeStatistics)?;
    let own = access::agencies_for(actor, Action::SeeStatistics);
    let found = research_projects::Entity::find_by_id(id).one(&ijkpunt.db).await?;
    found.filter(|project| project.agency_id.is_some_and(|agency| own.contains(&agency))).ok_or_else(Problem::not_found)
}

fn describe(row: research_projects::Model) -> ProjectView {
    ProjectView { id: row.id, name: row.name, ground: row.ground, created_at: row.created_at, closed_at: row.closed_at }
}
