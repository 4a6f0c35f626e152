//! Questions of one's own: what is counted, by what in rows and columns, and of which tests.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rows::{self, Row};
use super::rules::{Cell, Grid};
use super::store::Moment;
use super::tables::Text;

/// More than anybody reads on a page, and than small cells can be protected in within a second.
pub const MOST_ROWS: usize = 500;
const MOST_VALUES: usize = 200;
const LONGEST_VALUE: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub measure: Measure,
    /// One or two.
    pub rows: Vec<Dimension>,
    #[serde(default)]
    pub columns: Option<Dimension>,
    #[serde(default)]
    pub show: Show,
    /// The first day of the tests that are counted.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// The last day of the tests that are counted.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// Only tests with one of these values.
    #[serde(default)]
    pub only: BTreeMap<Dimension, Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Tests taken, with or without a result.
    Tests,
    /// Persons with at least one test; in totals each counts once.
    Persons,
    /// Tests with the result passed.
    Passed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    #[default]
    Counts,
    /// Of the total of the row.
    RowShares,
    /// Of the total of the column.
    ColumnShares,
    /// On the year before; the columns are years.
    Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Agency,
    Site,
    Year,
    Month,
    Purpose,
    Kind,
    Band,
    Result,
    Language,
    Advice,
    Gender,
    Age,
    TargetGroup,
}

pub const AGES: &[Row] = &[
    ("0-17", "jonger dan 18"),
    ("18-24", "18-24"),
    ("25-34", "25-34"),
    ("35-44", "35-44"),
    ("45-54", "45-54"),
    ("55-64", "55-64"),
    ("65+", "65 en ouder"),
    ("", "onbekend"),
];

/// The age on the last day of the year of the test, which a year of birth can tell.
const AGE: &str = "CASE WHEN birth_year = '' THEN '' WHEN year - CAST(birth_year AS INTEGER) < 18 THEN '0-17' \
    WHEN year - CAST(birth_year AS INTEGER) < 25 THEN '18-24' WHEN year - CAST(birth_year AS INTEGER) < 35 THEN '25-34' \
    WHEN year - CAST(birth_year AS INTEGER) < 45 THEN '35-44' WHEN year - CAST(birth_year AS INTEGER) < 55 THEN '45-54' \
    WHEN year - CAST(birth_year AS INTEGER) < 65 THEN '55-64' ELSE '65+' END";

impl Dimension {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::Site => "site",
            Self::Year => "year",
            Self::Month => "month",
            Self::Purpose => "purpose",
            Self::Kind => "kind",
            Self::Band => "band",
            Self::Result => "result",
            Self::Language => "language",
            Self::Advice => "advice",
            Self::Gender => "gender",
            Self::Age => "age",
            Self::TargetGroup => "target_group",
        }
    }

    const fn sql(self) -> &'static str {
        match self {
            Self::Year => "CAST(year AS TEXT)",
            Self::Month => "substr(sat_on, 1, 7)",
            Self::Age => AGE,
            other => other.as_str(),
        }
    }

    pub const ALL: [Self; 13] = [
        Self::Agency,
        Self::Site,
        Self::Year,
        Self::Month,
        Self::Purpose,
        Self::Kind,
        Self::Band,
        Self::Result,
        Self::Language,
        Self::Advice,
        Self::Gender,
        Self::Age,
        Self::TargetGroup,
    ];

    pub fn name(self) -> Text {
        Text::each(|language| self.words()[language as usize].to_owned())
    }

    /// The codes in their order, where there is a list of them.
    pub fn order(self) -> Vec<Row> {
        match self {
            Self::Agency => rows::AGENCIES.to_vec(),
            Self::Purpose => [rows::PURPOSES, rows::MO_PURPOSES].concat(),
            Self::Kind => [rows::CIVIC_KINDS, rows::MO_KINDS].concat(),
            Self::Band => rows::BANDS.to_vec(),
            Self::Result => rows::RESULTS.to_vec(),
            Self::Advice => rows::ADVICE.to_vec(),
            Self::Gender => rows::GENDERS.to_vec(),
            Self::Age => AGES.to_vec(),
            Self::TargetGroup => rows::TARGET_GROUPS.to_vec(),
            Self::Site | Self::Year | Self::Month | Self::Language => Vec::new(),
        }
    }

    const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Agency => ["agentschap", "agency", "agence"],
            Self::Site => ["locatie", "site", "site"],
            Self::Year => ["jaar", "year", "année"],
            Self::Month => ["maand", "month", "mois"],
            Self::Purpose => ["testdoel", "purpose", "objectif"],
            Self::Kind => ["onderdeel", "part", "partie"],
            Self::Band => ["testtype", "band", "type de test"],
            Self::Result => ["resultaat", "result", "résultat"],
            Self::Language => ["taal", "language", "langue"],
            Self::Advice => ["advies taalleervermogen", "learning-ability advice", "avis d'apprentissage"],
            Self::Gender => ["geslacht", "gender", "sexe"],
            Self::Age => ["leeftijd", "age", "âge"],
            Self::TargetGroup => ["doelgroep", "target group", "groupe cible"],
        }
    }
}

