//! Reading ratings and the scripts that they are of.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::rules::Rubric;
use crate::entity::enums::{Band, Part, RatingStatus};
use crate::entity::{answers, attempt_items, attempts, item_versions, ratings, recording_slices, recordings, rubrics};
use crate::ids::{AgencyId, AttemptId, RatingId, RecordingId, RubricId, UserId};

/// The rubric of a part and band as it is used now.
pub async fn rubric_for(db: &impl ConnectionTrait, part: Part, band: Band) -> Result<Option<rubrics::Model>, DbErr> {
    rubrics::Entity::find()
        .filter(rubrics::Column::Part.eq(part))
        .filter(rubrics::Column::Band.eq(band))
        .order_by_desc(rubrics::Column::Version)
        .order_by_desc(rubrics::Column::CreatedAt)
        .one(db)
        .await
}

pub async fn rubric(db: &impl ConnectionTrait, id: RubricId) -> Result<Rubric, DbErr> {
    let row = rubrics::Entity::find_by_id(id).one(db).await?.ok_or_else(|| DbErr::RecordNotFound(format!("rubric {id}")))?;
    serde_json::from_value(row.body).map_err(|error| DbErr::Type(format!("rubric {id}: {error}")))
}

/// More than an examiner reads in a day; the oldest come first.
const QUEUE: u64 = 200;

/// What an examiner can take, and what they have in hand, oldest first.
pub async fn queue(
    db: &impl ConnectionTrait,
    examiner: UserId,
    agencies: &[AgencyId],
) -> Result<Vec<(ratings::Model, attempts::Model)>, DbErr> {
    let of_agencies = attempts::Entity::find()
        .select_only()
        .column(attempts::Column::Id)
        .filter(attempts::Column::AgencyId.is_in(agencies.iter().copied()))
        .into_query();
    // Nobody rates a script a second time.
    let seen = ratings::Entity::find()
        .select_only()
        .column(ratings::Column::AttemptId)
        .filter(ratings::Column::ExaminerId.eq(examiner))
        .filter(ratings::Column::Status.ne(RatingStatus::Void))
        .into_query();
    let to_take =
        Condition::all().add(ratings::Column::Status.eq(RatingStatus::Open)).add(ratings::Column::AttemptId.not_in_subquery(seen));
    let in_hand = Condition::all().add(ratings::Column::Status.eq(RatingStatus::Claimed)).add(ratings::Column::ExaminerId.eq(examiner));
    let rows = ratings::Entity::find()
        .filter(Condition::any().add(to_take).add(in_hand))
        .filter(ratings::Column::AttemptId.in_subquery(of_agencies))
        .order_by_asc(ratings::Column::CreatedAt)
        .order_by_asc(ratings::Column::Id)
        .limit(QUEUE)
        .all(db)
        .await?;
    // The two ratings of one script are one line in the queue: nobody takes both.
    let mut shown = BTreeSet::new();
    let rows: Vec<ratings::Model> = rows.into_iter().filter(|rating| shown.insert(rating.attempt_id)).collect();
    let attempts = attempts::Entity::find().filter(attempts::Column::Id.is_in(shown)).all(db).await?;
    let by_id: BTreeMap<AttemptId, attempts::Model> = attempts.into_iter().map(|attempt| (attempt.id, attempt)).collect();
    Ok(rows.into_iter().filter_map(|rating| by_id.get(&rating.attempt_id).map(|attempt| (rating, attempt.clone()))).collect())
}

pub async fn rating(db: &impl ConnectionTrait, id: RatingId) -> Result<Option<(ratings::Model, attempts::Model)>, DbErr> {
    let Some(rating) = ratings::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    let attempt = attempts::Entity::find_by_id(rating.attempt_id).one(db).await?;
    Ok(attempt.map(|attempt| (rating, attempt)))
}

pub async fn of_attempt(db: &impl ConnectionTrait, attempt_id: AttemptId) -> Result<Vec<ratings::Model>, DbErr> {
    ratings::Entity::find()
        .filter(ratings::Column::AttemptId.eq(attempt_id))
        .filter(ratings::Column::Status.ne(RatingStatus::Void))
        .order_by_asc(ratings::Column::Round)
        .all(db)
        .await
}

/// One task of a script: the item, what was answered, and the recordings of it.
pub struct Task {
    pub position: i64,
    pub item: item_versions::Model,
    pub response: serde_json::Value,
    pub recordings: Vec<recordings::Model>,
}

pub async fn script(db: &impl ConnectionTrait, attempt_id: AttemptId) -> Result<Vec<Task>, DbErr> {
    let items = attempt_items::Entity::find()
        .filter(attempt_items::Column::AttemptId.eq(attempt_id))
        .order_by_asc(attempt_items::Column::Position)
        .all(db)
        .await?;
    let given = answers::Entity::find()
        .filter(answers::Column::AttemptId.eq(attempt_id))
        .filter(answers::Column::Late.eq(false))
        .order_by_asc(answers::Column::Seq)
        .all(db)
        .await?;
    // The highest sequence number of an item is its answer.
    let latest: BTreeMap<i64, serde_json::Value> = given.into_iter().map(|answer| (answer.position, answer.response)).collect();
    let mut recorded: Vec<recordings::Model> = recordings::Entity::find()
        .filter(recordings::Column::AttemptId.eq(attempt_id))
        .order_by_asc(recordings::Column::StartedAt)
        .all(db)
        .await?;
    let mut tasks = Vec::new();
    for item in items {
        let version = item_versions::Entity::find_by_id(item.item_version_id).one(db).await?;
        let version = version.ok_or_else(|| DbErr::RecordNotFound(format!("item version {}", item.item_version_id)))?;
        let (of_item, rest) = recorded.into_iter().partition(|recording| recording.position == item.position);
        recorded = rest;
        let response = latest.get(&item.position).cloned().unwrap_or(serde_json::Value::Null);
        let recordings = named_in(of_item, &response);
        tasks.push(Task { position: item.position, item: version, response, recordings });
    }
    Ok(tasks)
}

/// The recordings that the answer names; when it names none, all of them, since a lost last answer must not cost the candidate the recording.
fn named_in(recordings: Vec<recordings::Model>, response: &serde_json::Value) -> Vec<recordings::Model> {
    let words: Vec<&str> =
        response.as_object().map(|fields| fields.values().filter_map(|value| value.as_str()).collect()).unwrap_or_default();
    let named = |recording: &recordings::Model| words.contains(&recording.id.to_string().as_str());
    if recordings.iter().any(&named) { recordings.into_iter().filter(named).collect() } else { recordings }
}

/// The slices of a recording, in the order in which they were spoken.
pub async fn slices(db: &impl ConnectionTrait, recording: RecordingId) -> Result<Vec<recording_slices::Model>, DbErr> {
    recording_slices::Entity::find()
        .filter(recording_slices::Column::RecordingId.eq(recording))
        .order_by_asc(recording_slices::Column::N)
        .all(db)
        .await
}
