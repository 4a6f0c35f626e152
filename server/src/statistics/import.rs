//! Bringing in tests of earlier years: all rows of a file or none.
//!
//! A row is known by its `test_id`. The same row again changes nothing; another row with a known `test_id` is a correction, which supersedes the
//! earlier one: figures of a snapshot or of an earlier date still count what stood then.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::facts::{Changes, Fact, Ledger, Source, year};
use super::rows;
use crate::audit::{self, By};
use crate::crypto::Keys;
use crate::db;

pub const COLUMNS: [&str; 13] = [
    "test_id",
    "candidate_ref",
    "agency",
    "site",
    "date",
    "purpose",
    "kind",
    "band",
    "result",
    "language",
    "advice",
    "gender",
    "birth_year",
];
const CHUNK: usize = 10_000;
const LONGEST: usize = 200;

/// What is wrong with one row, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BadRow {
    pub line: u64,
    pub column: String,
    pub reason: String,
}

impl std::fmt::Display for BadRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

/// A file without a fault.
pub struct Checked {
    file: Vec<u8>,
    today: NaiveDate,
    pub total: usize,
}

/// Reads the whole file before anything is written, so that nothing waits for a file that will be refused.
pub fn checked(file: Vec<u8>, today: NaiveDate) -> Result<Checked, Vec<BadRow>> {
    let total = check(&file, today)?;
    Ok(Checked { file, today, total })
}

/// Writes all tests of the file in the caller's transaction, and tells how many of them are done.
pub async fn import(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    by: By,
    keys: &Keys,
    checked: &Checked,
    mut progress: impl FnMut(usize),
) -> Result<Changes, DbErr> {
    let (file, today) = (checked.file.as_slice(), checked.today);
    if !db::is_sqlite(tx) {
        // The planner knows nothing of a table that this very transaction fills, and would read all of it for every test.
        tx.execute_unprepared("SET LOCAL enable_seqscan = off").await?;
    }
    let mut ledger = Ledger::begin(tx, Source::Import).await?;
    let mut reader = reader(file);
    let order = order(&mut reader).unwrap_or_default();
    let (mut chunk, mut done) = (Vec::with_capacity(CHUNK), 0);
    for record in reader.byte_records() {
        let Ok(record) = record else { continue };
        if let Ok(mut fact) = fact(&record, &order, today) {
            fact.person = person(keys, "import", &fact.person);
            chunk.push(fact);
        }
        if chunk.len() == CHUNK {
            done += CHUNK;
            ledger.put(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK))).await?;
            progress(done);
        }
    }
    done += chunk.len();
    ledger.put(chunk).await?;
    progress(done);
    let changes = ledger.finish(now).await?;
    if changes.added + changes.corrected > 0 {
        let detail = json!({ "added": changes.added, "corrected": changes.corrected, "unchanged": changes.unchanged });
        audit::record(tx, now, audit::Entry::of(by, "tests.imported", ("statistics", None)).with(detail)).await?;
    }
    Ok(changes)
}

/// The person in the figures: a keyed hash, which tells that two tests are of one person and not of whom.
pub fn person(keys: &Keys, namespace: &str, reference: &str) -> String {
    let hash = keys.index("statistics-person", &format!("{namespace}:{reference}"));
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Names everything that is wrong with the file, or answers how many tests it has.
fn check(file: &[u8], today: NaiveDate) -> Result<usize, Vec<BadRow>> {
    let mut reader = reader(file);
    let order = order(&mut reader)?;
    let mut bad = Vec::new();
    let mut lines: HashMap<Vec<u8>, u64> = HashMap::new();
    let mut total = 0;
    for record in reader.byte_records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                bad.push(BadRow { line, column: "test_id".into(), reason: format!("the row cannot be read: {error}") });
                continue;
            }
        };
        total += 1;
        let line = record.position().map_or(0, csv::Position::line);
        if let Err(faults) = fact(&record, &order, today) {
            bad.extend(faults.into_iter().map(|(column, reason)| BadRow { line, column: column.to_owned(), reason }));
        }
        let id = order.first().and_then(|at| record.get(*at)).unwrap_or_default();
        if !id.is_empty()
            && let Some(first) = lines.insert(id.to_vec(), line)
        {
            bad.push(BadRow { line, column: "test_id".into(), reason: format!("{:?} is on line {first} too", text_of(id)) });
            lines.insert(id.to_vec(), first);
        }
    }
    if bad.is_empty() { Ok(total) } else { Err(bad) }
}

fn reader(file: &[u8]) -> csv::Reader<&[u8]> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let header = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // Belgian spreadsheets separate by semicolons.
    let delimiter = if header.contains(&b';') && !header.contains(&b',') { b';' } else { b',' };
    csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(file)
}

