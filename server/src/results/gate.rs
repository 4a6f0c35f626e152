//! The gate before a booking: the rules with what the database knows.

use chrono::{Months, NaiveDate};
use sea_orm::{ConnectionTrait, DbErr};
use serde::Deserialize;

use super::{rules, store};
use crate::entity::enrolments;
use crate::entity::enums::{EnrolmentStatus, RuleKind, SessionKind};
use crate::ids::CandidateId;
use crate::policy;

#[derive(Debug, thiserror::Error)]
pub enum GateRefusal {
    #[error("the rules do not allow it: {0:?}")]
    Rule(rules::Refusal),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The dated setting `retake`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retake {
    months: u32,
}

/// May this candidate book a session of this kind on that day?
pub async fn may_book(
    tx: &impl ConnectionTrait,
    candidate_id: CandidateId,
    enrolment: &enrolments::Model,
    kind: SessionKind,
    on: NaiveDate,
) -> Result<(), GateRefusal> {
    if enrolment.status != EnrolmentStatus::Open {
        return Err(GateRefusal::Rule(rules::Refusal::EnrolmentClosed));
    }
    let retake = policy::rule_at::<Retake>(tx, RuleKind::Setting, "retake", on).await?;
    let required = store::required(enrolment)?;
    let standing = store::standing(tx, enrolment.id).await?;
    let sat = store::sat(tx, candidate_id, &required).await?;
    // Without a rule for that day nobody waits: a waiting time needs a ground.
    let months = Months::new(retake.map_or(0, |rule| rule.body.months));
    rules::may_book(kind, &required, &standing, &sat, on, months).map_err(GateRefusal::Rule)
}
