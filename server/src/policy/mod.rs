//! Dated rules: fees, purposes, cut scores, trajectory duties, languages and settings. They are rows with a legal ground, loaded from
//! `server/policy/*.toml` at first start and changed by adding a version; what was decided under a rule keeps that rule's id.

pub mod actions;
pub mod cases;
pub mod cases_http;
pub mod http;
pub mod load;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::de::DeserializeOwned;

use crate::entity::enums::{RuleKind, RuleSource};
use crate::entity::policy_rules;
use crate::ids::RuleId;

/// A rule as it stands in the database, with its body read.
#[derive(Clone, Debug)]
pub struct Rule<T> {
    pub id: RuleId,
    pub key: String,
    pub version: i64,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub ground: String,
    pub source: RuleSource,
    pub body: T,
}

/// The rule of this kind and key that is in force on a date: the latest to begin among those not withdrawn.
pub async fn rule_at<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    kind: RuleKind,
    key: &str,
    on: NaiveDate,
) -> Result<Option<Rule<T>>, DbErr> {
    let rows = policy_rules::Entity::find()
        .filter(policy_rules::Column::Kind.eq(kind))
        .filter(policy_rules::Column::Key.eq(key))
        .filter(policy_rules::Column::ValidFrom.lte(on))
        .filter(policy_rules::Column::WithdrawnAt.is_null())
        .order_by_desc(policy_rules::Column::ValidFrom)
        .order_by_desc(policy_rules::Column::Version)
        .all(db)
        .await?;
    rows.into_iter().find(|row| row.valid_to.is_none_or(|last| on <= last)).map(read).transpose()
}

/// Every rule of a kind that is in force on a date, by key.
pub async fn rules_at<T: DeserializeOwned>(db: &impl ConnectionTrait, kind: RuleKind, on: NaiveDate) -> Result<Vec<Rule<T>>, DbErr> {
    let rows = policy_rules::Entity::find()
        .filter(policy_rules::Column::Kind.eq(kind))
        .filter(policy_rules::Column::ValidFrom.lte(on))
        .filter(policy_rules::Column::WithdrawnAt.is_null())
        .order_by_asc(policy_rules::Column::Key)
        .order_by_desc(policy_rules::Column::ValidFrom)
        .order_by_desc(policy_rules::Column::Version)
        .all(db)
        .await?;
    let mut in_force: Vec<Rule<T>> = Vec::new();
    for row in rows.into_iter().filter(|row| row.valid_to.is_none_or(|last| on <= last)) {
        if in_force.last().is_none_or(|rule| rule.key != row.key) {
            in_force.push(read(row)?);
        }
    }
    Ok(in_force)
}

/// A rule by its id: what an attempt, an order or a decision was made under.
pub async fn rule<T: DeserializeOwned>(db: &impl ConnectionTrait, id: RuleId) -> Result<Option<Rule<T>>, DbErr> {
    policy_rules::Entity::find_by_id(id).one(db).await?.map(read).transpose()
}

fn read<T: DeserializeOwned>(row: policy_rules::Model) -> Result<Rule<T>, DbErr> {
    let body = serde_json::from_value(row.body).map_err(|error| DbErr::Type(format!("rule {} {}: {error}", row.kind.as_str(), row.key)))?;
    Ok(Rule {
        id: row.id,
        key: row.key,
        version: row.version,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        ground: row.ground,
        source: row.source,
        body,
    })
}
