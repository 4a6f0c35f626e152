//! A report as a file.

use std::io::{Cursor, Write};
use std::sync::Arc;

use clap::ValueEnum;
use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use rust_xlsxwriter::{Format, Workbook};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::chart;
use super::report::Report;
use super::rules::Cell;

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ToSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    #[default]
    Json,
    /// From the office: semicolons and a byte-order mark, as Belgian spreadsheets open it; from the command line: commas
    Csv,
    Xlsx,
    Ods,
    Parquet,
    /// The chart of a table that has a column a year
    Svg,
    Png,
}

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("this table has no column a year, so that it has no chart")]
    NoChart,
    #[error("the file cannot be made: {0}")]
    Broken(String),
}

fn broken(error: impl std::fmt::Display) -> FileError {
    FileError::Broken(error.to_string())
}

impl FileFormat {
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ods => "ods",
            Self::Parquet => "parquet",
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }

    pub const fn mime(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
        }
    }

    /// The same figures are the same bytes in every format.
    pub fn write(self, report: &Report) -> Result<Vec<u8>, FileError> {
        let svg = || chart::svg(report).ok_or(FileError::NoChart);
        match self {
            Self::Json => Ok((serde_json::to_string_pretty(&json(report)).map_err(broken)? + "\n").into_bytes()),
            Self::Csv => csv(report).map_err(broken),
            Self::Xlsx => xlsx(report).map_err(broken),
            Self::Ods => ods(report).map_err(broken),
            Self::Parquet => parquet(report).map_err(broken),
            Self::Svg => Ok(svg()?.into_bytes()),
            Self::Png => chart::png(&svg()?).ok_or_else(|| broken("the chart cannot be drawn")),
        }
    }
}

/// For programs: commas, no byte-order mark, numbers as digits.
fn csv(report: &Report) -> Result<Vec<u8>, csv::Error> {
    write_csv(report, b',', ".")
}

/// As a Belgian spreadsheet opens it: semicolons, decimal commas, and a mark that says UTF-8.
pub fn belgian_csv(report: &Report) -> Result<Vec<u8>, csv::Error> {
    Ok([b"\xef\xbb\xbf".as_slice(), &write_csv(report, b';', ",")?].concat())
}

fn write_csv(report: &Report, delimiter: u8, point: &str) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(&report.grid.columns)?;
    for row in &report.grid.rows {
        writer.write_record(row.iter().map(|cell| text(cell).replace('.', point_of(cell, point))))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// Only numbers have a decimal point; a name keeps its full stops.
fn point_of<'a>(cell: &Cell, point: &'a str) -> &'a str {
    if number(cell).is_some() { point } else { "." }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Count(n) => n.to_string(),
        Cell::PerMille(share) => format!("{}.{:03}", share / 1_000, share % 1_000),
        Cell::Change(share) => format!("{}{}.{:03}", if *share < 0 { "-" } else { "" }, share.abs() / 1_000, share.abs() % 1_000),
        Cell::HalfMonths(halves) => format!("{}{}", halves / 2, if halves % 2 == 1 { ".5" } else { "" }),
        Cell::Empty => String::new(),
        Cell::Hidden => "*".into(),
    }
}

/// What is no count: a share, a change or months.
fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::PerMille(share) | Cell::Change(share) => Some(*share as f64 / 1_000.0),
        Cell::HalfMonths(halves) => Some(*halves as f64 / 2.0),
        Cell::Text(_) | Cell::Count(_) | Cell::Empty | Cell::Hidden => None,
    }
}

pub fn json(report: &Report) -> Value {
    let value = |cell: &Cell| match cell {
        Cell::Text(text) => json!(text),
        Cell::Count(n) => json!(n),
        Cell::Hidden => json!("*"),
        other => number(other).map_or(Value::Null, |number| json!(number)),
    };
    let rows: Vec<Map<String, Value>> =
        report.grid.rows.iter().map(|row| report.grid.columns.iter().cloned().zip(row.iter().map(value)).collect()).collect();
    json!({
        "table": report.name,
        "title": report.title,
        "definition": report.definition,
        "origin": report.origin,
        "columns": report.grid.columns,
        "rows": rows,
    })
}

