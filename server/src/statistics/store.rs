//! Counting what stood at a revision.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement, Value};
use serde::Deserialize;
use uuid::Uuid;

use super::rules::{Issued, Tally};
use crate::entity::enums::{Component, Outcome, RuleKind};
use crate::entity::{agencies, candidates, contracts, decisions, policy_rules, target_group_spells};
use crate::policy;

/// What is counted: everything up to a revision, and for the trajectory up to its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub revision: i64,
    pub at: DateTime<Utc>,
}

/// Which tests are counted: those that stood at a moment, or those by which what stood at two moments differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Standing(Moment),
    Changed { from: Moment, until: Moment, how: Change },
}

/// How a test came or went between two moments. A corrected test goes with its old values and comes with its new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    CorrectedTo,
    CorrectedFrom,
    Withdrawn,
}

impl Counted {
    pub const fn moment(self) -> Moment {
        match self {
            Self::Standing(moment) | Self::Changed { until: moment, .. } => moment,
        }
    }
}

#[derive(Clone, Debug, FromQueryResult)]
pub struct Snapshot {
    pub id: Uuid,
    pub name: String,
    pub revision: i64,
    pub at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Number {
    n: i64,
}

const DIMENSIONS: [&str; 8] = ["agency", "purpose", "kind", "band", "result", "language", "advice", "target_group"];

/// The last revision that was final before a moment.
pub async fn revision_before(db: &impl ConnectionTrait, at: DateTime<Utc>) -> Result<i64, DbErr> {
    let sql = "SELECT CAST(coalesce(max(revision), 0) AS BIGINT) AS n FROM fact_revisions WHERE at < $1";
    number(db, sql, vec![at.into()]).await
}

pub async fn last_revision(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    number(db, "SELECT CAST(coalesce(max(revision), 0) AS BIGINT) AS n FROM fact_revisions", Vec::new()).await
}

pub async fn snapshot(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Snapshot>, DbErr> {
    let sql = "SELECT id, name, revision, at FROM fact_snapshots WHERE id = $1";
    Snapshot::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, [id.into()])).one(db).await
}

pub async fn snapshots(db: &impl ConnectionTrait) -> Result<Vec<Snapshot>, DbErr> {
    let sql = "SELECT id, name, revision, at FROM fact_snapshots ORDER BY revision DESC, name";
    Snapshot::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await
}

/// The counts by year and by what the table asks for.
pub async fn tallies(
    db: &impl ConnectionTrait,
    counted: Counted,
    agency: Option<&str>,
    kinds: &str,
    asked: &[&str],
) -> Result<Vec<Tally>, DbErr> {
    let selected = DIMENSIONS.map(|name| if asked.contains(&name) { name.to_owned() } else { format!("'' AS {name}") }).join(", ");
    let groups = asked.iter().map(|name| format!(", {name}")).collect::<String>();
    let agency = agency.unwrap_or_default();
    let (source, values): (String, Vec<Value>) = match counted {
        Counted::Standing(moment) => {
            let base = base_before(db, moment.revision).await?;
            let source = format!(
                "(SELECT {COUNTED} FROM fact_base_counts WHERE revision = $3 \
                 UNION ALL SELECT {COUNTED} FROM fact_counts WHERE revision > $3 AND revision <= $1) AS counts"
            );
            (source, vec![moment.revision.into(), agency.into(), base.into()])
        }
        Counted::Changed { from, until, how } => (changed(how), vec![until.revision.into(), agency.into(), from.revision.into()]),
    };
    let sql = format!(
        "SELECT year, {selected}, CAST(sum(n) AS BIGINT) AS n FROM {source} \
         WHERE kind IN ({kinds}) AND ($2 = '' OR agency = $2) GROUP BY year{groups} HAVING sum(n) <> 0 ORDER BY year{groups}"
    );
    Tally::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).all(db).await
}

