//! Items to other systems: QTI packages out of the bank.

use std::collections::HashMap;

use item_bank::qti::{Package, PackageProblem, Resource, resolve_path, write_package};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::actions::BankRefusal;
use super::exchange::{ROWS, SIDE_FILE};
use super::parameters;
use super::store::{self, Row, Wanted};
use crate::app::Ijkpunt;
use crate::entity::{item_versions, media_files};
use crate::ids::{ItemVersionId, MediaId};

/// The newest versions of the items that are wanted, as a package. The same bank gives the same bytes.
pub async fn export(ijkpunt: &Ijkpunt, wanted: &Wanted) -> Result<Vec<u8>, BankRefusal> {
    let db = &ijkpunt.db;
    let rows = store::all(db, wanted).await?;
    let versions = versions_of(db, &rows).await?;
    let files = files_of(ijkpunt, versions.values()).await?;
    let newest = parameters::newest(db).await?;
    let mut package = Package { identifier: "ijkpunt-items".into(), ..Package::default() };
    let mut said = Vec::new();
    for row in &rows {
        let Some(version) = versions.get(&row.version_id) else { continue };
        let media = named_media(version, &files);
        let href = lay_out(&mut package, &row.identifier, &media)?;
        let mut listed: Vec<String> = media.iter().filter_map(|(name, _)| resolve_path(&href, name)).collect();
        listed.sort_unstable();
        listed.dedup();
        let mut beside = version.metadata.as_object().cloned().unwrap_or_default();
        beside.extend([
            ("identifier".to_owned(), json!(row.identifier)),
            ("file".to_owned(), json!(href)),
            ("skill".to_owned(), json!(row.skill)),
            ("title".to_owned(), json!(version.title)),
            ("level".to_owned(), json!(version.level)),
            ("topic".to_owned(), json!(version.topic)),
            ("text_type".to_owned(), json!(version.text_type)),
            ("source".to_owned(), json!(version.source)),
            ("licence".to_owned(), json!(version.licence)),
            ("core".to_owned(), json!(version.core)),
            ("sample".to_owned(), json!(version.sample)),
            ("media".to_owned(), json!(media.iter().map(|(name, _)| name).collect::<Vec<_>>())),
            ("translations".to_owned(), version.translations.clone()),
        ]);
        if let Some(parameters) = newest.get(&row.item_id) {
            beside.insert("parameters".to_owned(), json!(parameters));
        }
        said.push(Value::Object(beside));
        package.items.push(Resource {
            identifier: row.identifier.clone(),
            href,
            document: version.qti.clone().into_bytes(),
            files: listed,
            metadata: metadata(version),
            ..Resource::default()
        });
    }
    let side = serde_json::to_vec_pretty(&json!({ "items": said })).map_err(|error| DbErr::Custom(error.to_string()))?;
    package.media.insert(SIDE_FILE.into(), side);
    let written = tokio::task::spawn_blocking(move || write_package(&package)).await.map_err(|error| DbErr::Custom(error.to_string()))?;
    written.map_err(unwritable)
}

/// What other systems understand of it: learning object metadata.
fn metadata(version: &item_versions::Model) -> Vec<(String, String)> {
    let mut said = vec![("lom/general/title/string".to_owned(), version.title.clone())];
    said.extend(version.topic.iter().chain(&version.text_type).map(|word| ("lom/general/keyword/string".to_owned(), word.clone())));
    said.extend(version.licence.iter().map(|licence| ("lom/rights/description/string".to_owned(), licence.clone())));
    said.retain(|(_, text)| !text.trim().is_empty());
    said
}

async fn versions_of(db: &impl ConnectionTrait, rows: &[Row]) -> Result<HashMap<ItemVersionId, item_versions::Model>, DbErr> {
    let mut versions = HashMap::new();
    for rows in rows.chunks(ROWS) {
        let of_rows = item_versions::Column::Id.is_in(rows.iter().map(|row| row.version_id));
        for version in item_versions::Entity::find().filter(of_rows).all(db).await? {
            versions.insert(version.id, version);
        }
    }
    Ok(versions)
}

/// The bytes of every file that these versions use.
async fn files_of(ijkpunt: &Ijkpunt, versions: impl Iterator<Item = &item_versions::Model>) -> Result<HashMap<MediaId, Vec<u8>>, DbErr> {
    let ids: Vec<MediaId> = versions.flat_map(|version| named(version).map(|(_, id)| id)).collect();
    let mut files = HashMap::new();
    for ids in ids.chunks(ROWS) {
        for file in media_files::Entity::find().filter(media_files::Column::Id.is_in(ids.iter().copied())).all(&ijkpunt.db).await? {
            let bytes = ijkpunt.media.get(&file.sha256).await.map_err(|error| DbErr::Custom(format!("a file of the bank: {error}")))?;
            files.insert(file.id, bytes);
        }
    }
    Ok(files)
}

fn named(version: &item_versions::Model) -> impl Iterator<Item = (&String, MediaId)> {
    let media = version.media.as_object().into_iter().flatten();
    media.filter_map(|(name, id)| Some((name, serde_json::from_value::<MediaId>(id.clone()).ok()?)))
}

/// The files of a version by the names that its item uses, in the order of the names.
fn named_media<'a>(version: &item_versions::Model, files: &'a HashMap<MediaId, Vec<u8>>) -> Vec<(String, &'a Vec<u8>)> {
    let mut media: Vec<(String, &Vec<u8>)> = named(version).filter_map(|(name, id)| Some((name.clone(), files.get(&id)?))).collect();
    media.sort_unstable();
    media
}

/// Where an item stands in the package, so that its names lead to its own files: in a folder with the others, or in one of its own
/// where another item uses the same name for something else.
fn lay_out(package: &mut Package, identifier: &str, media: &[(String, &Vec<u8>)]) -> Result<String, BankRefusal> {
    let plain = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter));
    let file = if plain(identifier) { identifier.to_owned() } else { format!("item-{}", package.items.len() + 1) };
    for href in [format!("items/{file}.xml"), format!("{file}/items/{file}.xml")] {
        let paths: Option<Vec<(String, &Vec<u8>)>> = media.iter().map(|(name, bytes)| Some((resolve_path(&href, name)?, *bytes))).collect();
        let Some(paths) = paths else { continue };
        if paths.iter().any(|(path, bytes)| package.media.get(path).is_some_and(|there| there != *bytes)) {
            continue;
        }
        package.media.extend(paths.into_iter().map(|(path, bytes)| (path, bytes.clone())));
        return Ok(href);
    }
    Err(BankRefusal::Faults(vec![format!("{identifier}: its files have names that lead out of a package")]))
}

fn unwritable(fault: PackageProblem) -> BankRefusal {
    BankRefusal::Faults(vec![fault.to_string()])
}
