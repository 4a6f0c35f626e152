//! Making, publishing and retiring forms. A form is never changed: saving makes the next version of its key.

use chrono::{DateTime, Utc};
use item_bank::forms::blueprint::Blueprint;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::report;
use super::rules::{self, FormRefusal};
use super::store::{self, Stock};
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::clock::belgian_date;
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::{Band, FormPart, FormStatus, RuleKind};
use crate::entity::{form_events, form_items, form_origins, forms, item_versions};
use crate::ids::{AssemblyId, BlueprintId, FormEventId, FormId, ItemVersionId, UserId};
use crate::policy;

#[derive(Debug, thiserror::Error)]
pub enum FormError {
    #[error("there is no such form")]
    NotFound,
    #[error("the step is not possible: {0:?}")]
    Step(FormRefusal),
    /// Somebody else changed or published it in the meantime.
    #[error("somebody else was first")]
    Conflict,
    #[error("the name is taken")]
    KeyTaken,
    #[error("the name is not a short name")]
    Key,
    #[error("this part has another band, or none")]
    Band,
    #[error("there is no such cut-score rule")]
    CutScore,
    #[error("the time is not between one minute and eight hours")]
    TimeLimit,
    /// Versions that are not published, of another part, or twice.
    #[error("items do not fit: {0:?}")]
    Items(Vec<ItemVersionId>),
    /// Pairs of items, by name, that may not be in one form.
    #[error("enemies: {0:?}")]
    Enemies(Vec<(String, String)>),
    #[error(transparent)]
    Database(#[from] DbErr),
}

pub struct NewForm {
    pub key: String,
    pub part: FormPart,
    pub band: Option<Band>,
    pub time_limit_seconds: i64,
    pub cut_score_key: String,
    /// What it is held against.
    pub blueprint: Option<BlueprintId>,
    /// In the order in which they are put.
    pub items: Vec<ItemVersionId>,
}

/// Most items that a form made by hand can hold.
const MAX_ITEMS: usize = 200;

/// Saves a form as a draft: a new key, or the next version of the form that the author had before them. An older draft of the key is retired.
pub async fn save(ijkpunt: &Ijkpunt, actor: &Actor, from: Option<FormId>, new: NewForm) -> Result<FormId, FormError> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    settings_fit(&tx, now, &new.key, (new.part, new.band), new.time_limit_seconds, &new.cut_score_key).await?;
    let newest = newest(&tx, &new.key).await?;
    match (&newest, from) {
        (Some(newest), Some(from)) if newest.id == from && newest.part == new.part && newest.band == new.band => {}
        (None, None) => {}
        (Some(_), None) => return Err(FormError::KeyTaken),
        _ => return Err(FormError::Conflict),
    }
    if let Some(blueprint) = new.blueprint {
        store::blueprint(&tx, blueprint).await?.filter(|of| (of.part, of.band) == (new.part, new.band)).ok_or(FormError::NotFound)?;
    }
    if new.items.is_empty() || new.items.len() > MAX_ITEMS {
        return Err(FormError::Items(Vec::new()));
    }
    let stock = store::stock(&tx, new.part, new.band, |_| false).await?;
    items_are_there(&stock, &new.items)?;
    if let Some(before) = newest.filter(|before| before.status == FormStatus::Draft) {
        set_status(&tx, before.id, FormStatus::Draft, FormStatus::Retired).await?;
        write_event(&tx, actor.user_id, before.id, FormStatus::Retired, "", now).await?;
    }
    let form = insert(&tx, actor.user_id, None, new, now).await?;
    audit::record(
        &tx,
        now,
        Entry::of(By::User(actor.user_id), "form.saved", ("form", Some(form.id.0))).with(json!({ "version": form.version })),
    )
    .await?;
    tx.commit().await?;
    Ok(form.id)
}

