//! Single tests for researchers and for the agency's own tools: who sat them is a pseudonym that the key of a project makes, so that two projects
//! cannot be laid beside each other, and no birth year, day or site is given.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use rust_xlsxwriter::Workbook;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};
use sha2::Sha256;

use super::facts::{self, Fact, Standing};
use super::files::FileFormat;
use super::question::AGES;
use super::store::Moment;

pub const COLUMNS: [&str; 14] = [
    "test",
    "person",
    "agency",
    "year",
    "month",
    "purpose",
    "kind",
    "band",
    "result",
    "language",
    "advice",
    "gender",
    "age",
    "target_group",
];
const BATCH: i64 = 20_000;
/// A sheet of a workbook holds 1,048,576 rows, of which one is the head.
const SHEET: u64 = 1_000_000;

#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    #[error("single tests are given as csv, xlsx or parquet")]
    Format,
    #[error("the file cannot be written: {0}")]
    File(String),
    #[error(transparent)]
    Database(#[from] DbErr),
}

fn broken(error: impl std::fmt::Display) -> ExtractError {
    ExtractError::File(error.to_string())
}

/// Writes the tests that stood at the moment to a file, and answers how many.
pub async fn write(
    db: &impl ConnectionTrait,
    moment: Moment,
    agency: Option<&str>,
    key: &[u8],
    format: FileFormat,
    path: &Path,
    mut progress: impl FnMut(u64),
) -> Result<u64, ExtractError> {
    let file = File::create(path).map_err(broken)?;
    let mut sink = Sink::new(format, file)?;
    let keyed = Hmac::<Sha256>::new_from_slice(key).map_err(broken)?;
    let (mut last, mut total) = (0, 0);
    loop {
        let batch = batch(db, moment, agency, last).await?;
        let Some(end) = batch.last() else { break };
        last = i64::from(end.id);
        let rows: Vec<[String; 14]> = batch.into_iter().map(|row| record(&keyed, row.fact)).collect();
        sink.put(&rows)?;
        total += rows.len() as u64;
        progress(total);
    }
    sink.finish()?;
    Ok(total)
}

async fn batch(db: &impl ConnectionTrait, moment: Moment, agency: Option<&str>, after: i64) -> Result<Vec<Standing>, DbErr> {
    let sql = format!(
        "SELECT id, {} FROM test_facts WHERE id > $1 AND revision <= $2 AND (withdrawn_revision IS NULL OR withdrawn_revision > $2) \
         AND ($3 = '' OR agency = $3) ORDER BY id LIMIT {BATCH}",
        facts::COLUMNS
    );
    let values: [Value; 3] = [after.into(), moment.revision.into(), agency.unwrap_or_default().into()];
    Standing::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).all(db).await
}

fn record(keyed: &Hmac<Sha256>, fact: Fact) -> [String; 14] {
    let month = fact.sat_on.get(5..7).unwrap_or_default().to_owned();
    [
        pseudonym(keyed, "test", &fact.test_id),
        pseudonym(keyed, "person", &fact.person),
        fact.agency,
        fact.year.to_string(),
        month,
        fact.purpose,
        fact.kind,
        fact.band,
        fact.result,
        fact.language,
        fact.advice,
        fact.gender,
        age(fact.year, &fact.birth_year).to_owned(),
        fact.target_group,
    ]
}

/// 128 bits of a keyed hash: without the key nobody can make it, and two projects have two.
fn pseudonym(keyed: &Hmac<Sha256>, what: &str, value: &str) -> String {
    let mut mac = keyed.clone();
    mac.update(what.as_bytes());
    mac.update(&[0]);
    mac.update(value.as_bytes());
    let hash: [u8; 32] = mac.finalize().into_bytes().into();
    let (half, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
    format!("{:032x}", u128::from_be_bytes(*half))
}

/// The class of the age on the last day of the year of the test.
fn age(year: i64, birth_year: &str) -> &'static str {
    const BOUNDS: [i64; 6] = [18, 25, 35, 45, 55, 65];
    let Ok(born) = birth_year.parse::<i64>() else { return "" };
    let class = BOUNDS.iter().take_while(|bound| year - born >= **bound).count();
    AGES.get(class).map_or("", |(code, _)| code)
}

enum Sink {
    Csv(csv::Writer<File>),
    Xlsx { workbook: Box<Workbook>, rows: u64, file: File },
    Parquet(SerializedFileWriter<BufWriter<File>>),
}

