//! Reading the psychometricians' tables, with errors that say where.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use item_bank::measure::{Item, Response};

/// Input that cannot be used, and where.
#[derive(Debug)]
pub struct BadInput {
    place: Option<(PathBuf, Option<u64>, Option<String>)>,
    why: String,
}

impl BadInput {
    pub fn plain(why: impl Into<String>) -> Self {
        Self { place: None, why: why.into() }
    }
}

impl fmt::Display for BadInput {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, line, column)) = &self.place {
            write!(out, "{}", file.display())?;
            if let Some(line) = line {
                write!(out, ", line {line}")?;
            }
            if let Some(column) = column {
                write!(out, ", column {column}")?;
            }
            write!(out, ": ")?;
        }
        out.write_str(&self.why)
    }
}

impl std::error::Error for BadInput {}

/// A CSV file with a header.
pub struct Table {
    pub path: PathBuf,
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

pub struct Row {
    pub line: u64,
    pub cells: Vec<String>,
}

impl Table {
    pub fn read(path: &Path) -> Result<Self, BadInput> {
        let at = |line: Option<u64>, why: String| BadInput { place: Some((path.to_owned(), line, None)), why };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(|error| at(None, error.to_string()))?;
        let mut header: Vec<String> = reader.headers().map_err(|error| at(Some(1), error.to_string()))?.iter().map(str::to_owned).collect();
        if let Some(first) = header.first_mut() {
            *first = first.trim_start_matches('\u{feff}').to_owned();
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map(csv::Position::line);
                let why = match error.kind() {
                    csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} cells where the header has {expected_len}"),
                    _ => error.to_string(),
                };
                at(line, why)
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
        }
        let table = Self { path: path.to_owned(), header, rows };
        if table.rows.is_empty() {
            return Err(table.wrong(None, None, "the file has no row of data"));
        }
        if let Some(twice) = table.header.iter().enumerate().find(|(i, name)| !name.is_empty() && table.header[..*i].contains(name)) {
            return Err(table.wrong(Some(1), Some(twice.1), "the column is there twice"));
        }
        Ok(table)
    }

    pub fn wrong(&self, line: Option<u64>, column: Option<&str>, why: impl Into<String>) -> BadInput {
        BadInput { place: Some((self.path.clone(), line, column.map(str::to_owned))), why: why.into() }
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    pub fn column(&self, name: &str) -> Result<usize, BadInput> {
        self.find(name).ok_or_else(|| self.wrong(Some(1), None, format!("there is no column `{name}`")))
    }

    pub fn number(&self, row: &Row, column: usize) -> Result<f64, BadInput> {
        let cell = &row.cells[column];
        let number = cell.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.wrong(Some(row.line), Some(&self.header[column]), format!("`{cell}` is no number")))
    }

    /// A category counted from 0; an empty cell or NA is no answer.
    pub fn category(&self, row: &Row, column: usize, categories: usize) -> Result<Response, BadInput> {
        let cell = row.cells[column].as_str();
        if is_missing(cell) {
            return Ok(None);
        }
        let category =
            cell.parse::<f64>().ok().filter(|number| number.fract() == 0.0 && (0.0..categories.min(256) as f64).contains(number));
        category.map(|number| Some(number as u8)).ok_or_else(|| {
            let why = format!("`{cell}` is no answer: a whole number from 0 to {} or an empty cell", categories.saturating_sub(1));
            self.wrong(Some(row.line), Some(&self.header[column]), why)
        })
    }
}

pub fn is_missing(cell: &str) -> bool {
    matches!(cell, "" | "NA" | "NaN" | ".")
}

