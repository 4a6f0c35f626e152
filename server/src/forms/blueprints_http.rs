//! `/api/blueprints` and `/api/form-assemblies`: what forms have to hold, and the searches for such forms.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use item_bank::forms::blueprint::Blueprint;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::blueprints::{self as actions, NewBlueprint};
use super::http::{BlueprintName, FormItem, described, names};
use super::report::{self, Contradiction, FormReport, Outcome, Quality, SearchFailure};
use super::{rules, store, words};
use crate::access::rules::may_somewhere;
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::entity::enums::{AssemblyStatus, Band, FormPart};
use crate::entity::{blueprints, form_assemblies};
use crate::http::extract::Json;
use crate::ids::{AssemblyId, BlueprintId, FormId};
use crate::locale::Locale;
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct BlueprintRow {
    pub id: BlueprintId,
    pub key: String,
    pub version: i64,
    pub title: String,
    pub part: FormPart,
    pub band: Option<Band>,
    pub forms: usize,
    pub items: usize,
    pub created_at: DateTime<Utc>,
    pub maker: String,
}

#[derive(Serialize, ToSchema)]
pub struct BlueprintFile {
    pub id: BlueprintId,
    pub key: String,
    pub version: i64,
    pub title: String,
    pub part: FormPart,
    pub band: Option<Band>,
    pub time_limit_seconds: i64,
    pub cut_score_key: String,
    /// As `SaveBlueprint` has it.
    #[schema(value_type = Object)]
    pub body: Value,
    pub created_at: DateTime<Utc>,
    pub maker: String,
    /// All versions, the newest first.
    pub versions: Vec<BlueprintName>,
    /// The searches of this version, the newest first.
    pub assemblies: Vec<AssemblyRow>,
}

#[derive(Serialize, ToSchema)]
pub struct AssemblyRow {
    pub id: AssemblyId,
    pub status: AssemblyStatus,
    pub created_at: DateTime<Utc>,
    pub maker: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveBlueprint {
    /// The version that was before the author; nothing for a new blueprint.
    pub from: Option<BlueprintId>,
    pub key: String,
    pub title: String,
    pub part: FormPart,
    pub band: Option<Band>,
    pub time_limit_seconds: i64,
    pub cut_score_key: String,
    /// `forms`, `items`, `quotas` (`of`: properties `on` skill, level, topic, text_type or core, with a `value`; `min`, `max`), `target` (`aim` near,
    /// at_least or most; `points` of `theta` and `information`; `tolerance`), `max_forms_per_item`, `max_overlap`, `max_shared_in_use`, `max_exposure`,
    /// `pinned`, `forbidden`.
    #[schema(value_type = Object)]
    pub body: Blueprint,
}

#[derive(Serialize, ToSchema)]
pub struct BlueprintSaved {
    pub id: BlueprintId,
}

#[derive(Serialize, ToSchema)]
pub struct AssemblyBegun {
    pub id: AssemblyId,
}

#[derive(Serialize, ToSchema)]
pub struct AssemblyFile {
    pub id: AssemblyId,
    pub status: AssemblyStatus,
    pub blueprint: BlueprintName,
    #[schema(value_type = Object)]
    pub body: Value,
    pub step: i64,
    pub steps: i64,
    pub nodes: i64,
    pub created_at: DateTime<Utc>,
    pub maker: String,
    pub finished_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Places of the scale at which the curves are given.
    pub thetas: Vec<f64>,
    pub forms: Vec<ProposedFormFile>,
    pub quality: Option<Quality>,
    /// How many items each two forms share.
    pub shared: Vec<Vec<usize>>,
    /// Why there are no forms. All of these together are impossible; leave out any one and there are some.
    pub reasons: Vec<ImpossibleReason>,
    pub missing: Vec<String>,
    pub failure: Option<SearchFailure>,
    pub may_approve: bool,
}

#[derive(Serialize, ToSchema)]
pub struct ProposedFormFile {
    pub items: Vec<FormItem>,
    pub report: FormReport,
}

#[derive(Serialize, ToSchema)]
pub struct ImpossibleReason {
    #[serde(flatten)]
    pub what: Contradiction,
    /// In the caller's language.
    pub said: String,
    pub suggestion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideAssembly {
    pub approve: bool,
}

#[derive(Serialize, ToSchema)]
pub struct AssemblyDecided {
    /// The forms that are in use now.
    pub forms: Vec<FormId>,
}

#[utoipa::path(get, path = "/api/blueprints", operation_id = "listBlueprints", tag = "forms", responses((status = 200, body = Vec<BlueprintRow>), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<BlueprintRow>>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let ordered = blueprints::Entity::find().order_by_asc(blueprints::Column::Key).order_by_desc(blueprints::Column::Version);
    let mut rows = ordered.all(&ijkpunt.db).await?;
    rows.dedup_by(|later, first| later.key == first.key);
    let names = names(&ijkpunt).await?;
    let size = |row: &blueprints::Model, of: &str| row.body.get(of).and_then(Value::as_u64).unwrap_or(0) as usize;
    let describe = |row: blueprints::Model| BlueprintRow {
        forms: size(&row, "forms"),
        items: size(&row, "items"),
        maker: names.get(&row.created_by).cloned().unwrap_or_default(),
        id: row.id,
        key: row.key,
        version: row.version,
        title: row.title,
        part: row.part,
        band: row.band,
        created_at: row.created_at,
    };
    Ok(web::Json(rows.into_iter().map(describe).collect()))
}

#[utoipa::path(post, path = "/api/blueprints", operation_id = "saveBlueprint", tag = "forms", request_body = SaveBlueprint, responses((status = 201, body = BlueprintSaved), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn save(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(body): Json<SaveBlueprint>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let SaveBlueprint { from, key, title, part, band, time_limit_seconds, cut_score_key, body } = body;
    let title = title.trim().to_owned();
    match title.chars().count() {
        0 => return Err(Problem::field("/title", Code::Required)),
        1..=200 => {}
        _ => return Err(Problem::field("/title", Code::TooLong)),
    }
    let new = NewBlueprint { key, title, part, band, time_limit_seconds, cut_score_key, body };
    let id = actions::save(&ijkpunt, &actor, from, new).await?;
    Ok(HttpResponse::Created().json(BlueprintSaved { id }))
}