impl Sink {
    fn new(format: FileFormat, file: File) -> Result<Self, ExtractError> {
        Ok(match format {
            FileFormat::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(COLUMNS).map_err(broken)?;
                Self::Csv(writer)
            }
            FileFormat::Xlsx => Self::Xlsx { workbook: Box::new(Workbook::new()), rows: 0, file },
            FileFormat::Parquet => {
                let field = |name: &&str| {
                    Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY)
                        .with_repetition(Repetition::REQUIRED)
                        .with_logical_type(Some(LogicalType::String))
                        .build()
                        .map(Arc::new)
                };
                let fields = COLUMNS.iter().map(field).collect::<Result<Vec<_>, _>>().map_err(broken)?;
                let schema = Arc::new(Type::group_type_builder("tests").with_fields(fields).build().map_err(broken)?);
                let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY).build();
                Self::Parquet(SerializedFileWriter::new(BufWriter::new(file), schema, Arc::new(properties)).map_err(broken)?)
            }
            _ => return Err(ExtractError::Format),
        })
    }

    fn put(&mut self, batch: &[[String; 14]]) -> Result<(), ExtractError> {
        match self {
            Self::Csv(writer) => batch.iter().try_for_each(|row| writer.write_record(row)).map_err(broken),
            Self::Xlsx { workbook, rows, .. } => {
                let places = (0u64..).skip(usize::try_from(*rows).unwrap_or(0)).zip(batch);
                for (place, row) in places {
                    let line = place % SHEET;
                    if line == 0 {
                        // Rows are written through to disk, so that a million of them do not stand in memory.
                        let sheet = workbook.add_worksheet_with_constant_memory().map_err(broken)?;
                        sheet.set_name(format!("Testen {}", place / SHEET + 1)).map_err(broken)?;
                        for (at, name) in (0..).zip(COLUMNS) {
                            sheet.write(0, at, name).map_err(broken)?;
                        }
                    }
                    let last = workbook.worksheets().len().saturating_sub(1);
                    let sheet = workbook.worksheet_from_index(last).map_err(broken)?;
                    let line = u32::try_from(line + 1).map_err(broken)?;
                    for (at, value) in (0u16..).zip(row).filter(|(_, value)| !value.is_empty()) {
                        // Years and months are numbers, to sort and to filter by.
                        match (at, value.parse::<u32>()) {
                            (3 | 4, Ok(number)) => sheet.write(line, at, number).map_err(broken)?,
                            _ => sheet.write(line, at, value.as_str()).map_err(broken)?,
                        };
                    }
                }
                *rows += batch.len() as u64;
                Ok(())
            }
            Self::Parquet(writer) => {
                let mut group = writer.next_row_group().map_err(broken)?;
                let mut at = 0;
                while let Some(mut column) = group.next_column().map_err(broken)? {
                    let values: Vec<ByteArray> =
                        batch.iter().map(|row| row.get(at).map_or_else(|| "".into(), |value| value.as_str().into())).collect();
                    column.typed::<ByteArrayType>().write_batch(&values, None, None).map_err(broken)?;
                    column.close().map_err(broken)?;
                    at += 1;
                }
                group.close().map(|_| ()).map_err(broken)
            }
        }
    }

    fn finish(self) -> Result<(), ExtractError> {
        match self {
            Self::Csv(mut writer) => writer.flush().map_err(broken),
            Self::Xlsx { mut workbook, rows, mut file } => {
                if rows == 0 {
                    let sheet = workbook.add_worksheet();
                    for (at, name) in (0..).zip(COLUMNS) {
                        sheet.write(0, at, name).map_err(broken)?;
                    }
                }
                workbook.save_to_writer(&mut file).map_err(broken)?;
                file.flush().map_err(broken)
            }
            Self::Parquet(writer) => writer.close().map(|_| ()).map_err(broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_projects_have_two_pseudonyms_and_one_project_has_one() {
        let [one, two] = [b"a", b"b"].map(|key| Hmac::<Sha256>::new_from_slice(key).unwrap());
        assert_eq!(pseudonym(&one, "person", "p1"), pseudonym(&one, "person", "p1"));
        assert_ne!(pseudonym(&one, "person", "p1"), pseudonym(&two, "person", "p1"));
        assert_ne!(pseudonym(&one, "person", "p1"), pseudonym(&one, "test", "p1"));
    }

    #[test]
    fn an_age_is_given_as_a_class() {
        assert_eq!([1990, 2006, 2005, 1958, 1959].map(|born| age(2023, &born.to_string())), ["25-34", "0-17", "18-24", "65+", "55-64"]);
        assert_eq!(age(2023, ""), "");
    }
}