/// The tests that came or went after revision $3 up to revision $1.
fn changed(how: Change) -> String {
    const CAME: &str = "revision > $3 AND revision <= $1 AND (withdrawn_revision IS NULL OR withdrawn_revision > $1)";
    const WENT: &str = "revision <= $3 AND withdrawn_revision > $3 AND withdrawn_revision <= $1";
    let (these, those, corrected) = match how {
        Change::Added => (CAME, WENT, false),
        Change::CorrectedTo => (CAME, WENT, true),
        Change::CorrectedFrom => (WENT, CAME, true),
        Change::Withdrawn => (WENT, CAME, false),
    };
    let both = if corrected { "IS NOT NULL" } else { "IS NULL" };
    format!(
        "(SELECT these.*, 1 AS n FROM (SELECT * FROM test_facts WHERE {these}) AS these \
         LEFT JOIN (SELECT test_id, source FROM test_facts WHERE {those}) AS those \
         ON those.test_id = these.test_id AND those.source = these.source WHERE those.test_id {both}) AS changed"
    )
}

/// What is counted by, in the counts and in their bases.
pub const COUNTED: &str = "agency, year, purpose, kind, band, result, language, advice, target_group, n";

/// The last revision up to which all counts are added up; 0 when there is none.
pub async fn base_before(db: &impl ConnectionTrait, revision: i64) -> Result<i64, DbErr> {
    number(db, "SELECT CAST(coalesce(max(revision), 0) AS BIGINT) AS n FROM fact_bases WHERE revision <= $1", vec![revision.into()]).await
}

/// When a revision became final.
pub async fn revision_at(db: &impl ConnectionTrait, revision: i64) -> Result<Option<DateTime<Utc>>, DbErr> {
    #[derive(FromQueryResult)]
    struct At {
        at: DateTime<Utc>,
    }
    let sql = "SELECT at FROM fact_revisions WHERE revision = $1";
    let found = At::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, [revision.into()])).one(db).await?;
    Ok(found.map(|found| found.at))
}

/// A revision between two moments, as a difference is explained.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Revision {
    pub revision: i64,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub added: i64,
    pub corrected: i64,
}

/// The latest revisions after one and up to another.
pub async fn revisions(db: &impl ConnectionTrait, from: i64, until: i64, most: i64) -> Result<Vec<Revision>, DbErr> {
    let sql = "SELECT revision, at, kind, CAST(added AS BIGINT) AS added, CAST(corrected AS BIGINT) AS corrected FROM fact_revisions \
        WHERE revision > $1 AND revision <= $2 AND kind <> 'snapshot' ORDER BY revision DESC LIMIT $3";
    let values: [Value; 3] = [from.into(), until.into(), most.into()];
    Revision::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).all(db).await
}

/// How many persons were in the same years at the same agencies: each year with its agency, such as `2022atlas,2023amal`, and the number.
/// One pass over the tests answers every total, in which each person counts once.
pub async fn persons(db: &impl ConnectionTrait, moment: Moment, agency: Option<&str>, kinds: &str) -> Result<Vec<Persons>, DbErr> {
    let backend = db.get_database_backend();
    let visits = match backend {
        DbBackend::Sqlite => "group_concat(DISTINCT year || agency)",
        _ => "string_agg(DISTINCT year || agency, ',')",
    };
    let sql = format!(
        "SELECT visits, count(*) AS n FROM (SELECT {visits} AS visits FROM test_facts WHERE revision <= $1 \
         AND (withdrawn_revision IS NULL OR withdrawn_revision > $1) AND kind IN ({kinds}) AND ($2 = '' OR agency = $2) GROUP BY person) AS persons \
         GROUP BY visits"
    );
    let values: [Value; 2] = [moment.revision.into(), agency.unwrap_or_default().into()];
    Persons::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).all(db).await
}

#[derive(FromQueryResult)]
pub struct Persons {
    pub visits: String,
    pub n: i64,
}

