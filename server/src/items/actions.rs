//! Writing to the bank. A version is never changed: a correction is a new version.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::parameters;
use super::rules::{self, StepRefusal};
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::ItemStatus;
use crate::entity::{item_events, item_versions, items};
use crate::ids::{ItemEventId, ItemVersionId};

#[derive(Debug, thiserror::Error)]
pub enum BankRefusal {
    #[error("there is no such item")]
    NotFound,
    #[error("the other item is not there, or is the same")]
    NoSuchItem,
    #[error("the step is not possible: {0:?}")]
    Step(StepRefusal),
    /// Somebody else moved or changed it in the meantime.
    #[error("somebody else was first")]
    Conflict,
    /// What the item holds cannot be read or shown: file position and reason, a line each.
    #[error("the item has faults: {0:?}")]
    Faults(Vec<String>),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Moves a version a step on, or back, with a comment.
pub async fn move_to(ijkpunt: &Ijkpunt, actor: &Actor, id: ItemVersionId, to: ItemStatus, comment: &str) -> Result<(), BankRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let version = item_versions::Entity::find_by_id(id).one(&tx).await?.ok_or(BankRefusal::NotFound)?;
    rules::may_move(version.status, to, version.created_by, actor.user_id, comment).map_err(BankRefusal::Step)?;
    if to == ItemStatus::Published {
        let faults = super::inspect::publication_faults(&version);
        if !faults.is_empty() {
            let identifier = items::Entity::find_by_id(version.item_id).one(&tx).await?.map(|item| item.identifier).unwrap_or_default();
            return Err(BankRefusal::Faults(faults.iter().map(|fault| format!("{identifier}.xml:{fault}")).collect()));
        }
        retire_published(&tx, &version).await?;
        parameters::default_where_missing(&tx, version.item_id, version.level, now).await?;
    }
    set_status(&tx, &version, to).await?;
    write_event(&tx, &version, actor, Some(to), comment, now).await?;
    let entry = Entry::of(By::User(actor.user_id), "item.moved", ("item_version", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "from": version.status, "to": to }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes a remark beside a version.
pub async fn comment(ijkpunt: &Ijkpunt, actor: &Actor, id: ItemVersionId, text: &str) -> Result<(), BankRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let version = item_versions::Entity::find_by_id(id).one(&tx).await?.ok_or(BankRefusal::NotFound)?;
    write_event(&tx, &version, actor, None, text, now).await?;
    audit::record(&tx, now, Entry::of(By::User(actor.user_id), "item.commented", ("item_version", Some(id.0)))).await?;
    tx.commit().await?;
    Ok(())
}

/// What an author changes: the source and what is said about it.
pub struct Revision {
    pub title: String,
    pub qti: String,
    pub level: Option<crate::entity::enums::Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub source: Option<String>,
    pub licence: Option<String>,
    pub core: bool,
    /// Files by the names that the source uses; those of the version before where nothing is said.
    pub media: Option<serde_json::Value>,
}

/// Makes a new draft from an existing version. The version that it started from must still be the newest.
pub async fn revise(ijkpunt: &Ijkpunt, actor: &Actor, from: ItemVersionId, revision: Revision) -> Result<ItemVersionId, BankRefusal> {
    let faults = super::inspect::reading_faults(&revision.qti);
    if !faults.is_empty() {
        return Err(BankRefusal::Faults(faults));
    }
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let before = item_versions::Entity::find_by_id(from).one(&tx).await?.ok_or(BankRefusal::NotFound)?;
    let newest = item_versions::Entity::find()
        .filter(item_versions::Column::ItemId.eq(before.item_id))
        .order_by_desc(item_versions::Column::Version)
        .one(&tx)
        .await?;
    if newest.is_none_or(|newest| newest.id != from) {
        return Err(BankRefusal::Conflict);
    }
    let id = ItemVersionId::new();
    let row = item_versions::ActiveModel {
        id: Set(id),
        item_id: Set(before.item_id),
        version: Set(before.version + 1),
        status: Set(ItemStatus::Draft),
        title: Set(revision.title),
        level: Set(revision.level),
        topic: Set(revision.topic),
        text_type: Set(revision.text_type),
        source: Set(revision.source),
        licence: Set(revision.licence),
        core: Set(revision.core),
        sample: Set(before.sample),
        qti: Set(revision.qti),
        metadata: Set(before.metadata),
        translations: Set(before.translations),
        media: Set(revision.media.unwrap_or(before.media)),
        created_at: Set(now),
        created_by: Set(Some(actor.user_id)),
    };
    let inserted = item_versions::Entity::insert(row).exec_without_returning(&tx).await;
    // Somebody else began from the same version at this moment.
    inserted.map_err(|error| if is_unique_violation(&error) { BankRefusal::Conflict } else { error.into() })?;
    let entry = Entry::of(By::User(actor.user_id), "item.revised", ("item_version", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "from": from }))).await?;
    tx.commit().await?;
    Ok(id)
}

/// One version of an item is published at a time.
async fn retire_published(tx: &DatabaseTransaction, next: &item_versions::Model) -> Result<(), DbErr> {
    item_versions::Entity::update_many()
        .col_expr(item_versions::Column::Status, Expr::value(ItemStatus::Retired))
        .filter(item_versions::Column::ItemId.eq(next.item_id))
        .filter(item_versions::Column::Status.eq(ItemStatus::Published))
        .exec(tx)
        .await?;
    Ok(())
}

async fn set_status(tx: &DatabaseTransaction, version: &item_versions::Model, to: ItemStatus) -> Result<(), BankRefusal> {
    let moved = item_versions::Entity::update_many()
        .col_expr(item_versions::Column::Status, Expr::value(to))
        .filter(item_versions::Column::Id.eq(version.id))
        .filter(item_versions::Column::Status.eq(version.status))
        .exec(tx)
        .await?;
    if moved.rows_affected == 0 { Err(BankRefusal::Conflict) } else { Ok(()) }
}

async fn write_event(
    tx: &DatabaseTransaction,
    version: &item_versions::Model,
    actor: &Actor,
    to: Option<ItemStatus>,
    comment: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), DbErr> {
    let event = item_events::ActiveModel {
        id: Set(ItemEventId::new()),
        item_version_id: Set(version.id),
        to_status: Set(to),
        comment: Set(comment.trim().to_owned()),
        at: Set(now),
        by_user: Set(actor.user_id),
    };
    item_events::Entity::insert(event).exec_without_returning(tx).await?;
    Ok(())
}
