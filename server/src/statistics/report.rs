//! A table as it is asked for: of the living records, of a snapshot, or as the records stood at the end of a day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Brussels;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::disclosure;
use super::question::{self, Question};
use super::rows::{self, Row};
use super::rules::{self, Cell, Grid, Tally};
use super::store::{self, Counted, Moment};
use super::tables::{Shape, Table, Text};
use crate::clock::belgian_date;

const CIVIC: &str = "'prescreening', 'reading', 'listening', 'writing', 'speaking'";
const PARTS: &str = "'reading', 'listening', 'writing', 'speaking'";

/// Which records are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    pub snapshot: Option<Uuid>,
    pub as_of: Option<NaiveDate>,
    pub agency: Option<&'a str>,
    /// For a file that leaves the agency: small cells are hidden.
    pub protected: bool,
}

/// Where the figures come from: with the same of these, and the same program, they are the same to the byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Origin {
    pub revision: i64,
    pub snapshot: Option<Uuid>,
    pub snapshot_name: Option<String>,
    pub as_of: Option<NaiveDate>,
    pub agency: Option<String>,
    pub protected: bool,
    pub purpose_rules: Vec<String>,
    pub program: &'static str,
}

#[derive(Clone, Debug)]
pub struct Report {
    pub name: &'static str,
    pub title: Text,
    pub definition: Text,
    pub grid: Grid,
    pub origin: Origin,
}

#[derive(Debug, thiserror::Error)]
pub enum ReportRefusal {
    #[error("there is no such snapshot")]
    NoSnapshot,
    #[error("ask for a snapshot or for a date, not for both")]
    SnapshotAndDate,
    #[error("the first moment is after the second")]
    WrongOrder,
    #[error("the answer has more than {} rows", question::MOST_ROWS)]
    TooManyRows,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// A table of the yearly report.
pub async fn report(db: &impl ConnectionTrait, table: &Table, asked: Asked<'_>, now: DateTime<Utc>) -> Result<Report, ReportRefusal> {
    let (moment, snapshot_name) = moment(db, asked, now).await?;
    let least = if asked.protected { disclosure::LEAST } else { 0 };
    let mut grid = grid(db, table.shape, Counted::Standing(moment), asked.agency, least).await?;
    if asked.protected {
        disclosure::protect(&mut grid, disclosure::LEAST);
    }
    let origin = origin(db, asked, moment, snapshot_name).await?;
    Ok(Report { name: table.name, title: table.title.into(), definition: table.definition.into(), grid, origin })
}

/// The answer to a question of one's own.
pub async fn answer(db: &impl ConnectionTrait, asks: &Question, asked: Asked<'_>, now: DateTime<Utc>) -> Result<Report, ReportRefusal> {
    let (moment, snapshot_name) = moment(db, asked, now).await?;
    let languages = store::languages(db, belgian_date(moment.at)).await?;
    let mut grid = question::answer(db, asks, moment, asked.agency, &languages).await?;
    if grid.rows.len() > question::MOST_ROWS {
        return Err(ReportRefusal::TooManyRows);
    }
    if asked.protected {
        disclosure::protect(&mut grid, disclosure::LEAST);
    }
    let origin = origin(db, asked, moment, snapshot_name).await?;
    Ok(Report {
        name: "own-question",
        title: asks.title(),
        definition: asks.definition(&languages),
        grid: question::show(grid, asks.show),
        origin,
    })
}

/// What a question says of a moment: which records stood then, and the snapshot's name.
pub async fn moment(db: &impl ConnectionTrait, asked: Asked<'_>, now: DateTime<Utc>) -> Result<(Moment, Option<String>), ReportRefusal> {
    Ok(match (asked.snapshot, asked.as_of) {
        (Some(_), Some(_)) => return Err(ReportRefusal::SnapshotAndDate),
        (Some(id), None) => {
            let snapshot = store::snapshot(db, id).await?.ok_or(ReportRefusal::NoSnapshot)?;
            (Moment { revision: snapshot.revision, at: snapshot.at }, Some(snapshot.name))
        }
        (None, Some(date)) => {
            let end = end_of(date);
            (Moment { revision: store::revision_before(db, end).await?, at: end }, None)
        }
        (None, None) => (Moment { revision: store::last_revision(db).await?, at: now }, None),
    })
}

pub async fn origin(
    db: &impl ConnectionTrait,
    asked: Asked<'_>,
    moment: Moment,
    snapshot_name: Option<String>,
) -> Result<Origin, ReportRefusal> {
    Ok(Origin {
        revision: moment.revision,
        snapshot: asked.snapshot,
        snapshot_name,
        as_of: asked.as_of,
        agency: asked.agency.map(str::to_owned),
        protected: asked.protected,
        purpose_rules: store::purpose_rules(db, moment).await?,
        program: env!("CARGO_PKG_VERSION"),
    })
}

/// The first moment of the next day in Belgium.
fn end_of(date: NaiveDate) -> DateTime<Utc> {
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date).and_time(NaiveTime::MIN);
    Brussels.from_local_datetime(&next).earliest().map_or_else(|| next.and_utc(), |at| at.to_utc())
}

