//! Blueprints and the searches that are made with them. A blueprint is never changed: saving makes its next version.

use item_bank::forms::blueprint::{Blueprint, Fault};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::actions::{self, FormError, NewForm};
use super::report::Outcome;
use super::{rules, store};
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::{AssemblyStatus, Band, FormPart};
use crate::entity::{blueprints, form_assemblies};
use crate::ids::{AssemblyId, BlueprintId, FormId};
use crate::jobs::{self, Job};

pub struct NewBlueprint {
    pub key: String,
    pub title: String,
    pub part: FormPart,
    pub band: Option<Band>,
    pub time_limit_seconds: i64,
    pub cut_score_key: String,
    pub body: Blueprint,
}

#[derive(Debug, thiserror::Error)]
pub enum BlueprintError {
    #[error("the blueprint contradicts itself: {0:?}")]
    Faults(Vec<Fault>),
    #[error("a search is under way")]
    Open,
    #[error(transparent)]
    Form(#[from] FormError),
}

impl From<DbErr> for BlueprintError {
    fn from(error: DbErr) -> Self {
        Self::Form(error.into())
    }
}

/// Saves a blueprint: a new one, or the next version of the one that the author had before them.
pub async fn save(ijkpunt: &Ijkpunt, actor: &Actor, from: Option<BlueprintId>, new: NewBlueprint) -> Result<BlueprintId, BlueprintError> {
    let faults = new.body.faults();
    if !faults.is_empty() {
        return Err(BlueprintError::Faults(faults));
    }
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    actions::settings_fit(&tx, now, &new.key, (new.part, new.band), new.time_limit_seconds, &new.cut_score_key).await?;
    let newest = store::versions_of(&tx, &new.key).await?.into_iter().next();
    match (&newest, from) {
        (Some(newest), Some(from)) if newest.id == from => {}
        (None, None) => {}
        (Some(_), None) => return Err(FormError::KeyTaken.into()),
        _ => return Err(FormError::Conflict.into()),
    }
    let (id, version) = (BlueprintId::new(), newest.map_or(1, |newest| newest.version + 1));
    let row = blueprints::ActiveModel {
        id: Set(id),
        key: Set(new.key),
        version: Set(version),
        title: Set(new.title),
        part: Set(new.part),
        band: Set(new.band),
        time_limit_seconds: Set(new.time_limit_seconds),
        cut_score_key: Set(new.cut_score_key),
        body: Set(serde_json::to_value(&new.body).map_err(|error| DbErr::Type(error.to_string()))?),
        created_at: Set(now),
        created_by: Set(actor.user_id),
    };
    blueprints::Entity::insert(row).exec_without_returning(&tx).await.map_err(actions::conflict)?;
    audit::record(
        &tx,
        now,
        Entry::of(By::User(actor.user_id), "blueprint.saved", ("blueprint", Some(id.0))).with(json!({ "version": version })),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Starts a search for forms.
pub async fn begin(ijkpunt: &Ijkpunt, actor: &Actor, blueprint: BlueprintId) -> Result<AssemblyId, BlueprintError> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    store::blueprint(&tx, blueprint).await?.ok_or(FormError::NotFound)?;
    let id = AssemblyId::new();
    let row = form_assemblies::ActiveModel {
        id: Set(id),
        blueprint_id: Set(blueprint),
        status: Set(AssemblyStatus::Queued),
        step: Set(0),
        steps: Set(1),
        nodes: Set(0),
        created_at: Set(now),
        created_by: Set(actor.user_id),
        ..Default::default()
    };
    form_assemblies::Entity::insert(row).exec_without_returning(&tx).await.map_err(|error| match is_unique_violation(&error) {
        true => BlueprintError::Open,
        false => error.into(),
    })?;
    jobs::enqueue(&tx, now, &Job::AssembleForms { assembly: id }, Some(format!("forms:{id}"))).await?;
    audit::record(&tx, now, Entry::of(By::User(actor.user_id), "forms.search_begun", ("form_assembly", Some(id.0)))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Stops a search that nobody waits for any more.
pub async fn cancel(ijkpunt: &Ijkpunt, actor: &Actor, id: AssemblyId) -> Result<(), BlueprintError> {
    let open = [AssemblyStatus::Queued, AssemblyStatus::Running];
    settle(ijkpunt, actor, id, &open, AssemblyStatus::Cancelled, "forms.search_cancelled").await
}

/// The forms that were proposed are not taken.
pub async fn reject(ijkpunt: &Ijkpunt, actor: &Actor, id: AssemblyId) -> Result<(), BlueprintError> {
    let row = form_assemblies::Entity::find_by_id(id).one(&ijkpunt.db).await?.ok_or(FormError::NotFound)?;
    rules::may_decide(row.status, row.created_by, actor.user_id, false).map_err(FormError::Step)?;
    settle(ijkpunt, actor, id, &[AssemblyStatus::Proposed], AssemblyStatus::Rejected, "forms.rejected").await
}

async fn settle(
    ijkpunt: &Ijkpunt,
    actor: &Actor,
    id: AssemblyId,
    from: &[AssemblyStatus],
    to: AssemblyStatus,
    action: &'static str,
) -> Result<(), BlueprintError> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    form_assemblies::Entity::find_by_id(id).one(&tx).await?.ok_or(FormError::NotFound)?;
    decided(&tx, actor, id, from, to, now).await?;
    audit::record(&tx, now, Entry::of(By::User(actor.user_id), action, ("form_assembly", Some(id.0)))).await?;
    tx.commit().await?;
    Ok(())
}

async fn decided(
    tx: &sea_orm::DatabaseTransaction,
    actor: &Actor,
    id: AssemblyId,
    from: &[AssemblyStatus],
    to: AssemblyStatus,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), FormError> {
    let moved = form_assemblies::Entity::update_many()
        .col_expr(form_assemblies::Column::Status, Expr::value(to))
        .col_expr(form_assemblies::Column::DecidedAt, Expr::value(now))
        .col_expr(form_assemblies::Column::DecidedBy, Expr::value(actor.user_id))
        .filter(form_assemblies::Column::Id.eq(id))
        .filter(form_assemblies::Column::Status.is_in(from.iter().copied()))
        .exec(tx)
        .await?;
    if moved.rows_affected == 0 { Err(FormError::Step(rules::FormRefusal::NotFromHere)) } else { Ok(()) }
}

/// Publishes the forms that a search proposed, each as the next version of its key.
pub async fn approve(ijkpunt: &Ijkpunt, actor: &Actor, id: AssemblyId) -> Result<Vec<FormId>, BlueprintError> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let row = form_assemblies::Entity::find_by_id(id).one(&tx).await?.ok_or(FormError::NotFound)?;
    rules::may_decide(row.status, row.created_by, actor.user_id, true).map_err(FormError::Step)?;
    let of = store::blueprint(&tx, row.blueprint_id).await?.ok_or(FormError::NotFound)?;
    decided(&tx, actor, id, &[AssemblyStatus::Proposed], AssemblyStatus::Approved, now).await?;
    let outcome: Outcome = row.outcome.and_then(|outcome| serde_json::from_value(outcome).ok()).unwrap_or_default();
    let stock = store::stock(&tx, of.part, of.band, |key| is_of(key, &of.key)).await?;
    let mut made = Vec::new();
    for (number, form) in outcome.forms.into_iter().enumerate() {
        let new = NewForm {
            key: form_key(&of.key, number),
            part: of.part,
            band: of.band,
            time_limit_seconds: of.time_limit_seconds,
            cut_score_key: of.cut_score_key.clone(),
            blueprint: Some(of.id),
            items: form.items,
        };
        // The bank may have changed since the search.
        actions::items_fit(&stock, &new.items)?;
        let form = actions::insert(&tx, row.created_by, Some(id), new, now).await?;
        actions::put_into_use(&tx, actor, &form, "", now).await?;
        made.push(form.id);
    }
    let forms: Vec<String> = made.iter().map(ToString::to_string).collect();
    audit::record(
        &tx,
        now,
        Entry::of(By::User(actor.user_id), "forms.approved", ("form_assembly", Some(id.0))).with(json!({ "forms": forms })),
    )
    .await?;
    tx.commit().await?;
    Ok(made)
}

/// What the forms of a blueprint are called.
fn form_key(blueprint: &str, number: usize) -> String {
    format!("{blueprint}-{}", number + 1)
}

/// Is a form of this name one that the blueprint makes?
pub fn is_of(form: &str, blueprint: &str) -> bool {
    form.strip_prefix(blueprint).and_then(|rest| rest.strip_prefix('-')).is_some_and(|number| number.parse::<usize>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blueprint_knows_its_forms_by_name() {
        assert!(is_of(&form_key("lezen-a1a2", 0), "lezen-a1a2"));
        for other in ["lezen-a1a2", "lezen-a1a2-x", "lezen-1", "lezen-a1a2-1-2"] {
            assert!(!is_of(other, "lezen-a1a2"), "{other}");
        }
    }
}
