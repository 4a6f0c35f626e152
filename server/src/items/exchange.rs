//! Items from other systems, and to them: QTI packages into the bank and out of it.
//!
//! What QTI does not say of an item (skill, level, topic, translations) travels in `bank.json` beside the manifest, as in the sample
//! bank. Players that do not know the file leave it alone; a package without it comes in as items of one skill.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use item_bank::qti::{Item, Package, PackageProblem, Resource, read_package, resolve_path, write_package};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::actions::BankRefusal;
use super::load::{Bank, BankItem};
use super::store::{self, Wanted};
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::{ItemSkill, ItemStatus};
use crate::entity::{item_versions, items, media_files};
use crate::ids::{ItemId, ItemVersionId, MediaId};

const SIDE_FILE: &str = "bank.json";
/// Well below what either database takes as parameters.
const ROWS: usize = 500;

/// What became of an item of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CameInAs {
    /// The bank did not have it: a draft.
    New,
    /// The bank had it otherwise: a draft of a new version.
    Revised,
    /// The bank's newest version is the same.
    Unchanged,
    /// It cannot be read, or misses a file.
    Refused,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedItem {
    pub identifier: String,
    pub title: String,
    pub file: String,
    pub came_in_as: CameInAs,
    /// Why it was refused, a line each, with the place.
    pub faults: Vec<String>,
}

/// An item of a package that can be taken in.
struct Arrived<'a> {
    item: Item,
    qti: String,
    /// By the name that the item uses.
    media: BTreeMap<String, (&'a str, &'a [u8])>,
    known: Option<&'a BankItem>,
}

/// Takes the items of a package in as drafts, in one transaction; a dry run tells what it would do. An item with a fault stays
/// out whole, and so does its media; a package that cannot be read stays out altogether.
pub async fn import(
    ijkpunt: &Ijkpunt,
    actor: &Actor,
    bytes: Vec<u8>,
    skill: ItemSkill,
    dry_run: bool,
) -> Result<Vec<ImportedItem>, BankRefusal> {
    let read = tokio::task::spawn_blocking(move || read_package(&bytes)).await.map_err(|error| DbErr::Custom(error.to_string()))?;
    let package = read.map_err(|found| BankRefusal::Faults(found.iter().map(ToString::to_string).collect()))?;
    let known = said_beside(&package)?;
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let mut bank = Drawer::open(&tx, &package).await?;
    let mut seen = HashSet::new();
    let mut outcomes = Vec::with_capacity(package.items.len());
    for resource in &package.items {
        let mut outcome = ImportedItem {
            identifier: resource.identifier.clone(),
            title: String::new(),
            file: resource.href.clone(),
            came_in_as: CameInAs::Refused,
            faults: Vec::new(),
        };
        match arrive(&package, resource, &known) {
            Ok(arrived) => {
                outcome.identifier = arrived.item.identifier.clone();
                outcome.title = arrived.item.title.clone();
                if seen.insert(outcome.identifier.clone()) {
                    outcome.came_in_as = bank.put(ijkpunt, actor, &arrived, skill, dry_run, now).await?;
                } else {
                    outcome.faults.push(format!("{}:1:1: the package has another item {}", resource.href, outcome.identifier));
                }
            }
            Err(faults) => outcome.faults = faults,
        }
        outcomes.push(outcome);
    }
    if dry_run {
        tx.rollback().await?;
    } else {
        let count = |wanted| outcomes.iter().filter(|outcome| outcome.came_in_as == wanted).count();
        let detail = json!({ "package": package.identifier, "new": count(CameInAs::New), "revised": count(CameInAs::Revised), "refused": count(CameInAs::Refused) });
        audit::record(&tx, now, audit::Entry::of(By::User(actor.user_id), "items.imported", ("items", None)).with(detail)).await?;
        tx.commit().await?;
    }
    Ok(outcomes)
}

/// What `bank.json` says, by the file of the item.
fn said_beside(package: &Package) -> Result<HashMap<String, BankItem>, BankRefusal> {
    let Some(text) = package.media.get(SIDE_FILE) else { return Ok(HashMap::new()) };
    let bank: Bank = serde_json::from_slice(text)
        .map_err(|error| BankRefusal::Faults(vec![format!("{SIDE_FILE}:{}:{}: {error}", error.line(), error.column())]))?;
    Ok(bank.items.into_iter().map(|item| (item.file.clone(), item)).collect())
}

