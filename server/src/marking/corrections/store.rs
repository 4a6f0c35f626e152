//! Which corrections there are, and which attempts they concern.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement, Value};

use crate::db::is_sqlite;
use crate::entity::enums::{Band, Level, Part};
use crate::entity::{corrections, item_versions};
use crate::ids::{AgencyId, AttemptId, EnrolmentId, ItemId, ItemVersionId, MarkId, RuleId};

/// The version by which an item is marked since its latest correction, by item.
pub async fn in_force(db: &impl ConnectionTrait, of: &[ItemId]) -> Result<BTreeMap<ItemId, item_versions::Model>, DbErr> {
    let rows = corrections::Entity::find()
        .filter(corrections::Column::ItemId.is_in(of.iter().copied()))
        .order_by_asc(corrections::Column::At)
        .order_by_asc(corrections::Column::Id)
        .all(db)
        .await?;
    let latest: BTreeMap<ItemId, ItemVersionId> = rows.into_iter().map(|row| (row.item_id, row.item_version_id)).collect();
    if latest.is_empty() {
        return Ok(BTreeMap::new());
    }
    let versions = item_versions::Entity::find().filter(item_versions::Column::Id.is_in(latest.values().copied())).all(db).await?;
    Ok(versions.into_iter().map(|version| (version.item_id, version)).collect())
}

/// A question of a marked attempt that a correction concerns.
#[derive(Debug, FromQueryResult)]
pub struct Concerned {
    pub attempt_id: AttemptId,
    pub enrolment_id: EnrolmentId,
    pub agency_id: AgencyId,
    pub part: Part,
    pub band: Option<Band>,
    pub seed: i64,
    pub language: String,
    pub position: i64,
    pub mark_id: MarkId,
    pub score: i64,
    pub max_score: i64,
    pub level: Level,
    pub cut_score_rule_id: RuleId,
    pub required_level: Option<Level>,
    /// JSON; taken apart only as far as it counts.
    pub explanation: String,
    /// The answer that counts, as JSON.
    pub response: Option<String>,
}

/// The attempts in which this version was given and that a machine marked, in the order of their ids.
pub async fn concerned(
    db: &impl ConnectionTrait,
    given: ItemVersionId,
    after: Option<AttemptId>,
    limit: u64,
) -> Result<Vec<Concerned>, DbErr> {
    let sqlite = is_sqlite(db);
    let [given_at, after_at] = if sqlite { ["?1", "?2"] } else { ["$1", "$2"] };
    let later = if after.is_some() { format!("AND i.attempt_id > {after_at}") } else { String::new() };
    let sql = format!(
        "SELECT a.id AS attempt_id, a.enrolment_id, a.agency_id, a.part, a.band, a.seed, a.language, i.position,
                m.id AS mark_id, m.score, m.max_score, m.level, m.cut_score_rule_id, r.required_level, CAST(m.explanation AS TEXT) AS explanation,
                (SELECT CAST(w.response AS TEXT) FROM answers w
                  WHERE w.attempt_id = i.attempt_id AND w.position = i.position AND NOT w.late ORDER BY w.seq DESC LIMIT 1) AS response
           FROM attempt_items i
           JOIN attempts a ON a.id = i.attempt_id
           JOIN marks m ON m.attempt_id = i.attempt_id AND m.superseded_at IS NULL
           LEFT JOIN results r ON r.attempt_id = i.attempt_id AND r.superseded_at IS NULL
          WHERE i.item_version_id = {given_at} {later} AND a.status IN ('submitted', 'ended') AND a.part NOT IN ('writing', 'speaking')
          ORDER BY i.attempt_id LIMIT {limit}"
    );
    let values: Vec<Value> = [Some(given.0), after.map(|after| after.0)].into_iter().flatten().map(Value::from).collect();
    Concerned::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).all(db).await
}