/// The integration certificates that stood at the moment.
pub async fn issued(db: &impl ConnectionTrait, moment: Moment, agency: Option<&str>) -> Result<Vec<Issued>, DbErr> {
    let codes: BTreeMap<_, _> =
        agencies::Entity::find().all(db).await?.into_iter().map(|row| (row.id, row.code.as_str().to_owned())).collect();
    let rows = decisions::Entity::find()
        .filter(decisions::Column::Component.eq(Component::IntegrationCertificate))
        .filter(decisions::Column::Outcome.eq(Outcome::Issued))
        .filter(decisions::Column::CreatedAt.lte(moment.at))
        .order_by_asc(decisions::Column::Id)
        .all(db)
        .await?;
    let mut found = Vec::new();
    for row in rows.into_iter().filter(|row| row.superseded_at.is_none_or(|at| at > moment.at)) {
        let code = codes.get(&row.agency_id).cloned().unwrap_or_default();
        if agency.is_some_and(|only| only != code) {
            continue;
        }
        let contract = contracts::Entity::find()
            .filter(contracts::Column::CandidateId.eq(row.candidate_id))
            .filter(contracts::Column::CreatedAt.lte(moment.at))
            .order_by_asc(contracts::Column::SignedOn)
            .one(db)
            .await?;
        let candidate = candidates::Entity::find_by_id(row.candidate_id).one(db).await?;
        found.push(Issued {
            agency: code,
            on: row.decided_on,
            first_contract: contract.map(|contract| contract.signed_on),
            target_group: target_group(db, row.candidate_id, row.decided_on).await?,
            advice: candidate.and_then(|candidate| candidate.advice).map_or("", |advice| advice.as_str()).to_owned(),
        });
    }
    Ok(found)
}

/// The target group of a person on a date; empty where no spell covers it.
pub async fn target_group(db: &impl ConnectionTrait, candidate: crate::ids::CandidateId, on: NaiveDate) -> Result<String, DbErr> {
    let spells = target_group_spells::Entity::find()
        .filter(target_group_spells::Column::CandidateId.eq(candidate))
        .filter(target_group_spells::Column::ValidFrom.lte(on))
        .order_by_desc(target_group_spells::Column::ValidFrom)
        .all(db)
        .await?;
    let spell = spells.into_iter().find(|spell| spell.valid_to.is_none_or(|last| on <= last));
    Ok(spell.map_or("", |spell| spell.target_group.as_str()).to_owned())
}

/// The Dutch names of the languages that the rules know.
pub async fn languages(db: &impl ConnectionTrait, on: NaiveDate) -> Result<BTreeMap<String, String>, DbErr> {
    #[derive(Deserialize)]
    struct Language {
        name: String,
    }
    let rules = policy::rules_at::<Language>(db, RuleKind::Language, on).await?;
    Ok(rules.into_iter().map(|rule| (rule.key, rule.body.name)).collect())
}

/// The versions of the rules on purposes that were written by the moment, as a report names them.
pub async fn purpose_rules(db: &impl ConnectionTrait, moment: Moment) -> Result<Vec<String>, DbErr> {
    let rows = policy_rules::Entity::find()
        .filter(policy_rules::Column::Kind.eq(RuleKind::Purpose))
        .order_by_asc(policy_rules::Column::Key)
        .order_by_asc(policy_rules::Column::Version)
        .all(db)
        .await?;
    let mut latest: BTreeMap<String, i64> = BTreeMap::new();
    // The rules that the database began with count from the beginning, also for records of earlier years.
    for row in rows.into_iter().filter(|row| row.created_by.is_none() || row.created_at <= moment.at) {
        latest.insert(row.key, row.version);
    }
    Ok(latest.into_iter().map(|(key, version)| format!("{key} {version}")).collect())
}

async fn number(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<i64, DbErr> {
    let found = Number::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).one(db).await?;
    Ok(found.map_or(0, |found| found.n))
}
