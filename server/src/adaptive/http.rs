//! What a kiosk asks of an adaptive test.

use actix_web::web;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::actions::{self, Step};
use crate::app::Ijkpunt;
use crate::delivery::who::AtWork;
use crate::delivery::{Refusal, paper, store};
use crate::http::extract::Json;
use crate::ids::AttemptId;
use crate::problem::{Problem, ProblemBody};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoOn {
    /// The question that is done with.
    pub position: i64,
    /// The highest number that the kiosk has given to an answer; 0 when it gave none.
    pub last_seq: i64,
}

#[derive(Serialize, ToSchema)]
pub struct NextQuestion {
    /// No question follows: the test is to be handed in.
    pub done: bool,
    pub position: Option<i64>,
    /// A delivery item: docs/delivery-item.md.
    pub item: Option<Value>,
}

#[utoipa::path(post, path = "/api/kiosk/attempts/{id}/next", operation_id = "nextQuestion", tag = "kiosk", params(("id" = AttemptId, Path)), request_body = GoOn, responses((status = 200, body = NextQuestion), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn next(
    ijkpunt: web::Data<Ijkpunt>,
    at_work: AtWork,
    id: web::Path<AttemptId>,
    Json(body): Json<GoOn>,
) -> Result<web::Json<NextQuestion>, Problem> {
    let position = match actions::next(&ijkpunt, &at_work.sitting, *id, body.position, body.last_seq).await? {
        Step::Done(_) => return Ok(web::Json(NextQuestion { done: true, position: None, item: None })),
        Step::Question(position) => position,
    };
    let attempt = store::attempt(&ijkpunt.db, *id).await?.ok_or(Refusal::NotFound)?;
    let item = paper::question_at(&ijkpunt, &attempt, position).await?;
    Ok(web::Json(NextQuestion { done: false, position: Some(position), item: Some(item) }))
}
