//! Asking for a run, stopping one, and deciding on a calibration.

use chrono::{DateTime, Duration, Months, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use super::rules::{self, Asked, DecisionRefusal, MAX_FORMS};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::clock::belgian_date;
use crate::db::begin_write;
use crate::entity::enums::{FormPart, MeasurementDecision, MeasurementKind, MeasurementStatus};
use crate::entity::{attempts, forms, measurement_runs, test_sessions};
use crate::ids::{FormId, MeasurementRunId, SessionId, UserId};
use crate::jobs::{self, Job};
use crate::psychometrics::{calibration, settings};

/// How long after the end of a session its analysis begins: marking takes seconds, and late answers of kiosks minutes.
const MARKS_ARE_IN_AFTER: Duration = Duration::minutes(10);

#[derive(Debug, thiserror::Error)]
pub enum RunRefusal {
    #[error("there is no such run")]
    NotFound,
    #[error("there is no such form, or examiners mark it")]
    NoForm,
    #[error("no form is named, or too many")]
    Forms,
    #[error("the period ends before it begins")]
    Period,
    #[error("the run has ended")]
    Ended,
    #[error("the decision is not possible: {0:?}")]
    Decision(DecisionRefusal),
    #[error("somebody else was first")]
    Conflict,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Asks for a run; a worker takes it up.
pub async fn ask(ijkpunt: &Ijkpunt, by: UserId, asked: &Asked) -> Result<MeasurementRunId, RunRefusal> {
    let period = asked.period();
    if period.until < period.from {
        return Err(RunRefusal::Period);
    }
    let wanted = asked.forms();
    if wanted.is_empty() || wanted.len() > MAX_FORMS {
        return Err(RunRefusal::Forms);
    }
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let found = forms::Entity::find().filter(forms::Column::Id.is_in(wanted.clone())).all(&tx).await?;
    let closed = found.iter().filter(|form| !matches!(form.part, FormPart::Writing | FormPart::Speaking)).count();
    let mut distinct = wanted;
    distinct.sort();
    distinct.dedup();
    if closed < distinct.len() {
        return Err(RunRefusal::NoForm);
    }
    let id = write(&tx, now, now, asked, Some(by), None).await?;
    tx.commit().await?;
    Ok(id)
}

/// Asks for an analysis of each form that was sat in a session that ends, over the months before. Called within the transaction that closes it.
pub async fn after_session(tx: &DatabaseTransaction, now: DateTime<Utc>, session: &test_sessions::Model) -> Result<(), DbErr> {
    let until = belgian_date(now);
    let settings = settings::on(tx, until).await?;
    let Some(from) = until.checked_sub_months(Months::new(settings.body.groups.months)) else { return Ok(()) };
    let mut sat: Vec<FormId> = attempts::Entity::find()
        .select_only()
        .column(attempts::Column::FormId)
        .distinct()
        .filter(attempts::Column::SessionId.eq(session.id))
        .filter(attempts::Column::StartedAt.is_not_null())
        .into_tuple()
        .all(tx)
        .await?;
    sat.sort();
    for form in forms::Entity::find().filter(forms::Column::Id.is_in(sat)).all(tx).await? {
        if !matches!(form.part, FormPart::Writing | FormPart::Speaking) {
            let asked = Asked::Analysis { form: form.id.0, from, until };
            write(tx, now, now + MARKS_ARE_IN_AFTER, &asked, None, Some(session.id)).await?;
        }
    }
    Ok(())
}

async fn write(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    run_at: DateTime<Utc>,
    asked: &Asked,
    by: Option<UserId>,
    session: Option<SessionId>,
) -> Result<MeasurementRunId, DbErr> {
    let id = MeasurementRunId::new();
    let kind = asked.kind();
    let row = measurement_runs::ActiveModel {
        id: Set(id),
        kind: Set(kind),
        asked: Set(serde_json::to_value(asked).map_err(|error| DbErr::Custom(error.to_string()))?),
        form_id: Set(asked.forms().first().copied().filter(|_| kind != MeasurementKind::Calibration)),
        status: Set(MeasurementStatus::Queued),
        progress: Set(0),
        session_id: Set(session),
        created_at: Set(now),
        created_by: Set(by),
        ..Default::default()
    };
    measurement_runs::Entity::insert(row).exec_without_returning(tx).await?;
    let entry = Entry::of(by.map_or(By::System, By::User), "measurement.asked", ("measurement_run", Some(id.0)));
    audit::record(tx, now, entry.with(json!({ "kind": kind }))).await?;
    jobs::enqueue_for(tx, now, run_at, &Job::Measure { run: id }, None).await?;
    Ok(id)
}

/// Stops a run that has not ended. One that is being computed notices within a second.
pub async fn cancel(ijkpunt: &Ijkpunt, by: UserId, id: MeasurementRunId) -> Result<(), RunRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let stopped = measurement_runs::Entity::update_many()
        .col_expr(measurement_runs::Column::Status, Expr::value(MeasurementStatus::Cancelled))
        .col_expr(measurement_runs::Column::FinishedAt, Expr::value(now))
        .col_expr(measurement_runs::Column::CancelledBy, Expr::value(by))
        .filter(measurement_runs::Column::Id.eq(id))
        .filter(measurement_runs::Column::Status.is_in([MeasurementStatus::Queued, MeasurementStatus::Running]))
        .exec(&tx)
        .await?;
    if stopped.rows_affected == 0 {
        return Err(RunRefusal::Ended);
    }
    audit::record(&tx, now, Entry::of(By::User(by), "measurement.cancelled", ("measurement_run", Some(id.0)))).await?;
    tx.commit().await?;
    Ok(())
}

/// Approves or rejects what a calibration proposes.
pub async fn decide(
    ijkpunt: &Ijkpunt,
    by: UserId,
    id: MeasurementRunId,
    decision: MeasurementDecision,
    reason: &str,
) -> Result<(), RunRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let run = measurement_runs::Entity::find_by_id(id).one(&tx).await?.ok_or(RunRefusal::NotFound)?;
    rules::may_decide((run.kind, run.status, run.decision), run.created_by, by, decision, reason).map_err(RunRefusal::Decision)?;
    let decided = measurement_runs::Entity::update_many()
        .col_expr(measurement_runs::Column::Decision, Expr::value(decision))
        .col_expr(measurement_runs::Column::DecidedAt, Expr::value(now))
        .col_expr(measurement_runs::Column::DecidedBy, Expr::value(by))
        .col_expr(measurement_runs::Column::DecisionReason, Expr::value(reason.trim()))
        .filter(measurement_runs::Column::Id.eq(id))
        .filter(measurement_runs::Column::Decision.is_null())
        .exec(&tx)
        .await?;
    if decided.rows_affected == 0 {
        return Err(RunRefusal::Conflict);
    }
    let items = match decision {
        MeasurementDecision::Approved => calibration::store::approve(&tx, id, by, now).await?,
        MeasurementDecision::Rejected => {
            calibration::store::reject(&tx, id).await?;
            0
        }
    };
    let entry = Entry::of(By::User(by), "calibration.decided", ("measurement_run", Some(id.0)));
    audit::record(&tx, now, entry.with(json!({ "decision": decision, "items": items }))).await?;
    tx.commit().await?;
    Ok(())
}
