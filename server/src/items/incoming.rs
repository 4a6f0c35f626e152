//! The version that an item of a package becomes, and whether the bank has it already.

use chrono::{DateTime, Utc};
use item_bank::qti::Item;
use serde_json::{Map, Value};

use super::load::BankItem;
use crate::entity::enums::ItemStatus;
use crate::entity::item_versions;
use crate::ids::{ItemId, ItemVersionId, UserId};

/// The version that an item of a package is. What the package does not say stays as the bank has it.
pub(super) fn version_of(
    item: &Item,
    qti: String,
    media: Map<String, Value>,
    known: Option<&BankItem>,
    before: Option<&item_versions::Model>,
    (by, now): (Option<UserId>, DateTime<Utc>),
) -> item_versions::Model {
    let empty = || Value::Object(Map::new());
    let text = |said: fn(&BankItem) -> &Option<String>, had: fn(&item_versions::Model) -> &Option<String>| match known {
        Some(known) => said(known).clone(),
        None => before.and_then(|before| had(before).clone()),
    };
    item_versions::Model {
        id: ItemVersionId::new(),
        item_id: before.map_or_else(ItemId::new, |before| before.item_id),
        version: before.map_or(1, |before| before.version + 1),
        status: ItemStatus::Draft,
        title: known.map_or_else(|| item.title.clone(), |known| known.title.clone()),
        level: known.map_or_else(|| before.and_then(|before| before.level), |known| known.level),
        topic: text(|known| &known.topic, |before| &before.topic),
        text_type: text(|known| &known.text_type, |before| &before.text_type),
        source: text(|known| &known.source, |before| &before.source),
        licence: text(|known| &known.licence, |before| &before.licence),
        core: known.map_or_else(|| before.is_some_and(|before| before.core), |known| known.core),
        sample: known.is_some_and(|known| known.sample),
        qti,
        metadata: known
            .map_or_else(|| before.map_or_else(empty, |before| before.metadata.clone()), |known| Value::Object(known.metadata.clone())),
        translations: known
            .map_or_else(|| before.map_or_else(empty, |before| before.translations.clone()), |known| known.translations.clone()),
        media: Value::Object(media),
        created_at: now,
        created_by: by,
    }
}

pub(super) fn says_the_same(before: &item_versions::Model, after: &item_versions::Model) -> bool {
    let said = |version: &item_versions::Model| {
        let version = version.clone();
        let of_whom = (version.text_type, version.source, version.licence);
        let about = (version.title, version.level, version.topic, version.core, version.sample, of_whom);
        (about, version.qti, version.metadata, version.translations)
    };
    // Names that the item no longer uses are not worth a version.
    let same_media = after.media.as_object().is_some_and(|media| media.iter().all(|(name, id)| before.media.get(name) == Some(id)));
    said(before) == said(after) && same_media
}
