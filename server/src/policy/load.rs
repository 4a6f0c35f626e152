//! Loading the dated rules that a fresh database starts from.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait};
use serde::Deserialize;

use crate::db::begin_write;
use crate::entity::enums::{RuleKind, RuleSource};
use crate::entity::policy_rules;
use crate::ids::RuleId;

/// The files, in the binary so that it runs without the source tree.
const FILES: &[(RuleKind, &str, &str)] = &[
    (RuleKind::CutScore, "cut-scores.toml", include_str!("../../policy/cut-scores.toml")),
    (RuleKind::Fee, "fees.toml", include_str!("../../policy/fees.toml")),
    (RuleKind::Language, "languages.toml", include_str!("../../policy/languages.toml")),
    (RuleKind::Purpose, "purposes.toml", include_str!("../../policy/purposes.toml")),
    (RuleKind::Setting, "settings.toml", include_str!("../../policy/settings.toml")),
    (RuleKind::Trajectory, "trajectory.toml", include_str!("../../policy/trajectory.toml")),
];

/// A file is a list of `[[rule]]`: key, dates, ground, source and a body whose shape is that of its kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<FileRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    key: String,
    valid_from: toml::value::Datetime,
    valid_to: Option<toml::value::Datetime>,
    ground: String,
    source: RuleSource,
    body: serde_json::Value,
}

/// Fills an empty table of rules. A database that has rules is left alone: from then on they are changed in the office.
pub async fn load_if_empty(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<(), DbErr> {
    if policy_rules::Entity::find().count(db).await? > 0 {
        return Ok(());
    }
    let tx = begin_write(db).await?;
    for (kind, name, text) in FILES {
        let file: File = toml::from_str(text).map_err(|error| DbErr::Custom(format!("{name}: {error}")))?;
        let mut versions: BTreeMap<String, i64> = BTreeMap::new();
        for rule in file.rule {
            let version = versions.entry(rule.key.clone()).or_default();
            *version += 1;
            policy_rules::Entity::insert(policy_rules::ActiveModel {
                id: Set(RuleId::new()),
                kind: Set(*kind),
                key: Set(rule.key),
                version: Set(*version),
                valid_from: Set(date(&rule.valid_from)?),
                valid_to: Set(rule.valid_to.as_ref().map(date).transpose()?),
                body: Set(rule.body),
                ground: Set(rule.ground),
                source: Set(rule.source),
                created_at: Set(now),
                ..Default::default()
            })
            .exec_without_returning(&tx)
            .await?;
        }
    }
    tx.commit().await
}

fn date(written: &toml::value::Datetime) -> Result<NaiveDate, DbErr> {
    written.to_string().parse().map_err(|error| DbErr::Custom(format!("{written}: {error}")))
}
