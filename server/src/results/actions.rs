//! Writing a result down.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::{rules, store};
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::entity::enums::EnrolmentStatus;
use crate::entity::{attempts, enrolments, marks, results};
use crate::ids::ResultId;
use crate::jobs::{self, Job};
use crate::statistics;

/// Makes the mark the attempt's result; an earlier result of the attempt is superseded. When every required part is passed the enrolment
/// is complete, and when a correction takes that away it is open again; papers and decisions follow as a job.
pub async fn record(tx: &DatabaseTransaction, now: DateTime<Utc>, attempt: &attempts::Model, mark: &marks::Model) -> Result<(), DbErr> {
    let enrolment = enrolments::Entity::find_by_id(attempt.enrolment_id).one(tx).await?;
    let enrolment = enrolment.ok_or_else(|| DbErr::RecordNotFound(format!("enrolment {}", attempt.enrolment_id)))?;
    let required = store::required(&enrolment)?;

    let superseded = results::Entity::update_many()
        .col_expr(results::Column::SupersededAt, Expr::value(now))
        .col_expr(results::Column::SupersededReason, Expr::value(mark.reason.clone()))
        .filter(results::Column::AttemptId.eq(attempt.id))
        .filter(results::Column::SupersededAt.is_null())
        .exec(tx)
        .await?;
    let required_level = required.get(&attempt.part).copied();
    let result = results::ActiveModel {
        id: Set(ResultId::new()),
        enrolment_id: Set(enrolment.id),
        candidate_id: Set(attempt.candidate_id),
        attempt_id: Set(attempt.id),
        mark_id: Set(mark.id),
        part: Set(attempt.part),
        band: Set(attempt.band),
        level: Set(mark.level),
        required_level: Set(required_level),
        passed: Set(rules::is_passed(mark.level, required_level)),
        sat_on: Set(belgian_date(attempt.started_at.unwrap_or(attempt.created_at))),
        decided_at: Set(now),
        superseded_at: Set(None),
        superseded_reason: Set(None),
    };
    results::Entity::insert(result).exec_without_returning(tx).await?;
    let action = if superseded.rows_affected == 0 { "result.recorded" } else { "result.corrected" };
    let detail = json!({ "part": attempt.part, "level": mark.level, "mark": mark.id });
    audit::record(tx, now, audit::Entry::of(By::System, action, ("attempt", Some(attempt.id.0))).at(enrolment.agency_id).with(detail))
        .await?;

    statistics::live::record(tx, now, attempt, Some(mark.level)).await?;

    let complete = rules::is_complete(&required, &store::standing(tx, enrolment.id).await?);
    let changed = match (enrolment.status, complete) {
        (EnrolmentStatus::Open, true) => move_enrolment(tx, now, &enrolment, EnrolmentStatus::Completed).await?,
        (EnrolmentStatus::Completed, false) => move_enrolment(tx, now, &enrolment, EnrolmentStatus::Open).await?,
        (EnrolmentStatus::Completed, true) => true,
        // A corrected result may carry a paper about its part alone.
        _ => superseded.rows_affected > 0,
    };
    if !changed {
        return Ok(());
    }
    let job = Job::SettleCertificate { enrolment_id: enrolment.id };
    jobs::enqueue(tx, now, &job, Some(format!("settle-certificate:{}", mark.id))).await
}

/// Answers whether the enrolment was still as we read it.
async fn move_enrolment(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    enrolment: &enrolments::Model,
    to: EnrolmentStatus,
) -> Result<bool, DbErr> {
    let closed_at = (to == EnrolmentStatus::Completed).then_some(now);
    let moved = enrolments::Entity::update_many()
        .col_expr(enrolments::Column::Status, Expr::value(to))
        .col_expr(enrolments::Column::ClosedAt, Expr::value(closed_at))
        .filter(enrolments::Column::Id.eq(enrolment.id))
        .filter(enrolments::Column::Status.eq(enrolment.status))
        .exec(tx)
        .await?;
    if moved.rows_affected == 0 {
        return Ok(false);
    }
    let action = if to == EnrolmentStatus::Completed { "enrolment.completed" } else { "enrolment.reopened" };
    audit::record(tx, now, audit::Entry::of(By::System, action, ("enrolment", Some(enrolment.id.0))).at(enrolment.agency_id)).await?;
    Ok(true)
}