/// What is wrong with a question, at which of its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One or two, each once, and none of them also in the columns.
    Rows,
    /// A change on the year before needs a column a year, and shares and changes of persons have no sum to be a share of.
    Show,
    /// The last day is before the first.
    Period,
    /// Too many values, or one that is too long.
    Only,
    /// Sites of other agencies are not shown.
    Site,
}

impl Question {
    pub fn check(&self, of_own_agency: bool) -> Result<(), Fault> {
        let all: Vec<Dimension> = self.rows.iter().copied().chain(self.columns).collect();
        if !(1..=2).contains(&self.rows.len()) || all.iter().collect::<BTreeSet<_>>().len() != all.len() {
            return Err(Fault::Rows);
        }
        let shows = match self.show {
            Show::Counts => true,
            Show::RowShares => self.columns.is_some() && self.measure != Measure::Persons,
            Show::ColumnShares => self.measure != Measure::Persons,
            Show::Change => self.columns == Some(Dimension::Year),
        };
        if !shows {
            return Err(Fault::Show);
        }
        if matches!((self.from, self.until), (Some(from), Some(until)) if until < from) {
            return Err(Fault::Period);
        }
        let too_long =
            |values: &Vec<String>| values.len() > MOST_VALUES || values.iter().any(|value| value.chars().count() > LONGEST_VALUE);
        if self.only.values().any(too_long) {
            return Err(Fault::Only);
        }
        if !of_own_agency && (all.contains(&Dimension::Site) || self.only.contains_key(&Dimension::Site)) {
            return Err(Fault::Site);
        }
        Ok(())
    }

    pub fn title(&self) -> Text {
        let what = match self.measure {
            Measure::Tests => ["Testen", "Tests", "Tests"],
            Measure::Persons => ["Personen", "Persons", "Personnes"],
            Measure::Passed => ["Geslaagde testen", "Tests passed", "Tests réussis"],
        };
        let by = ["per", "by", "par"];
        let and = ["en", "and", "et"];
        Text::each(|language| {
            let at = language as usize;
            let words: Vec<&str> = self.rows.iter().copied().chain(self.columns).map(|one| one.words()[at]).collect();
            format!("{} {} {}", what[at], by[at], words.join(&format!(" {} ", and[at])))
        })
    }

