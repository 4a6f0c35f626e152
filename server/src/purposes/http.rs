//! `/api/purposes` and enrolments: the catalogue, what a choice asks and costs, and enrolling.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Choice};
use super::rules::{self, Alternative, Purpose, PurposeFee, PurposeKind, Required, Texts};
use super::store::{self, PartProgress};
use crate::access::Actor;
use crate::access::rules::{Action, may, may_somewhere};
use crate::app::Ijkpunt;
use crate::entity::enrolments;
use crate::entity::enums::{Band, EnrolmentStatus, Level, Part, RuleSource, SessionKind};
use crate::fees;
use crate::fees::rules::Line;
use crate::http::extract::Json;
use crate::ids::{AgencyId, CandidateId, EnrolmentId, RuleId};
use crate::money::Cents;
use crate::people;
use crate::policy::{self, Rule};
use crate::problem::{Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct PurposeView {
    pub key: String,
    pub name: Texts,
    pub who: Texts,
    pub kind: PurposeKind,
    pub fee: PurposeFee,
    pub row: Option<String>,
    pub band: Option<Band>,
    #[schema(value_type = std::collections::BTreeMap<String, Level>)]
    pub levels: Required,
    /// The levels among which the candidate chooses; the first is proposed.
    pub choice: Vec<Level>,
    /// Papers that are accepted instead of parts of the test.
    pub alternatives: Vec<Alternative>,
    pub rule: RuleView,
}

/// Under which rule something stands.
#[derive(Serialize, ToSchema)]
pub struct RuleView {
    pub id: RuleId,
    pub since: NaiveDate,
    pub ground: String,
    pub source: RuleSource,
}

impl<T> From<&Rule<T>> for RuleView {
    fn from(rule: &Rule<T>) -> Self {
        Self { id: rule.id, since: rule.valid_from, ground: rule.ground.clone(), source: rule.source }
    }
}

impl From<Rule<Purpose>> for PurposeView {
    fn from(rule: Rule<Purpose>) -> Self {
        Self {
            rule: RuleView::from(&rule),
            key: rule.key,
            name: rule.body.name,
            who: rule.body.who,
            kind: rule.body.kind,
            fee: rule.body.fee,
            row: rule.body.row,
            band: rules::band(&rule.body.levels),
            levels: rule.body.levels,
            choice: rule.body.choice,
            alternatives: rule.body.alternatives,
        }
    }
}

#[utoipa::path(get, path = "/api/purposes", operation_id = "listPurposes", tag = "purposes", responses((status = 200, body = Vec<PurposeView>)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<PurposeView>>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let catalogue = store::catalogue(&ijkpunt.db, ijkpunt.clock.today()).await?;
    Ok(web::Json(catalogue.into_iter().map(Into::into).collect()))
}

/// A part with what it asks.
#[derive(Serialize, ToSchema)]
pub struct PartView {
    pub part: Part,
    pub level: Level,
    pub band: Option<Band>,
    pub sitting: SessionKind,
}

/// What a choice asks and costs, and why.
#[derive(Serialize, ToSchema)]
pub struct Preview {
    pub purpose: String,
    pub name: Texts,
    pub band: Option<Band>,
    pub parts: Vec<PartView>,
    pub rule: RuleView,
    /// What the whole test would cost this candidate today.
    pub lines: Vec<Line>,
    pub total_cents: Cents,
}

