//! Answer files whose items are all columns but a few that say who.

use std::path::Path;

use item_bank::measure::Response;

use super::table::{BadInput, Row, Table, is_missing};

/// Columns that are never an item, unless the file has no other.
const NAMES: [&str; 13] =
    ["id", "person", "pattern", "candidate", "simulee", "group", "rater", "theta", "theta_true", "freq", "freq.", "weight", "total"];

/// Answers with the item names of the header.
pub struct Answers {
    pub table: Table,
    pub items: Vec<String>,
    pub columns: Vec<usize>,
    pub persons: Vec<Vec<Response>>,
}

impl Answers {
    /// Reads all columns but those in `not_items`, those whose name says who, and those whose first column is text.
    pub fn read(path: &Path, not_items: &[&str]) -> Result<Self, BadInput> {
        let table = Table::read(path)?;
        let text = |column: usize| table.rows.iter().all(|row| row.cells[column].parse::<f64>().is_err());
        let is_item = |(column, name): &(usize, &String)| {
            let known = NAMES.iter().any(|other| name.eq_ignore_ascii_case(other)) || not_items.contains(&name.as_str());
            !(known || name.is_empty() || *column == 0 && text(0))
        };
        let columns: Vec<usize> = table.header.iter().enumerate().filter(is_item).map(|(column, _)| column).collect();
        if columns.is_empty() {
            return Err(table.wrong(Some(1), None, "there is no column of answers"));
        }
        let answers = |row: &Row| columns.iter().map(|column| table.category(row, *column, 255)).collect::<Result<Vec<Response>, _>>();
        let persons = table.rows.iter().map(answers).collect::<Result<_, _>>()?;
        let items = columns.iter().map(|column| table.header[*column].clone()).collect();
        Ok(Self { items, columns, persons, table })
    }

    /// Right-or-wrong answers without a gap.
    pub fn whole(&self) -> Result<Vec<Vec<u8>>, BadInput> {
        let whole = |(person, row): (&Vec<Response>, &Row)| {
            let answer = |(answer, column): (&Response, &usize)| {
                let name = &self.table.header[*column];
                match answer {
                    Some(category) if *category <= 1 => Ok(*category),
                    Some(category) => Err(self.table.wrong(Some(row.line), Some(name), format!("`{category}` is neither 0 nor 1"))),
                    None => Err(self.table.wrong(Some(row.line), Some(name), "the answer is missing; this analysis needs whole patterns")),
                }
            };
            person.iter().zip(&self.columns).map(answer).collect()
        };
        self.persons.iter().zip(&self.table.rows).map(whole).collect()
    }

    /// A column of positive weights.
    pub fn weights(&self, column: &str) -> Result<Vec<f64>, BadInput> {
        let place = self.table.column(column)?;
        let weight = |row: &Row| {
            let number = self.table.number(row, place)?;
            if number >= 0.0 { Ok(number) } else { Err(self.table.wrong(Some(row.line), Some(column), "a weight cannot be negative")) }
        };
        self.table.rows.iter().map(weight).collect()
    }
}

/// A rating, missing where the cell is empty.
pub fn rating(table: &Table, row: &Row, column: usize) -> Result<Option<f64>, BadInput> {
    if is_missing(&row.cells[column]) { Ok(None) } else { table.number(row, column).map(Some) }
}
