//! `/api/candidates/{id}/trajectory`: the components of a person's trajectory, what was decided on each, and why.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::certificates;
use crate::entity::decisions;
use crate::entity::enums::{Component, Outcome};
use crate::ids::{AgencyId, CandidateId, CertificateId, DecisionId};
use crate::problem::{Problem, ProblemBody};

#[derive(Serialize, ToSchema)]
pub struct ComponentView {
    pub component: Component,
    /// The decision in force; none while nothing was decided.
    pub decision: Option<DecisionView>,
    /// Earlier decisions, newest first.
    pub earlier: Vec<DecisionView>,
}

#[derive(Serialize, ToSchema)]
pub struct DecisionView {
    pub id: DecisionId,
    pub outcome: Outcome,
    pub decided_on: NaiveDate,
    /// On what it rests, in words.
    pub ground: String,
    pub certificate_id: Option<CertificateId>,
    pub certificate_number: Option<String>,
    pub agency_id: AgencyId,
    pub created_at: DateTime<Utc>,
    /// Taken by the rules and not by a person.
    pub automatic: bool,
    pub superseded_at: Option<DateTime<Utc>>,
    pub superseded_reason: Option<String>,
}

#[utoipa::path(get, path = "/api/candidates/{id}/trajectory", operation_id = "readTrajectory", params(("id" = CandidateId, Path)), tag = "trajectory", responses((status = 200, body = [ComponentView]), (status = 403, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<CandidateId>) -> Result<web::Json<Vec<ComponentView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeResults)?;
    let papers = certificates::store::of_candidate(&ijkpunt.db, *id).await?;
    let numbers: BTreeMap<CertificateId, String> = papers.into_iter().map(|paper| (paper.id, paper.number)).collect();
    let history = store::history(&ijkpunt.db, *id).await?;
    let components = Component::ALL.iter().map(|component| {
        let of_component = history.iter().filter(|decision| decision.component == *component);
        let (earlier, in_force): (Vec<_>, Vec<_>) = of_component.partition(|decision| decision.superseded_at.is_some());
        ComponentView {
            component: *component,
            decision: in_force.into_iter().next().map(|decision| describe(decision, &numbers)),
            earlier: earlier.into_iter().map(|decision| describe(decision, &numbers)).collect(),
        }
    });
    Ok(web::Json(components.collect()))
}

fn describe(decision: &decisions::Model, numbers: &BTreeMap<CertificateId, String>) -> DecisionView {
    DecisionView {
        id: decision.id,
        outcome: decision.outcome,
        decided_on: decision.decided_on,
        ground: decision.ground.clone(),
        certificate_id: decision.certificate_id,
        certificate_number: decision.certificate_id.and_then(|id| numbers.get(&id)).cloned(),
        agency_id: decision.agency_id,
        created_at: decision.created_at,
        automatic: decision.created_by.is_none(),
        superseded_at: decision.superseded_at,
        superseded_reason: decision.superseded_reason.clone(),
    }
}