/// What the figures count and where they come from, for the sheet beside them.
fn known(report: &Report) -> [(&'static str, String); 10] {
    let origin = &report.origin;
    [
        ("Tabel", report.title.nl.clone()),
        ("Definitie", report.definition.nl.clone()),
        ("Naam", report.name.to_owned()),
        ("Foto", origin.snapshot_name.clone().unwrap_or_else(|| "geen: de levende gegevens".into())),
        ("Stand van", origin.as_of.map_or_else(String::new, |date| date.to_string())),
        ("Herziening", origin.revision.to_string()),
        ("Agentschap", origin.agency.clone().unwrap_or_else(|| "alle".into())),
        (
            "Kleine cellen",
            if origin.protected { "verborgen: * staat voor een getal dat personen kan doen herkennen" } else { "getoond" }.into(),
        ),
        ("Regels", origin.purpose_rules.join(", ")),
        ("Programma", format!("IJkpunt {}", origin.program)),
    ]
}

fn xlsx(report: &Report) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut workbook = Workbook::new();
    // The moment of making is left out, so that the same figures are the same bytes.
    workbook.set_properties(
        &rust_xlsxwriter::DocProperties::new().set_creation_datetime(&rust_xlsxwriter::ExcelDateTime::from_ymd(2018, 2, 15)?),
    );
    let (head, count) = (Format::new().set_bold(), Format::new().set_num_format("#,##0"));
    let (share, months) = (Format::new().set_num_format("0.0%"), Format::new().set_num_format("0.0"));
    let sheet = workbook.add_worksheet().set_name("Cijfers")?;
    sheet.set_column_width(0, 40)?;
    for (at, name) in (0..).zip(&report.grid.columns) {
        sheet.write_with_format(0, at, name, &head)?;
    }
    for (line, row) in (1..).zip(&report.grid.rows) {
        for (at, cell) in (0..).zip(row) {
            match (cell, number(cell)) {
                (Cell::Count(n), _) => sheet.write_with_format(line, at, *n, &count)?,
                (Cell::Empty, _) => sheet,
                (Cell::HalfMonths(_), Some(number)) => sheet.write_with_format(line, at, number, &months)?,
                (_, Some(number)) => sheet.write_with_format(line, at, number, &share)?,
                (_, None) => sheet.write(line, at, text(cell))?,
            };
        }
    }
    let sheet = workbook.add_worksheet().set_name("Definities")?;
    sheet.set_column_width(0, 24)?.set_column_width(1, 100)?;
    for (line, (name, value)) in (0..).zip(known(report)) {
        sheet.write_with_format(line, 0, name, &head)?.write(line, 1, value)?;
    }
    workbook.save_to_buffer()
}