/// Puts a draft into use in place of the version that was; attempts that were made keep theirs.
pub async fn publish(ijkpunt: &Ijkpunt, actor: &Actor, id: FormId, comment: &str) -> Result<(), FormError> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let form = forms::Entity::find_by_id(id).one(&tx).await?.ok_or(FormError::NotFound)?;
    let origin = form_origins::Entity::find_by_id(id).one(&tx).await?;
    let items = store::items_of(&tx, id).await?;
    let stock = store::stock(&tx, form.part, form.band, |key| key == form.key).await?;
    let blueprint = match origin.as_ref().and_then(|origin| origin.blueprint_id) {
        Some(of) => store::blueprint(&tx, of).await?.and_then(|row| serde_json::from_value::<Blueprint>(row.body).ok()),
        None => None,
    };
    let places = stock.places();
    let places: Vec<usize> = items.iter().filter_map(|item| places.get(item).copied()).collect();
    let kept = blueprint.as_ref().is_none_or(|blueprint| report::of_form(Some(blueprint), &stock, &places).kept);
    rules::may_publish(form.status, origin.map(|origin| origin.created_by), actor.user_id, kept, comment).map_err(FormError::Step)?;
    items_fit(&stock, &items)?;
    put_into_use(&tx, actor, &form, comment, now).await?;
    let entry = Entry::of(By::User(actor.user_id), "form.published", ("form", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "version": form.version, "keeps_blueprint": kept }))).await?;
    tx.commit().await.map_err(conflict)
}

/// Takes a form out of use: no new attempt finds it.
pub async fn retire(ijkpunt: &Ijkpunt, actor: &Actor, id: FormId, comment: &str) -> Result<(), FormError> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let form = forms::Entity::find_by_id(id).one(&tx).await?.ok_or(FormError::NotFound)?;
    rules::may_retire(form.status).map_err(FormError::Step)?;
    set_status(&tx, id, form.status, FormStatus::Retired).await?;
    write_event(&tx, actor.user_id, id, FormStatus::Retired, comment, now).await?;
    audit::record(&tx, now, Entry::of(By::User(actor.user_id), "form.retired", ("form", Some(id.0)))).await?;
    tx.commit().await?;
    Ok(())
}

/// What a form or a blueprint says beside its items.
pub async fn settings_fit(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    key: &str,
    (part, band): (FormPart, Option<Band>),
    time_limit_seconds: i64,
    cut_score_key: &str,
) -> Result<(), FormError> {
    if !rules::is_key(key) {
        return Err(FormError::Key);
    }
    if !rules::band_fits(part, band) {
        return Err(FormError::Band);
    }
    if !(60..=8 * 3600).contains(&time_limit_seconds) {
        return Err(FormError::TimeLimit);
    }
    let rule = policy::rule_at::<Value>(tx, RuleKind::CutScore, cut_score_key, belgian_date(now)).await?;
    rule.map(|_| ()).ok_or(FormError::CutScore)
}

fn items_are_there(stock: &Stock, items: &[ItemVersionId]) -> Result<(), FormError> {
    let places = stock.places();
    let unfit: Vec<ItemVersionId> = items
        .iter()
        .enumerate()
        .filter(|(index, item)| !places.contains_key(item) || items.iter().take(*index).any(|earlier| earlier == *item))
        .map(|(_, item)| *item)
        .collect();
    if unfit.is_empty() { Ok(()) } else { Err(FormError::Items(unfit)) }
}

/// Whether items can be given together now: published, of this part, none the enemy of another.
pub fn items_fit(stock: &Stock, items: &[ItemVersionId]) -> Result<(), FormError> {
    items_are_there(stock, items)?;
    let places = stock.places();
    let held: Vec<usize> = items.iter().filter_map(|item| places.get(item).copied()).collect();
    let name = |place: &usize| stock.bank.items.get(*place).map(|item| item.name.clone()).unwrap_or_default();
    let at_war = stock.bank.enemies.iter().filter(|(a, b)| held.contains(a) && held.contains(b));
    let pairs: Vec<(String, String)> = at_war.map(|(a, b)| (name(a), name(b))).collect();
    if pairs.is_empty() { Ok(()) } else { Err(FormError::Enemies(pairs)) }
}