#[utoipa::path(get, path = "/api/blueprints/{id}", operation_id = "readBlueprint", tag = "forms", params(("id" = BlueprintId, Path)), responses((status = 200, body = BlueprintFile), (status = 404, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<BlueprintId>) -> Result<web::Json<BlueprintFile>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let db = &ijkpunt.db;
    let row = store::blueprint(db, *id).await?.ok_or_else(Problem::not_found)?;
    let names = names(&ijkpunt).await?;
    let name = |id| names.get(&id).cloned().unwrap_or_default();
    let searches = form_assemblies::Entity::find().filter(form_assemblies::Column::BlueprintId.eq(*id));
    let searches = searches.order_by_desc(form_assemblies::Column::CreatedAt).all(db).await?;
    Ok(web::Json(BlueprintFile {
        versions: store::versions_of(db, &row.key).await?.into_iter().map(short).collect(),
        assemblies: searches
            .into_iter()
            .map(|search| AssemblyRow {
                id: search.id,
                status: search.status,
                created_at: search.created_at,
                maker: name(search.created_by),
            })
            .collect(),
        maker: name(row.created_by),
        id: row.id,
        key: row.key,
        version: row.version,
        title: row.title,
        part: row.part,
        band: row.band,
        time_limit_seconds: row.time_limit_seconds,
        cut_score_key: row.cut_score_key,
        body: row.body,
        created_at: row.created_at,
    }))
}

#[utoipa::path(post, path = "/api/blueprints/{id}/assemblies", operation_id = "assembleForms", tag = "forms", params(("id" = BlueprintId, Path)), responses((status = 202, body = AssemblyBegun), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn assemble(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<BlueprintId>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let id = actions::begin(&ijkpunt, &actor, *id).await?;
    Ok(HttpResponse::Accepted().json(AssemblyBegun { id }))
}

#[utoipa::path(get, path = "/api/form-assemblies/{id}", operation_id = "readAssembly", tag = "forms", params(("id" = AssemblyId, Path)), responses((status = 200, body = AssemblyFile), (status = 404, body = ProblemBody)))]
pub async fn assembly(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AssemblyId>,
    request: HttpRequest,
) -> Result<web::Json<AssemblyFile>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let row = form_assemblies::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let of = store::blueprint(&ijkpunt.db, row.blueprint_id).await?.ok_or_else(Problem::not_found)?;
    let outcome: Outcome = row.outcome.clone().and_then(|outcome| serde_json::from_value(outcome).ok()).unwrap_or_default();
    let names = names(&ijkpunt).await?;
    let name = |id| names.get(&id).cloned().unwrap_or_default();
    let mut forms = Vec::new();
    for form in outcome.forms {
        forms.push(ProposedFormFile { items: described(&ijkpunt, &form.items).await?, report: form.report });
    }
    let locale = language(&request);
    let blueprint: Option<Blueprint> = serde_json::from_value(of.body.clone()).ok();
    let reason = |what: Contradiction| {
        let (said, suggestion) = blueprint.as_ref().map(|blueprint| words::say(locale, blueprint, &what)).unwrap_or_default();
        ImpossibleReason { what, said, suggestion }
    };
    Ok(web::Json(AssemblyFile {
        may_approve: rules::may_decide(row.status, row.created_by, actor.user_id, true).is_ok(),
        body: of.body.clone(),
        blueprint: short(of),
        id: row.id,
        status: row.status,
        step: row.step,
        steps: row.steps,
        nodes: row.nodes,
        created_at: row.created_at,
        maker: name(row.created_by),
        finished_at: row.finished_at,
        decided_by: row.decided_by.map(name),
        decided_at: row.decided_at,
        thetas: report::thetas(),
        forms,
        quality: outcome.quality,
        shared: outcome.shared,
        reasons: outcome.conflicts.into_iter().map(reason).collect(),
        missing: outcome.missing,
        failure: outcome.failure,
    }))
}

#[utoipa::path(post, path = "/api/form-assemblies/{id}/cancel", operation_id = "cancelAssembly", tag = "forms", params(("id" = AssemblyId, Path)), responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn cancel(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<AssemblyId>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    actions::cancel(&ijkpunt, &actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/form-assemblies/{id}/decision", operation_id = "decideAssembly", tag = "forms", params(("id" = AssemblyId, Path)), request_body = DecideAssembly, responses((status = 200, body = AssemblyDecided), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn decide(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AssemblyId>,
    Json(body): Json<DecideAssembly>,
) -> Result<web::Json<AssemblyDecided>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let forms = if body.approve {
        actions::approve(&ijkpunt, &actor, *id).await?
    } else {
        actions::reject(&ijkpunt, &actor, *id).await?;
        Vec::new()
    };
    Ok(web::Json(AssemblyDecided { forms }))
}

fn short(row: blueprints::Model) -> BlueprintName {
    BlueprintName { id: row.id, key: row.key, version: row.version, title: row.title }
}

fn language(request: &HttpRequest) -> Locale {
    request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Locale::Nl, Locale::from_accept_language)
}
