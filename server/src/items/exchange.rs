//! Items from other systems: QTI packages into the bank.
//!
//! What QTI does not say of an item (skill, level, topic, parameters, translations) travels in `bank.json` beside the manifest, as in the
//! sample bank. Players that do not know the file leave it alone; a package without it comes in as items of one skill.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt};
use item_bank::qti::{Item, Package, Resource, read_package, resolve_path};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::UnboundedSender;
use utoipa::ToSchema;

use super::actions::BankRefusal;
use super::incoming::{says_the_same, version_of};
use super::load::{Bank, BankItem};
use super::parameters::{self, Said};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::{ItemSkill, ParameterSource};
use crate::entity::{item_versions, items, media_files};
use crate::ids::{ItemId, MediaId, UserId};

pub const SIDE_FILE: &str = "bank.json";
/// Well below what either database takes as parameters.
pub(super) const ROWS: usize = 500;
/// Files written at once: each waits for the disk.
const FILES: usize = 16;

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

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportedItem {
    pub identifier: String,
    pub title: String,
    pub file: String,
    pub came_in_as: CameInAs,
    /// Its parameters are other ones than the bank's, and are put forward for approval.
    pub proposed: bool,
    /// Why it was refused, a line each, with the place.
    pub faults: Vec<String>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Reading,
    Files,
    Writing,
}

#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub phase: Phase,
    pub done: usize,
    pub total: usize,
}

pub struct Asked {
    pub by: By,
    /// Of items of which the package does not say it.
    pub skill: ItemSkill,
    pub dry_run: bool,
}

/// An item of a package that can be taken in.
struct Arrived {
    item: Item,
    qti: String,
    /// The files by the name that the item uses.
    media: BTreeMap<String, Sha>,
    known: Option<BankItem>,
}

type Sha = [u8; 32];

/// A package that was read, with what became of each item so far.
struct Opened {
    identifier: String,
    items: Vec<(ImportedItem, Option<Arrived>)>,
    /// The files that items use: bytes and kind.
    files: HashMap<Sha, (Vec<u8>, String)>,
}

/// Takes the items of a package in as drafts, in one transaction; a dry run tells what it would do. An item with a fault stays
/// out whole, and so does its media; a package that cannot be read stays out altogether.
///
/// All reading is done, and all files are on the disk, before the transaction begins: answers that come in meanwhile wait for the rows alone.
pub async fn import(
    ijkpunt: &Ijkpunt,
    asked: &Asked,
    bytes: Vec<u8>,
    told: UnboundedSender<Told>,
) -> Result<Vec<ImportedItem>, BankRefusal> {
    let tell = told.clone();
    let opened = tokio::task::spawn_blocking(move || open(&bytes, &tell)).await.map_err(|error| DbErr::Custom(error.to_string()))?;
    let Opened { identifier, items, files } = opened.map_err(BankRefusal::Faults)?;
    if !asked.dry_run {
        keep_files(ijkpunt, &files, &told).await?;
    }
    let now = ijkpunt.clock.now();
    let user = if let By::User(id) = asked.by { Some(id) } else { None };
    let total = items.len();
    let tx = begin_write(&ijkpunt.db).await?;
    let mut drawer = Drawer::open(&tx, &items, &files, (user, now)).await?;
    let mut outcomes = Vec::with_capacity(total);
    for (done, (mut outcome, arrived)) in items.into_iter().enumerate() {
        if let Some(arrived) = arrived {
            drawer.put(asked.skill, &mut outcome, arrived)?;
        }
        outcomes.push(outcome);
        if done % 100 == 0 {
            let _ = told.send(Told { phase: Phase::Writing, done, total });
        }
    }
    drawer.write().await?;
    let _ = told.send(Told { phase: Phase::Writing, done: total, total });
    if asked.dry_run {
        tx.rollback().await?;
    } else {
        let count = |wanted| outcomes.iter().filter(|outcome| outcome.came_in_as == wanted).count();
        let detail = json!({
            "package": identifier, "new": count(CameInAs::New), "revised": count(CameInAs::Revised), "refused": count(CameInAs::Refused),
            "proposed": outcomes.iter().filter(|outcome| outcome.proposed).count(),
        });
        audit::record(&tx, now, audit::Entry::of(asked.by, "items.imported", ("items", None)).with(detail)).await?;
        tx.commit().await?;
    }
    Ok(outcomes)
}