/// A bank of items with their names; without a column `item` an item is called by its row number.
pub struct Bank {
    pub names: Vec<String>,
    pub items: Vec<Item>,
    pub areas: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Categories {
    /// Graded response
    Grm,
    /// Generalised partial credit
    Gpcm,
}

impl Bank {
    /// Columns item, a, b, c, area; or item, a, b1, b2 … for items of several categories. Only b or b1 must be there:
    /// a is 1 and c is 0 where their column or cell is missing.
    pub fn read(path: &Path, categories: Categories) -> Result<Self, BadInput> {
        let table = Table::read(path)?;
        let [name, a, b, c, area] = ["item", "a", "b", "c", "area"].map(|column| table.find(column));
        let steps: Vec<usize> = (1..).map_while(|k| table.find(&format!("b{k}"))).collect();
        if b.is_none() && steps.is_empty() {
            return Err(table.wrong(Some(1), None, "there is no column `b`, nor `b1`, `b2` …"));
        }
        let mut bank = Self { names: Vec::new(), items: Vec::new(), areas: area.map(|_| Vec::new()) };
        let mut seen = HashMap::new();
        for (number, row) in table.rows.iter().enumerate() {
            let or = |column: Option<usize>, default: f64| match column {
                Some(column) if !is_missing(&row.cells[column]) => table.number(row, column),
                _ => Ok(default),
            };
            let given: Vec<usize> = steps.iter().copied().filter(|column| !is_missing(&row.cells[*column])).collect();
            let item = match (b, given.is_empty()) {
                (Some(b), true) => Item::Logistic { a: or(a, 1.0)?, b: table.number(row, b)?, c: or(c, 0.0)? },
                _ => {
                    let b = given.iter().map(|column| table.number(row, *column)).collect::<Result<Vec<f64>, _>>()?;
                    let a = or(a, 1.0)?;
                    if categories == Categories::Grm { Item::Graded { a, b } } else { Item::Credit { a, steps: b } }
                }
            };
            item.check().map_err(|error| table.wrong(Some(row.line), None, error.to_string()))?;
            let called = name.map_or_else(|| (number + 1).to_string(), |column| row.cells[column].clone());
            if let Some(before) = seen.insert(called.clone(), row.line) {
                return Err(table.wrong(Some(row.line), Some("item"), format!("item `{called}` is also in line {before}")));
            }
            bank.names.push(called);
            bank.items.push(item);
            if let (Some(areas), Some(column)) = (&mut bank.areas, area) {
                areas.push(row.cells[column].clone());
            }
        }
        Ok(bank)
    }

    /// An item by its name or, where no item has that name, by its row number counted from 1.
    pub fn find(&self, name: &str) -> Option<usize> {
        let by_number = || name.trim_start_matches(['X', 'V', '#']).parse::<usize>().ok().filter(|n| (1..=self.items.len()).contains(n));
        self.names.iter().position(|known| known == name).or_else(|| by_number().map(|number| number - 1))
    }

    /// The answers of each person: id first, columns that are no item of the bank ignored.
    pub fn responses(&self, path: &Path) -> Result<Vec<(String, Vec<Response>)>, BadInput> {
        let table = Table::read(path)?;
        let columns: Vec<Option<usize>> =
            self.names.iter().map(|name| table.find(name).or_else(|| table.find(&format!("X{name}")))).collect();
        if columns.iter().all(Option::is_none) {
            return Err(table.wrong(Some(1), None, "no column is an item of the bank"));
        }
        let person = |row: &Row| {
            let answer = |(item, column): (&Item, &Option<usize>)| match column {
                Some(column) => table.category(row, *column, item.categories()),
                None => Ok(None),
            };
            let answers = self.items.iter().zip(&columns).map(answer).collect::<Result<Vec<Response>, _>>()?;
            Ok((row.cells[0].clone(), answers))
        };
        table.rows.iter().map(person).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that goes when its folder is dropped.
    fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn complaint(name: &str, text: &str) -> String {
        let (_folder, path) = file(name, text);
        let error = Bank::read(&path, Categories::Grm).err().unwrap().to_string();
        error.replace(&path.display().to_string(), name)
    }

    #[test]
    fn a_complaint_names_file_line_and_column() {
        assert_eq!(complaint("one.csv", "item,a,b,c\nI1,1,x,0\n"), "one.csv, line 2, column b: `x` is no number");
        assert_eq!(complaint("two.csv", "item,a,b,c\nI1,1,0,0\nI2,1,0\n"), "two.csv, line 3: 3 cells where the header has 4");
        assert_eq!(complaint("three.csv", "item,a\nI1,1\n"), "three.csv, line 1: there is no column `b`, nor `b1`, `b2` …");
        assert_eq!(complaint("four.csv", "item,b\nI1,1\nI1,2\n"), "four.csv, line 3, column item: item `I1` is also in line 2");
        assert_eq!(complaint("five.csv", "item,b,c\n"), "five.csv: the file has no row of data");
        assert!(complaint("six.csv", "item,a,b\nI1,-1,0\n").starts_with("six.csv, line 2: the discrimination a is -1"));
    }

    #[test]
    fn answers_are_found_by_name_and_other_columns_are_ignored() {
        let bank = Bank::read(&file("bank.csv", "item,a,b,c\nI1,1,0,0\nI2,1,0,0\n").1, Categories::Grm).unwrap();
        let persons = bank.responses(&file("answers.csv", "id,note,I2\nP1,9,1\nP2,8,\n").1).unwrap();
        assert_eq!(persons, [("P1".to_owned(), vec![None, Some(1)]), ("P2".to_owned(), vec![None, None])]);
        let (_folder, wrong) = file("wrong.csv", "id,I2\nP1,2\n");
        assert!(
            bank.responses(&wrong)
                .err()
                .unwrap()
                .to_string()
                .ends_with("line 2, column I2: `2` is no answer: a whole number from 0 to 1 or an empty cell")
        );
    }
}
