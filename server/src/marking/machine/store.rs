//! Reading what is marked.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::Value;

use super::rules::{MarkedBy, Question};
use crate::delivery::rules::is_answered;
use crate::delivery::store::answers_in_force;
use crate::entity::{attempt_items, attempts, item_versions, items, marks};
use crate::ids::{AttemptId, ItemId, ItemVersionId};
use crate::items::qti;
use crate::marking::corrections;

/// The mark of an attempt as it stands.
pub async fn mark_in_force(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<Option<marks::Model>, DbErr> {
    marks::Entity::find().filter(marks::Column::AttemptId.eq(attempt)).filter(marks::Column::SupersededAt.is_null()).one(db).await
}

/// How many marks an attempt was given, those that were superseded among them.
pub async fn marks_of(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<i64, DbErr> {
    let count = marks::Entity::find().filter(marks::Column::AttemptId.eq(attempt)).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Every question of an attempt, with the answer that counts, marked.
pub async fn marked_questions(db: &impl ConnectionTrait, attempt: &attempts::Model) -> Result<Vec<Question>, DbErr> {
    let rows = attempt_items::Entity::find()
        .filter(attempt_items::Column::AttemptId.eq(attempt.id))
        .order_by_asc(attempt_items::Column::Position)
        .all(db)
        .await?;
    let versions: BTreeMap<ItemVersionId, item_versions::Model> = item_versions::Entity::find()
        .filter(item_versions::Column::Id.is_in(rows.iter().map(|row| row.item_version_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|version| (version.id, version))
        .collect();
    let identifiers: BTreeMap<ItemId, String> = items::Entity::find()
        .filter(items::Column::Id.is_in(versions.values().map(|version| version.item_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|item| (item.id, item.identifier))
        .collect();
    let items: Vec<ItemId> = identifiers.keys().copied().collect();
    let corrected = corrections::store::in_force(db, &items).await?;
    let given: BTreeMap<i64, Value> = answers_in_force(db, attempt.id).await?.into_iter().map(|row| (row.position, row.response)).collect();
    let mut questions = Vec::with_capacity(rows.len());
    for row in rows {
        let version = versions.get(&row.item_version_id).ok_or_else(|| missing("item version", row.item_version_id))?;
        let response = given.get(&row.position).unwrap_or(&Value::Null);
        // A key that was corrected since marks whoever comes later too, whatever version their form still holds.
        let by = corrected.get(&version.item_id).filter(|by| by.version > version.version);
        let pair = qti::Pair::read(version, by.unwrap_or(version), &attempt.language).map_err(|error| DbErr::Custom(error.to_string()))?;
        let marked = pair.mark(qti::seed(attempt.seed, row.position), response);
        questions.push(Question {
            position: row.position,
            identifier: identifiers.get(&version.item_id).cloned().ok_or_else(|| missing("item", version.item_id))?,
            version: version.version,
            item_version: version.id,
            core: version.core,
            level: version.level,
            topic: version.topic.clone(),
            answered: is_answered(response),
            responses: marked.responses,
            score: marked.score,
            max: marked.max,
            problems: marked.problems,
            marked_by: by.map(|by| MarkedBy { version: by.version, item_version: by.id }),
        });
    }
    Ok(questions)
}

fn missing(what: &str, id: impl std::fmt::Display) -> DbErr {
    DbErr::RecordNotFound(format!("{what} {id}"))
}
