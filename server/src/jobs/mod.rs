//! Work in the background. A job is written in the transaction of the change that asks for it, so that neither happens without the other.
//!
//! A worker takes a job by lease. A job may run twice when a worker dies, so that every handler's effect is guarded by a unique row of its own.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, Statement};
use serde::{Deserialize, Serialize};

use crate::app::Ijkpunt;
use crate::entity::enums::JobStatus;
use crate::entity::jobs;
use crate::ids::{
    AssemblyId, AttemptId, CandidateId, CertificateId, CorrectionId, EnrolmentId, ItemVersionId, JobId, MailId, MeasurementRunId, UserId,
};

mod work;

pub use work::{run_due, work};

/// What a worker can be asked to do. Each domain adds its own, and `work::run` sends it there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Mark an attempt that was closed, or give it to the examiners.
    MarkAttempt { attempt: AttemptId },
    /// Mark the next attempts again that a correction concerns.
    Remark { correction: CorrectionId, given: ItemVersionId, after: Option<AttemptId> },
    /// Issue, renew or withdraw an enrolment's certificate, so that it says what the results say.
    SettleCertificate { enrolment_id: EnrolmentId },
    /// Issue a certificate anew, after the key that signed its credential was withdrawn.
    ReissueCertificate { certificate_id: CertificateId, by: UserId, reason: String },
    /// Take the decisions that a candidate's results and certificates call for.
    SettleTrajectory { candidate_id: CandidateId },
    /// Look for forms that keep to a blueprint.
    AssembleForms { assembly: AssemblyId },
    /// Hand a mail to the mail server.
    SendMail { mail_id: MailId },
    /// Compute an item analysis, a calibration or a comparison of groups.
    Measure { run: MeasurementRunId },
}

/// Work that takes minutes waits in a lane of its own, so that no mark waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Quick,
    Slow,
}

/// Asks for work. The same `dedup_key` is asked for once only.
pub async fn enqueue(tx: &DatabaseTransaction, now: DateTime<Utc>, job: &Job, dedup_key: Option<String>) -> Result<(), DbErr> {
    enqueue_for(tx, now, now, job, dedup_key).await
}

/// Asks for work that is not to be done before a moment.
pub async fn enqueue_for(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    run_at: DateTime<Utc>,
    job: &Job,
    dedup_key: Option<String>,
) -> Result<(), DbErr> {
    let payload = serde_json::to_value(job).map_err(|error| DbErr::Custom(error.to_string()))?;
    let kind = payload.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
    let row = jobs::ActiveModel {
        id: Set(JobId::new()),
        kind: Set(kind),
        payload: Set(payload),
        status: Set(JobStatus::Queued),
        run_at: Set(run_at),
        attempts: Set(0),
        max_attempts: Set(12),
        dedup_key: Set(dedup_key),
        created_at: Set(now),
        ..Default::default()
    };
    let insert = jobs::Entity::insert(row).on_conflict(OnConflict::column(jobs::Column::DedupKey).do_nothing().to_owned());
    insert.exec_without_returning(tx).await?;
    Ok(())
}

/// How long a worker that gives no sign holds a job before another may take it. One that is at work renews its lease, however long the job is.
pub const LEASE: Duration = Duration::seconds(20);

/// Takes the job that is due first, and whose lease, if it had one, has run out. A time that could not have been written by today's clock was
/// written before the clock was set back: it does not count.
async fn claim(ijkpunt: &Ijkpunt, now: DateTime<Utc>, lane: Lane) -> Result<Option<jobs::Model>, DbErr> {
    let of_lane = if lane == Lane::Slow { "kind IN ('measure', 'assemble_forms')" } else { "kind NOT IN ('measure', 'assemble_forms')" };
    let backend = ijkpunt.db.get_database_backend();
    let (skip, [p1, p2, p3, p4]) = match backend {
        DbBackend::Sqlite => ("", ["?1", "?2", "?3", "?4"]),
        _ => ("FOR UPDATE SKIP LOCKED", ["$1", "$2", "$3", "$4"]),
    };
    let sql = format!(
        "UPDATE jobs SET status = 'running', leased_until = {p2}, attempts = attempts + 1 WHERE id = (
            SELECT id FROM jobs WHERE {of_lane}
            AND ((status = 'queued' AND (run_at <= {p1} OR (created_at > {p1} AND run_at <= created_at) OR (attempts > 0 AND run_at > {p3})))
                OR (status = 'running' AND (leased_until < {p1} OR leased_until > {p4})))
            ORDER BY run_at, id LIMIT 1 {skip}) RETURNING *"
    );
    jobs::Entity::find()
        .from_raw_sql(Statement::from_sql_and_values(
            backend,
            sql,
            [now.into(), (now + LEASE).into(), (now + LONGEST_BACKOFF).into(), (now + LEASE * 2).into()],
        ))
        .one(&ijkpunt.db)
        .await
}

/// Holds a job longer. False when another worker has it by now.
async fn renew(ijkpunt: &Ijkpunt, job: &jobs::Model, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let renewed = jobs::Entity::update_many()
        .col_expr(jobs::Column::LeasedUntil, Expr::value(now + LEASE))
        .filter(jobs::Column::Id.eq(job.id))
        .filter(jobs::Column::Status.eq(JobStatus::Running))
        .filter(jobs::Column::Attempts.eq(job.attempts))
        .exec(&ijkpunt.db)
        .await?;
    Ok(renewed.rows_affected == 1)
}

async fn finish(ijkpunt: &Ijkpunt, job: &jobs::Model, outcome: Result<(), String>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let update = jobs::Entity::update_many()
        .filter(jobs::Column::Id.eq(job.id))
        // Somebody else holds it by now: our lease ran out, and their word counts.
        .filter(jobs::Column::Attempts.eq(job.attempts));
    let update = match outcome {
        Ok(()) => update.col_expr(jobs::Column::Status, Expr::value(JobStatus::Done)).col_expr(jobs::Column::FinishedAt, Expr::value(now)),
        Err(error) if job.attempts >= job.max_attempts => update
            .col_expr(jobs::Column::Status, Expr::value(JobStatus::Dead))
            .col_expr(jobs::Column::LastError, Expr::value(error))
            .col_expr(jobs::Column::FinishedAt, Expr::value(now)),
        Err(error) => update
            .col_expr(jobs::Column::Status, Expr::value(JobStatus::Queued))
            .col_expr(jobs::Column::LastError, Expr::value(error))
            .col_expr(jobs::Column::RunAt, Expr::value(now + backoff(job.attempts))),
    };
    update.exec(&ijkpunt.db).await?;
    Ok(())
}

const LONGEST_BACKOFF: Duration = Duration::hours(1);

/// 5 s, 10 s, 20 s, … at most an hour.
fn backoff(attempts: i64) -> Duration {
    Duration::seconds(5_i64 << attempts.clamp(1, 10).saturating_sub(1)).min(LONGEST_BACKOFF)
}