/// Reads a package and every item of it.
fn open(bytes: &[u8], told: &UnboundedSender<Told>) -> Result<Opened, Vec<String>> {
    let package = read_package(bytes).map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let mut known = said_beside(&package)?;
    let hashes: HashMap<&str, Sha> = package.media.iter().map(|(path, bytes)| (path.as_str(), Sha256::digest(bytes).into())).collect();
    let total = package.items.len();
    let mut opened = Opened { identifier: package.identifier.clone(), items: Vec::with_capacity(total), files: HashMap::new() };
    let mut seen = HashSet::new();
    for (done, resource) in package.items.iter().enumerate() {
        let mut outcome = ImportedItem {
            identifier: resource.identifier.clone(),
            title: String::new(),
            file: resource.href.clone(),
            came_in_as: CameInAs::Refused,
            proposed: false,
            faults: Vec::new(),
        };
        let arrived = match arrive(&package, resource, &hashes, &mut opened.files) {
            Ok((item, qti, media)) => {
                outcome.identifier.clone_from(&item.identifier);
                outcome.title.clone_from(&item.title);
                let first = seen.insert(item.identifier.clone());
                if !first {
                    outcome.faults.push(format!("{}:1:1: the package has another item {}", resource.href, outcome.identifier));
                }
                first.then(|| Arrived { item, qti, media, known: known.remove(&resource.href) })
            }
            Err(faults) => {
                outcome.faults = faults;
                None
            }
        };
        opened.items.push((outcome, arrived));
        if done % 50 == 0 {
            let _ = told.send(Told { phase: Phase::Reading, done, total });
        }
    }
    Ok(opened)
}

/// What `bank.json` says, by the file of the item.
fn said_beside(package: &Package) -> Result<HashMap<String, BankItem>, Vec<String>> {
    let Some(text) = package.media.get(SIDE_FILE) else { return Ok(HashMap::new()) };
    let bank: Bank =
        serde_json::from_slice(text).map_err(|error| vec![format!("{SIDE_FILE}:{}:{}: {error}", error.line(), error.column())])?;
    let faulty: Vec<String> = bank
        .items
        .iter()
        .filter_map(|item| {
            item.parameters.as_ref()?.fault().map(|(field, reason)| format!("{SIDE_FILE}:1:1: {}: {field} {reason}", item.file))
        })
        .collect();
    if faulty.is_empty() { Ok(bank.items.into_iter().map(|item| (item.file.clone(), item)).collect()) } else { Err(faulty) }
}

type Read = (Item, String, BTreeMap<String, Sha>);