/// The table laid out; tables of persons and of the trajectory are of what stands, and empty for a change.
pub async fn grid(db: &impl ConnectionTrait, shape: Shape, counted: Counted, agency: Option<&str>, least: i64) -> Result<Grid, DbErr> {
    let tallies = async |kinds: &str, asked: &[&str]| store::tallies(db, counted, agency, kinds, asked).await;
    let moment = counted.moment();
    Ok(match shape {
        Shape::CivicByPurpose => {
            rules::by_year("test_purpose", rows::PURPOSES, &tallies(CIVIC, &["purpose"]).await?, |tally| tally.purpose.clone())
        }
        Shape::CivicByAgency => rules::by_year("agency", rows::AGENCIES, &tallies(CIVIC, &["agency"]).await?, |tally| tally.agency.clone()),
        Shape::CivicByType => {
            let found = tallies(CIVIC, &["kind", "band"]).await?;
            let group = |tally: &Tally| (place(rows::CIVIC_KINDS, &tally.kind), place(rows::BANDS, &tally.band), tally.year);
            let names = |(kind, band, _): &(usize, usize, i64)| vec![nth(rows::CIVIC_KINDS, *kind), nth(rows::BANDS, *band)];
            let codes: Vec<(String, String)> = {
                let mut keys: Vec<_> = found.iter().map(|tally| group(&Tally { year: 0, ..tally.clone() })).collect();
                keys.sort_unstable();
                keys.dedup();
                keys.iter().map(|key| (format!("{:02}{:02}", key.0, key.1), names(key).join(" "))).collect()
            };
            let order: Vec<(&'static str, &'static str)> = Vec::new();
            let mut grid = rules::by_year("test_type", &order, &found, |tally| {
                let key = group(tally);
                format!("{:02}{:02}", key.0, key.1)
            });
            for cell in grid.rows.iter_mut().filter_map(|row| row.first_mut()) {
                if let Cell::Text(text) = cell
                    && let Some((_, name)) = codes.iter().find(|(code, _)| code == text)
                {
                    text.clone_from(name);
                }
            }
            grid
        }
        Shape::CivicResults => {
            let group = |tally: &Tally| (tally.year, place(rows::CIVIC_KINDS, &tally.kind), place(rows::BANDS, &tally.band));
            let names =
                |(year, kind, band): &(i64, usize, usize)| vec![year.to_string(), nth(rows::CIVIC_KINDS, *kind), nth(rows::BANDS, *band)];
            let found = tallies(PARTS, &["kind", "band", "result"]).await?;
            rules::by_group(&["year", "part", "band"], rows::RESULTS, &found, group, names, |tally| tally.result.clone())
        }
        Shape::CivicPersons => persons(db, moment, agency).await?,
        Shape::MoExemptionByYear => {
            rules::passed(&["year"], &tallies("'mo_exemption'", &["result"]).await?, |tally| tally.year, |year| vec![year.to_string()])
        }
        Shape::MoExemptionByAdvice => {
            let group = |tally: &Tally| (tally.year, place(rows::ADVICE, &tally.advice));
            let names = |(year, advice): &(i64, usize)| vec![year.to_string(), nth(rows::ADVICE, *advice)];
            rules::passed(&["year", "advice"], &tallies("'mo_exemption'", &["result", "advice"]).await?, group, names)
        }
        Shape::MoFinal => {
            let group = |tally: &Tally| (tally.year, rows::region(&tally.agency), place(rows::TARGET_GROUPS, &tally.target_group));
            let names = |(year, region, target): &(i64, &str, usize)| {
                vec![year.to_string(), (*region).to_owned(), nth(rows::TARGET_GROUPS, *target)]
            };
            rules::passed(
                &["year", "region", "target_group"],
                &tallies("'mo_final'", &["result", "agency", "target_group"]).await?,
                group,
                names,
            )
        }
        Shape::MoByLanguage => {
            let names = store::languages(db, belgian_date(moment.at)).await?;
            rules::by_language(&tallies("'mo_exemption', 'mo_final'", &["language", "agency"]).await?, &names)
        }
        Shape::IntegrationCertificates | Shape::IntegrationWithoutContract => {
            let mut issued = store::issued(db, moment, agency).await?;
            if shape == Shape::IntegrationWithoutContract {
                issued.retain(|one| one.first_contract.is_none_or(|signed| signed > one.on));
            }
            let tallies: Vec<Tally> = issued
                .into_iter()
                .map(|one| Tally { year: i64::from(one.on.year()), agency: one.agency, n: 1, ..Tally::default() })
                .collect();
            rules::by_year("agency", rows::AGENCIES, &tallies, |tally| tally.agency.clone())
        }
        Shape::MonthsToCertificate => rules::months_to_certificate(&store::issued(db, moment, agency).await?, least),
    })
}