    /// What is counted, in words.
    pub fn definition(&self, languages: &BTreeMap<String, String>) -> Text {
        Text::each(|language| {
            let at = language as usize;
            let mut said = match self.measure {
                Measure::Tests => [
                    "Telt afgenomen testen, met of zonder resultaat: elke pre-screening, elk testonderdeel en elke toets MO is er één.",
                    "Counts tests taken, with or without a result: every pre-screening, every part and every MO test is one.",
                    "Compte les tests passés, avec ou sans résultat : chaque pré-évaluation, chaque partie et chaque test MO compte pour un.",
                ],
                Measure::Persons => [
                    "Telt personen met minstens één zo'n test. In een totaal telt iedereen één keer; daarom is een totaal niet de som.",
                    "Counts persons with at least one such test. In a total everybody counts once; so a total is not the sum.",
                    "Compte les personnes avec au moins un tel test. Dans un total, chacun compte une fois ; un total n'est donc pas la somme.",
                ],
                Measure::Passed => [
                    "Telt testen met het resultaat geslaagd; testonderdelen met een niveau hebben dat resultaat niet.",
                    "Counts tests with the result passed; parts with a level do not have that result.",
                    "Compte les tests avec le résultat réussi ; les parties avec un niveau n'ont pas ce résultat.",
                ],
            }[at]
                .to_owned();
            let shown = match self.show {
                Show::Counts => ["", "", ""],
                Show::RowShares => [
                    " Getoond als aandeel in het rijtotaal.",
                    " Shown as a share of the row's total.",
                    " Montré comme part du total de la ligne.",
                ],
                Show::ColumnShares => [
                    " Getoond als aandeel in het kolomtotaal.",
                    " Shown as a share of the column's total.",
                    " Montré comme part du total de la colonne.",
                ],
                Show::Change => [
                    " Getoond als verschil met het jaar ervoor.",
                    " Shown as the change on the year before.",
                    " Montré comme évolution par rapport à l'année précédente.",
                ],
            };
            said.push_str(shown[at]);
            if let Some(from) = self.from {
                said.push_str(&format!(" {} {from}.", ["Vanaf", "From", "À partir du"][at]));
            }
            if let Some(until) = self.until {
                said.push_str(&format!(" {} {until}.", ["Tot en met", "Until", "Jusqu'au"][at]));
            }
            for (dimension, values) in &self.only {
                let names: Vec<String> = values.iter().map(|value| name(*dimension, value, languages)).collect();
                said.push_str(&format!(" {} {}: {}.", ["Alleen", "Only", "Seulement"][at], dimension.words()[at], names.join(", ")));
            }
            said
        })
    }
}

#[derive(FromQueryResult)]
struct Counted {
    r1: String,
    r2: String,
    c: String,
    n: i64,
}

/// The counts behind the question, as a table; `agency` restricts it to one.
pub async fn answer(
    db: &impl ConnectionTrait,
    question: &Question,
    moment: Moment,
    agency: Option<&str>,
    languages: &BTreeMap<String, String>,
) -> Result<Grid, DbErr> {
    let all = count(db, question, moment, agency, true, true).await?;
    let margins = if question.measure == Measure::Persons {
        let rows = count(db, question, moment, agency, true, false).await?;
        let columns = count(db, question, moment, agency, false, true).await?;
        let total = count(db, question, moment, agency, false, false).await?;
        Some([rows, columns, total])
    } else {
        None
    };
    Ok(lay_out(question, &all, margins, languages))
}

async fn count(
    db: &impl ConnectionTrait,
    question: &Question,
    moment: Moment,
    agency: Option<&str>,
    by_rows: bool,
    by_columns: bool,
) -> Result<Vec<Counted>, DbErr> {
    let sql_of = |dimension: Option<Dimension>, asked: bool| dimension.filter(|_| asked).map(Dimension::sql);
    let parts = [
        ("r1", sql_of(question.rows.first().copied(), by_rows)),
        ("r2", sql_of(question.rows.get(1).copied(), by_rows)),
        ("c", sql_of(question.columns, by_columns)),
    ];
    let selected = parts.map(|(name, sql)| format!("{} AS {name}", sql.unwrap_or("''"))).join(", ");
    let groups: Vec<&str> = parts.iter().filter(|(_, sql)| sql.is_some()).map(|(name, _)| *name).collect();
    let groups = if groups.is_empty() { String::new() } else { format!(" GROUP BY {}", groups.join(", ")) };
    let counted = if question.measure == Measure::Persons { "count(DISTINCT person)" } else { "count(*)" };
    let mut values: Vec<Value> = vec![moment.revision.into()];
    let mut filters = vec!["revision <= $1 AND (withdrawn_revision IS NULL OR withdrawn_revision > $1)".to_owned()];
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    if let Some(agency) = agency {
        filters.push(format!("agency = {}", bind(agency.into())));
    }
    if let Some(from) = question.from {
        filters.push(format!("sat_on >= {}", bind(from.to_string().into())));
    }
    if let Some(until) = question.until {
        filters.push(format!("sat_on <= {}", bind(until.to_string().into())));
    }
    if question.measure == Measure::Passed {
        filters.push("result = 'passed'".into());
    }
    for (dimension, only) in &question.only {
        let places: Vec<String> = only.iter().map(|value| bind(value.clone().into())).collect();
        filters.push(if places.is_empty() { "1 = 0".into() } else { format!("{} IN ({})", dimension.sql(), places.join(", ")) });
    }
    // The grouping is done outside, since PostgreSQL would take a name in GROUP BY for the column of the same name.
    let sql = format!(
        "SELECT r1, r2, c, CAST({counted} AS BIGINT) AS n FROM (SELECT {selected}, person FROM test_facts WHERE {}) AS asked{}",
        filters.join(" AND "),
        groups
    );
    let sql = if groups.is_empty() { sql.replacen("r1, r2, c", "'' AS r1, '' AS r2, '' AS c", 1) } else { ungrouped_blank(&sql, &parts) };
    Counted::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).all(db).await
}

