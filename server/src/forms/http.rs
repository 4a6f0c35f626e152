//! `/api/forms`: forms, for authors.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use item_bank::forms::blueprint::Blueprint;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, NewForm};
use super::report::{self, FormReport};
use super::{rules, store};
use crate::access::rules::may_somewhere;
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::clock::belgian_date;
use crate::entity::enums::{Band, FormPart, FormStatus, ItemSkill, Level, RuleKind};
use crate::entity::{blueprints, form_events, form_origins, forms, users};
use crate::http::extract::Json;
use crate::ids::{AssemblyId, BlueprintId, FormId, ItemVersionId, UserId};
use crate::policy;
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct FormRow {
    pub id: FormId,
    pub key: String,
    pub version: i64,
    pub part: FormPart,
    pub band: Option<Band>,
    pub status: FormStatus,
    pub sample: bool,
    pub items: i64,
    pub attempts: i64,
    pub created_at: DateTime<Utc>,
    /// Nobody for what came with the program.
    pub maker: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct FormFile {
    pub id: FormId,
    pub key: String,
    pub version: i64,
    pub part: FormPart,
    pub band: Option<Band>,
    pub status: FormStatus,
    pub sample: bool,
    pub time_limit_seconds: i64,
    pub cut_score_key: String,
    pub created_at: DateTime<Utc>,
    pub maker: Option<String>,
    pub attempts: i64,
    pub blueprint: Option<BlueprintName>,
    pub assembly_id: Option<AssemblyId>,
    pub items: Vec<FormItem>,
    /// Places of the scale at which the curve is given.
    pub thetas: Vec<f64>,
    /// Held against its blueprint, over the items that can still be given.
    pub report: FormReport,
    /// Items that could not be given in a new form any more.
    pub unfit: Vec<ItemVersionId>,
    pub events: Vec<FormEvent>,
    pub may_publish: bool,
    pub may_retire: bool,
    /// Only the newest version of a form can be gone on with.
    pub newest: bool,
}

#[derive(Serialize, ToSchema)]
pub struct BlueprintName {
    pub id: BlueprintId,
    pub key: String,
    pub version: i64,
    pub title: String,
}

#[derive(Clone, Serialize, ToSchema)]
pub struct FormItem {
    pub id: ItemVersionId,
    pub item_id: crate::ids::ItemId,
    pub identifier: String,
    pub version: i64,
    pub title: String,
    pub skill: ItemSkill,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub core: bool,
}

#[derive(Serialize, ToSchema)]
pub struct FormEvent {
    pub at: DateTime<Utc>,
    pub by: String,
    pub to_status: FormStatus,
    pub comment: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveForm {
    /// The version that was before the author; nothing for a new form.
    pub from: Option<FormId>,
    pub key: String,
    pub part: FormPart,
    pub band: Option<Band>,
    pub time_limit_seconds: i64,
    pub cut_score_key: String,
    pub blueprint: Option<BlueprintId>,
    /// In the order in which they are put.
    pub items: Vec<ItemVersionId>,
}

#[derive(Serialize, ToSchema)]
pub struct FormSaved {
    pub id: FormId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormComment {
    #[serde(default)]
    pub comment: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckForm {
    pub part: FormPart,
    pub band: Option<Band>,
    pub blueprint: Option<BlueprintId>,
    pub items: Vec<ItemVersionId>,
}

#[derive(Serialize, ToSchema)]
pub struct FormChecked {
    pub thetas: Vec<f64>,
    pub report: FormReport,
    /// Items that cannot be given: not published, of another part, or twice.
    pub unfit: Vec<ItemVersionId>,
    /// Pairs, by name, that may not be together.
    pub enemies: Vec<(String, String)>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct StockOf {
    pub part: FormPart,
    pub band: Option<Band>,
}

/// What forms of a part can be made of.
#[derive(Serialize, ToSchema)]
pub struct FormStock {
    pub items: Vec<StockItem>,
    /// Cut-score rules that are in force.
    pub cut_scores: Vec<String>,
    pub forms_in_use: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct StockItem {
    #[serde(flatten)]
    pub item: FormItem,
    pub exposure: u64,
    /// Whether it is known how the item measures.
    pub measured: bool,
    pub stimulus: Option<String>,
    pub enemies: usize,
}

#[utoipa::path(get, path = "/api/forms", operation_id = "listForms", tag = "forms", responses((status = 200, body = Vec<FormRow>), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<FormRow>>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let db = &ijkpunt.db;
    let forms = forms::Entity::find().order_by_asc(forms::Column::Key).order_by_desc(forms::Column::Version).all(db).await?;
    let (sizes, attempts, names) = (store::sizes(db).await?, store::attempts_by_form(db).await?, names(&ijkpunt).await?);
    let makers: HashMap<FormId, UserId> =
        form_origins::Entity::find().all(db).await?.into_iter().map(|origin| (origin.form_id, origin.created_by)).collect();
    let row = |form: forms::Model| FormRow {
        items: sizes.get(&form.id).copied().unwrap_or(0),
        attempts: attempts.get(&form.id).copied().unwrap_or(0),
        maker: makers.get(&form.id).and_then(|maker| names.get(maker).cloned()),
        id: form.id,
        key: form.key,
        version: form.version,
        part: form.part,
        band: form.band,
        status: form.status,
        sample: form.sample,
        created_at: form.created_at,
    };
    Ok(web::Json(forms.into_iter().map(row).collect()))
}

#[utoipa::path(get, path = "/api/forms/{id}", operation_id = "readForm", tag = "forms", params(("id" = FormId, Path)), responses((status = 200, body = FormFile), (status = 404, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<FormId>) -> Result<web::Json<FormFile>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let db = &ijkpunt.db;
    let form = forms::Entity::find_by_id(*id).one(db).await?.ok_or_else(Problem::not_found)?;
    let origin = form_origins::Entity::find_by_id(*id).one(db).await?;
    let blueprint = match origin.as_ref().and_then(|origin| origin.blueprint_id) {
        Some(of) => store::blueprint(db, of).await?,
        None => None,
    };
    let items = store::items_of(db, *id).await?;
    let checked = held_against(&ijkpunt, (form.part, form.band), blueprint.as_ref(), &items, &form.key).await?;
    let newer =
        forms::Entity::find().filter(forms::Column::Key.eq(&form.key)).filter(forms::Column::Version.gt(form.version)).one(db).await?;
    let names = names(&ijkpunt).await?;
    let name = |id: UserId| names.get(&id).cloned().unwrap_or_default();
    let events =
        form_events::Entity::find().filter(form_events::Column::FormId.eq(*id)).order_by_asc(form_events::Column::At).all(db).await?;
    let maker = origin.as_ref().map(|origin| origin.created_by);
    Ok(web::Json(FormFile {
        may_publish: rules::may_publish(form.status, maker, actor.user_id, true, "").is_ok(),
        may_retire: rules::may_retire(form.status).is_ok(),
        newest: newer.is_none(),
        attempts: store::attempts_by_form(db).await?.get(&form.id).copied().unwrap_or(0),
        items: described(&ijkpunt, &items).await?,
        thetas: checked.thetas,
        report: checked.report,
        unfit: checked.unfit,
        events: events
            .into_iter()
            .map(|event| FormEvent { at: event.at, by: name(event.by_user), to_status: event.to_status, comment: event.comment })
            .collect(),
        blueprint: blueprint.map(|of| BlueprintName { id: of.id, key: of.key, version: of.version, title: of.title }),
        assembly_id: origin.and_then(|origin| origin.assembly_id),
        maker: maker.map(name),
        id: form.id,
        key: form.key,
        version: form.version,
        part: form.part,
        band: form.band,
        status: form.status,
        sample: form.sample,
        time_limit_seconds: form.time_limit_seconds,
        cut_score_key: form.cut_score_key,
        created_at: form.created_at,
    }))
}

#[utoipa::path(post, path = "/api/forms", operation_id = "saveForm", tag = "forms", request_body = SaveForm, responses((status = 201, body = FormSaved), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn save(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(body): Json<SaveForm>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let SaveForm { from, key, part, band, time_limit_seconds, cut_score_key, blueprint, items } = body;
    let new = NewForm { key, part, band, time_limit_seconds, cut_score_key, blueprint, items };
    let id = actions::save(&ijkpunt, &actor, from, new).await?;
    Ok(HttpResponse::Created().json(FormSaved { id }))
}

#[utoipa::path(post, path = "/api/forms/{id}/publish", operation_id = "publishForm", tag = "forms", params(("id" = FormId, Path)), request_body = FormComment, responses((status = 204), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn publish(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<FormId>,
    Json(body): Json<FormComment>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    actions::publish(&ijkpunt, &actor, *id, comment(&body)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/forms/{id}/retire", operation_id = "retireForm", tag = "forms", params(("id" = FormId, Path)), request_body = FormComment, responses((status = 204), (status = 409, body = ProblemBody)))]
pub async fn retire(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<FormId>,
    Json(body): Json<FormComment>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    actions::retire(&ijkpunt, &actor, *id, comment(&body)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/form-checks", operation_id = "checkForm", tag = "forms", request_body = CheckForm, responses((status = 200, body = FormChecked), (status = 404, body = ProblemBody)))]
pub async fn check(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(body): Json<CheckForm>) -> Result<web::Json<FormChecked>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let blueprint = match body.blueprint {
        Some(id) => Some(store::blueprint(&ijkpunt.db, id).await?.ok_or_else(Problem::not_found)?),
        None => None,
    };
    Ok(web::Json(held_against(&ijkpunt, (body.part, body.band), blueprint.as_ref(), &body.items, "").await?))
}

#[utoipa::path(get, path = "/api/form-stock", operation_id = "formStock", tag = "forms", params(StockOf), responses((status = 200, body = FormStock), (status = 403, body = ProblemBody)))]
pub async fn stock(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<StockOf>) -> Result<web::Json<FormStock>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let stock = store::stock(&ijkpunt.db, query.part, query.band, |_| false).await?;
    let today = belgian_date(ijkpunt.clock.now());
    let cut_scores = policy::rules_at::<Value>(&ijkpunt.db, RuleKind::CutScore, today).await?.into_iter().map(|rule| rule.key).collect();
    let enemies = |place: usize| stock.bank.enemies.iter().filter(|(a, b)| *a == place || *b == place).count();
    let items = stock.versions.iter().zip(&stock.bank.items).enumerate().map(|(place, (version, item))| StockItem {
        item: FormItem {
            id: version.id,
            item_id: version.item_id,
            identifier: version.identifier.clone(),
            version: version.version,
            title: version.title.clone(),
            skill: version.skill,
            level: version.level,
            topic: version.topic.clone(),
            text_type: version.text_type.clone(),
            core: version.core,
        },
        exposure: item.exposure,
        measured: item.measure.is_some(),
        stimulus: item.stimulus.clone(),
        enemies: enemies(place),
    });
    Ok(web::Json(FormStock {
        items: items.collect(),
        cut_scores,
        forms_in_use: stock.in_use.iter().map(|form| form.key.clone()).collect(),
    }))
}

/// Items held against a blueprint. Forms of the own key do not count as in use.
async fn held_against(
    ijkpunt: &Ijkpunt,
    (part, band): (FormPart, Option<Band>),
    blueprint: Option<&blueprints::Model>,
    items: &[ItemVersionId],
    own_key: &str,
) -> Result<FormChecked, Problem> {
    let stock = store::stock(&ijkpunt.db, part, band, |key| key == own_key).await?;
    let places = stock.places();
    let held: Vec<usize> = items.iter().filter_map(|item| places.get(item).copied()).collect();
    let unfit = match actions::items_fit(&stock, items) {
        Err(actions::FormError::Items(unfit)) => unfit,
        _ => Vec::new(),
    };
    let enemies = match actions::items_fit(
        &stock,
        &held.iter().filter_map(|place| stock.versions.get(*place)).map(|version| version.id).collect::<Vec<_>>(),
    ) {
        Err(actions::FormError::Enemies(pairs)) => pairs,
        _ => Vec::new(),
    };
    let body: Option<Blueprint> = blueprint.and_then(|of| serde_json::from_value(of.body.clone()).ok());
    Ok(FormChecked { thetas: report::thetas(), report: report::of_form(body.as_ref(), &stock, &held), unfit, enemies })
}

/// Versions as people read them, in the order asked.
pub async fn described(ijkpunt: &Ijkpunt, ids: &[ItemVersionId]) -> Result<Vec<FormItem>, Problem> {
    let named = store::named(&ijkpunt.db, ids).await?;
    let describe = |id: &ItemVersionId| {
        let (item, version) = named.get(id)?;
        Some(FormItem {
            id: *id,
            item_id: item.id,
            identifier: item.identifier.clone(),
            version: version.version,
            title: version.title.clone(),
            skill: item.skill,
            level: version.level,
            topic: version.topic.clone(),
            text_type: version.text_type.clone(),
            core: version.core,
        })
    };
    Ok(ids.iter().filter_map(describe).collect())
}

pub async fn names(ijkpunt: &Ijkpunt) -> Result<HashMap<UserId, String>, Problem> {
    Ok(users::Entity::find().all(&ijkpunt.db).await?.into_iter().map(|user| (user.id, user.display_name)).collect())
}

fn comment(body: &FormComment) -> Result<&str, Problem> {
    if body.comment.chars().count() > crate::items::rules::MAX_COMMENT {
        Err(Problem::field("/comment", Code::TooLong))
    } else {
        Ok(&body.comment)
    }
}
