//! What is known of items: parameters, enemies, two versions beside each other, and all of it as a sheet.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::compare::{self, Aspect};
use super::enemies;
use super::exchange_http::ExportItems;
use super::http::within;
use super::parameters::{self, Said};
use super::sheet::{self, SheetChanges, SheetRefusal};
use crate::access::rules::may_somewhere;
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::enums::{ParameterSource, ParameterStatus};
use crate::entity::{item_parameters, item_versions, items};
use crate::http::extract::Json;
use crate::ids::{ItemId, ItemParametersId, ItemVersionId};
use crate::problem::{Code, Problem, ProblemBody};
use crate::statistics::import::BadRow;

const MAX_SHEET: usize = 16 * 1024 * 1024;
const MAX_FAULTS: usize = 200;

/// Parameters as they were proposed, and what became of them.
#[derive(Serialize, ToSchema)]
pub struct ParametersView {
    pub id: ItemParametersId,
    pub version: i64,
    #[serde(flatten)]
    pub said: Said,
    pub source: ParameterSource,
    pub status: ParameterStatus,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    pub approved_by: Option<String>,
    /// Whether the person who asks may take them into force.
    pub may_approve: bool,
}

impl ParametersView {
    pub fn of(row: &item_parameters::Model, name: impl Fn(crate::ids::UserId) -> String, reader: crate::ids::UserId) -> Self {
        Self {
            id: row.id,
            version: row.version,
            said: Said::of(row),
            source: row.source,
            status: row.status,
            created_at: row.created_at,
            created_by: row.created_by.map(&name),
            approved_at: row.approved_at,
            approved_by: row.approved_by.map(&name),
            may_approve: row.status == ParameterStatus::Proposed && row.created_by != Some(reader),
        }
    }
}

/// An item that may not be in one form with this one.
#[derive(Serialize, ToSchema)]
pub struct EnemyView {
    pub id: ItemId,
    pub identifier: String,
    pub reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetEnemy {
    /// The identifier of the other item.
    pub enemy: String,
    #[serde(default)]
    pub reason: String,
}

#[utoipa::path(post, path = "/api/items/{id}/parameters", operation_id = "proposeParameters", tag = "items", params(("id" = ItemId, Path)), request_body = Said, responses((status = 204), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn propose(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemId>,
    Json(said): Json<Said>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    within("/origin", &said.origin)?;
    if let Some((field, _)) = said.fault() {
        return Err(Problem::field(format!("/{field}"), Code::OutOfRange));
    }
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let item = items::Entity::find_by_id(*id).one(&tx).await?.ok_or_else(Problem::not_found)?;
    parameters::propose(&tx, item.id, &said, ParameterSource::Manual, Some(actor.user_id), now).await?;
    let entry = Entry::of(By::User(actor.user_id), "item.parameters_proposed", ("item", Some(item.id.0)));
    audit::record(&tx, now, entry.with(serde_json::json!(said))).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/item-parameters/{id}/approve", operation_id = "approveParameters", tag = "items", params(("id" = ItemParametersId, Path)), responses((status = 204), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn approve(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<ItemParametersId>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    parameters::approve(&ijkpunt, &actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/items/{id}/enemies", operation_id = "setEnemy", tag = "items", params(("id" = ItemId, Path)), request_body = SetEnemy, responses((status = 204), (status = 422, body = ProblemBody)))]
pub async fn set_enemy(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemId>,
    Json(body): Json<SetEnemy>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    within("/reason", &body.reason)?;
    enemies::set(&ijkpunt, &actor, *id, body.enemy.trim(), &body.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(delete, path = "/api/items/{id}/enemies/{enemy}", operation_id = "unsetEnemy", tag = "items", params(("id" = ItemId, Path), ("enemy" = ItemId, Path)), responses((status = 204), (status = 404, body = ProblemBody)))]
pub async fn unset_enemy(ijkpunt: web::Data<Ijkpunt>, actor: Actor, ids: web::Path<(ItemId, ItemId)>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    enemies::unset(&ijkpunt, &actor, ids.0, ids.1).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(get, path = "/api/item-versions/{id}/compare/{other}", operation_id = "compareItemVersions", tag = "items", params(("id" = ItemVersionId, Path), ("other" = ItemVersionId, Path)), responses((status = 200, body = [Aspect]), (status = 404, body = ProblemBody)))]
pub async fn compare(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    ids: web::Path<(ItemVersionId, ItemVersionId)>,
) -> Result<web::Json<Vec<Aspect>>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let version = async |id| item_versions::Entity::find_by_id(id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found);
    let (before, after) = (version(ids.0).await?, version(ids.1).await?);
    if before.item_id != after.item_id {
        return Err(Problem::not_found());
    }
    Ok(web::Json(compare::compare(&before, &after)))
}

/// What a sheet brought, or would bring, or why it did not come in.
#[derive(Default, Serialize, ToSchema)]
pub struct SheetOutcome {
    pub written: bool,
    #[serde(flatten)]
    pub changes: SheetChanges,
    /// All of them; `faults` holds the first 200.
    pub fault_count: usize,
    pub faults: Vec<BadRow>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ImportSheet {
    #[serde(default)]
    pub dry_run: bool,
}

#[utoipa::path(get, path = "/api/item-sheets", operation_id = "exportSheet", tag = "items", params(ExportItems), responses((status = 200, body = String, content_type = "text/csv"), (status = 403, body = ProblemBody)))]
pub async fn export_sheet(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<ExportItems>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let bytes = sheet::export(&ijkpunt.db, &query.into_inner().wanted()).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"ijkpunt-items.csv\""))
        .body(bytes))
}

#[utoipa::path(post, path = "/api/item-sheets", operation_id = "importSheet", tag = "items", params(ImportSheet), request_body(content = String, content_type = "text/csv"), responses((status = 200, body = SheetOutcome), (status = 413, body = ProblemBody)))]
pub async fn import_sheet(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    query: web::Query<ImportSheet>,
    body: web::Payload,
) -> Result<web::Json<SheetOutcome>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let bytes = body.to_bytes_limited(MAX_SHEET).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::TooLarge))?;
    match sheet::bring_in(&ijkpunt, &bytes, By::User(actor.user_id), query.dry_run).await {
        Ok(changes) => Ok(web::Json(SheetOutcome { written: !query.dry_run, changes, ..SheetOutcome::default() })),
        Err(SheetRefusal::Rows(mut faults)) => {
            let fault_count = faults.len();
            faults.truncate(MAX_FAULTS);
            Ok(web::Json(SheetOutcome { fault_count, faults, ..SheetOutcome::default() }))
        }
        Err(SheetRefusal::Database(error)) => Err(error.into()),
    }
}