/// A person counts once in every cell, also in those of the totals: these are counted and not added up.
async fn persons(db: &impl ConnectionTrait, moment: Moment, agency: Option<&str>) -> Result<Grid, DbErr> {
    let (mut cells, mut by_agency, mut by_year, mut all) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), 0);
    for group in store::persons(db, moment, agency, CIVIC).await? {
        // Four digits of the year, then the agency.
        let visits: BTreeSet<(i64, &str)> = group
            .visits
            .split(',')
            .filter_map(|visit| visit.split_at_checked(4))
            .map(|(year, at)| (year.parse().unwrap_or(0), at))
            .collect();
        for agency in visits.iter().map(|(_, agency)| *agency).collect::<BTreeSet<_>>() {
            *by_agency.entry(agency.to_owned()).or_insert(0) += group.n;
        }
        for year in visits.iter().map(|(year, _)| *year).collect::<BTreeSet<_>>() {
            *by_year.entry(year).or_insert(0) += group.n;
        }
        for (year, agency) in visits {
            *cells.entry((year, agency.to_owned())).or_insert(0) += group.n;
        }
        all += group.n;
    }
    let tallies: Vec<Tally> = cells.into_iter().map(|((year, agency), n)| Tally { year, agency, n, ..Tally::default() }).collect();
    let mut grid = rules::by_year("agency", rows::AGENCIES, &tallies, |tally| tally.agency.clone());
    let years = rules::years(by_year.keys().copied());
    let last = grid.rows.len().saturating_sub(1);
    for (at, row) in grid.rows.iter_mut().enumerate() {
        if at == last {
            let totals = years.iter().map(|year| by_year.get(year).copied().unwrap_or(0));
            *row = std::iter::once(Cell::Text("totaal".into())).chain(totals.chain([all]).map(Cell::Count)).collect();
        } else if let (Some(cell), Some((code, _))) = (row.last_mut(), rows::AGENCIES.get(at)) {
            *cell = Cell::Count(by_agency.get(*code).copied().unwrap_or(0));
        }
    }
    Ok(grid)
}

/// Where a code stands in the report's order; what is not in it comes last.
fn place(order: &[Row], code: &str) -> usize {
    order.iter().position(|(of, _)| *of == code).unwrap_or(order.len())
}

fn nth(order: &[Row], at: usize) -> String {
    order.get(at).map_or("onbekend", |(_, name)| name).to_owned()
}
