//! `/api/item-versions/{id}/remark…`: who a corrected version changes, and marking them again.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, CorrectionOutcome, CorrectionPreview};
use crate::access::rules::may_somewhere;
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::entity::{corrections, users};
use crate::http::extract::Json;
use crate::ids::{CorrectionId, ItemId, ItemVersionId};
use crate::problem::{Code, Problem, ProblemBody};

const LONGEST_REASON: usize = 2_000;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Why, for the file of everybody whom it concerns.
    pub reason: String,
    /// The fingerprint of the preview that was looked at.
    pub fingerprint: String,
}

#[derive(Serialize, ToSchema)]
pub struct Corrected {
    pub correction_id: CorrectionId,
}

#[derive(Serialize, ToSchema)]
pub struct CorrectionView {
    pub id: CorrectionId,
    pub item_version_id: ItemVersionId,
    pub reason: String,
    pub at: DateTime<Utc>,
    pub by: String,
    pub outcome: CorrectionOutcome,
}

#[utoipa::path(post, path = "/api/item-versions/{id}/remark-preview", operation_id = "previewRemark", tag = "items", params(("id" = ItemVersionId, Path)), responses((status = 200, body = CorrectionPreview), (status = 409, body = ProblemBody)))]
pub async fn preview(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemVersionId>,
) -> Result<web::Json<CorrectionPreview>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    Ok(web::Json(actions::preview(&ijkpunt, *id).await?))
}

#[utoipa::path(post, path = "/api/item-versions/{id}/remark", operation_id = "remark", tag = "items", params(("id" = ItemVersionId, Path)), request_body = Remark, responses((status = 201, body = Corrected), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn remark(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ItemVersionId>,
    Json(body): Json<Remark>,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let reason = body.reason.trim();
    if reason.is_empty() {
        return Err(Problem::field("/reason", Code::Required));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(Problem::field("/reason", Code::TooLong));
    }
    let correction_id = actions::correct(&ijkpunt, &actor, *id, reason, &body.fingerprint).await?;
    Ok(HttpResponse::Created().json(Corrected { correction_id }))
}

#[utoipa::path(get, path = "/api/items/{id}/corrections", operation_id = "listCorrections", tag = "items", params(("id" = ItemId, Path)), responses((status = 200, body = [CorrectionView]), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<ItemId>) -> Result<web::Json<Vec<CorrectionView>>, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let rows = corrections::Entity::find().filter(corrections::Column::ItemId.eq(*id));
    let mut views = Vec::new();
    for row in rows.order_by_desc(corrections::Column::At).all(&ijkpunt.db).await? {
        let by = users::Entity::find_by_id(row.by_user).one(&ijkpunt.db).await?.map(|user| user.display_name).unwrap_or_default();
        let outcome = serde_json::from_value(row.outcome).unwrap_or_default();
        views.push(CorrectionView { id: row.id, item_version_id: row.item_version_id, reason: row.reason, at: row.at, by, outcome });
    }
    Ok(web::Json(views))
}
