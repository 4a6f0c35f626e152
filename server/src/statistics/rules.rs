//! Laying counts out as tables. Every total is the sum of the cells that it stands under or beside, unless its definition says why not.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::FromQueryResult;

use super::question::per_mille;
use super::rows::{self, Row};
use super::tables::PROFILES;

/// How many tests are alike in these respects; those that a table does not ask for are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Tally {
    pub agency: String,
    pub year: i64,
    pub purpose: String,
    pub kind: String,
    pub band: String,
    pub result: String,
    pub language: String,
    pub advice: String,
    pub target_group: String,
    pub n: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Count(i64),
    /// A part of a whole, in parts of a thousand.
    PerMille(i64),
    /// A difference with what was before, in parts of a thousand of that.
    Change(i64),
    /// Months in halves, since a median can be between two.
    HalfMonths(i64),
    Empty,
    /// Kept back so that nobody can be recognised.
    Hidden,
}

/// A table as it is shown: the last row is the total where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// Rows of one kind, a column a year, totals at the right and below. Years without a test between the first and the last have a column too.
pub fn by_year(head: &str, order: &[Row], tallies: &[Tally], key: impl Fn(&Tally) -> String) -> Grid {
    let mut cells: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for tally in tallies {
        *cells.entry((key(tally), tally.year)).or_default() += tally.n;
    }
    let years = years(tallies.iter().filter(|tally| tally.n != 0).map(|tally| tally.year));
    let mut columns = vec![head.to_owned()];
    columns.extend(years.iter().map(i64::to_string));
    columns.push("total".into());
    let line = |name: String, counts: Vec<i64>| {
        let total = counts.iter().sum();
        let counts = counts.into_iter().chain([total]).map(Cell::Count);
        std::iter::once(Cell::Text(name)).chain(counts).collect::<Vec<_>>()
    };
    let codes = all_codes(order, cells.keys().map(|(code, _)| code.clone()));
    let mut lines: Vec<Vec<Cell>> = codes
        .iter()
        .map(|code| {
            let counts = years.iter().map(|year| cells.get(&(code.clone(), *year)).copied().unwrap_or(0)).collect();
            line(rows::name(order, code), counts)
        })
        .collect();
    let totals = years.iter().map(|year| cells.iter().filter(|((_, of), _)| of == year).map(|(_, n)| n).sum()).collect();
    lines.push(line("totaal".into(), totals));
    Grid { columns, rows: lines }
}

/// One row a group, with a column for each word and their total; the groups come in the order of their keys.
pub fn by_group<K: Ord>(
    heads: &[&str],
    order: &[Row],
    tallies: &[Tally],
    group: impl Fn(&Tally) -> K,
    names: impl Fn(&K) -> Vec<String>,
    word: impl Fn(&Tally) -> String,
) -> Grid {
    let mut groups: BTreeMap<K, BTreeMap<String, i64>> = BTreeMap::new();
    for tally in tallies {
        *groups.entry(group(tally)).or_default().entry(word(tally)).or_default() += tally.n;
    }
    let codes = all_codes(order, groups.values().flat_map(|words| words.keys().cloned()));
    let mut columns: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    columns.extend(codes.iter().map(|code| rows::name(order, code)));
    columns.push("total".into());
    let lines = groups.into_iter().filter(|(_, words)| words.values().any(|n| *n != 0)).map(|(key, words)| {
        let counts: Vec<i64> = codes.iter().map(|code| words.get(code).copied().unwrap_or(0)).collect();
        let total = counts.iter().sum();
        names(&key).into_iter().map(Cell::Text).chain(counts.into_iter().chain([total]).map(Cell::Count)).collect()
    });
    Grid { rows: lines.collect(), columns }
}

/// Tests taken and passed by group; whoever dropped out or has no result is not passed.
pub fn passed<K: Ord>(heads: &[&str], tallies: &[Tally], group: impl Fn(&Tally) -> K, names: impl Fn(&K) -> Vec<String>) -> Grid {
    let mut groups: BTreeMap<K, [i64; 4]> = BTreeMap::new();
    for tally in tallies {
        let [good, failed, dropped, open] = groups.entry(group(tally)).or_default();
        let place = match tally.result.as_str() {
            "passed" => good,
            "dropped" => dropped,
            "" => open,
            _ => failed,
        };
        *place += tally.n;
    }
    let mut columns: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    columns.extend(["geslaagd", "niet geslaagd", "afgehaakt", "geen resultaat", "total", "aandeel geslaagd"].map(String::from));
    let lines = groups.into_iter().filter(|(_, counts)| counts.iter().any(|n| *n != 0)).map(|(key, counts)| {
        let total: i64 = counts.iter().sum();
        let share = if total == 0 { Cell::Empty } else { Cell::PerMille(per_mille(counts[0], total)) };
        names(&key).into_iter().map(Cell::Text).chain(counts.into_iter().chain([total]).map(Cell::Count)).chain([share]).collect()
    });
    Grid { rows: lines.collect(), columns }
}

