//! Writing items without seeing XML: opening a version as a draft, looking at a draft, and keeping it as a new item or a new version.

use std::collections::BTreeMap;

use item_bank::qti::editing::{self, Draft};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};

use super::actions::{self, BankRefusal, Revision};
use super::inspect;
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::{ItemSkill, ItemStatus, Level};
use crate::entity::{item_versions, items, media_files};
use crate::ids::{ItemId, ItemVersionId, MediaId};

/// Files by the names that an item uses.
pub type Files = BTreeMap<String, MediaId>;

/// Where a new item belongs.
pub struct Place {
    pub skill: ItemSkill,
    pub level: Option<Level>,
}

/// The source of a draft and the files that it uses.
pub struct Written {
    pub qti: String,
    pub media: Value,
}

/// The QTI of a draft. Names without a file of the bank are left without one, and refused at publication.
pub async fn written(db: &impl ConnectionTrait, draft: &Draft, files: &Files) -> Result<Written, BankRefusal> {
    let qti = editing::write(draft);
    let faults = inspect::reading_faults(&qti);
    if !faults.is_empty() {
        return Err(BankRefusal::Faults(faults));
    }
    let used = inspect::files_of(&qti);
    let mut media = Map::new();
    for (name, id) in files.iter().filter(|(name, _)| used.contains(*name)) {
        media_files::Entity::find_by_id(*id).one(db).await?.ok_or(BankRefusal::NotFound)?;
        media.insert(name.clone(), json!(id));
    }
    Ok(Written { qti, media: Value::Object(media) })
}

/// Keeps a draft as a new version of the item that it was opened from.
pub async fn save(
    ijkpunt: &Ijkpunt,
    actor: &Actor,
    from: ItemVersionId,
    mut draft: Draft,
    files: &Files,
) -> Result<ItemVersionId, BankRefusal> {
    let before = item_versions::Entity::find_by_id(from).one(&ijkpunt.db).await?.ok_or(BankRefusal::NotFound)?;
    let item = items::Entity::find_by_id(before.item_id).one(&ijkpunt.db).await?.ok_or(BankRefusal::NotFound)?;
    // An item keeps its name whatever its draft says.
    draft.identifier = item.identifier;
    let written = written(&ijkpunt.db, &draft, files).await?;
    let revision = Revision {
        title: draft.title,
        qti: written.qti,
        level: before.level,
        topic: before.topic,
        text_type: before.text_type,
        source: before.source,
        licence: before.licence,
        core: before.core,
        media: Some(written.media),
    };
    actions::revise(ijkpunt, actor, from, revision).await
}

/// Makes an item from a draft, under a name of the bank's own.
pub async fn create(ijkpunt: &Ijkpunt, actor: &Actor, place: Place, mut draft: Draft, files: &Files) -> Result<ItemId, BankRefusal> {
    let tx = begin_write(&ijkpunt.db).await?;
    draft.identifier = free_identifier(&tx, &place).await?;
    let written = written(&tx, &draft, files).await?;
    let version = item_versions::Model {
        id: ItemVersionId::new(),
        item_id: ItemId::new(),
        version: 1,
        status: ItemStatus::Draft,
        title: draft.title,
        level: place.level,
        topic: None,
        text_type: None,
        source: None,
        licence: None,
        core: false,
        sample: false,
        qti: written.qti,
        metadata: json!({}),
        translations: json!({}),
        media: written.media,
        created_at: ijkpunt.clock.now(),
        created_by: Some(actor.user_id),
    };
    insert(ijkpunt, actor, tx, &draft.identifier, place.skill, version, "item.created", json!({})).await
}

