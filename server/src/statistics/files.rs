//! A report as a file: CSV, JSON or a workbook.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::{Map, Value, json};

use super::report::Report;
use super::rules::Cell;

/// For programs: commas, no byte-order mark, numbers as digits.
pub fn csv(report: &Report) -> Result<Vec<u8>, csv::Error> {
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
    if matches!(cell, Cell::PerMille(_) | Cell::HalfMonths(_)) { point } else { "." }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Count(n) => n.to_string(),
        Cell::PerMille(share) => format!("{}.{:03}", share / 1_000, share % 1_000),
        Cell::HalfMonths(halves) => format!("{}{}", halves / 2, if halves % 2 == 1 { ".5" } else { "" }),
        Cell::Empty => String::new(),
        Cell::Hidden => "*".into(),
    }
}

pub fn json(report: &Report) -> Value {
    let value = |cell: &Cell| match cell {
        Cell::Text(text) => json!(text),
        Cell::Count(n) => json!(n),
        Cell::PerMille(share) => json!(*share as f64 / 1_000.0),
        Cell::HalfMonths(halves) => json!(*halves as f64 / 2.0),
        Cell::Empty => Value::Null,
        Cell::Hidden => json!("*"),
    };
    let rows: Vec<Map<String, Value>> =
        report.grid.rows.iter().map(|row| report.grid.columns.iter().cloned().zip(row.iter().map(value)).collect()).collect();
    json!({
        "table": report.table.name,
        "title": report.table.title,
        "definition": report.table.definition,
        "origin": report.origin,
        "columns": report.grid.columns,
        "rows": rows,
    })
}

/// Figures on one sheet, and on another what they count and where they come from.
pub fn xlsx(report: &Report) -> Result<Vec<u8>, XlsxError> {
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
            match cell {
                Cell::Count(n) => sheet.write_with_format(line, at, *n, &count)?,
                Cell::PerMille(n) => sheet.write_with_format(line, at, *n as f64 / 1_000.0, &share)?,
                Cell::HalfMonths(n) => sheet.write_with_format(line, at, *n as f64 / 2.0, &months)?,
                Cell::Empty => sheet,
                Cell::Text(_) | Cell::Hidden => sheet.write(line, at, text(cell))?,
            };
        }
    }
    let sheet = workbook.add_worksheet().set_name("Definities")?;
    sheet.set_column_width(0, 24)?.set_column_width(1, 100)?;
    let origin = &report.origin;
    let known = [
        ("Tabel", report.table.title.nl.to_owned()),
        ("Definitie", report.table.definition.nl.to_owned()),
        ("Naam", report.table.name.to_owned()),
        ("Foto", origin.snapshot_name.clone().unwrap_or_else(|| "geen: de levende gegevens".into())),
        ("Stand van", origin.as_of.map_or_else(String::new, |date| date.to_string())),
        ("Herziening", origin.revision.to_string()),
        ("Agentschap", origin.agency.clone().unwrap_or_else(|| "alle".into())),
        ("Regels", origin.purpose_rules.join(", ")),
        ("Programma", format!("IJkpunt {}", origin.program)),
    ];
    for (line, (name, value)) in (0..).zip(known) {
        sheet.write_with_format(line, 0, name, &head)?.write(line, 1, value)?;
    }
    workbook.save_to_buffer()
}