/// Reads an item and finds its files, or says everything that is wrong with it.
fn arrive(
    package: &Package,
    resource: &Resource,
    hashes: &HashMap<&str, Sha>,
    files: &mut HashMap<Sha, (Vec<u8>, String)>,
) -> Result<Read, Vec<String>> {
    let named = |fault: &dyn std::fmt::Display| format!("{}:{fault}", resource.href);
    let qti = String::from_utf8(resource.document.clone()).map_err(|_| vec![named(&"1:1: the text is not UTF-8")])?;
    let item = Item::parse(qti.as_bytes()).map_err(|problems| problems.iter().map(|problem| named(problem)).collect::<Vec<_>>())?;
    let mut faults: Vec<String> = item.problems.iter().map(|problem| named(problem)).collect();
    let mut used = Vec::new();
    for (name, at) in item.media() {
        let path = resolve_path(&resource.href, &name);
        match path.as_deref().and_then(|path| Some((*hashes.get(path)?, package.media.get_key_value(path)?))) {
            Some((hash, found)) => used.push((name, hash, found)),
            None => faults.push(named(&format!("{}:{}: the package has no file {name}", at.line, at.column))),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut media = BTreeMap::new();
    for (name, hash, (path, bytes)) in used {
        let mime = || mime_guess::from_path(path).first_or_octet_stream().essence_str().to_owned();
        files.entry(hash).or_insert_with(|| (bytes.clone(), mime()));
        media.insert(name, hash);
    }
    Ok((item, qti, media))
}

/// Puts the files beside the database, before anything refers to them. What no item refers to in the end is in nobody's reach.
async fn keep_files(ijkpunt: &Ijkpunt, files: &HashMap<Sha, (Vec<u8>, String)>, told: &UnboundedSender<Told>) -> Result<(), DbErr> {
    let total = files.len();
    let mut kept = futures_util::stream::iter(files.values().map(|(bytes, _)| ijkpunt.media.put(bytes))).buffer_unordered(FILES);
    let mut done = 0;
    while kept.try_next().await.map_err(|error| DbErr::Custom(format!("a file of the package: {error}")))?.is_some() {
        done += 1;
        if done % 20 == 0 {
            let _ = told.send(Told { phase: Phase::Files, done, total });
        }
    }
    Ok(())
}

/// What the bank has of what a package brings, and what is to be written.
struct Drawer<'a> {
    tx: &'a DatabaseTransaction,
    by: Option<UserId>,
    now: DateTime<Utc>,
    items: HashMap<String, ItemId>,
    newest: HashMap<ItemId, item_versions::Model>,
    said: HashMap<ItemId, Vec<Said>>,
    media: HashMap<Sha, MediaId>,
    new_media: Vec<media_files::ActiveModel>,
    new_items: Vec<items::ActiveModel>,
    new_versions: Vec<item_versions::ActiveModel>,
    proposed: Vec<(ItemId, Said)>,
}

impl<'a> Drawer<'a> {
    async fn open(
        tx: &'a DatabaseTransaction,
        arrived: &[(ImportedItem, Option<Arrived>)],
        files: &HashMap<Sha, (Vec<u8>, String)>,
        (by, now): (Option<UserId>, DateTime<Utc>),
    ) -> Result<Self, DbErr> {
        let mut drawer = Self {
            tx,
            by,
            now,
            items: HashMap::new(),
            newest: HashMap::new(),
            said: HashMap::new(),
            media: HashMap::new(),
            new_media: Vec::new(),
            new_items: Vec::new(),
            new_versions: Vec::new(),
            proposed: Vec::new(),
        };
        let names: Vec<&str> = arrived.iter().filter_map(|(_, arrived)| Some(arrived.as_ref()?.item.identifier.as_str())).collect();
        for names in names.chunks(ROWS) {
            for item in items::Entity::find().filter(items::Column::Identifier.is_in(names.iter().copied())).all(tx).await? {
                drawer.items.insert(item.identifier, item.id);
            }
        }
        let ids: Vec<ItemId> = drawer.items.values().copied().collect();
        for ids in ids.chunks(ROWS) {
            let versions = item_versions::Entity::find().filter(item_versions::Column::ItemId.is_in(ids.iter().copied()));
            for version in versions.order_by_asc(item_versions::Column::Version).all(tx).await? {
                drawer.newest.insert(version.item_id, version);
            }
            drawer.said.extend(parameters::said(tx, ids).await?);
        }
        let hashes: Vec<&Sha> = files.keys().collect();
        for hashes in hashes.chunks(ROWS) {
            let wanted = hashes.iter().map(|hash| hash.to_vec());
            for file in media_files::Entity::find().filter(media_files::Column::Sha256.is_in(wanted)).all(tx).await? {
                drawer.media.insert(file.sha256.try_into().unwrap_or_default(), file.id);
            }
        }
        for (hash, (bytes, mime)) in files {
            if !drawer.media.contains_key(hash) {
                let id = MediaId::new();
                drawer.media.insert(*hash, id);
                drawer.new_media.push(media_files::ActiveModel {
                    id: Set(id),
                    sha256: Set(hash.to_vec()),
                    mime: Set(mime.clone()),
                    size: Set(bytes.len() as i64),
                    created_at: Set(now),
                });
            }
        }
        Ok(drawer)
    }

    /// Decides what becomes of an item.
    fn put(&mut self, skill: ItemSkill, outcome: &mut ImportedItem, arrived: Arrived) -> Result<(), BankRefusal> {
        let Arrived { item, qti, media, known } = arrived;
        let media: Map<String, Value> = media.into_iter().filter_map(|(name, hash)| Some((name, json!(self.media.get(&hash)?)))).collect();
        let before = self.items.get(&item.identifier).and_then(|id| self.newest.get(id));
        let version = version_of(&item, qti, media, known.as_ref(), before, (self.by, self.now));
        let (item_id, title) = (version.item_id, version.title.clone());
        outcome.came_in_as = match before {
            Some(before) if says_the_same(before, &version) => CameInAs::Unchanged,
            Some(_) => CameInAs::Revised,
            None => CameInAs::New,
        };
        if outcome.came_in_as == CameInAs::New {
            self.new_items.push(items::ActiveModel {
                id: Set(item_id),
                identifier: Set(item.identifier),
                skill: Set(known.as_ref().map_or(skill, |known| known.skill)),
                created_at: Set(self.now),
                created_by: Set(self.by),
            });
        }
        if outcome.came_in_as != CameInAs::Unchanged {
            self.new_versions.push(item_versions::ActiveModel::from(version).reset_all());
        }
        outcome.title = title;
        let said = known.and_then(|known| known.parameters);
        if let Some(said) = said.filter(|said| !self.said.get(&item_id).is_some_and(|known| known.contains(said))) {
            outcome.proposed = true;
            self.proposed.push((item_id, said));
        }
        Ok(())
    }

    async fn write(self) -> Result<(), BankRefusal> {
        for rows in self.new_media.chunks(ROWS) {
            media_files::Entity::insert_many(rows.to_vec()).exec_without_returning(self.tx).await?;
        }
        for rows in self.new_items.chunks(ROWS) {
            // Somebody else brings the same item in at this moment.
            let inserted = items::Entity::insert_many(rows.to_vec()).exec_without_returning(self.tx).await;
            inserted.map_err(|error| if is_unique_violation(&error) { BankRefusal::Conflict } else { error.into() })?;
        }
        for rows in self.new_versions.chunks(ROWS / 2) {
            item_versions::Entity::insert_many(rows.to_vec()).exec_without_returning(self.tx).await?;
        }
        for (item, said) in self.proposed {
            parameters::propose(self.tx, item, &said, ParameterSource::Import, self.by, self.now).await?;
        }
        Ok(())
    }
}
