//! `/api/item-drafts` and its neighbours: the visual editor's side of the item bank.

use actix_web::{HttpResponse, web};
use item_bank::qti::editing::{self, Draft};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::actions::BankRefusal;
use super::edit::{self, Files, Place};
use super::http::Revised;
use super::uploads;
use super::{inspect, store};
use crate::access::rules::may_somewhere;
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::entity::enums::{ItemSkill, Level};
use crate::entity::{item_versions, items};
use crate::http::extract::Json;
use crate::ids::{ItemId, ItemVersionId, MediaId};
use crate::problem::{Code, Problem, ProblemBody};

/// A version as its author edits it.
#[derive(Serialize, ToSchema)]
pub struct OpenedDraft {
    pub item_id: ItemId,
    pub identifier: String,
    pub skill: ItemSkill,
    pub version: i64,
    /// Only the newest version can be edited.
    pub newest: bool,
    /// Nothing when the item holds what a draft cannot.
    #[schema(value_type = Option<Object>)]
    pub draft: Option<Draft>,
    /// What a draft cannot hold: `line`, `column`, `what` and `name` of each.
    #[schema(value_type = Vec<Object>)]
    pub hidden: Vec<editing::Hidden>,
    /// Files by the names that the item uses.
    #[schema(value_type = Object)]
    pub media: Value,
    /// Languages that it has other texts in; those do not follow a change by themselves.
    pub languages: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    #[schema(value_type = Object)]
    pub draft: Draft,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub media: Files,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateItem {
    pub skill: ItemSkill,
    pub level: Option<Level>,
    #[schema(value_type = Object)]
    pub draft: Draft,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub media: Files,
}

#[derive(Serialize, ToSchema)]
pub struct CreatedItem {
    pub id: ItemId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewDraft {
    #[schema(value_type = Object)]
    pub draft: Draft,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub media: Files,
    pub seed: i64,
}

#[derive(Serialize, ToSchema)]
pub struct PreviewedDraft {
    /// The delivery item, see docs/delivery-item.md.
    #[schema(value_type = Object)]
    pub item: Value,
    /// Why it could not be published, a line each.
    pub faults: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryDraft {
    #[schema(value_type = Object)]
    pub draft: Draft,
    #[schema(value_type = Object)]
    pub responses: Value,
    pub seed: i64,
}

#[derive(Serialize, ToSchema)]
pub struct UploadedMedia {
    pub id: MediaId,
    pub mime: String,
    pub size: usize,
}

#[utoipa::path(get, path = "/api/item-versions/{id}/draft", operation_id = "openItemDraft", tag = "items", params(("id" = ItemVersionId, Path)), responses((status = 200, body = OpenedDraft), (status = 404, body = ProblemBody)))]
pub async fn open(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<ItemVersionId>) -> Result<web::Json<OpenedDraft>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let version = item_versions::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let item = items::Entity::find_by_id(version.item_id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let versions = store::versions(&ijkpunt.db, item.id).await?;
    let (draft, hidden) = match editing::open(&version.qti) {
        Ok(draft) => (Some(draft), Vec::new()),
        Err(hidden) => (None, hidden),
    };
    Ok(web::Json(OpenedDraft {
        item_id: item.id,
        identifier: item.identifier,
        skill: item.skill,
        version: version.version,
        newest: versions.first().is_some_and(|newest| newest.id == version.id),
        draft,
        hidden,
        languages: version.translations.as_object().map(|texts| texts.keys().cloned().collect()).unwrap_or_default(),
        media: version.media,
    }))
}

#[utoipa::path(post, path = "/api/item-versions/{id}/draft", operation_id = "saveItemDraft", tag = "items", params(("id" = ItemVersionId, Path)), request_body = SaveDraft, responses((status = 201, body = Revised), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn save(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemVersionId>,
    Json(body): Json<SaveDraft>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    titled(&body.draft)?;
    let version_id = edit::save(&ijkpunt, &actor, *id, body.draft, &body.media).await?;
    Ok(HttpResponse::Created().json(Revised { version_id }))
}

#[utoipa::path(post, path = "/api/items", operation_id = "createItem", tag = "items", request_body = CreateItem, responses((status = 201, body = CreatedItem), (status = 422, body = ProblemBody)))]
pub async fn create(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(body): Json<CreateItem>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    titled(&body.draft)?;
    let place = Place { skill: body.skill, level: body.level };
    let id = edit::create(&ijkpunt, &actor, place, body.draft, &body.media).await?;
    Ok(HttpResponse::Created().json(CreatedItem { id }))
}

#[utoipa::path(post, path = "/api/item-versions/{id}/copies", operation_id = "duplicateItem", tag = "items", params(("id" = ItemVersionId, Path)), responses((status = 201, body = CreatedItem), (status = 404, body = ProblemBody)))]
pub async fn duplicate(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<ItemVersionId>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let id = edit::duplicate(&ijkpunt, &actor, *id).await?;
    Ok(HttpResponse::Created().json(CreatedItem { id }))
}

#[utoipa::path(post, path = "/api/item-drafts/preview", operation_id = "previewItemDraft", tag = "items", request_body = PreviewDraft, responses((status = 200, body = PreviewedDraft), (status = 422, body = ProblemBody)))]
pub async fn preview(actor: Actor, Json(body): Json<PreviewDraft>) -> Result<web::Json<PreviewedDraft>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let qti = editing::write(&body.draft);
    let url = |name: &str| body.media.get(name).map(|id| format!("/api/item-media/{id}"));
    let item = inspect::preview(&qti, body.seed as u64, &url).map_err(BankRefusal::Faults)?;
    let faults = inspect::faults_of(&qti, &|name| body.media.contains_key(name));
    Ok(web::Json(PreviewedDraft { item, faults }))
}

#[utoipa::path(post, path = "/api/item-drafts/try", operation_id = "tryItemDraft", tag = "items", request_body = TryDraft, responses((status = 200, body = Object, description = "Outcomes and the trace of how they came about"), (status = 422, body = ProblemBody)))]
pub async fn try_answer(actor: Actor, Json(body): Json<TryDraft>) -> Result<web::Json<Value>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let marked = inspect::try_answer(&editing::write(&body.draft), &body.responses, body.seed as u64).map_err(BankRefusal::Faults)?;
    Ok(web::Json(marked))
}

#[utoipa::path(post, path = "/api/item-media", operation_id = "addItemMedia", tag = "items", request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = UploadedMedia), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn upload(ijkpunt: web::Data<Ijkpunt>, actor: Actor, body: web::Payload) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let bytes = body.to_bytes_limited(uploads::MAX_SOUND).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::TooLarge))?;
    let mime = uploads::kind_of(&bytes)?;
    let id = uploads::keep(&ijkpunt, &actor, mime, &bytes).await?;
    Ok(HttpResponse::Created().json(UploadedMedia { id, mime: mime.to_owned(), size: bytes.len() }))
}

fn titled(draft: &Draft) -> Result<(), Problem> {
    if draft.title.trim().is_empty() {
        return Err(Problem::field("/draft/title", Code::Required));
    }
    if draft.title.chars().count() > super::rules::MAX_COMMENT { Err(Problem::field("/draft/title", Code::TooLong)) } else { Ok(()) }
}
