//! Changing a rule: a dated version is added, and the ones before stay as they were.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::begin_write;
use crate::entity::enums::{RuleKind, RuleSource};
use crate::entity::policy_rules;
use crate::fees::rules::Fee;
use crate::ids::{RuleId, UserId};
use crate::purposes::rules::Purpose;

/// A version that somebody wants to add.
pub struct NewVersion {
    pub kind: RuleKind,
    pub key: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub ground: String,
    pub source: RuleSource,
    pub body: Value,
}

#[derive(Debug, thiserror::Error)]
pub enum PolicyRefusal {
    #[error("there is no rule of this kind and key")]
    Unknown,
    #[error("the body does not have the shape of its kind")]
    Shape,
    #[error("the last day is before the first")]
    Dates,
    #[error(transparent)]
    Database(#[from] DbErr),
}

pub async fn add(ijkpunt: &Ijkpunt, by: UserId, new: NewVersion) -> Result<policy_rules::Model, PolicyRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let row = add_within(&tx, by, new, now).await?;
    tx.commit().await?;
    Ok(row)
}

/// The same, as part of a transaction that changes something else too.
pub async fn add_within(
    tx: &DatabaseTransaction,
    by: UserId,
    new: NewVersion,
    now: DateTime<Utc>,
) -> Result<policy_rules::Model, PolicyRefusal> {
    if new.valid_to.is_some_and(|last| last < new.valid_from) {
        return Err(PolicyRefusal::Dates);
    }
    let latest = policy_rules::Entity::find()
        .filter(policy_rules::Column::Kind.eq(new.kind))
        .filter(policy_rules::Column::Key.eq(&new.key))
        .order_by_desc(policy_rules::Column::Version)
        .one(tx)
        .await?
        .ok_or(PolicyRefusal::Unknown)?;
    if !has_shape(new.kind, &latest.body, &new.body) {
        return Err(PolicyRefusal::Shape);
    }
    let row = policy_rules::Model {
        id: RuleId::new(),
        kind: new.kind,
        key: new.key,
        version: latest.version + 1,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        body: new.body,
        ground: new.ground,
        source: new.source,
        created_at: now,
        created_by: Some(by),
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawn_reason: None,
    };
    let written = policy_rules::ActiveModel {
        id: Set(row.id),
        kind: Set(row.kind),
        key: Set(row.key.clone()),
        version: Set(row.version),
        valid_from: Set(row.valid_from),
        valid_to: Set(row.valid_to),
        body: Set(row.body.clone()),
        ground: Set(row.ground.clone()),
        source: Set(row.source),
        created_at: Set(row.created_at),
        created_by: Set(row.created_by),
        ..Default::default()
    };
    policy_rules::Entity::insert(written).exec_without_returning(tx).await?;
    let detail = json!({ "kind": row.kind, "key": row.key, "version": row.version, "valid_from": row.valid_from });
    audit::record(tx, now, audit::Entry::of(By::User(by), "policy.version-added", ("rule", Some(row.id.0))).with(detail)).await?;
    Ok(row)
}

/// A purpose and a fee are read as one. Of the other kinds, a version has the fields of the version before, each of the same type: whoever reads the rule can
/// then read the new version too.
pub fn has_shape(kind: RuleKind, before: &Value, body: &Value) -> bool {
    match (kind, before, body) {
        (RuleKind::Purpose, _, _) => serde_json::from_value::<Purpose>(body.clone()).is_ok(),
        (RuleKind::Fee, _, _) => serde_json::from_value::<Fee>(body.clone()).is_ok_and(|fee| fee.is_sound()),
        (_, Value::Object(before), Value::Object(body)) => {
            before.len() == body.len() && before.iter().all(|(name, old)| body.get(name).is_some_and(|new| same_type(old, new)))
        }
        (_, before, body) => same_type(before, body),
    }
}

fn same_type(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.is_i64() == b.is_i64(),
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_the_fields_of_the_one_before_and_their_types() {
        let before = json!({ "months": 3, "name": "retake" });
        assert!(has_shape(RuleKind::Setting, &before, &json!({ "name": "x", "months": 4 })));
        assert!(!has_shape(RuleKind::Setting, &before, &json!({ "months": "4", "name": "x" })));
        assert!(!has_shape(RuleKind::Setting, &before, &json!({ "months": 4 })));
        assert!(!has_shape(RuleKind::Setting, &before, &json!({ "months": 4.5, "name": "x" })));
        assert!(!has_shape(RuleKind::Purpose, &before, &before));
    }
}
