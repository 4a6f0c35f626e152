//! `/api/audit-log`: the paper trail as the office and the administrators read it, and the proof that it is whole.

use actix_web::web;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Verified;
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::entity::audit_log;
use crate::entity::enums::ActorKind;
use crate::ids::AgencyId;
use crate::problem::{Problem, ProblemBody};

const PAGE: u64 = 100;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// Rows before this one; without it the newest.
    before: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct LogRow {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor_kind: ActorKind,
    pub actor_id: Option<Uuid>,
    pub agency_id: Option<AgencyId>,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Option<Uuid>,
    pub detail: String,
}

#[derive(Serialize, ToSchema)]
pub struct ChainCheck {
    pub intact: bool,
    /// The number of rows that were checked.
    pub rows: Option<i64>,
    /// The first row that is not as it was written.
    pub broken_at: Option<i64>,
}

/// The newest rows of the caller's agencies, and of none.
#[utoipa::path(get, path = "/api/audit-log", operation_id = "readAuditLog", tag = "audit", params(LogQuery), responses((status = 200, body = Vec<LogRow>), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<LogQuery>) -> Result<web::Json<Vec<LogRow>>, Problem> {
    access::may_somewhere(&actor, Action::SeeOperations)?;
    let own = access::agencies_for(&actor, Action::SeeOperations);
    let rows = audit_log::Entity::find()
        .filter(Condition::any().add(audit_log::Column::AgencyId.is_null()).add(audit_log::Column::AgencyId.is_in(own)))
        .filter(audit_log::Column::Seq.lt(query.before.unwrap_or(i64::MAX)))
        .order_by_desc(audit_log::Column::Seq)
        .limit(PAGE)
        .all(&ijkpunt.db)
        .await?;
    Ok(web::Json(rows.into_iter().map(describe).collect()))
}

#[utoipa::path(post, path = "/api/audit-log/check", operation_id = "checkAuditLog", tag = "audit", responses((status = 200, body = ChainCheck), (status = 403, body = ProblemBody)))]
pub async fn check(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<ChainCheck>, Problem> {
    access::may_somewhere(&actor, Action::SeeOperations)?;
    Ok(web::Json(match super::verify(&ijkpunt.db).await? {
        Verified::Intact { rows } => ChainCheck { intact: true, rows: Some(rows), broken_at: None },
        Verified::Broken { seq, .. } => ChainCheck { intact: false, rows: None, broken_at: Some(seq) },
    }))
}

fn describe(row: audit_log::Model) -> LogRow {
    LogRow {
        seq: row.seq,
        at: row.at,
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        agency_id: row.agency_id,
        action: row.action,
        subject_kind: row.subject_kind,
        subject_id: row.subject_id,
        detail: row.detail,
    }
}
