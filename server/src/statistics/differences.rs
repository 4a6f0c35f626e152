//! What makes a table differ between two moments: tests that were added, corrected or withdrawn, cell by cell.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use utoipa::ToSchema;

use super::report::{Asked, Origin, ReportRefusal, grid, moment, origin};
use super::rules::{Cell, Grid};
use super::store::{self, Change, Counted};
use super::tables::{Shape, Table, Text};

/// More than anybody reads; the counts are of all.
const MOST_REVISIONS: i64 = 200;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Differences {
    pub table: &'static str,
    pub title: Text,
    pub from: Origin,
    pub until: Origin,
    pub cells: Vec<Difference>,
    /// The changes of the records between the two, the latest first.
    pub revisions: Vec<RevisionView>,
}

/// A cell that differs, or in which changes make up for one another. Counts; in a table of shares or months those of neither.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Difference {
    pub row: Vec<String>,
    pub column: String,
    pub before: i64,
    pub after: i64,
    /// Null in tables of persons and of the trajectory, which are not sums of tests.
    pub added: Option<i64>,
    pub corrected: Option<i64>,
    pub withdrawn: Option<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevisionView {
    pub revision: i64,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub added: i64,
    pub corrected: i64,
}

/// Between the records as `from` asks for them and as `until` does, which must not be earlier.
pub async fn differences(
    db: &impl ConnectionTrait,
    table: &Table,
    from: Asked<'_>,
    until: Asked<'_>,
    now: DateTime<Utc>,
) -> Result<Differences, ReportRefusal> {
    let ((before, before_name), (after, after_name)) = (moment(db, from, now).await?, moment(db, until, now).await?);
    if before.revision > after.revision || before.at > after.at {
        return Err(ReportRefusal::WrongOrder);
    }
    let agency = until.agency;
    let counts = async |counted: Counted| -> Result<Counts, DbErr> { Ok(by_cell(&grid(db, table.shape, counted, agency, 0).await?)) };
    let (old, new) = (counts(Counted::Standing(before)).await?, counts(Counted::Standing(after)).await?);
    let of_tests = !matches!(
        table.shape,
        Shape::CivicPersons | Shape::IntegrationCertificates | Shape::IntegrationWithoutContract | Shape::MonthsToCertificate
    );
    let mut changes = BTreeMap::new();
    if of_tests {
        for how in [Change::Added, Change::CorrectedTo, Change::CorrectedFrom, Change::Withdrawn] {
            changes.insert(how as u8, counts(Counted::Changed { from: before, until: after, how }).await?);
        }
    }
    let changed = |how: Change, key: &Key| changes.get(&(how as u8)).and_then(|counts| counts.of(key)).unwrap_or(0);
    let mut keys: Vec<&Key> = new.order.iter().collect();
    for key in changes.values().chain([&old]).flat_map(|counts| &counts.order) {
        if new.of(key).is_none() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    let cells = keys.into_iter().filter_map(|key| {
        let (was, is) = (old.of(key).unwrap_or(0), new.of(key).unwrap_or(0));
        let (to, from) = (changed(Change::CorrectedTo, key), changed(Change::CorrectedFrom, key));
        let [added, withdrawn] = [Change::Added, Change::Withdrawn].map(|how| changed(how, key));
        if was == is && [added, withdrawn, to, from] == [0; 4] {
            return None;
        }
        let told = |n: i64| of_tests.then_some(n);
        Some(Difference {
            row: key.0.clone(),
            column: key.1.clone(),
            before: was,
            after: is,
            added: told(added),
            corrected: told(to - from),
            withdrawn: told(-withdrawn),
        })
    });
    let cells = cells.collect();
    let revisions = store::revisions(db, before.revision, after.revision, MOST_REVISIONS).await?;
    Ok(Differences {
        table: table.name,
        title: table.title.into(),
        from: origin(db, from, before, before_name).await?,
        until: origin(db, until, after, after_name).await?,
        cells,
        revisions: revisions
            .into_iter()
            .map(|one| RevisionView { revision: one.revision, at: one.at, kind: one.kind, added: one.added, corrected: one.corrected })
            .collect(),
    })
}

/// The words at the head of a row, and the column.
type Key = (Vec<String>, String);

struct Counts {
    order: Vec<Key>,
    cells: BTreeMap<Key, i64>,
}

impl Counts {
    fn of(&self, key: &Key) -> Option<i64> {
        self.cells.get(key).copied()
    }
}

fn by_cell(grid: &Grid) -> Counts {
    let mut counts = Counts { order: Vec::new(), cells: BTreeMap::new() };
    for row in &grid.rows {
        let head: Vec<String> = row.iter().map_while(|cell| if let Cell::Text(text) = cell { Some(text.clone()) } else { None }).collect();
        for (cell, column) in row.iter().zip(&grid.columns) {
            if let Cell::Count(n) = cell {
                let key = (head.clone(), column.clone());
                counts.order.push(key.clone());
                counts.cells.insert(key, *n);
            }
        }
    }
    counts
}
