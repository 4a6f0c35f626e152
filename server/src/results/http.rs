//! `/api/candidates/{id}/results`: what a candidate reached, for which purpose, and what they may sit next.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::gate::{self, GateRefusal};
use super::{rules, store};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::entity::enums::{Band, EnrolmentStatus, Level, Part, SessionKind};
use crate::entity::{enrolments, marks, results};
use crate::ids::{AgencyId, AttemptId, CandidateId, EnrolmentId, ResultId};
use crate::locale::Locale;
use crate::problem::{Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct EnrolmentResults {
    pub enrolment_id: EnrolmentId,
    pub agency_id: AgencyId,
    pub purpose: String,
    pub band: Option<Band>,
    pub status: EnrolmentStatus,
    #[schema(value_type = BTreeMap<String, Level>)]
    pub required: BTreeMap<Part, Level>,
    /// The parts that are still to be passed.
    pub missing: Vec<Part>,
    /// Newest first; superseded ones too.
    pub results: Vec<ResultView>,
    /// What can be booked today.
    pub gate: Vec<GateView>,
}

#[derive(Serialize, ToSchema)]
pub struct ResultView {
    pub id: ResultId,
    pub attempt_id: AttemptId,
    pub part: Part,
    pub level: Level,
    pub required_level: Option<Level>,
    pub passed: bool,
    pub sat_on: NaiveDate,
    pub decided_at: DateTime<Utc>,
    pub score: Option<i64>,
    pub max_score: Option<i64>,
    pub superseded_at: Option<DateTime<Utc>>,
    pub superseded_reason: Option<String>,
    /// Of a pre-screening: which test to take, and what may be said about it, in the caller's language.
    pub advice: Option<AdviceView>,
}

#[derive(Serialize, ToSchema)]
pub struct AdviceView {
    pub band: Band,
    pub message: String,
}

#[derive(Serialize, ToSchema)]
pub struct GateView {
    pub kind: SessionKind,
    pub open: bool,
    /// Why not: a problem's code and facts.
    pub code: Option<String>,
    pub facts: serde_json::Map<String, serde_json::Value>,
    pub message: Option<String>,
}

#[utoipa::path(get, path = "/api/candidates/{id}/results", operation_id = "listResults", params(("id" = CandidateId, Path)), tag = "results", responses((status = 200, body = [EnrolmentResults]), (status = 403, body = ProblemBody)))]
pub async fn list(
    request: actix_web::HttpRequest,
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
) -> Result<web::Json<Vec<EnrolmentResults>>, Problem> {
    access::may_somewhere(&actor, Action::SeeResults)?;
    let accepted = request.headers().get("accept-language").and_then(|value| value.to_str().ok());
    let locale = accepted.map_or(Locale::Nl, Locale::from_accept_language);
    let enrolments = enrolments::Entity::find()
        .filter(enrolments::Column::CandidateId.eq(*id))
        .order_by_desc(enrolments::Column::CreatedAt)
        .order_by_desc(enrolments::Column::Id)
        .all(&ijkpunt.db)
        .await?;
    let history = store::history(&ijkpunt.db, *id).await?;
    let mark_ids: Vec<_> = history.iter().map(|row| row.mark_id).collect();
    let marks = marks::Entity::find().filter(marks::Column::Id.is_in(mark_ids)).all(&ijkpunt.db).await?;
    let mut views = Vec::new();
    for enrolment in enrolments {
        let results = history.iter().filter(|row| row.enrolment_id == enrolment.id).map(|row| describe(row, &marks, locale)).collect();
        let required = store::required(&enrolment)?;
        let standing = store::standing(&ijkpunt.db, enrolment.id).await?;
        views.push(EnrolmentResults {
            gate: gates(&ijkpunt, &enrolment, &required, locale).await?,
            missing: rules::missing(&required, &standing),
            enrolment_id: enrolment.id,
            agency_id: enrolment.agency_id,
            purpose: enrolment.purpose,
            band: enrolment.band,
            status: enrolment.status,
            required,
            results,
        });
    }
    Ok(web::Json(views))
}

/// The gate for each kind of session that the purpose needs.
async fn gates(
    ijkpunt: &Ijkpunt,
    enrolment: &enrolments::Model,
    required: &rules::Required,
    locale: Locale,
) -> Result<Vec<GateView>, Problem> {
    let mut views = Vec::new();
    for kind in SessionKind::ALL.iter().copied().filter(|kind| *kind != SessionKind::Prescreening) {
        if !rules::parts_of(kind).iter().any(|part| required.contains_key(part)) {
            continue;
        }
        let refusal = match gate::may_book(&ijkpunt.db, enrolment.candidate_id, enrolment, kind, ijkpunt.clock.today()).await {
            Ok(()) => None,
            Err(GateRefusal::Database(error)) => return Err(error.into()),
            Err(refusal) => Some(Problem::from(refusal)),
        };
        views.push(GateView {
            kind,
            open: refusal.is_none(),
            code: refusal.as_ref().map(|problem| problem.code.as_str().to_owned()),
            message: refusal.as_ref().map(|problem| problem.code.title(locale).to_owned()),
            facts: refusal.map(|problem| problem.facts).unwrap_or_default(),
        });
    }
    Ok(views)
}

fn describe(row: &results::Model, marks: &[marks::Model], locale: Locale) -> ResultView {
    let mark = marks.iter().find(|mark| mark.id == row.mark_id);
    ResultView {
        id: row.id,
        attempt_id: row.attempt_id,
        part: row.part,
        level: row.level,
        required_level: row.required_level,
        passed: row.passed,
        sat_on: row.sat_on,
        decided_at: row.decided_at,
        score: mark.map(|mark| mark.score),
        max_score: mark.map(|mark| mark.max_score),
        superseded_at: row.superseded_at,
        superseded_reason: row.superseded_reason.clone(),
        advice: mark.and_then(|mark| advice(&mark.explanation["advice"], locale)),
    }
}

fn advice(given: &serde_json::Value, locale: Locale) -> Option<AdviceView> {
    let band = Band::deserialize(&given["band"]).ok()?;
    Some(AdviceView { band, message: given["words"][locale.as_str()].as_str()?.to_owned() })
}