/// Where each of our columns stands in the file.
fn order(reader: &mut csv::Reader<&[u8]>) -> Result<Vec<usize>, Vec<BadRow>> {
    let bad = |column: &str, reason: &str| BadRow { line: 1, column: column.to_owned(), reason: reason.to_owned() };
    let header = match reader.byte_headers() {
        Ok(header) => header.clone(),
        Err(error) => return Err(vec![bad("test_id", &format!("the header cannot be read: {error}"))]),
    };
    let names: Vec<String> = header.iter().map(text_of).collect();
    let mut faults = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            faults.push(bad(name, "this column is not known"));
        } else if names.iter().take(at).any(|before| before == name) {
            faults.push(bad(name, "this column is there twice"));
        }
    }
    let mut places = Vec::new();
    for column in COLUMNS {
        match names.iter().position(|name| name == column) {
            Some(at) => places.push(at),
            None => faults.push(bad(column, "this column is missing")),
        }
    }
    if faults.is_empty() { Ok(places) } else { Err(faults) }
}

type Fault = (&'static str, String);

/// A row as a fact, with the reference to the person as it was written; or everything that is wrong with it.
fn fact(record: &csv::ByteRecord, order: &[usize], today: NaiveDate) -> Result<Fact, Vec<Fault>> {
    if record.len() != COLUMNS.len() {
        return Err(vec![("test_id", format!("the row has {} columns instead of {}", record.len(), COLUMNS.len()))]);
    }
    let mut faults: Vec<Fault> = Vec::new();
    let mut texts: [&str; 13] = [""; 13];
    for ((text, at), column) in texts.iter_mut().zip(order).zip(COLUMNS) {
        match std::str::from_utf8(record.get(*at).unwrap_or_default()) {
            Err(_) => faults.push((column, "the text is not UTF-8".into())),
            Ok(value) if value.chars().any(char::is_control) => faults.push((column, "the text has a control character".into())),
            Ok(value) if value.chars().count() > LONGEST => faults.push((column, format!("the text is longer than {LONGEST} characters"))),
            Ok(value) => *text = value,
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let [test_id, reference, agency, site, date, purpose, kind, band, result, language, advice, gender, birth_year] = texts;
    for (column, value) in [("test_id", test_id), ("candidate_ref", reference)] {
        if value.trim().is_empty() {
            faults.push((column, "this may not be empty".into()));
        }
    }
    let sat_on = read_date(date, today).unwrap_or_else(|reason| {
        faults.push(("date", reason));
        NaiveDate::default()
    });
    let mut pick = |column: &'static str, among: &[rows::Row], text: &str, may_be_empty: bool, names: bool| -> String {
        let found = if names { rows::find(among, text) } else { rows::find_code(among, text) };
        match found {
            Some(code) => code.to_owned(),
            None if text.is_empty() && may_be_empty => String::new(),
            None => {
                faults.push((column, refusal(among, text, may_be_empty)));
                String::new()
            }
        }
    };
    let agency = pick("agency", rows::AGENCIES, agency, false, false);
    let civic = rows::find_code(rows::CIVIC_KINDS, kind);
    let kind = match civic {
        Some(kind) => kind.to_owned(),
        None => match rows::find_code(rows::MO_KINDS, kind) {
            Some(kind) => kind.to_owned(),
            None => pick("kind", &[rows::CIVIC_KINDS, rows::MO_KINDS].concat(), kind, false, false),
        },
    };
    let mo = civic.is_none();
    let purpose = match rows::find(rows::MO_PURPOSES, purpose) {
        Some(code) if mo => code.to_owned(),
        _ => pick("purpose", rows::PURPOSES, purpose, mo, true),
    };
    let band = pick("band", &rows::BANDS[..2], band, true, false);
    let result = pick("result", &rows::RESULTS[..9], result, true, false);
    let advice = pick("advice", rows::ADVICE, advice, true, true);
    let gender = pick("gender", rows::GENDERS, gender_word(gender), true, true);
    if !birth_year.is_empty() && !read_year(birth_year).is_some_and(|born| (1900..=year(sat_on).max(1900)).contains(&born)) {
        faults.push(("birth_year", format!("{birth_year:?} is not a year from 1900 to the year of the test")));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Fact {
        test_id: test_id.into(),
        person: reference.into(),
        agency,
        site: site.into(),
        sat_on: sat_on.to_string(),
        year: year(sat_on),
        purpose,
        kind,
        band,
        result,
        language: language.into(),
        advice,
        gender,
        birth_year: birth_year.into(),
        target_group: String::new(),
    })
}

fn refusal(among: &[rows::Row], text: &str, may_be_empty: bool) -> String {
    if text.is_empty() {
        return "this may not be empty".into();
    }
    let codes: Vec<&str> = among.iter().map(|(code, _)| *code).collect();
    format!("{text:?} is not one of {}{}", codes.join(", "), if may_be_empty { " or empty" } else { "" })
}

fn read_date(text: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let date = if shaped { text.parse::<NaiveDate>().ok() } else { None };
    match date {
        None if text.is_empty() => Err("this may not be empty".into()),
        None => Err(format!("{text:?} is not a date like 2023-04-17")),
        Some(date) if date > today => Err(format!("{text} is in the future")),
        Some(date) if year(date) < 2000 => Err(format!("{text} is before the year 2000")),
        Some(date) => Ok(date),
    }
}

fn read_year(text: &str) -> Option<i64> {
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Files of the agencies write it in one letter, Dutch or English.
fn gender_word(text: &str) -> &str {
    match text {
        "f" | "F" | "v" | "V" => "female",
        "m" | "M" => "male",
        "X" => "x",
        other => other,
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
