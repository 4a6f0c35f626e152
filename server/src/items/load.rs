//! Loading the sample bank into a database that has no items yet. `item-bank/content/README.md` describes its files.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_embed::RustEmbed;
use sea_orm::{ActiveValue::Set, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait};
use serde::Deserialize;
use serde_json::Value;

use super::parameters::{self, Said};
use crate::db::begin_write;
use crate::entity::enums::{Band, FormPart, FormStatus, ItemSkill, ItemStatus, Level, ParameterSource, ParameterStatus};
use crate::entity::{form_items, forms, item_versions, items, media_files};
use crate::ids::{FormId, ItemId, ItemVersionId, MediaId};
use crate::media::MediaStore;

#[derive(RustEmbed)]
#[folder = "../item-bank/content"]
struct Content;

const PACKAGES: &[&str] = &["a1a2", "b1b2", "prescreening", "mo"];

/// The side file of a package, with what QTI does not say.
#[derive(Deserialize)]
pub(super) struct Bank {
    pub items: Vec<BankItem>,
    #[serde(default)]
    forms: Vec<BankForm>,
}

#[derive(Deserialize)]
pub(super) struct BankItem {
    #[serde(default)]
    identifier: String,
    pub file: String,
    pub skill: ItemSkill,
    pub title: String,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub source: Option<String>,
    pub licence: Option<String>,
    pub parameters: Option<Said>,
    pub core: bool,
    pub sample: bool,
    /// Names of media as the item writes them, relative to the item's own file.
    #[serde(default)]
    media: Vec<String>,
    #[serde(default = "no_translations")]
    pub translations: Value,
    /// Everything else that is said of the item.
    #[serde(flatten)]
    pub metadata: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct BankForm {
    key: String,
    part: FormPart,
    band: Option<Band>,
    time_limit_seconds: i64,
    cut_score: String,
    items: Vec<String>,
}

fn no_translations() -> Value {
    Value::Object(serde_json::Map::new())
}

/// Fills an empty bank: items and forms are published as they came with the program.
pub async fn load_if_empty(db: &DatabaseConnection, media: &MediaStore, now: DateTime<Utc>) -> Result<(), DbErr> {
    if items::Entity::find().count(db).await? > 0 {
        return Ok(());
    }
    let tx = begin_write(db).await?;
    let mut kept = HashMap::new();
    for package in PACKAGES {
        let bank: Bank = serde_json::from_slice(&file(&format!("{package}/bank.json"))?)
            .map_err(|error| fault(&format!("{package}/bank.json: {error}")))?;
        let mut versions = HashMap::new();
        for item in bank.items {
            let identifier = item.identifier.clone();
            versions.insert(identifier, load_item(&tx, media, &mut kept, package, item, now).await?);
        }
        for form in bank.forms {
            load_form(&tx, &versions, form, now).await?;
        }
    }
    tx.commit().await
}

async fn load_item(
    tx: &DatabaseTransaction,
    store: &MediaStore,
    kept: &mut HashMap<String, MediaId>,
    package: &str,
    item: BankItem,
    now: DateTime<Utc>,
) -> Result<ItemVersionId, DbErr> {
    let mut media = serde_json::Map::new();
    for name in &item.media {
        let path = format!("{package}/{}", name.trim_start_matches("../"));
        let id = match kept.get(&path) {
            Some(id) => *id,
            None => {
                let id = keep_media(tx, store, &path, now).await?;
                kept.insert(path, id);
                id
            }
        };
        media.insert(name.clone(), Value::String(id.to_string()));
    }
    let qti = String::from_utf8(file(&format!("{package}/{}", item.file))?).map_err(|error| fault(&format!("{}: {error}", item.file)))?;
    let (item_id, version_id) = (ItemId::new(), ItemVersionId::new());
    let row = items::ActiveModel {
        id: Set(item_id),
        identifier: Set(item.identifier),
        skill: Set(item.skill),
        created_at: Set(now),
        created_by: Set(None),
    };
    items::Entity::insert(row).exec_without_returning(tx).await?;
    let version = item_versions::ActiveModel {
        id: Set(version_id),
        item_id: Set(item_id),
        version: Set(1),
        status: Set(ItemStatus::Published),
        title: Set(item.title),
        level: Set(item.level),
        topic: Set(item.topic),
        text_type: Set(item.text_type),
        source: Set(item.source),
        licence: Set(item.licence),
        core: Set(item.core),
        sample: Set(item.sample),
        qti: Set(qti),
        metadata: Set(Value::Object(item.metadata)),
        translations: Set(item.translations),
        media: Set(Value::Object(media)),
        created_at: Set(now),
        created_by: Set(None),
    };
    item_versions::Entity::insert(version).exec_without_returning(tx).await?;
    match item.parameters {
        Some(said) => parameters::put(tx, item_id, 1, &said, ParameterSource::Content, ParameterStatus::Approved, (None, now)).await?,
        None => parameters::default_where_missing(tx, item_id, item.level, now).await?,
    }
    Ok(version_id)
}

async fn keep_media(tx: &DatabaseTransaction, store: &MediaStore, path: &str, now: DateTime<Utc>) -> Result<MediaId, DbErr> {
    let bytes = file(path)?;
    let sha256 = store.put(&bytes).await.map_err(|error| fault(&format!("{path}: {error}")))?;
    let id = MediaId::new();
    let row = media_files::ActiveModel {
        id: Set(id),
        sha256: Set(sha256.to_vec()),
        mime: Set(mime_guess::from_path(path).first_or_octet_stream().essence_str().to_owned()),
        size: Set(bytes.len() as i64),
        created_at: Set(now),
    };
    media_files::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

async fn load_form(
    tx: &DatabaseTransaction,
    versions: &HashMap<String, ItemVersionId>,
    form: BankForm,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let id = FormId::new();
    let row = forms::ActiveModel {
        id: Set(id),
        key: Set(form.key.clone()),
        version: Set(1),
        part: Set(form.part),
        band: Set(form.band),
        status: Set(FormStatus::Published),
        sample: Set(true),
        time_limit_seconds: Set(form.time_limit_seconds),
        cut_score_key: Set(form.cut_score),
        created_at: Set(now),
    };
    forms::Entity::insert(row).exec_without_returning(tx).await?;
    for (position, identifier) in form.items.iter().enumerate() {
        let version = versions.get(identifier).ok_or_else(|| fault(&format!("form {}: there is no item {identifier}", form.key)))?;
        let row = form_items::ActiveModel { form_id: Set(id), position: Set(position as i64), item_version_id: Set(*version) };
        form_items::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// A recording of the bank, for examples that need a sound.
pub fn sample_sound() -> Result<Vec<u8>, DbErr> {
    file("prescreening/media/zin-01.opus")
}

fn file(path: &str) -> Result<Vec<u8>, DbErr> {
    Content::get(path).map(|file| file.data.into_owned()).ok_or_else(|| fault(&format!("{path} is not in the sample bank")))
}

fn fault(what: &str) -> DbErr {
    DbErr::Custom(format!("the sample bank: {what}"))
}
