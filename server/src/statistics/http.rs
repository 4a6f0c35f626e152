//! `/api/statistics`: the tables, as data and as files; snapshots; bringing in tests of earlier years.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::facts::Changes;
use super::import::{self, BadRow, ImportRefusal};
use super::report::{Asked, report};
use super::store::{self, Snapshot};
use super::tables::{self, Words};
use super::{actions, files};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::begin_write;
use crate::entity::agencies;
use crate::entity::enums::AgencyCode;
use crate::http::extract::Json;
use crate::problem::{Code, Problem, ProblemBody};

/// A file of a million tests is about 100 MB.
const MAX_IMPORT: usize = 256 * 1024 * 1024;
/// More faults than anybody reads at once; the file is refused whole in any case.
const MAX_FAULTS: usize = 500;

#[derive(Serialize, ToSchema)]
pub struct TableView {
    pub name: &'static str,
    pub title: Words,
    pub definition: Words,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TableQuery {
    /// Of a snapshot, instead of the living records.
    snapshot: Option<Uuid>,
    /// As the records stood at the end of this day.
    as_of: Option<NaiveDate>,
    /// Of one agency, which must be the caller's.
    agency: Option<AgencyCode>,
    #[serde(default)]
    #[param(inline)]
    format: FileFormat,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    #[default]
    Json,
    /// Semicolons and a byte-order mark, as Belgian spreadsheets open it.
    Csv,
    Xlsx,
}

#[derive(Serialize, ToSchema)]
pub struct SnapshotView {
    pub id: Uuid,
    pub name: String,
    pub revision: i64,
    pub at: DateTime<Utc>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSnapshot {
    pub name: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    #[serde(default)]
    dry_run: bool,
}

/// What an import did or would do; with faults it does nothing.
#[derive(Serialize, ToSchema)]
pub struct ImportOutcome {
    pub written: bool,
    pub added: i64,
    pub corrected: i64,
    pub unchanged: i64,
    pub fault_count: usize,
    pub faults: Vec<BadRow>,
}

#[utoipa::path(get, path = "/api/statistics/tables", operation_id = "listTables", tag = "statistics", responses((status = 200, body = Vec<TableView>), (status = 403, body = ProblemBody)))]
pub async fn list(actor: Actor) -> Result<web::Json<Vec<TableView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let views = tables::TABLES.iter().map(|table| TableView { name: table.name, title: table.title, definition: table.definition });
    Ok(web::Json(views.collect()))
}

#[utoipa::path(get, path = "/api/statistics/tables/{name}", operation_id = "readTable", tag = "statistics", params(("name" = String, Path), TableQuery), responses((status = 200, description = "The table", body = serde_json::Value), (status = 404, body = ProblemBody)))]
pub async fn read(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    name: web::Path<String>,
    query: web::Query<TableQuery>,
) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    if let Some(code) = query.agency {
        let agency = agencies::Entity::find().filter(agencies::Column::Code.eq(code)).one(&ijkpunt.db).await?;
        access::may(&actor, Action::SeeStatistics, agency.ok_or_else(Problem::not_found)?.id)?;
    }
    let table = tables::find(&name).ok_or_else(Problem::not_found)?;
    let asked = Asked { snapshot: query.snapshot, as_of: query.as_of, agency: query.agency.map(AgencyCode::as_str) };
    let report = report(&ijkpunt.db, table, asked, ijkpunt.clock.now()).await?;
    let (mime, ending, bytes) = match query.format {
        FileFormat::Json => return Ok(HttpResponse::Ok().json(files::json(&report))),
        FileFormat::Csv => ("text/csv; charset=utf-8", "csv", files::belgian_csv(&report).map_err(failed)?),
        FileFormat::Xlsx => {
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", files::xlsx(&report).map_err(failed)?)
        }
    };
    let detail = json!({ "table": table.name, "format": ending, "origin": report.origin });
    let entry = audit::Entry::of(By::User(actor.user_id), "statistics.downloaded", ("statistics", None)).with(detail);
    audit::record_alone(&ijkpunt, entry).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, mime))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.{ending}\"", table.name)))
        .body(bytes))
}

#[utoipa::path(get, path = "/api/statistics/snapshots", operation_id = "listSnapshots", tag = "statistics", responses((status = 200, body = Vec<SnapshotView>), (status = 403, body = ProblemBody)))]
pub async fn list_snapshots(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<SnapshotView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    Ok(web::Json(store::snapshots(&ijkpunt.db).await?.into_iter().map(describe).collect()))
}

#[utoipa::path(post, path = "/api/statistics/snapshots", operation_id = "takeSnapshot", tag = "statistics", request_body = NewSnapshot, responses((status = 201, body = SnapshotView), (status = 422, body = ProblemBody)))]
pub async fn freeze(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(new): Json<NewSnapshot>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let name = new.name.trim();
    match name.chars().count() {
        0 => return Err(Problem::field("/name", Code::Required)),
        1..=100 => {}
        _ => return Err(Problem::field("/name", Code::TooLong)),
    }
    let snapshot = actions::freeze(&ijkpunt, actor.user_id, name).await?;
    Ok(HttpResponse::Created().json(describe(snapshot)))
}

#[utoipa::path(post, path = "/api/statistics/imports", operation_id = "importTests", tag = "statistics", params(ImportQuery), request_body(content = String, content_type = "text/csv"), responses((status = 200, body = ImportOutcome), (status = 403, body = ProblemBody), (status = 413, body = ProblemBody)))]
pub async fn import(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    query: web::Query<ImportQuery>,
    body: web::Payload,
) -> Result<web::Json<ImportOutcome>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let bytes = body.to_bytes_limited(MAX_IMPORT).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::TooLarge))?;
    let tx = begin_write(&ijkpunt.db).await?;
    let imported = import::import(&tx, ijkpunt.clock.now(), By::User(actor.user_id), &ijkpunt.keys, &bytes, |_, _| {}).await;
    let (changes, mut faults) = match imported {
        Ok(changes) => (changes, Vec::new()),
        Err(ImportRefusal::BadRows(faults)) => (Changes::default(), faults),
        Err(ImportRefusal::Database(error)) => return Err(error.into()),
    };
    let written = faults.is_empty() && !query.dry_run;
    if written {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    let fault_count = faults.len();
    faults.truncate(MAX_FAULTS);
    let Changes { added, corrected, unchanged } = changes;
    Ok(web::Json(ImportOutcome { written, added, corrected, unchanged, fault_count, faults }))
}

fn describe(snapshot: Snapshot) -> SnapshotView {
    let Snapshot { id, name, revision, at } = snapshot;
    SnapshotView { id, name, revision, at }
}

fn failed(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a file of figures could not be made");
    Problem::new(Code::Internal)
}
