//! The questions of an attempt, as they leave the server: delivery items, whose names and order are made for this attempt from its seed.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;

use super::{Refusal, media};
use crate::adaptive;
use crate::app::Ijkpunt;
use crate::entity::{attempt_items, attempts, item_versions, media_files};
use crate::ids::{ItemVersionId, MediaId};
use crate::items::qti;
use crate::media::hex;

pub struct Paper {
    pub questions: Vec<Question>,
    pub media: Vec<File>,
}

pub struct Question {
    pub position: i64,
    pub item: Value,
}

pub struct File {
    pub url: String,
    pub bytes: i64,
    pub sha256: String,
}

/// All questions of an attempt and the files that they use, so that a kiosk can fetch them before the clock starts.
pub async fn paper(ijkpunt: &Ijkpunt, attempt: &attempts::Model) -> Result<Paper, Refusal> {
    let items = attempt_items::Entity::find()
        .filter(attempt_items::Column::AttemptId.eq(attempt.id))
        .order_by_asc(attempt_items::Column::Position)
        .all(&ijkpunt.db)
        .await?;
    let versions: BTreeMap<ItemVersionId, item_versions::Model> = item_versions::Entity::find()
        .filter(item_versions::Column::Id.is_in(items.iter().map(|item| item.item_version_id)))
        .all(&ijkpunt.db)
        .await?
        .into_iter()
        .map(|version| (version.id, version))
        .collect();
    let mut questions = Vec::with_capacity(items.len());
    for row in items {
        let version = versions.get(&row.item_version_id).ok_or(Refusal::NotFound)?;
        questions.push(Question { position: row.position, item: question(ijkpunt, attempt, row.position, version)? });
    }
    let used = media_of_attempt(ijkpunt, attempt).await?;
    let files = media_files::Entity::find().filter(media_files::Column::Id.is_in(used)).all(&ijkpunt.db).await?;
    let media = files
        .into_iter()
        .map(|file| File { url: media::url(&ijkpunt.keys, attempt.id, file.id), bytes: file.size, sha256: hex(&file.sha256) })
        .collect();
    Ok(Paper { questions, media })
}

/// Every file that the attempt's questions use. Of an adaptive test those of the whole pool, so that no sound has to come during the test.
pub async fn media_of_attempt(ijkpunt: &Ijkpunt, attempt: &attempts::Model) -> Result<Vec<MediaId>, DbErr> {
    let versions: Vec<ItemVersionId> = match adaptive::store::of_attempt(&ijkpunt.db, attempt.id).await? {
        Some(state) => {
            let ready = adaptive::store::ready(&ijkpunt.db, &ijkpunt.plans, state.plan_id).await?;
            ready.plan.pool.iter().map(|one| one.item_version).collect()
        }
        None => super::store::items_of(&ijkpunt.db, attempt.id).await?.into_iter().map(|item| item.item_version_id).collect(),
    };
    let named: Vec<Value> = item_versions::Entity::find()
        .select_only()
        .column(item_versions::Column::Media)
        .filter(item_versions::Column::Id.is_in(versions))
        .into_tuple()
        .all(&ijkpunt.db)
        .await?;
    let mut media = Vec::new();
    for names in named {
        let files: BTreeMap<String, MediaId> =
            serde_json::from_value(names).map_err(|error| DbErr::Type(format!("media of attempt {}: {error}", attempt.id)))?;
        media.extend(files.into_values());
    }
    media.sort_unstable();
    media.dedup();
    Ok(media)
}

/// The question at a place, as it was given and will be given again.
pub async fn question_at(ijkpunt: &Ijkpunt, attempt: &attempts::Model, position: i64) -> Result<Value, Refusal> {
    let row = attempt_items::Entity::find_by_id((attempt.id, position)).one(&ijkpunt.db).await?.ok_or(Refusal::NotFound)?;
    let version = item_versions::Entity::find_by_id(row.item_version_id).one(&ijkpunt.db).await?.ok_or(Refusal::NotFound)?;
    question(ijkpunt, attempt, position, &version)
}

/// One question of an attempt.
fn question(ijkpunt: &Ijkpunt, attempt: &attempts::Model, position: i64, version: &item_versions::Model) -> Result<Value, Refusal> {
    let files = media_of(version)?;
    let url = |name: &str| files.get(name).map(|id| media::url(&ijkpunt.keys, attempt.id, *id));
    qti::deliver(version, &attempt.language, qti::seed(attempt.seed, position), &url).map_err(|error| Refusal::Item(error.to_string()))
}

/// How often a sound may be played; none where there is no such sound. Looked up in what the kiosk was given, since the name is an alias.
pub async fn max_plays(ijkpunt: &Ijkpunt, attempt: &attempts::Model, position: i64, media: &str) -> Result<Option<i64>, Refusal> {
    let Some(row) = attempt_items::Entity::find_by_id((attempt.id, position)).one(&ijkpunt.db).await? else { return Ok(None) };
    let version = item_versions::Entity::find_by_id(row.item_version_id).one(&ijkpunt.db).await?.ok_or(Refusal::NotFound)?;
    Ok(find_media(&question(ijkpunt, attempt, position, &version)?, media))
}

fn find_media(node: &Value, id: &str) -> Option<i64> {
    match node {
        Value::Object(map) if map.get("t").is_some_and(|t| t == "media") && map.get("id").is_some_and(|found| found == id) => {
            Some(map.get("max_plays").and_then(Value::as_i64).unwrap_or(0))
        }
        Value::Object(map) => map.values().find_map(|value| find_media(value, id)),
        Value::Array(list) => list.iter().find_map(|value| find_media(value, id)),
        _ => None,
    }
}

pub fn media_of(version: &item_versions::Model) -> Result<BTreeMap<String, MediaId>, DbErr> {
    serde_json::from_value(version.media.clone()).map_err(|error| DbErr::Type(format!("media of item version {}: {error}", version.id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_play_budget_is_found_wherever_the_sound_stands() {
        let item = json!({ "v": 1, "body": [{ "t": "div", "c": ["Luister", { "t": "media", "id": "m1", "max_plays": 2 }] }] });
        assert_eq!(find_media(&item, "m1"), Some(2));
        assert_eq!(find_media(&item, "m2"), None);
    }
}