/// Names that are not grouped by are the empty text in every row, which the grouping has to be told.
fn ungrouped_blank(sql: &str, parts: &[(&str, Option<&'static str>); 3]) -> String {
    let names = parts.map(|(name, sql)| if sql.is_some() { name.to_owned() } else { format!("'' AS {name}") }).join(", ");
    sql.replacen("r1, r2, c", &names, 1)
}

fn lay_out(question: &Question, all: &[Counted], margins: Option<[Vec<Counted>; 3]>, languages: &BTreeMap<String, String>) -> Grid {
    let second = question.rows.get(1).copied();
    let first = question.rows.first().copied().unwrap_or(Dimension::Year);
    let row_keys = sorted(all.iter().map(|one| (one.r1.clone(), one.r2.clone())), |(r1, r2)| {
        (rank(first, r1, languages), second.map(|second| rank(second, r2, languages)))
    });
    let column_keys = match question.columns {
        None => Vec::new(),
        Some(dimension) => sorted(all.iter().map(|one| one.c.clone()), |c| rank(dimension, c, languages)),
    };
    let mut cells: BTreeMap<(&str, &str, &str), i64> = BTreeMap::new();
    for one in all {
        *cells.entry((&one.r1, &one.r2, &one.c)).or_default() += one.n;
    }
    let [row_margin, column_margin, total] = margins.unwrap_or_default();
    let persons = question.measure == Measure::Persons;
    let mut heads: Vec<String> = question.rows.iter().map(|dimension| dimension.as_str().to_owned()).collect();
    if let Some(dimension) = question.columns {
        heads.extend(column_keys.iter().map(|key| name(dimension, key, languages)));
    }
    heads.push("total".into());
    let mut lines: Vec<Vec<Cell>> = Vec::new();
    for (r1, r2) in &row_keys {
        let names = [Some((first, r1)), second.map(|second| (second, r2))];
        let mut line: Vec<Cell> = names.into_iter().flatten().map(|(dimension, key)| Cell::Text(name(dimension, key, languages))).collect();
        let counts = column_keys.iter().map(|c| cells.get(&(r1.as_str(), r2.as_str(), c.as_str())).copied().unwrap_or(0));
        line.extend(counts.map(Cell::Count));
        let sum: i64 = cells.iter().filter(|((of1, of2, _), _)| of1 == r1 && of2 == r2).map(|(_, n)| n).sum();
        let counted = row_margin.iter().find(|one| one.r1 == *r1 && one.r2 == *r2).map(|one| one.n);
        line.push(Cell::Count(if persons { counted.unwrap_or(0) } else { sum }));
        lines.push(line);
    }
    let mut last = vec![Cell::Text("totaal".into())];
    last.extend(second.map(|_| Cell::Text(String::new())));
    for c in &column_keys {
        let sum = cells.iter().filter(|((_, _, of), _)| of == c).map(|(_, n)| n).sum();
        let counted = column_margin.iter().find(|one| one.c == *c).map_or(0, |one| one.n);
        last.push(Cell::Count(if persons { counted } else { sum }));
    }
    let everything = if persons { total.first().map_or(0, |one| one.n) } else { cells.values().sum() };
    last.push(Cell::Count(everything));
    lines.push(last);
    Grid { columns: heads, rows: lines }
}

/// Makes shares or changes of counts. A cell that is hidden, or whose base is, stays hidden.
pub fn show(grid: Grid, show: Show) -> Grid {
    if show == Show::Counts {
        return grid;
    }
    let bottom = grid.rows.last().cloned().unwrap_or_default();
    let width = grid.columns.len();
    let years: Vec<Option<i64>> = grid.columns.iter().map(|name| name.parse().ok()).collect();
    let rows = grid.rows.iter().map(|row| {
        let share = |at: usize, cell: &Cell| match (show, cell) {
            (_, Cell::Text(_)) => cell.clone(),
            (Show::RowShares, cell) => ratio(cell, row.get(width.saturating_sub(1))),
            (Show::ColumnShares, cell) => ratio(cell, bottom.get(at)),
            (_, cell) => match years.get(at).copied().flatten() {
                Some(year) => {
                    let before = years.iter().position(|other| *other == Some(year - 1)).and_then(|at| row.get(at));
                    before.map_or(Cell::Empty, |before| change(cell, before))
                }
                None => cell.clone(),
            },
        };
        row.iter().enumerate().map(|(at, cell)| share(at, cell)).collect()
    });
    Grid { rows: rows.collect(), columns: grid.columns.clone() }
}

fn ratio(cell: &Cell, base: Option<&Cell>) -> Cell {
    match (cell, base) {
        (Cell::Count(_), Some(Cell::Count(0))) | (_, None) => Cell::Empty,
        (Cell::Count(n), Some(Cell::Count(base))) => Cell::PerMille(per_mille(*n, *base)),
        _ => Cell::Hidden,
    }
}

fn change(cell: &Cell, before: &Cell) -> Cell {
    match (cell, before) {
        (Cell::Count(_), Cell::Count(0)) => Cell::Empty,
        (Cell::Count(n), Cell::Count(before)) => Cell::Change(per_mille(n - before, *before)),
        _ => Cell::Hidden,
    }
}

/// Rounded half away from zero.
pub fn per_mille(part: i64, whole: i64) -> i64 {
    let rounded = (part.abs() * 2_000 + whole) / (2 * whole);
    if part < 0 { -rounded } else { rounded }
}

/// The place of a value: by the report's order, then by name, the unknown last.
fn rank(dimension: Dimension, key: &str, languages: &BTreeMap<String, String>) -> (usize, String) {
    let order = dimension.order();
    let place = order.iter().position(|(code, _)| *code == key).unwrap_or(order.len() + usize::from(key.is_empty()));
    (place, name(dimension, key, languages))
}

fn name(dimension: Dimension, key: &str, languages: &BTreeMap<String, String>) -> String {
    match dimension {
        Dimension::Language if !key.is_empty() => languages.get(key).cloned().unwrap_or_else(|| key.to_owned()),
        _ => rows::name(&dimension.order(), key),
    }
}

fn sorted<T: Ord + Clone, K: Ord>(found: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut found: Vec<T> = found.collect::<BTreeSet<_>>().into_iter().collect();
    found.sort_by_key(key);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_on_the_year_before_and_is_empty_where_that_was_nothing() {
        let line = |cells: [Cell; 4]| cells.to_vec();
        let grid = Grid {
            columns: ["purpose", "2022", "2023", "total"].map(String::from).to_vec(),
            rows: vec![
                line([Cell::Text("a".into()), Cell::Count(200), Cell::Count(180), Cell::Count(380)]),
                line([Cell::Text("b".into()), Cell::Count(0), Cell::Count(5), Cell::Count(5)]),
                line([Cell::Text("c".into()), Cell::Hidden, Cell::Count(50), Cell::Hidden]),
            ],
        };
        let shown = show(grid, Show::Change);
        assert_eq!(shown.rows[0], line([Cell::Text("a".into()), Cell::Empty, Cell::Change(-100), Cell::Count(380)]));
        assert_eq!(shown.rows[1][2], Cell::Empty);
        assert_eq!(shown.rows[2][2], Cell::Hidden);
    }

    #[test]
    fn a_question_names_its_fault() {
        let good = Question {
            measure: Measure::Tests,
            rows: vec![Dimension::Purpose],
            columns: Some(Dimension::Year),
            show: Show::Change,
            from: None,
            until: None,
            only: BTreeMap::new(),
        };
        assert_eq!(good.check(false), Ok(()));
        assert_eq!(Question { rows: vec![], ..good.clone() }.check(true), Err(Fault::Rows));
        assert_eq!(Question { rows: vec![Dimension::Year], ..good.clone() }.check(true), Err(Fault::Rows));
        assert_eq!(Question { columns: None, ..good.clone() }.check(true), Err(Fault::Show));
        assert_eq!(Question { rows: vec![Dimension::Site], ..good.clone() }.check(false), Err(Fault::Site));
        let days = (NaiveDate::from_ymd_opt(2023, 2, 1), NaiveDate::from_ymd_opt(2023, 1, 1));
        assert_eq!(Question { from: days.0, until: days.1, ..good }.check(true), Err(Fault::Period));
    }
}
