//! The worker's loop.

use std::time::{Duration, Instant};

use sea_orm::DbErr;
use tokio::sync::watch;

use super::{Job, claim, finish};
use crate::app::Ijkpunt;
use crate::{certificates, delivery, mail, marking, trajectory};

/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(500);
/// How often the clock's own work is done.
const SWEEP: Duration = Duration::from_secs(1);

/// Works until told to stop; a job that has begun is finished first.
pub async fn work(ijkpunt: Ijkpunt, mut stop: watch::Receiver<bool>) {
    let mut swept = Instant::now();
    while !*stop.borrow() {
        if swept.elapsed() >= SWEEP {
            swept = Instant::now();
            sweep(&ijkpunt).await;
        }
        let pause = match run_one(&ijkpunt).await {
            Ok(true) => continue,
            Ok(false) => IDLE,
            Err(error) => {
                tracing::error!(%error, "the worker cannot reach its jobs");
                IDLE * 4
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
}

/// What no job asks for, because it depends on the clock alone: attempts whose time is up.
async fn sweep(ijkpunt: &Ijkpunt) {
    if let Err(error) = delivery::actions::end_overdue(ijkpunt).await {
        tracing::error!(%error, "attempts past their time could not be ended");
    }
    if let Err(error) = delivery::store::forget_requests(&ijkpunt.db, ijkpunt.clock.now()).await {
        tracing::error!(%error, "requests of kiosks that are long over could not be forgotten");
    }
}

/// Runs what is due now and answers how many jobs that were. Tests call this instead of waiting.
pub async fn run_due(ijkpunt: &Ijkpunt) -> Result<usize, DbErr> {
    let mut done = 0;
    delivery::actions::end_overdue(ijkpunt).await?;
    while run_one(ijkpunt).await? {
        done += 1;
    }
    Ok(done)
}

async fn run_one(ijkpunt: &Ijkpunt) -> Result<bool, DbErr> {
    let Some(job) = claim(ijkpunt, ijkpunt.clock.now()).await? else {
        return Ok(false);
    };
    let outcome = match serde_json::from_value::<Job>(job.payload.clone()) {
        Ok(what) => run(ijkpunt, what).await,
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = &outcome {
        tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempts, %error, "a job failed");
    }
    finish(ijkpunt, &job, outcome, ijkpunt.clock.now()).await?;
    Ok(true)
}

/// Sends a job to the domain that knows how.
async fn run(ijkpunt: &Ijkpunt, job: Job) -> Result<(), String> {
    match job {
        Job::MarkAttempt { attempt } => marking::machine::mark_attempt(ijkpunt, attempt).await.map_err(|error| error.to_string()),
        Job::SettleCertificate { enrolment_id } => {
            certificates::actions::settle(ijkpunt, enrolment_id).await.map_err(|error| error.to_string())
        }
        Job::SettleTrajectory { candidate_id } => {
            trajectory::actions::settle(ijkpunt, candidate_id).await.map_err(|error| error.to_string())
        }
        Job::SendMail { mail_id } => mail::send::send(ijkpunt, mail_id).await,
    }
}
