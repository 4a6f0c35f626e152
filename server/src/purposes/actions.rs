//! Enrolling a candidate with a purpose, and withdrawing.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::rules::{self, ChoiceFault, Purpose, Required};
use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::db::begin_write;
use crate::entity::enums::{Advice, BookingStatus, EnrolmentStatus, Level, Part};
use crate::entity::{bookings, enrolments};
use crate::ids::{AgencyId, CandidateId, EnrolmentId, UserId};
use crate::people;
use crate::policy::Rule;

/// The purpose, with the level and parts where the purpose leaves them to the candidate.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub purpose: String,
    #[serde(default)]
    pub level: Option<Level>,
    #[serde(default)]
    pub parts: Option<Vec<Part>>,
}

#[derive(Debug, thiserror::Error)]
pub enum EnrolRefusal {
    #[error("there is no such candidate")]
    NoCandidate,
    #[error("there is no such purpose on this date")]
    UnknownPurpose,
    #[error("the choice does not fit the purpose: {0:?}")]
    Choice(ChoiceFault),
    #[error("the candidate is enrolled with this purpose already")]
    AlreadyEnrolled(EnrolmentId),
    #[error("the enrolment is closed")]
    Closed,
    #[error("there are seats booked for it")]
    HasBookings,
    #[error("the reason is missing or too long")]
    Reason(people::rules::Fault),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// What a choice asks of somebody with this advice, under the rule of the day.
pub async fn work_out(
    db: &impl sea_orm::ConnectionTrait,
    advice: Option<Advice>,
    choice: &Choice,
    on: chrono::NaiveDate,
) -> Result<(Rule<Purpose>, Required), EnrolRefusal> {
    let rule = store::purpose_at(db, &choice.purpose, on).await?.ok_or(EnrolRefusal::UnknownPurpose)?;
    let required = rule.body.required(advice, choice.level, choice.parts.as_deref()).map_err(EnrolRefusal::Choice)?;
    Ok((rule, required))
}

pub async fn enrol(
    ijkpunt: &Ijkpunt,
    by: UserId,
    agency: AgencyId,
    candidate: CandidateId,
    choice: &Choice,
) -> Result<enrolments::Model, EnrolRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    // Two clerks who enrol one candidate at once wait for each other here.
    let person = people::store::lock(&tx, candidate).await?.ok_or(EnrolRefusal::NoCandidate)?;
    let (rule, required) = work_out(&tx, person.advice, choice, belgian_date(now)).await?;
    let open = enrolments::Entity::find()
        .filter(enrolments::Column::CandidateId.eq(candidate))
        .filter(enrolments::Column::Purpose.eq(rule.key.as_str()))
        .filter(enrolments::Column::Status.eq(EnrolmentStatus::Open))
        .one(&tx)
        .await?;
    if let Some(open) = open {
        return Err(EnrolRefusal::AlreadyEnrolled(open.id));
    }
    let id = EnrolmentId::new();
    let row = enrolments::ActiveModel {
        id: Set(id),
        candidate_id: Set(candidate),
        agency_id: Set(agency),
        purpose: Set(rule.key.clone()),
        purpose_rule_id: Set(rule.id),
        band: Set(rules::band(&required)),
        required: Set(json!(required)),
        status: Set(EnrolmentStatus::Open),
        created_at: Set(now),
        created_by: Set(by),
        closed_at: Set(None),
        closed_reason: Set(None),
    };
    enrolments::Entity::insert(row).exec_without_returning(&tx).await?;
    let entry = audit::Entry::of(By::User(by), "enrolment.made", ("enrolment", Some(id.0)))
        .at(agency)
        .with(json!({ "candidate": candidate, "purpose": rule.key, "rule": rule.id, "required": required }));
    audit::record(&tx, now, entry).await?;
    let enrolment = store::enrolment(&tx, id).await?.ok_or(EnrolRefusal::NoCandidate)?;
    tx.commit().await?;
    Ok(enrolment)
}

/// Ends an enrolment that has no seats any more. What was sat and paid stays on record.
pub async fn withdraw(ijkpunt: &Ijkpunt, by: UserId, enrolment: &enrolments::Model, reason: &str) -> Result<(), EnrolRefusal> {
    let now = ijkpunt.clock.now();
    let reason = people::rules::check_reason(reason).map_err(EnrolRefusal::Reason)?;
    let tx = begin_write(&ijkpunt.db).await?;
    store::lock(&tx, enrolment.id).await?;
    let seats = bookings::Entity::find()
        .filter(bookings::Column::EnrolmentId.eq(enrolment.id))
        .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Waiting]))
        .count(&tx)
        .await?;
    if seats > 0 {
        return Err(EnrolRefusal::HasBookings);
    }
    let closed = enrolments::Entity::update_many()
        .col_expr(enrolments::Column::Status, Expr::value(EnrolmentStatus::Withdrawn))
        .col_expr(enrolments::Column::ClosedAt, Expr::value(now))
        .col_expr(enrolments::Column::ClosedReason, Expr::value(reason))
        .filter(enrolments::Column::Id.eq(enrolment.id))
        .filter(enrolments::Column::Status.eq(EnrolmentStatus::Open))
        .exec(&tx)
        .await?;
    if closed.rows_affected == 0 {
        return Err(EnrolRefusal::Closed);
    }
    let entry = audit::Entry::of(By::User(by), "enrolment.withdrawn", ("enrolment", Some(enrolment.id.0))).at(enrolment.agency_id);
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}