#[utoipa::path(post, path = "/api/candidates/{id}/enrolment-preview", operation_id = "previewEnrolment", tag = "purposes", params(("id" = CandidateId, Path)), request_body = Choice, responses((status = 200, body = Preview), (status = 422, body = ProblemBody)))]
pub async fn preview(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
    Json(choice): Json<Choice>,
) -> Result<web::Json<Preview>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let today = ijkpunt.clock.today();
    let person = people::store::person(&ijkpunt.db, &ijkpunt.keys, *id).await?.ok_or_else(Problem::not_found)?;
    let (rule, required) = actions::work_out(&ijkpunt.db, person.advice, &choice, today).await?;
    let parts: Vec<Part> = required.keys().copied().collect();
    let lines = fees::actions::quote_for(&ijkpunt.db, *id, None, &rule.key, &parts, today).await?;
    Ok(web::Json(Preview {
        rule: RuleView::from(&rule),
        purpose: rule.key,
        name: rule.body.name,
        band: rules::band(&required),
        parts: required
            .into_iter()
            .map(|(part, level)| PartView { part, level, band: rules::band_of(level), sitting: rules::session_kind(part) })
            .collect(),
        total_cents: lines.iter().map(|line| line.amount_cents).sum(),
        lines,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    pub agency_id: AgencyId,
    pub choice: Choice,
}

/// A candidate with a purpose, and how far they are.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentView {
    pub id: EnrolmentId,
    pub candidate_id: CandidateId,
    pub agency_id: AgencyId,
    pub purpose: String,
    pub name: Texts,
    pub band: Option<Band>,
    pub status: EnrolmentStatus,
    pub created_at: DateTime<Utc>,
    pub closed_reason: Option<String>,
    pub rule: RuleView,
    pub progress: Vec<PartProgress>,
    /// What must still be ordered to sit the parts that are left, at today's price.
    pub to_order: Vec<Line>,
}

async fn describe(ijkpunt: &Ijkpunt, enrolment: enrolments::Model) -> Result<EnrolmentView, Problem> {
    let rule = policy::rule::<Purpose>(&ijkpunt.db, enrolment.purpose_rule_id).await?.ok_or_else(Problem::not_found)?;
    let progress = store::progress(&ijkpunt.db, &enrolment).await?;
    let left: Vec<Part> = progress
        .iter()
        .filter(|part| matches!(part.state, store::PartState::ToBook | store::PartState::NotPassed))
        .map(|part| part.part)
        .collect();
    let to_order = if enrolment.status == EnrolmentStatus::Open && !left.is_empty() {
        let today = ijkpunt.clock.today();
        fees::actions::quote_for(&ijkpunt.db, enrolment.candidate_id, Some(enrolment.id), &enrolment.purpose, &left, today).await?
    } else {
        Vec::new()
    };
    Ok(EnrolmentView {
        id: enrolment.id,
        candidate_id: enrolment.candidate_id,
        agency_id: enrolment.agency_id,
        purpose: enrolment.purpose,
        rule: RuleView::from(&rule),
        name: rule.body.name,
        band: enrolment.band,
        status: enrolment.status,
        created_at: enrolment.created_at,
        closed_reason: enrolment.closed_reason,
        progress,
        to_order,
    })
}

#[utoipa::path(post, path = "/api/candidates/{id}/enrolments", operation_id = "enrolCandidate", tag = "purposes", params(("id" = CandidateId, Path)), request_body = Enrol, responses((status = 201, body = EnrolmentView), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn enrol(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
    Json(enrol): Json<Enrol>,
) -> Result<HttpResponse, Problem> {
    may(&actor, Action::ServeCandidates, enrol.agency_id)?;
    let enrolment = actions::enrol(&ijkpunt, actor.user_id, enrol.agency_id, *id, &enrol.choice).await?;
    Ok(HttpResponse::Created().json(describe(&ijkpunt, enrolment).await?))
}

#[utoipa::path(get, path = "/api/candidates/{id}/enrolments", operation_id = "candidateEnrolments", tag = "purposes", params(("id" = CandidateId, Path)), responses((status = 200, body = Vec<EnrolmentView>)))]
pub async fn of_candidate(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
) -> Result<web::Json<Vec<EnrolmentView>>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let mut views = Vec::new();
    for enrolment in store::of_candidate(&ijkpunt.db, *id).await? {
        views.push(describe(&ijkpunt, enrolment).await?);
    }
    Ok(web::Json(views))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    pub reason: String,
}

#[utoipa::path(post, path = "/api/enrolments/{id}/withdraw", operation_id = "withdrawEnrolment", tag = "purposes", params(("id" = EnrolmentId, Path)), request_body = Withdrawal, responses((status = 200, body = EnrolmentView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn withdraw(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<EnrolmentId>,
    Json(withdrawal): Json<Withdrawal>,
) -> Result<web::Json<EnrolmentView>, Problem> {
    let enrolment = store::enrolment(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::ServeCandidates, enrolment.agency_id)?;
    actions::withdraw(&ijkpunt, actor.user_id, &enrolment, &withdrawal.reason).await?;
    let enrolment = store::enrolment(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    Ok(web::Json(describe(&ijkpunt, enrolment).await?))
}