/// Reads an item and finds its files, or says everything that is wrong with it.
fn arrive<'a>(package: &'a Package, resource: &'a Resource, known: &'a HashMap<String, BankItem>) -> Result<Arrived<'a>, Vec<String>> {
    let named = |fault: &dyn std::fmt::Display| format!("{}:{fault}", resource.href);
    let qti = String::from_utf8(resource.document.clone()).map_err(|_| vec![named(&"1:1: the text is not UTF-8")])?;
    let item = Item::parse(qti.as_bytes()).map_err(|problems| problems.iter().map(|problem| named(problem)).collect::<Vec<_>>())?;
    let mut faults: Vec<String> = item.problems.iter().map(|problem| named(problem)).collect();
    let mut media = BTreeMap::new();
    for (name, at) in item.media() {
        match resolve_path(&resource.href, &name).and_then(|path| package.media.get_key_value(&path)) {
            Some((path, bytes)) => {
                media.insert(name, (path.as_str(), bytes.as_slice()));
            }
            None => faults.push(named(&format!("{}:{}: the package has no file {name}", at.line, at.column))),
        }
    }
    if faults.is_empty() { Ok(Arrived { item, qti, media, known: known.get(&resource.href) }) } else { Err(faults) }
}

/// What the bank has of what a package brings, read at once.
struct Drawer<'a> {
    tx: &'a DatabaseTransaction,
    items: HashMap<String, ItemId>,
    newest: HashMap<ItemId, item_versions::Model>,
    media: HashMap<Vec<u8>, MediaId>,
}

impl<'a> Drawer<'a> {
    async fn open(tx: &'a DatabaseTransaction, package: &Package) -> Result<Self, DbErr> {
        let mut drawer = Self { tx, items: HashMap::new(), newest: HashMap::new(), media: HashMap::new() };
        // The document may call itself otherwise than the manifest does; both are looked up.
        let names: Vec<String> = package
            .items
            .iter()
            .flat_map(|resource| {
                let own = Item::parse(&resource.document).ok().map(|item| item.identifier);
                own.into_iter().chain([resource.identifier.clone()])
            })
            .collect();
        for names in names.chunks(ROWS) {
            for item in items::Entity::find().filter(items::Column::Identifier.is_in(names.iter().cloned())).all(tx).await? {
                drawer.items.insert(item.identifier, item.id);
            }
        }
        let ids: Vec<ItemId> = drawer.items.values().copied().collect();
        for ids in ids.chunks(ROWS) {
            let versions = item_versions::Entity::find().filter(item_versions::Column::ItemId.is_in(ids.iter().copied()));
            for version in versions.order_by_asc(item_versions::Column::Version).all(tx).await? {
                drawer.newest.insert(version.item_id, version);
            }
        }
        let hashes: Vec<Vec<u8>> = package.media.values().map(|bytes| Sha256::digest(bytes).to_vec()).collect();
        for hashes in hashes.chunks(ROWS) {
            for file in media_files::Entity::find().filter(media_files::Column::Sha256.is_in(hashes.to_vec())).all(tx).await? {
                drawer.media.insert(file.sha256, file.id);
            }
        }
        Ok(drawer)
    }

    async fn put(
        &mut self,
        ijkpunt: &Ijkpunt,
        actor: &Actor,
        arrived: &Arrived<'_>,
        skill: ItemSkill,
        dry_run: bool,
        now: DateTime<Utc>,
    ) -> Result<CameInAs, BankRefusal> {
        let mut media = Map::new();
        for (name, (path, bytes)) in &arrived.media {
            media.insert(name.clone(), json!(self.keep(ijkpunt, path, bytes, dry_run, now).await?));
        }
        let known = arrived.known;
        let before = self.items.get(&arrived.item.identifier).and_then(|id| self.newest.get(id));
        let empty = || Value::Object(Map::new());
        let version = item_versions::Model {
            id: ItemVersionId::new(),
            item_id: before.map_or_else(ItemId::new, |before| before.item_id),
            version: before.map_or(1, |before| before.version + 1),
            status: ItemStatus::Draft,
            title: known.map_or_else(|| arrived.item.title.clone(), |known| known.title.clone()),
            level: known.map_or_else(|| before.and_then(|before| before.level), |known| known.level),
            topic: known.map_or_else(|| before.and_then(|before| before.topic.clone()), |known| known.topic.clone()),
            text_type: known.map_or_else(|| before.and_then(|before| before.text_type.clone()), |known| known.text_type.clone()),
            source: known.map_or_else(|| before.and_then(|before| before.source.clone()), |known| known.source.clone()),
            licence: known.map_or_else(|| before.and_then(|before| before.licence.clone()), |known| known.licence.clone()),
            core: known.map_or_else(|| before.is_some_and(|before| before.core), |known| known.core),
            sample: known.is_some_and(|known| known.sample),
            qti: arrived.qti.clone(),
            metadata: known
                .map_or_else(|| before.map_or_else(empty, |before| before.metadata.clone()), |known| Value::Object(known.metadata.clone())),
            translations: known
                .map_or_else(|| before.map_or_else(empty, |before| before.translations.clone()), |known| known.translations.clone()),
            media: Value::Object(media),
            created_at: now,
            created_by: Some(actor.user_id),
        };
        match before {
            Some(before) if says_the_same(before, &version) => return Ok(CameInAs::Unchanged),
            Some(_) => {}
            None => {
                let row = items::ActiveModel {
                    id: Set(version.item_id),
                    identifier: Set(arrived.item.identifier.clone()),
                    skill: Set(known.map_or(skill, |known| known.skill)),
                    created_at: Set(now),
                    created_by: Set(Some(actor.user_id)),
                };
                let inserted = items::Entity::insert(row).exec_without_returning(self.tx).await;
                // Somebody else brings the same item in at this moment.
                inserted.map_err(|error| if is_unique_violation(&error) { BankRefusal::Conflict } else { error.into() })?;
            }
        }
        let came_in_as = if before.is_some() { CameInAs::Revised } else { CameInAs::New };
        item_versions::Entity::insert(item_versions::ActiveModel::from(version).reset_all()).exec_without_returning(self.tx).await?;
        Ok(came_in_as)
    }

