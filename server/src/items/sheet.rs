//! What is known about items as a sheet: CSV out, for a spreadsheet, and in again. A sheet comes in whole or not at all; one that says what
//! the bank says already changes nothing.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use csv::StringRecord;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::parameters::{self, Said};
use super::store::{self, Wanted};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::enums::{IrtModel, ItemSkill, ItemStatus, Level, ParameterSource};
use crate::entity::{item_versions, items};
use crate::ids::{ItemId, ItemVersionId, UserId};
use crate::statistics::import::BadRow;

/// `identifier` must be there; of the others those that are absent stay as they are. `skill`, `version`, `status` and `exposure` are for
/// reading: they are checked or passed over.
pub const COLUMNS: [&str; 21] = [
    "identifier",
    "title",
    "skill",
    "level",
    "topic",
    "text_type",
    "core",
    "sample",
    "source",
    "licence",
    "model",
    "a",
    "b",
    "c",
    "steps",
    "se_a",
    "se_b",
    "se_c",
    "parameter_origin",
    "version",
    "status",
];
const EXPOSURE: &str = "exposure";
const LONGEST: usize = 1_000;
const ROWS: usize = 500;

/// What a sheet changed, or would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetChanges {
    /// Items that get a draft of a new version, since something that is said of them changes.
    pub revised: Vec<String>,
    /// Items of which other parameters are proposed.
    pub proposed: Vec<String>,
    pub unchanged: usize,
}