async fn newest(db: &impl ConnectionTrait, key: &str) -> Result<Option<forms::Model>, DbErr> {
    forms::Entity::find().filter(forms::Column::Key.eq(key)).order_by_desc(forms::Column::Version).one(db).await
}

/// Writes a draft with its items.
pub async fn insert(
    tx: &DatabaseTransaction,
    maker: UserId,
    assembly: Option<AssemblyId>,
    new: NewForm,
    now: DateTime<Utc>,
) -> Result<forms::Model, FormError> {
    let sample = item_versions::Entity::find()
        .filter(item_versions::Column::Id.is_in(new.items.iter().copied()))
        .filter(item_versions::Column::Sample.eq(true))
        .one(tx)
        .await?
        .is_some();
    let form = forms::Model {
        id: FormId::new(),
        version: newest(tx, &new.key).await?.map_or(1, |before| before.version + 1),
        key: new.key,
        part: new.part,
        band: new.band,
        status: FormStatus::Draft,
        // One sample question makes the whole a sample.
        sample,
        time_limit_seconds: new.time_limit_seconds,
        cut_score_key: new.cut_score_key,
        created_at: now,
    };
    forms::Entity::insert(forms::ActiveModel::from(form.clone())).exec_without_returning(tx).await.map_err(conflict)?;
    let items = new.items.into_iter().enumerate().map(|(position, item)| form_items::ActiveModel {
        form_id: Set(form.id),
        position: Set(position as i64),
        item_version_id: Set(item),
    });
    form_items::Entity::insert_many(items).exec_without_returning(tx).await?;
    let origin = form_origins::ActiveModel {
        form_id: Set(form.id),
        blueprint_id: Set(new.blueprint),
        assembly_id: Set(assembly),
        created_by: Set(maker),
    };
    form_origins::Entity::insert(origin).exec_without_returning(tx).await?;
    write_event(tx, maker, form.id, FormStatus::Draft, "", now).await?;
    Ok(form)
}

/// Publishes a draft; the version that was in use is retired first.
pub async fn put_into_use(
    tx: &DatabaseTransaction,
    actor: &Actor,
    form: &forms::Model,
    comment: &str,
    now: DateTime<Utc>,
) -> Result<(), FormError> {
    let in_use = forms::Entity::find().filter(forms::Column::Key.eq(&form.key)).filter(forms::Column::Status.eq(FormStatus::Published));
    for before in in_use.all(tx).await? {
        set_status(tx, before.id, FormStatus::Published, FormStatus::Retired).await?;
        write_event(tx, actor.user_id, before.id, FormStatus::Retired, "", now).await?;
    }
    set_status(tx, form.id, FormStatus::Draft, FormStatus::Published).await?;
    write_event(tx, actor.user_id, form.id, FormStatus::Published, comment, now).await?;
    Ok(())
}

async fn set_status(tx: &DatabaseTransaction, form: FormId, from: FormStatus, to: FormStatus) -> Result<(), FormError> {
    let moved = forms::Entity::update_many()
        .col_expr(forms::Column::Status, Expr::value(to))
        .filter(forms::Column::Id.eq(form))
        .filter(forms::Column::Status.eq(from))
        .exec(tx)
        .await
        .map_err(conflict)?;
    if moved.rows_affected == 0 { Err(FormError::Conflict) } else { Ok(()) }
}

async fn write_event(
    tx: &DatabaseTransaction,
    by: UserId,
    form: FormId,
    to: FormStatus,
    comment: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = form_events::ActiveModel {
        id: Set(FormEventId::new()),
        form_id: Set(form),
        to_status: Set(to),
        comment: Set(comment.trim().to_owned()),
        at: Set(now),
        by_user: Set(by),
    };
    form_events::Entity::insert(row).exec_without_returning(tx).await.map(|_| ())
}

/// A row that may be there once was there already: somebody else was first.
pub fn conflict(error: DbErr) -> FormError {
    if is_unique_violation(&error) { FormError::Conflict } else { FormError::Database(error) }
}