/// A spreadsheet of OpenDocument 1.3: the parts that a reader must find (part 2, 3.1), and no more.
fn ods(report: &Report) -> std::io::Result<Vec<u8>> {
    const MIME: &str = "application/vnd.oasis.opendocument.spreadsheet";
    let cell = |kind: &str, value: &str, shown: &str| {
        format!("<table:table-cell office:value-type=\"{kind}\"{value}><text:p>{}</text:p></table:table-cell>", chart::escaped(shown))
    };
    let mut rows = String::new();
    let line = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    rows.push_str(&line(report.grid.columns.iter().map(|name| cell("string", "", name)).collect()));
    for row in &report.grid.rows {
        let cells = row.iter().map(|one| match (one, number(one)) {
            (Cell::Empty, _) => "<table:table-cell/>".to_owned(),
            (Cell::Count(n), _) => cell("float", &format!(" office:value=\"{n}\""), &n.to_string()),
            (Cell::HalfMonths(_), Some(n)) => cell("float", &format!(" office:value=\"{n}\""), &text(one)),
            (_, Some(n)) => cell("percentage", &format!(" table:style-name=\"share\" office:value=\"{n}\""), &text(one)),
            (_, None) => cell("string", "", &text(one)),
        });
        rows.push_str(&line(cells.collect()));
    }
    let known: String = known(report).iter().map(|(name, value)| line(cell("string", "", name) + &cell("string", "", value))).collect();
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content office:version=\"1.3\" \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
         xmlns:number=\"urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0\"><office:automatic-styles>\
         <number:percentage-style style:name=\"percent\"><number:number number:decimal-places=\"1\" number:min-integer-digits=\"1\"/><number:text>%</number:text>\
         </number:percentage-style><style:style style:name=\"share\" style:family=\"table-cell\" style:data-style-name=\"percent\"/></office:automatic-styles>\
         <office:body><office:spreadsheet><table:table table:name=\"Cijfers\">{rows}</table:table><table:table table:name=\"Definities\">{known}</table:table>\
         </office:spreadsheet></office:body></office:document-content>\n"
    );
    let manifest = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest manifest:version=\"1.3\" \
         xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{MIME}\"/>\
         <manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>\n"
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    // The kind of file stands first and as it is, so that it can be told without unpacking.
    for (name, bytes, method) in [
        ("mimetype", MIME, CompressionMethod::Stored),
        ("META-INF/manifest.xml", manifest.as_str(), CompressionMethod::Deflated),
        ("content.xml", content.as_str(), CompressionMethod::Deflated),
    ] {
        zip.start_file(name, options.compression_method(method))?;
        zip.write_all(bytes.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A column of texts, of counts or of other numbers; what is empty or hidden is null.
fn parquet(report: &Report) -> Result<Vec<u8>, parquet::errors::ParquetError> {
    let columns: Vec<(&String, Vec<&Cell>)> = report
        .grid
        .columns
        .iter()
        .enumerate()
        .map(|(at, name)| (name, report.grid.rows.iter().filter_map(|row| row.get(at)).collect()))
        .collect();
    let of = |cells: &[&Cell]| match cells.iter().find(|cell| !matches!(cell, Cell::Empty | Cell::Hidden)) {
        Some(Cell::Text(_)) => PhysicalType::BYTE_ARRAY,
        Some(Cell::Count(_)) | None => PhysicalType::INT64,
        Some(_) => PhysicalType::DOUBLE,
    };
    let mut fields = Vec::new();
    for (name, cells) in &columns {
        let kind = of(cells);
        let logical = (kind == PhysicalType::BYTE_ARRAY).then_some(LogicalType::String);
        let field = Type::primitive_type_builder(name, kind).with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
        fields.push(Arc::new(field.build()?));
    }
    let schema = Arc::new(Type::group_type_builder("report").with_fields(fields).build()?);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build()))?;
    let mut group = writer.next_row_group()?;
    for (_, cells) in &columns {
        let Some(mut column) = group.next_column()? else { break };
        match of(cells) {
            PhysicalType::BYTE_ARRAY => {
                let texts: Vec<Option<ByteArray>> =
                    cells.iter().map(|cell| if let Cell::Text(text) = cell { Some(text.as_str().into()) } else { None }).collect();
                let (levels, values) = optional(texts);
                column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
            }
            PhysicalType::INT64 => {
                let (levels, values) = optional(cells.iter().map(|cell| if let Cell::Count(n) = cell { Some(*n) } else { None }));
                column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
            }
            _ => {
                let (levels, values) = optional(cells.iter().map(|cell| number(cell)));
                column.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
            }
        }
        column.close()?;
    }
    group.close()?;
    writer.into_inner()
}

/// The values that are there, and for each place whether there is one (Parquet's definition levels).
fn optional<T>(values: impl IntoIterator<Item = Option<T>>) -> (Vec<i16>, Vec<T>) {
    let (mut levels, mut there) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        there.extend(value);
    }
    (levels, there)
}