/// The items that are wanted, a row each.
pub async fn export(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<Vec<u8>, DbErr> {
    let rows = store::all(db, wanted).await?;
    let in_force = parameters::in_force(db, None).await?;
    let exposures = store::exposures(db, None).await?;
    let mut out = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| DbErr::Custom(error.to_string());
    out.write_record(COLUMNS.iter().chain([&EXPOSURE])).map_err(failed)?;
    for row in rows {
        let said = in_force.get(&row.item_id).map(Said::of);
        let number = |of: fn(&Said) -> Option<f64>| said.as_ref().and_then(of).map(|number| number.to_string()).unwrap_or_default();
        let steps = said.as_ref().and_then(|said| said.steps.as_ref());
        let record = [
            row.identifier,
            row.title,
            row.skill.as_str().to_owned(),
            row.level.map(|level| level.as_str().to_owned()).unwrap_or_default(),
            row.topic.unwrap_or_default(),
            row.text_type.unwrap_or_default(),
            row.core.to_string(),
            row.sample.to_string(),
            row.source.unwrap_or_default(),
            row.licence.unwrap_or_default(),
            said.as_ref().map(|said| said.model.as_str().to_owned()).unwrap_or_default(),
            number(|said| Some(said.a)),
            number(|said| Some(said.b)),
            number(|said| Some(said.c)),
            steps.map(|steps| steps.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")).unwrap_or_default(),
            number(|said| said.se_a),
            number(|said| said.se_b),
            number(|said| said.se_c),
            said.as_ref().map(|said| said.origin.clone()).unwrap_or_default(),
            row.version.to_string(),
            row.status.as_str().to_owned(),
            exposures.get(&row.item_id).copied().unwrap_or(0).to_string(),
        ];
        out.write_record(record).map_err(failed)?;
    }
    out.into_inner().map_err(|error| DbErr::Custom(error.to_string()))
}

#[derive(Debug, thiserror::Error)]
pub enum SheetRefusal {
    /// The rows that are wrong; nothing was written.
    #[error("{} rows are wrong", .0.len())]
    Rows(Vec<BadRow>),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// A sheet in a transaction of its own; a dry run takes everything back.
pub async fn bring_in(ijkpunt: &Ijkpunt, bytes: &[u8], by: By, dry_run: bool) -> Result<SheetChanges, SheetRefusal> {
    let tx = begin_write(&ijkpunt.db).await?;
    let changes = import(&tx, bytes, by, ijkpunt.clock.now()).await?;
    if dry_run {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    Ok(changes)
}

/// Takes a sheet in, in the caller's transaction: new drafts where something that is said of an item changes, and proposals where its
/// parameters do.
pub async fn import(tx: &DatabaseTransaction, bytes: &[u8], by: By, now: DateTime<Utc>) -> Result<SheetChanges, SheetRefusal> {
    let rows = read(bytes).map_err(SheetRefusal::Rows)?;
    let bank = Bank::of(tx, &rows).await?;
    let mut faults = Vec::new();
    let mut planned = Vec::new();
    let mut seen = HashSet::new();
    for row in &rows {
        match bank.plan(row) {
            Ok(_) if !seen.insert(row.identifier.clone()) => faults.push(row.fault("identifier", "the sheet has another row of this item")),
            Ok(plan) => planned.push(plan),
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(SheetRefusal::Rows(faults));
    }
    let user = if let By::User(id) = by { Some(id) } else { None };
    let mut changes = SheetChanges::default();
    for plan in planned {
        changes.unchanged += usize::from(plan.version.is_none() && plan.said.is_none());
        if let Some(version) = plan.version {
            changes.revised.push(plan.identifier.to_owned());
            write_version(tx, version, user, now).await?;
        }
        if let Some(said) = plan.said {
            changes.proposed.push(plan.identifier.to_owned());
            parameters::propose(tx, plan.item, &said, ParameterSource::Import, user, now).await?;
        }
    }
    if changes.revised.len() + changes.proposed.len() > 0 {
        let detail = json!({ "revised": changes.revised.len(), "proposed": changes.proposed.len() });
        audit::record(tx, now, Entry::of(by, "items.sheet_imported", ("items", None)).with(detail)).await?;
    }
    Ok(changes)
}

async fn write_version(
    tx: &DatabaseTransaction,
    version: item_versions::Model,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let version = item_versions::Model {
        id: ItemVersionId::new(),
        version: version.version + 1,
        status: ItemStatus::Draft,
        created_at: now,
        created_by: by,
        ..version
    };
    item_versions::Entity::insert(item_versions::ActiveModel::from(version).reset_all()).exec_without_returning(tx).await.map(|_| ())
}

/// A row of the sheet with its place.
struct Row {
    line: u64,
    identifier: String,
    cells: HashMap<&'static str, String>,
    decimal_comma: bool,
}

impl Row {
    fn fault(&self, column: &str, reason: impl Into<String>) -> BadRow {
        BadRow { line: self.line, column: column.to_owned(), reason: reason.into() }
    }

    fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    fn number(&self, column: &str, faults: &mut Vec<BadRow>) -> Option<f64> {
        let text = self.cell(column).filter(|text| !text.is_empty())?;
        let text = if self.decimal_comma { text.replace(',', ".") } else { text.to_owned() };
        let read = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if read.is_none() {
            faults.push(self.fault(column, format!("{text} is not a number")));
        }
        read
    }

    fn truth(&self, column: &str, before: bool, faults: &mut Vec<BadRow>) -> bool {
        match self.cell(column).map(str::to_lowercase).as_deref() {
            None => before,
            Some("true" | "1" | "ja" | "yes" | "waar" | "oui" | "vrai") => true,
            Some("false" | "0" | "nee" | "no" | "onwaar" | "non" | "faux" | "") => false,
            Some(other) => {
                faults.push(self.fault(column, format!("{other} is neither true nor false")));
                before
            }
        }
    }
}

/// Reads the sheet: commas or semicolons (then with a decimal comma), with or without the mark of a spreadsheet at its beginning.
fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<BadRow>> {
    let at = |line, column: &str, reason: String| BadRow { line, column: column.to_owned(), reason };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let semicolons = header.contains(&b';') && !header.contains(&b',');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(if semicolons { b';' } else { b',' }).flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let headers = reader.headers().map_err(|error| vec![at(1, "", error.to_string())])?.clone();
    let mut faults: Vec<BadRow> = Vec::new();
    let mut columns: Vec<Option<&'static str>> = Vec::new();
    for name in &headers {
        let known = COLUMNS.iter().chain([&EXPOSURE]).find(|known| **known == name).copied();
        if known.is_none() {
            faults.push(at(1, name, "there is no such column".to_owned()));
        } else if columns.contains(&known) {
            faults.push(at(1, name, "the column is there twice".to_owned()));
        }
        columns.push(known);
    }
    if !columns.contains(&Some("identifier")) {
        faults.push(at(1, "identifier", "this column is needed".to_owned()));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.push(at(line, "", error.to_string()));
            }
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                if record.len() != headers.len() {
                    faults.push(at(line, "", format!("the row has {} cells, the heading {}", record.len(), headers.len())));
                    continue;
                }
                let row = row_of(line, &record, &columns, semicolons);
                faults.extend(
                    row.cells
                        .iter()
                        .filter(|(_, text)| text.chars().count() > LONGEST)
                        .map(|(name, _)| row.fault(name, "this is too long")),
                );
                rows.push(row);
            }
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

fn row_of(line: u64, record: &StringRecord, columns: &[Option<&'static str>], decimal_comma: bool) -> Row {
    let cells: HashMap<&'static str, String> =
        columns.iter().zip(record).filter_map(|(name, text)| Some(((*name)?, text.to_owned()))).collect();
    Row { line, identifier: cells.get("identifier").cloned().unwrap_or_default(), cells, decimal_comma }
}

/// What the bank says of the items of a sheet.
struct Bank {
    items: HashMap<String, (ItemId, ItemSkill)>,
    newest: HashMap<ItemId, item_versions::Model>,
    /// In force, and the latest that was said.
    said: HashMap<ItemId, Vec<Said>>,
}

/// What a row asks for: the version that the new one is made from, changed; the parameters that are proposed.
struct Plan<'a> {
    identifier: &'a str,
    item: ItemId,
    version: Option<item_versions::Model>,
    said: Option<Said>,
}

impl Bank {
    async fn of(tx: &DatabaseTransaction, rows: &[Row]) -> Result<Self, DbErr> {
        let mut bank = Self { items: HashMap::new(), newest: HashMap::new(), said: HashMap::new() };
        for rows in rows.chunks(ROWS) {
            let names: Vec<&str> = rows.iter().map(|row| row.identifier.as_str()).collect();
            let found = items::Entity::find().filter(items::Column::Identifier.is_in(names)).all(tx).await?;
            let ids: Vec<ItemId> = found.iter().map(|item| item.id).collect();
            bank.items.extend(found.into_iter().map(|item| (item.identifier, (item.id, item.skill))));
            let versions = item_versions::Entity::find().filter(item_versions::Column::ItemId.is_in(ids.iter().copied()));
            for version in versions.order_by_asc(item_versions::Column::Version).all(tx).await? {
                bank.newest.insert(version.item_id, version);
            }
            bank.said.extend(parameters::said(tx, &ids).await?);
        }
        Ok(bank)
    }

    fn plan<'a>(&self, row: &'a Row) -> Result<Plan<'a>, Vec<BadRow>> {
        let known = self.items.get(&row.identifier).and_then(|(id, skill)| Some((*id, *skill, self.newest.get(id)?)));
        let Some((item, skill, before)) = known else {
            return Err(vec![row.fault("identifier", format!("the bank has no item {}", row.identifier))]);
        };
        let mut faults = Vec::new();
        if row.cell("skill").is_some_and(|said| said != skill.as_str()) {
            faults.push(row.fault("skill", format!("an item keeps its skill: {}", skill.as_str())));
        }
        let after = changed(before, row, &mut faults);
        let said = said_of(row, &mut faults);
        let differs = about(&after) != about(before);
        if differs && row.cell("version").is_some_and(|version| !version.is_empty() && version != before.version.to_string()) {
            faults.push(row.fault("version", format!("the bank has version {} by now: take the sheet out anew", before.version)));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let said = said.filter(|said| !self.said.get(&item).is_some_and(|known| known.contains(said)));
        Ok(Plan { identifier: &row.identifier, item, version: differs.then_some(after), said })
    }
}

fn changed(before: &item_versions::Model, row: &Row, faults: &mut Vec<BadRow>) -> item_versions::Model {
    let text = |column: &str, before: &Option<String>| match row.cell(column) {
        None => before.clone(),
        Some(text) => Some(text.to_owned()).filter(|text| !text.is_empty()),
    };
    let mut after = before.clone();
    match row.cell("title") {
        Some("") => faults.push(row.fault("title", "a title is needed")),
        Some(title) => after.title = title.to_owned(),
        None => {}
    }
    match row.cell("level") {
        None => {}
        Some("") => after.level = None,
        Some(word) => match word.parse::<Level>() {
            Ok(level) if parameters::by_level(level).is_some() => after.level = Some(level),
            _ => faults.push(row.fault("level", format!("{word} is not one of A1, A2, B1 and B2"))),
        },
    }
    after.topic = text("topic", &before.topic);
    after.text_type = text("text_type", &before.text_type);
    after.source = text("source", &before.source);
    after.licence = text("licence", &before.licence);
    after.core = row.truth("core", before.core, faults);
    after.sample = row.truth("sample", before.sample, faults);
    after
}

type About<'a> = (&'a str, Option<Level>, [&'a Option<String>; 4], bool, bool);

fn about(version: &item_versions::Model) -> About<'_> {
    let texts = [&version.topic, &version.text_type, &version.source, &version.licence];
    (&version.title, version.level, texts, version.core, version.sample)
}

fn said_of(row: &Row, faults: &mut Vec<BadRow>) -> Option<Said> {
    let word = row.cell("model").filter(|word| !word.is_empty());
    let numbers = ["a", "b", "c", "se_a", "se_b", "se_c"].map(|column| row.number(column, faults));
    let Some(word) = word else {
        if numbers.iter().any(Option::is_some) {
            faults.push(row.fault("model", "parameters need their model: rasch, 2pl, 3pl, grm, pcm or gpcm"));
        }
        return None;
    };
    let Ok(model) = word.parse::<IrtModel>() else {
        faults.push(row.fault("model", format!("{word} is not one of rasch, 2pl, 3pl, grm, pcm and gpcm")));
        return None;
    };
    let [a, b, c, se_a, se_b, se_c] = numbers;
    let Some(b) = b else {
        if faults.iter().all(|fault| fault.column != "b") {
            faults.push(row.fault("b", "the difficulty is needed"));
        }
        return None;
    };
    let steps = row.cell("steps").filter(|text| !text.is_empty()).map(|text| {
        let text = if row.decimal_comma { text.replace(',', ".") } else { text.to_owned() };
        text.split_whitespace().map(str::parse::<f64>).collect::<Result<Vec<_>, _>>()
    });
    let steps = match steps.transpose() {
        Ok(steps) => steps,
        Err(error) => {
            faults.push(row.fault("steps", error.to_string()));
            return None;
        }
    };
    let origin = row.cell("parameter_origin").unwrap_or_default().to_owned();
    let said = Said { model, a: a.unwrap_or(1.0), b, c: c.unwrap_or(0.0), steps, se_a, se_b, se_c, origin };
    if let Some((column, reason)) = said.fault() {
        faults.push(row.fault(column, reason));
    }
    Some(said)
}