    /// The bank's file with these bytes; put there when it is new.
    async fn keep(
        &mut self,
        ijkpunt: &Ijkpunt,
        path: &str,
        bytes: &[u8],
        dry_run: bool,
        now: DateTime<Utc>,
    ) -> Result<MediaId, BankRefusal> {
        let sha256 = Sha256::digest(bytes).to_vec();
        if let Some(id) = self.media.get(&sha256) {
            return Ok(*id);
        }
        if !dry_run {
            ijkpunt.media.put(bytes).await.map_err(|error| DbErr::Custom(format!("{path}: {error}")))?;
        }
        let id = MediaId::new();
        let row = media_files::ActiveModel {
            id: Set(id),
            sha256: Set(sha256.clone()),
            mime: Set(mime_guess::from_path(path).first_or_octet_stream().essence_str().to_owned()),
            size: Set(bytes.len() as i64),
            created_at: Set(now),
        };
        media_files::Entity::insert(row).exec_without_returning(self.tx).await?;
        self.media.insert(sha256, id);
        Ok(id)
    }
}

fn says_the_same(before: &item_versions::Model, after: &item_versions::Model) -> bool {
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

/// The newest versions of the items that are wanted, as a package. The same bank gives the same bytes.
pub async fn export(ijkpunt: &Ijkpunt, wanted: &Wanted) -> Result<Vec<u8>, BankRefusal> {
    let db = &ijkpunt.db;
    let rows = store::all(db, wanted).await?;
    let mut versions = HashMap::new();
    for rows in rows.chunks(ROWS) {
        let of_rows = item_versions::Column::Id.is_in(rows.iter().map(|row| row.version_id));
        for version in item_versions::Entity::find().filter(of_rows).all(db).await? {
            versions.insert(version.id, version);
        }
    }
    let mut package = Package { identifier: "ijkpunt-items".into(), ..Package::default() };
    let mut files = HashMap::new();
    let mut said = Vec::new();
    for row in &rows {
        let Some(version) = versions.get(&row.version_id) else { continue };
        let media = named_media(ijkpunt, db, version, &mut files).await?;
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
        said.push(Value::Object(beside));
        package.items.push(Resource {
            identifier: row.identifier.clone(),
            href,
            document: version.qti.clone().into_bytes(),
            files: listed,
            ..Resource::default()
        });
    }
    let side = serde_json::to_vec_pretty(&json!({ "items": said })).map_err(|error| DbErr::Custom(error.to_string()))?;
    package.media.insert(SIDE_FILE.into(), side);
    let written = tokio::task::spawn_blocking(move || write_package(&package)).await.map_err(|error| DbErr::Custom(error.to_string()))?;
    written.map_err(unwritable)
}

/// The files of a version by the names that its item uses, in the order of the names.
async fn named_media(
    ijkpunt: &Ijkpunt,
    db: &impl ConnectionTrait,
    version: &item_versions::Model,
    files: &mut HashMap<MediaId, Vec<u8>>,
) -> Result<Vec<(String, Vec<u8>)>, BankRefusal> {
    let mut media = Vec::new();
    for (name, id) in version.media.as_object().into_iter().flatten() {
        let Ok(id) = serde_json::from_value::<MediaId>(id.clone()) else { continue };
        let bytes = match files.entry(id) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => {
                let file = media_files::Entity::find_by_id(id).one(db).await?.ok_or(BankRefusal::NotFound)?;
                free.insert(ijkpunt.media.get(&file.sha256).await.map_err(|error| DbErr::Custom(format!("{name}: {error}")))?)
            }
        };
        media.push((name.clone(), bytes.clone()));
    }
    media.sort_unstable();
    Ok(media)
}

/// Where an item stands in the package, so that its names lead to its own files: in a folder with the others, or in one of its own
/// where another item uses the same name for something else.
fn lay_out(package: &mut Package, identifier: &str, media: &[(String, Vec<u8>)]) -> Result<String, BankRefusal> {
    let plain = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter));
    let file = if plain(identifier) { identifier.to_owned() } else { format!("item-{}", package.items.len() + 1) };
    for href in [format!("items/{file}.xml"), format!("{file}/items/{file}.xml")] {
        let paths: Option<Vec<(String, &Vec<u8>)>> = media.iter().map(|(name, bytes)| Some((resolve_path(&href, name)?, bytes))).collect();
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