/// Makes a new item that says the same as a version of another.
pub async fn duplicate(ijkpunt: &Ijkpunt, actor: &Actor, of: ItemVersionId) -> Result<ItemId, BankRefusal> {
    let tx = begin_write(&ijkpunt.db).await?;
    let original = item_versions::Entity::find_by_id(of).one(&tx).await?.ok_or(BankRefusal::NotFound)?;
    let item = items::Entity::find_by_id(original.item_id).one(&tx).await?.ok_or(BankRefusal::NotFound)?;
    let place = Place { skill: item.skill, level: original.level };
    let identifier = free_identifier(&tx, &place).await?;
    let qti = renamed(&original.qti, &identifier).ok_or_else(|| BankRefusal::Faults(vec!["1:1: the item has no identifier".into()]))?;
    let version = item_versions::Model {
        id: ItemVersionId::new(),
        item_id: ItemId::new(),
        version: 1,
        status: ItemStatus::Draft,
        qti,
        created_at: ijkpunt.clock.now(),
        created_by: Some(actor.user_id),
        ..original
    };
    insert(ijkpunt, actor, tx, &identifier, item.skill, version, "item.duplicated", json!({ "of": of })).await
}

#[expect(clippy::too_many_arguments, reason = "an item is a row, a version and an audit entry")]
async fn insert(
    ijkpunt: &Ijkpunt,
    actor: &Actor,
    tx: DatabaseTransaction,
    identifier: &str,
    skill: ItemSkill,
    version: item_versions::Model,
    what: &'static str,
    detail: Value,
) -> Result<ItemId, BankRefusal> {
    let now = ijkpunt.clock.now();
    let id = version.item_id;
    let row = items::ActiveModel {
        id: Set(id),
        identifier: Set(identifier.to_owned()),
        skill: Set(skill),
        created_at: Set(now),
        created_by: Set(Some(actor.user_id)),
    };
    let inserted = items::Entity::insert(row).exec_without_returning(&tx).await;
    // Somebody else took the same name at this moment.
    inserted.map_err(|error| if is_unique_violation(&error) { BankRefusal::Conflict } else { error.into() })?;
    item_versions::Entity::insert(sea_orm::ActiveModelTrait::reset_all(item_versions::ActiveModel::from(version)))
        .exec_without_returning(&tx)
        .await?;
    audit::record(&tx, now, Entry::of(By::User(actor.user_id), what, ("item", Some(id.0))).with(detail)).await?;
    tx.commit().await?;
    Ok(id)
}

/// The next name of its kind: `reading-a2-007`.
async fn free_identifier(tx: &DatabaseTransaction, place: &Place) -> Result<String, DbErr> {
    let level = place.level.map_or_else(|| "x".to_owned(), |level| level.as_str().to_lowercase());
    let start = format!("{}-{level}-", place.skill.as_str());
    let taken = items::Entity::find().filter(items::Column::Identifier.starts_with(&start)).all(tx).await?;
    let last = taken.iter().filter_map(|item| item.identifier.strip_prefix(&start)?.parse::<u64>().ok()).max().unwrap_or(0);
    Ok(format!("{start}{:03}", last + 1))
}

/// The source under another name: its first `identifier`, which is the item's own, and nothing else.
fn renamed(source: &str, identifier: &str) -> Option<String> {
    let root = ["assessment-item", "assessmentItem"].iter().find_map(|name| source.find(name))?;
    let (before, tag) = source.split_at(root);
    let at = tag.match_indices("identifier").map(|(at, _)| at).find(|at| {
        tag.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace))
            && !tag.get(..*at).is_some_and(|before| before.contains('>'))
    })?;
    let value = tag.get(at..)?.find(['"', '\''])? + at;
    let quote = tag.get(value..)?.chars().next()?;
    let end = tag.get(value + 1..)?.find(quote)? + value + 1;
    Some(format!("{before}{}{identifier}{}", tag.get(..=value)?, tag.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_copy_has_a_name_of_its_own_and_nothing_else_changes() {
        let source =
            "<?xml version='1.0'?><qti-assessment-item xmlns=\"x\"\n identifier='old' title=\"a > b\"><qti-value identifier=\"old\"/>";
        let copy =
            "<?xml version='1.0'?><qti-assessment-item xmlns=\"x\"\n identifier='new-1' title=\"a > b\"><qti-value identifier=\"old\"/>";
        assert_eq!(renamed(source, "new-1").as_deref(), Some(copy));
        assert_eq!(renamed("<qti-assessment-item><p identifier=\"x\"/>", "new"), None);
    }
}
