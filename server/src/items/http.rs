//! `/api/items`: the item bank, for authors.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, Revision};
use super::exchange_http::ExportItems;
use super::knowledge_http::{EnemyView, ParametersView};
use super::parameters::{self, Said};
use super::{enemies, inspect, rules, store};
use crate::access::rules::may_somewhere;
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::entity::enums::{ItemSkill, ItemStatus, Level, ParameterSource};
use crate::entity::{item_versions, items, media_files, users};
use crate::http::extract::Json;
use crate::ids::{ItemId, ItemVersionId, MediaId, UserId};
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListItems {
    pub skill: Option<ItemSkill>,
    pub level: Option<Level>,
    pub status: Option<ItemStatus>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub core: Option<bool>,
    /// Where the parameters in force come from.
    pub parameters: Option<ParameterSource>,
    /// Part of the identifier, title, topic, text type, source or licence.
    pub text: Option<String>,
    /// From 0.
    pub page: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub struct ItemPage {
    pub items: Vec<ItemRow>,
    pub total: u64,
    pub page_size: u64,
}

/// An item by its newest version.
#[derive(Serialize, ToSchema)]
pub struct ItemRow {
    pub id: ItemId,
    pub identifier: String,
    pub skill: ItemSkill,
    pub version_id: ItemVersionId,
    pub version: i64,
    pub status: ItemStatus,
    pub title: String,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub source: Option<String>,
    pub licence: Option<String>,
    pub core: bool,
    pub sample: bool,
    /// The parameters in force.
    pub parameters: Option<Said>,
    /// In how many attempts it was given.
    pub exposure: u64,
}

#[derive(Serialize, ToSchema)]
pub struct ItemFile {
    pub id: ItemId,
    pub identifier: String,
    pub skill: ItemSkill,
    /// The newest first.
    pub versions: Vec<ItemVersion>,
    pub used_in: Vec<FormUse>,
    /// The newest first.
    pub parameters: Vec<ParametersView>,
    /// What may not be in one form with it.
    pub enemies: Vec<EnemyView>,
    /// In how many attempts a version of it was given.
    pub exposure: u64,
}

#[derive(Serialize, ToSchema)]
pub struct ItemVersion {
    pub id: ItemVersionId,
    pub version: i64,
    pub status: ItemStatus,
    pub title: String,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub source: Option<String>,
    pub licence: Option<String>,
    pub core: bool,
    pub sample: bool,
    pub qti: String,
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// Languages that it has texts in, besides its own.
    pub languages: Vec<String>,
    /// In how many attempts it was given.
    pub exposure: u64,
    pub created_at: DateTime<Utc>,
    /// Nobody for what came with the program.
    pub author: Option<String>,
    pub events: Vec<ItemEvent>,
    /// Where the person who asks may move it.
    pub steps: Vec<ItemStatus>,
    /// Why it could not be published, a line each; empty when it could.
    pub faults: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ItemEvent {
    pub at: DateTime<Utc>,
    pub by: String,
    pub to_status: Option<ItemStatus>,
    pub comment: String,
}

#[derive(Serialize, ToSchema)]
pub struct FormUse {
    pub form: String,
    pub form_version: i64,
    pub item_version: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveItem {
    pub to: ItemStatus,
    #[serde(default)]
    pub comment: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentOnItem {
    pub comment: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviseItem {
    pub title: String,
    pub qti: String,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub source: Option<String>,
    pub licence: Option<String>,
    #[serde(default)]
    pub core: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Revised {
    pub version_id: ItemVersionId,
}

/// An answer to be tried: by the aliases of the preview with the same seed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryItem {
    #[schema(value_type = Object)]
    pub responses: Value,
    pub seed: i64,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    pub seed: Option<i64>,
}

#[utoipa::path(get, path = "/api/items", operation_id = "listItems", tag = "items", params(ListItems), responses((status = 200, body = ItemPage), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<ListItems>) -> Result<web::Json<ItemPage>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let ListItems { skill, level, status, topic, text_type, core, parameters, text, page } = query.into_inner();
    let wanted = ExportItems { skill, level, status, topic, text_type, core, parameters, text }.wanted();
    let (rows, total) = store::page(&ijkpunt.db, &wanted, page.unwrap_or(0)).await?;
    let ids: Vec<ItemId> = rows.iter().map(|row| row.item_id).collect();
    let in_force = parameters::in_force(&ijkpunt.db, Some(&ids)).await?;
    let exposures = store::exposures(&ijkpunt.db, Some(&ids)).await?;
    let items = rows
        .into_iter()
        .map(|row| ItemRow {
            parameters: in_force.get(&row.item_id).map(Said::of),
            exposure: exposures.get(&row.item_id).copied().unwrap_or(0),
            text_type: row.text_type,
            source: row.source,
            licence: row.licence,
            id: row.item_id,
            identifier: row.identifier,
            skill: row.skill,
            version_id: row.version_id,
            version: row.version,
            status: row.status,
            title: row.title,
            level: row.level,
            topic: row.topic,
            core: row.core,
            sample: row.sample,
        })
        .collect();
    Ok(web::Json(ItemPage { items, total, page_size: store::PAGE }))
}

#[utoipa::path(get, path = "/api/items/{id}", operation_id = "readItem", tag = "items", params(("id" = ItemId, Path)), responses((status = 200, body = ItemFile), (status = 404, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<ItemId>) -> Result<web::Json<ItemFile>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let db = &ijkpunt.db;
    let item = items::Entity::find_by_id(*id).one(db).await?.ok_or_else(Problem::not_found)?;
    let versions = store::versions(db, item.id).await?;
    let ids: Vec<ItemVersionId> = versions.iter().map(|version| version.id).collect();
    let events = store::events(db, &ids).await?;
    let names: HashMap<UserId, String> =
        users::Entity::find().all(db).await?.into_iter().map(|user| (user.id, user.display_name)).collect();
    let used_in = store::used_in(db, &versions).await?;
    let given = store::given(db, &ids).await?;
    Ok(web::Json(ItemFile {
        id: item.id,
        identifier: item.identifier,
        skill: item.skill,
        exposure: given.values().sum(),
        parameters: parameters::history(db, item.id)
            .await?
            .iter()
            .map(|row| ParametersView::of(row, |id| names.get(&id).cloned().unwrap_or_default(), actor.user_id))
            .collect(),
        enemies: enemies::of(db, item.id)
            .await?
            .into_iter()
            .map(|(enemy, reason)| EnemyView { id: enemy.id, identifier: enemy.identifier, reason })
            .collect(),
        used_in: used_in
            .into_iter()
            .map(|(form, item_version)| FormUse { form: form.key, form_version: form.version, item_version })
            .collect(),
        versions: versions.into_iter().map(|version| describe(version, &events, &names, &given, actor.user_id)).collect(),
    }))
}

fn describe(
    version: item_versions::Model,
    events: &[crate::entity::item_events::Model],
    names: &HashMap<UserId, String>,
    given: &HashMap<ItemVersionId, u64>,
    reader: UserId,
) -> ItemVersion {
    let name = |id: &UserId| names.get(id).cloned().unwrap_or_default();
    ItemVersion {
        events: events
            .iter()
            .filter(|event| event.item_version_id == version.id)
            .map(|event| ItemEvent { at: event.at, by: name(&event.by_user), to_status: event.to_status, comment: event.comment.clone() })
            .collect(),
        steps: rules::steps(version.status, version.created_by, reader),
        faults: inspect::publication_faults(&version),
        exposure: given.get(&version.id).copied().unwrap_or(0),
        languages: version.translations.as_object().map(|texts| texts.keys().cloned().collect()).unwrap_or_default(),
        author: version.created_by.as_ref().map(name),
        id: version.id,
        version: version.version,
        status: version.status,
        title: version.title,
        level: version.level,
        topic: version.topic,
        text_type: version.text_type,
        source: version.source,
        licence: version.licence,
        core: version.core,
        sample: version.sample,
        qti: version.qti,
        metadata: version.metadata,
        created_at: version.created_at,
    }
}

#[utoipa::path(post, path = "/api/item-versions/{id}/move", operation_id = "moveItem", tag = "items", params(("id" = ItemVersionId, Path)), request_body = MoveItem, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn move_to(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemVersionId>,
    Json(body): Json<MoveItem>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    within("/comment", &body.comment)?;
    actions::move_to(&ijkpunt, &actor, *id, body.to, &body.comment).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/item-versions/{id}/comments", operation_id = "commentOnItem", tag = "items", params(("id" = ItemVersionId, Path)), request_body = CommentOnItem, responses((status = 204), (status = 422, body = ProblemBody)))]
pub async fn comment(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemVersionId>,
    Json(body): Json<CommentOnItem>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    within("/comment", &body.comment)?;
    if body.comment.trim().is_empty() {
        return Err(Problem::field("/comment", Code::Required));
    }
    actions::comment(&ijkpunt, &actor, *id, &body.comment).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/item-versions/{id}/revisions", operation_id = "reviseItem", tag = "items", params(("id" = ItemVersionId, Path)), request_body = ReviseItem, responses((status = 201, body = Revised), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn revise(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemVersionId>,
    Json(body): Json<ReviseItem>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    if body.title.trim().is_empty() {
        return Err(Problem::field("/title", Code::Required));
    }
    within("/title", &body.title)?;
    let ReviseItem { title, qti, level, topic, text_type, source, licence, core } = body;
    let revision = Revision { title, qti, level, topic, text_type, source, licence, core, media: None };
    let version_id = actions::revise(&ijkpunt, &actor, *id, revision).await?;
    Ok(HttpResponse::Created().json(Revised { version_id }))
}

#[utoipa::path(get, path = "/api/item-versions/{id}/preview", operation_id = "previewItem", tag = "items", params(("id" = ItemVersionId, Path), Preview), responses((status = 200, body = Object, description = "A delivery item, see docs/delivery-item.md"), (status = 422, body = ProblemBody)))]
pub async fn preview(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemVersionId>,
    query: web::Query<Preview>,
) -> Result<web::Json<Value>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let version = item_versions::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let media = |name: &str| {
        let known = version.media.get(name)?.as_str()?;
        Some(format!("/api/item-media/{known}"))
    };
    let item = inspect::preview(&version.qti, query.seed.unwrap_or(1) as u64, &media).map_err(actions::BankRefusal::Faults)?;
    Ok(web::Json(item))
}

#[utoipa::path(post, path = "/api/item-versions/{id}/try", operation_id = "tryItem", tag = "items", params(("id" = ItemVersionId, Path)), request_body = TryItem, responses((status = 200, body = Object, description = "Outcomes and the trace of how they came about"), (status = 422, body = ProblemBody)))]
pub async fn try_answer(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemVersionId>,
    Json(body): Json<TryItem>,
) -> Result<web::Json<Value>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let version = item_versions::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let marked = inspect::try_answer(&version.qti, &body.responses, body.seed as u64).map_err(actions::BankRefusal::Faults)?;
    Ok(web::Json(marked))
}

pub(super) fn within(pointer: &str, text: &str) -> Result<(), Problem> {
    if text.chars().count() > rules::MAX_COMMENT { Err(Problem::field(pointer, Code::TooLong)) } else { Ok(()) }
}

/// A picture or sound of the bank, as authors hear and see it.
#[utoipa::path(get, path = "/api/item-media/{id}", operation_id = "itemMedia", tag = "items", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = ProblemBody)))]
pub async fn media(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<MediaId>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let file = media_files::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let bytes = ijkpunt.media.get(&file.sha256).await.map_err(|_| Problem::not_found())?;
    Ok(HttpResponse::Ok().content_type(file.mime).body(bytes))
}
