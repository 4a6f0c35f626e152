//! Freezing the figures.

use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use serde_json::json;
use uuid::Uuid;

use super::facts::{self, Changes};
use super::store::Snapshot;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::{self, begin_write, is_unique_violation};
use crate::ids::UserId;

#[derive(Debug, thiserror::Error)]
pub enum SnapshotRefusal {
    #[error("a snapshot has this name already")]
    NameTaken,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Takes a snapshot: a name for the records as they are now. It holds no copies, since the records keep what they were.
pub async fn freeze(ijkpunt: &Ijkpunt, by: UserId, name: &str) -> Result<Snapshot, SnapshotRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let id = Uuid::now_v7();
    audit::record(&tx, now, audit::Entry::of(By::User(by), "statistics.frozen", ("snapshot", Some(id))).with(json!({ "name": name })))
        .await?;
    let revision = db::next_number(&tx, "fact_revision").await?;
    facts::write_revision(&tx, revision, now, "snapshot", &Changes::default()).await?;
    let sql = "INSERT INTO fact_snapshots (id, name, revision, at, created_by) VALUES ($1, $2, $3, $4, $5)";
    let values: [Value; 5] = [id.into(), name.into(), revision.into(), now.into(), by.0.into()];
    let written = tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await;
    if let Err(error) = written {
        return Err(if is_unique_violation(&error) { SnapshotRefusal::NameTaken } else { error.into() });
    }
    tx.commit().await?;
    Ok(Snapshot { id, name: name.to_owned(), revision, at: now })
}
