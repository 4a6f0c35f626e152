//! `/api/policy`: every dated rule with its versions, its ground and where it comes from; a change is a version more.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, NewVersion};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::entity::enums::{RuleKind, RuleSource};
use crate::entity::policy_rules;
use crate::http::extract::Json;
use crate::ids::{RuleId, UserId};
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct PolicyRule {
    pub id: RuleId,
    pub kind: RuleKind,
    pub key: String,
    pub version: i64,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub ground: String,
    pub source: RuleSource,
    pub body: serde_json::Value,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRuleVersion {
    pub kind: RuleKind,
    pub key: String,
    pub valid_from: NaiveDate,
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
    /// Why this is so: the decree, decision or page.
    pub ground: String,
    pub source: RuleSource,
    pub body: serde_json::Value,
}

#[utoipa::path(get, path = "/api/policy", operation_id = "listRules", tag = "policy", responses((status = 200, body = Vec<PolicyRule>), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<PolicyRule>>, Problem> {
    access::may_somewhere(&actor, Action::ChangePolicy)?;
    let rows = policy_rules::Entity::find()
        .order_by_asc(policy_rules::Column::Kind)
        .order_by_asc(policy_rules::Column::Key)
        .order_by_desc(policy_rules::Column::Version)
        .all(&ijkpunt.db)
        .await?;
    Ok(web::Json(rows.into_iter().map(describe).collect()))
}

#[utoipa::path(post, path = "/api/policy", operation_id = "addRuleVersion", tag = "policy", request_body = NewRuleVersion, responses((status = 201, body = PolicyRule), (status = 422, body = ProblemBody)))]
pub async fn add(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(new): Json<NewRuleVersion>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::ChangePolicy)?;
    match new.ground.trim().chars().count() {
        0 => return Err(Problem::field("/ground", Code::Required)),
        1..=1_000 => {}
        _ => return Err(Problem::field("/ground", Code::TooLong)),
    }
    let version = NewVersion {
        kind: new.kind,
        key: new.key,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        ground: new.ground.trim().to_owned(),
        source: new.source,
        body: new.body,
    };
    let row = actions::add(&ijkpunt, actor.user_id, version).await?;
    Ok(HttpResponse::Created().json(describe(row)))
}

fn describe(row: policy_rules::Model) -> PolicyRule {
    PolicyRule {
        id: row.id,
        kind: row.kind,
        key: row.key,
        version: row.version,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        ground: row.ground,
        source: row.source,
        body: row.body,
        created_at: row.created_at,
        created_by: row.created_by,
        withdrawn_at: row.withdrawn_at,
    }
}
