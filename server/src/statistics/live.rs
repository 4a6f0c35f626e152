//! Tests that were sat here become facts in the transaction that gives them their result, so that figures are never older than the last commit.

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait};

use super::facts::{Fact, Ledger, Source, year};
use super::{rows, store};
use crate::clock::belgian_date;
use crate::entity::enums::{Level, RuleKind};
use crate::entity::{agencies, attempts, candidates, enrolments, sites, test_sessions};
use crate::policy;
use crate::purposes::rules::Purpose;

/// Counts the attempt with its level; a later call with another level is a correction.
pub async fn record(tx: &DatabaseTransaction, now: DateTime<Utc>, attempt: &attempts::Model, level: Option<Level>) -> Result<(), DbErr> {
    let fact = describe(tx, attempt, level).await?;
    let mut ledger = Ledger::begin(tx, Source::Live).await?;
    ledger.put(vec![fact]).await?;
    ledger.finish(now).await.map(|_| ())
}

async fn describe(tx: &DatabaseTransaction, attempt: &attempts::Model, level: Option<Level>) -> Result<Fact, DbErr> {
    let missing = |what: &str| DbErr::RecordNotFound(format!("{what} of attempt {}", attempt.id));
    let candidate = candidates::Entity::find_by_id(attempt.candidate_id).one(tx).await?.ok_or_else(|| missing("candidate"))?;
    let enrolment = enrolments::Entity::find_by_id(attempt.enrolment_id).one(tx).await?.ok_or_else(|| missing("enrolment"))?;
    let session = test_sessions::Entity::find_by_id(attempt.session_id).one(tx).await?.ok_or_else(|| missing("session"))?;
    let site = sites::Entity::find_by_id(session.site_id).one(tx).await?.ok_or_else(|| missing("site"))?;
    let agency = agencies::Entity::find_by_id(attempt.agency_id).one(tx).await?.ok_or_else(|| missing("agency"))?;
    let sat_on = belgian_date(attempt.started_at.unwrap_or(attempt.created_at));
    // A purpose that was added later may stand in a row of the report under another key.
    let rule = policy::rule_at::<Purpose>(tx, RuleKind::Purpose, &enrolment.purpose, sat_on).await?;
    let row = rule.and_then(|rule| rule.body.row).and_then(|row| rows::find(rows::PURPOSES, &row).map(str::to_owned));
    Ok(Fact {
        test_id: attempt.id.to_string(),
        // The candidate's id says nothing outside this database, and one record is one person.
        person: attempt.candidate_id.0.simple().to_string(),
        agency: agency.code.as_str().into(),
        site: site.code,
        sat_on: sat_on.to_string(),
        year: year(sat_on),
        purpose: row.unwrap_or(enrolment.purpose),
        kind: attempt.part.as_str().into(),
        band: attempt.band.map_or("", |band| band.as_str()).into(),
        result: level.map_or("", |level| level.as_str()).into(),
        language: attempt.language.clone(),
        advice: candidate.advice.map_or("", |advice| advice.as_str()).into(),
        gender: candidate.sex.as_str().into(),
        birth_year: candidate.birth_date.year().to_string(),
        target_group: store::target_group(tx, attempt.candidate_id, sat_on).await?,
    })
}
