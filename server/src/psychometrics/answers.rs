//! Answers as the analyses take them: a row for each attempt, a column for each item.

use chrono::NaiveDate;
use item_bank::measure::Response;

use crate::entity::enums::{Advice, Level, Sex};
use crate::ids::{AttemptId, FormId, ItemId, ItemVersionId};

/// The answers to some forms in some period.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// An item, whatever its version.
#[derive(Clone, Debug)]
pub struct Column {
    pub item: ItemId,
    pub identifier: String,
    pub version: i64,
    pub version_id: ItemVersionId,
    pub title: String,
    pub level: Option<Level>,
    /// What a right answer is worth.
    pub max: f64,
    pub options: Vec<Choice>,
}

/// An option of a choice question, lettered as the author wrote them; candidates see them shuffled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub identifier: String,
    pub letter: String,
    pub text: String,
    pub key: bool,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub attempt: AttemptId,
    pub form: FormId,
    pub language: String,
    pub sat_on: NaiveDate,
    pub person: Traits,
    /// By column; nothing where the item was not put.
    pub cells: Vec<Option<Cell>>,
}

/// What of a candidate groups are made by.
#[derive(Clone, Debug)]
pub struct Traits {
    pub birth_date: NaiveDate,
    pub sex: Sex,
    pub advice: Option<Advice>,
    pub contact_language: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub score: f64,
    pub max: f64,
    /// Places of the options chosen, in the column's order.
    pub chosen: Vec<usize>,
}

impl Cell {
    /// An item counts as right when all its points were earned.
    pub fn is_right(&self) -> bool {
        self.max > 0.0 && self.score >= self.max
    }

    /// The points as a category from 0: whole points, or right and wrong for items worth one point or that give parts of points.
    fn category(&self) -> u8 {
        let whole = self.max > 1.0 && self.max <= 20.0 && self.max.fract() == 0.0 && self.score.fract() == 0.0 && self.score >= 0.0;
        if whole { self.score as u8 } else { u8::from(self.is_right()) }
    }
}

impl Answers {
    /// Points of each person on each item.
    pub fn categories(&self) -> Vec<Vec<Response>> {
        self.rows.iter().map(|row| row.cells.iter().map(|cell| cell.as_ref().map(Cell::category)).collect()).collect()
    }

    /// Right or wrong of each person on each item.
    pub fn right_or_wrong(&self) -> Vec<Vec<Response>> {
        let right = |cell: &Option<Cell>| cell.as_ref().map(|cell| u8::from(cell.is_right()));
        self.rows.iter().map(|row| row.cells.iter().map(right).collect()).collect()
    }

    /// How many persons met the item, and how many of them had it right.
    pub fn right(&self, column: usize) -> (usize, usize) {
        let cells = || self.rows.iter().filter_map(|row| row.cells.get(column)?.as_ref());
        (cells().filter(|cell| cell.is_right()).count(), cells().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_categories_and_parts_of_points_are_right_or_wrong() {
        let cell = |score: f64, max: f64| Cell { score, max, chosen: vec![] };
        assert_eq!([cell(1.0, 1.0), cell(0.5, 1.0), cell(0.0, 1.0)].map(|cell| cell.category()), [1, 0, 0]);
        assert_eq!([cell(3.0, 4.0), cell(4.0, 4.0), cell(2.5, 4.0)].map(|cell| cell.category()), [3, 4, 0]);
        assert!(!cell(0.0, 0.0).is_right());
    }
}
