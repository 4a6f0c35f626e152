//! The worker's loop.

use std::time::{Duration, Instant};

use sea_orm::DbErr;
use tokio::sync::watch;

use super::{Job, Lane, claim, finish, renew};
use crate::app::Ijkpunt;
use crate::entity::jobs;
use crate::{certificates, delivery, forms, mail, marking, psychometrics, room, steady, trajectory};

/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(500);
/// How often the clock's own work is done.
const SWEEP: Duration = Duration::from_secs(1);
/// How often the lease of a job is renewed: well within its twenty seconds.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long the database may take over what a worker asks of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Works in both lanes until told to stop; a job that has begun is finished first.
pub async fn work(ijkpunt: Ijkpunt, stop: watch::Receiver<bool>) {
    tokio::join!(work_in(&ijkpunt, Lane::Quick, stop.clone()), work_in(&ijkpunt, Lane::Slow, stop));
}

async fn work_in(ijkpunt: &Ijkpunt, lane: Lane, mut stop: watch::Receiver<bool>) {
    let mut swept = Instant::now();
    while !*stop.borrow() {
        if lane == Lane::Quick && swept.elapsed() >= SWEEP {
            swept = Instant::now();
            sweep(ijkpunt).await;
        }
        let pause = match run_one(ijkpunt, lane).await {
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

/// What no job asks for, because it depends on the clock alone: attempts whose time is up or whose kiosk is not heard.
async fn sweep(ijkpunt: &Ijkpunt) {
    if let Err(error) = within_patience(steady::follow(ijkpunt)).await {
        tracing::error!(%error, "whether the clock may be followed could not be found out");
    }
    if let Err(error) = within_patience(delivery::actions::end_overdue(ijkpunt)).await {
        tracing::error!(%error, "attempts past their time could not be ended");
    }
    if let Err(error) = within_patience(room::absence::pause_unseen(ijkpunt)).await {
        tracing::error!(%error, "attempts of kiosks that are not heard could not be paused");
    }
    if let Err(error) = within_patience(delivery::store::forget_requests(&ijkpunt.db, ijkpunt.clock.now())).await {
        tracing::error!(%error, "requests of kiosks that are long over could not be forgotten");
    }
}

/// A database that has stopped answering must not stop the worker for good.
async fn within_patience<T>(work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(DbErr::Custom("the database did not answer in time".into())))
}

/// Runs what is due now and answers how many jobs that were. Tests call this instead of waiting.
pub async fn run_due(ijkpunt: &Ijkpunt) -> Result<usize, DbErr> {
    let mut done = 0;
    delivery::actions::end_overdue(ijkpunt).await?;
    room::absence::pause_unseen(ijkpunt).await?;
    while run_one(ijkpunt, Lane::Quick).await? || run_one(ijkpunt, Lane::Slow).await? {
        done += 1;
    }
    Ok(done)
}

async fn run_one(ijkpunt: &Ijkpunt, lane: Lane) -> Result<bool, DbErr> {
    let Some(job) = within_patience(claim(ijkpunt, ijkpunt.clock.now(), lane)).await? else {
        return Ok(false);
    };
    let outcome = match serde_json::from_value::<Job>(job.payload.clone()) {
        Ok(what) => held(ijkpunt, &job, run(ijkpunt, what)).await,
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = &outcome {
        tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempts, %error, "a job failed");
    }
    within_patience(finish(ijkpunt, &job, outcome, ijkpunt.clock.now())).await?;
    Ok(true)
}

/// Waits for a job, renewing its lease as long as it takes. Once the lease is lost, so is the job: another worker does it.
async fn held(ijkpunt: &Ijkpunt, job: &jobs::Model, work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            outcome = &mut work => return outcome,
            () = tokio::time::sleep(RENEWAL) => {}
        }
        match tokio::time::timeout(RENEWAL * 2, renew(ijkpunt, job, ijkpunt.clock.now())).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Err("another worker has taken the job".into()),
            Ok(Err(error)) => return Err(format!("the lease could not be renewed: {error}")),
            Err(_) => return Err("the lease could not be renewed in time".into()),
        }
    }
}

/// Sends a job to the domain that knows how.
async fn run(ijkpunt: &Ijkpunt, job: Job) -> Result<(), String> {
    match job {
        Job::MarkAttempt { attempt } => marking::machine::mark_attempt(ijkpunt, attempt).await.map_err(|error| error.to_string()),
        Job::Remark { correction, given, after } => {
            marking::corrections::actions::go_on(ijkpunt, correction, given, after).await.map_err(|error| error.to_string())
        }
        Job::SettleCertificate { enrolment_id } => {
            certificates::actions::settle(ijkpunt, enrolment_id).await.map_err(|error| error.to_string())
        }
        Job::ReissueCertificate { certificate_id, by, reason } => {
            certificates::actions::reissue_if_valid(ijkpunt, by, certificate_id, &reason).await.map_err(|error| error.to_string())
        }
        Job::SettleTrajectory { candidate_id } => {
            trajectory::actions::settle(ijkpunt, candidate_id).await.map_err(|error| error.to_string())
        }
        Job::AssembleForms { assembly } => forms::run::run(ijkpunt, assembly).await.map_err(|error| error.to_string()),
        Job::SendMail { mail_id } => mail::send::send(ijkpunt, mail_id).await,
        Job::Measure { run } => psychometrics::runs::work::work(ijkpunt, run).await.map_err(|error| error.to_string()),
    }
}
