//! `/api/statistics/questions`: questions that the staff keep by name, for themselves or for everybody who may see statistics.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::http::{agency_of, name_of};
use super::question::{Dimension, Question};
use super::store;
use super::tables::Text;
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::AgencyCode;
use crate::entity::{agencies, statistics_questions};
use crate::http::extract::Json;
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct KeptQuestion {
    pub id: Uuid,
    pub name: String,
    pub agency: AgencyCode,
    pub shared: bool,
    /// May the caller remove it?
    pub own: bool,
    pub question: Question,
    pub created_at: DateTime<Utc>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    pub name: String,
    pub agency: AgencyCode,
    /// Is it seen by everybody who may see statistics, or by who keeps it only?
    pub shared: bool,
    pub question: Question,
}

/// By what can be counted, with the values to choose from where there is a list of them.
#[derive(Serialize, ToSchema)]
pub struct DimensionView {
    pub dimension: Dimension,
    pub name: Text,
    pub values: Vec<DimensionValue>,
}

#[derive(Serialize, ToSchema)]
pub struct DimensionValue {
    pub code: String,
    pub name: String,
}

#[utoipa::path(get, path = "/api/statistics/dimensions", operation_id = "listDimensions", tag = "statistics", responses((status = 200, body = Vec<DimensionView>), (status = 403, body = ProblemBody)))]
pub async fn dimensions(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<DimensionView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let languages = store::languages(&ijkpunt.db, ijkpunt.clock.today()).await?;
    let views = Dimension::ALL.map(|dimension| {
        let listed = dimension.order().into_iter().map(|(code, name)| (code.to_owned(), name.to_owned()));
        let values: Vec<(String, String)> =
            if dimension == Dimension::Language { languages.clone().into_iter().collect() } else { listed.collect() };
        let values = values.into_iter().map(|(code, name)| DimensionValue { code, name }).collect();
        DimensionView { dimension, name: dimension.name(), values }
    });
    Ok(web::Json(views.into()))
}

#[utoipa::path(get, path = "/api/statistics/questions", operation_id = "listQuestions", tag = "statistics", responses((status = 200, body = Vec<KeptQuestion>), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<KeptQuestion>>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let rows = statistics_questions::Entity::find()
        .filter(statistics_questions::Column::RemovedAt.is_null())
        .order_by_asc(statistics_questions::Column::Name)
        .all(&ijkpunt.db)
        .await?;
    let mut kept = Vec::new();
    for row in rows.into_iter().filter(|row| row.shared || row.created_by == actor.user_id) {
        kept.extend(describe(&ijkpunt, &actor, row).await?);
    }
    Ok(web::Json(kept))
}

#[utoipa::path(get, path = "/api/statistics/questions/{id}", operation_id = "readQuestion", tag = "statistics", params(("id" = Uuid, Path)), responses((status = 200, body = KeptQuestion), (status = 404, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<Uuid>) -> Result<web::Json<KeptQuestion>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let row = statistics_questions::Entity::find_by_id(*id).one(&ijkpunt.db).await?;
    let row = row.filter(|row| row.removed_at.is_none() && (row.shared || row.created_by == actor.user_id));
    let described = describe(&ijkpunt, &actor, row.ok_or_else(Problem::not_found)?).await?;
    Ok(web::Json(described.ok_or_else(Problem::not_found)?))
}

#[utoipa::path(post, path = "/api/statistics/questions", operation_id = "keepQuestion", tag = "statistics", request_body = NewQuestion, responses((status = 201, body = KeptQuestion), (status = 422, body = ProblemBody)))]
pub async fn keep(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(new): Json<NewQuestion>) -> Result<HttpResponse, Problem> {
    let agency = agency_of(&ijkpunt, &actor, new.agency).await?;
    let name = name_of(&new.name, "/name")?;
    new.question.check(true)?;
    let now = ijkpunt.clock.now();
    let row = statistics_questions::Model {
        id: Uuid::now_v7(),
        agency_id: agency,
        name: name.to_owned(),
        question: json!(new.question),
        shared: new.shared,
        created_by: actor.user_id,
        created_at: now,
        removed_by: None,
        removed_at: None,
    };
    let tx = begin_write(&ijkpunt.db).await?;
    let entry = audit::Entry::of(By::User(actor.user_id), "question.kept", ("statistics_question", Some(row.id))).at(agency);
    audit::record(&tx, now, entry.with(json!({ "name": name, "shared": new.shared }))).await?;
    let written =
        statistics_questions::Entity::insert(statistics_questions::ActiveModel::from(row.clone())).exec_without_returning(&tx).await;
    if let Err(error) = written {
        return Err(if is_unique_violation(&error) { Problem::field("/name", Code::NameTaken) } else { error.into() });
    }
    tx.commit().await?;
    Ok(HttpResponse::Created().json(describe(&ijkpunt, &actor, row).await?))
}

#[utoipa::path(post, path = "/api/statistics/questions/{id}/remove", operation_id = "removeQuestion", tag = "statistics", params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = ProblemBody)))]
pub async fn remove(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let removed = statistics_questions::Entity::update_many()
        .col_expr(statistics_questions::Column::RemovedAt, Expr::value(now))
        .col_expr(statistics_questions::Column::RemovedBy, Expr::value(actor.user_id))
        .filter(statistics_questions::Column::Id.eq(*id))
        .filter(statistics_questions::Column::CreatedBy.eq(actor.user_id))
        .filter(statistics_questions::Column::RemovedAt.is_null())
        .exec(&tx)
        .await?;
    if removed.rows_affected == 0 {
        return Err(Problem::not_found());
    }
    audit::record(&tx, now, audit::Entry::of(By::User(actor.user_id), "question.removed", ("statistics_question", Some(*id)))).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Nothing for a question in words that this program no longer knows.
async fn describe(ijkpunt: &Ijkpunt, actor: &Actor, row: statistics_questions::Model) -> Result<Option<KeptQuestion>, Problem> {
    let Ok(question) = serde_json::from_value(row.question) else { return Ok(None) };
    let agency = agencies::Entity::find_by_id(row.agency_id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    Ok(Some(KeptQuestion {
        id: row.id,
        name: row.name,
        agency: agency.code,
        shared: row.shared,
        own: row.created_by == actor.user_id,
        question,
        created_at: row.created_at,
    }))
}