/// Languages by year, the largest first.
pub fn by_language(tallies: &[Tally], names: &BTreeMap<String, String>) -> Grid {
    let mut totals: BTreeMap<(i64, &str), i64> = BTreeMap::new();
    for tally in tallies {
        *totals.entry((tally.year, tally.language.as_str())).or_default() += tally.n;
    }
    let group = |tally: &Tally| {
        let total = totals.get(&(tally.year, tally.language.as_str())).copied().unwrap_or(0);
        (tally.year, std::cmp::Reverse(total), tally.language.clone())
    };
    let named = |(year, _, language): &(i64, std::cmp::Reverse<i64>, String)| {
        let name = if language.is_empty() { "onbekend" } else { names.get(language).map_or(language.as_str(), String::as_str) };
        vec![year.to_string(), name.to_owned()]
    };
    by_group(&["year", "language"], rows::AGENCIES, tallies, group, named, |tally| tally.agency.clone())
}

/// An integration certificate with what its tables ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub agency: String,
    pub on: NaiveDate,
    pub first_contract: Option<NaiveDate>,
    pub target_group: String,
    pub advice: String,
}

/// A median of fewer persons than `least` is kept back.
pub fn months_to_certificate(issued: &[Issued], least: i64) -> Grid {
    use chrono::Datelike;
    let with_contract: Vec<(&Issued, i64)> = issued
        .iter()
        .filter_map(|one| one.first_contract.filter(|from| *from <= one.on).map(|from| (one, full_months(from, one.on))))
        .collect();
    let years = years(with_contract.iter().map(|(one, _)| i64::from(one.on.year())));
    let mut columns = vec!["profile".to_owned()];
    columns.extend(years.iter().map(i64::to_string));
    let lines = PROFILES.iter().map(|(code, name)| {
        let of_profile = |one: &Issued| *code == "all" || one.target_group == *code || one.advice == *code;
        let cells = years.iter().map(|year| {
            let months = with_contract.iter().filter(|(one, _)| i64::from(one.on.year()) == *year && of_profile(one));
            let months: Vec<i64> = months.map(|(_, months)| *months).collect();
            match i64::try_from(months.len()) {
                Ok(persons) if persons > 0 && persons < least => Cell::Hidden,
                _ => median_in_halves(months).map_or(Cell::Empty, Cell::HalfMonths),
            }
        });
        std::iter::once(Cell::Text((*name).to_owned())).chain(cells).collect()
    });
    Grid { rows: lines.collect(), columns }
}

fn full_months(from: NaiveDate, to: NaiveDate) -> i64 {
    use chrono::Datelike;
    let months = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    if to.day() < from.day() { months - 1 } else { months }
}

fn median_in_halves(mut months: Vec<i64>) -> Option<i64> {
    months.sort_unstable();
    let middle = months.len() / 2;
    let upper = months.get(middle)?;
    if months.len() % 2 == 1 { Some(upper * 2) } else { months.get(middle - 1).map(|lower| lower + upper) }
}

pub fn years(found: impl Iterator<Item = i64>) -> Vec<i64> {
    let found: Vec<i64> = found.collect();
    match (found.iter().min(), found.iter().max()) {
        (Some(first), Some(last)) => (*first..=*last).collect(),
        _ => Vec::new(),
    }
}

/// The codes in the report's order, then whatever else was counted, so that nothing falls out of a total.
fn all_codes(order: &[Row], found: impl Iterator<Item = String>) -> Vec<String> {
    let mut codes: Vec<String> = order.iter().map(|(code, _)| (*code).to_owned()).collect();
    for code in found {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(purpose: &str, year: i64, n: i64) -> Tally {
        Tally { purpose: purpose.into(), year, n, ..Tally::default() }
    }

    #[test]
    fn a_year_without_tests_between_two_others_has_a_column_of_zeros() {
        let grid = by_year("test_purpose", &rows::PURPOSES[..1], &[tally("nationality", 2018, 3), tally("nationality", 2020, 4)], |t| {
            t.purpose.clone()
        });
        assert_eq!(grid.columns, ["test_purpose", "2018", "2019", "2020", "total"]);
        assert_eq!(grid.rows[0][1..], [3, 0, 4, 7].map(Cell::Count));
    }

    #[test]
    fn what_is_in_no_row_of_the_report_gets_a_row_so_that_the_total_is_the_sum() {
        let grid =
            by_year("test_purpose", &rows::PURPOSES[..1], &[tally("nationality", 2018, 3), tally("new", 2018, 4)], |t| t.purpose.clone());
        assert_eq!(grid.rows[1][0], Cell::Text("new".into()));
        assert_eq!(grid.rows[2], [Cell::Text("totaal".into()), Cell::Count(7), Cell::Count(7)]);
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        assert_eq!(median_in_halves(vec![9, 3, 4]), Some(8));
        assert_eq!(median_in_halves(vec![9, 3, 4, 5]), Some(9));
        assert_eq!(median_in_halves(Vec::new()), None);
    }

    #[test]
    fn a_month_is_full_on_the_same_day_of_the_next() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(full_months(day("2022-03-15"), day("2023-03-14")), 11);
        assert_eq!(full_months(day("2022-03-15"), day("2023-03-15")), 12);
    }
}
