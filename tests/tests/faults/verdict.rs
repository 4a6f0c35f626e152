//! What must be true after everything that went wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use ijkpunt::app::Ijkpunt;
use ijkpunt::audit::{self, Verified};
use ijkpunt::delivery;
use ijkpunt::entity::enums::{AttemptStatus, JobStatus};
use ijkpunt::entity::{answers, attempts, audit_log, certificates, jobs, mails, marks, ratings, recording_slices, recordings};
use ijkpunt::ids::{AttemptId, RecordingId};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, Statement};
use sha2::{Digest, Sha256};

use crate::candidate::{Sat, Sort};

/// What an answer may need to travel, as the protocol promises, and the time that a test's own reading of the clock may be off.
const TRAVEL: Duration = Duration::from_secs(3);
const SLACK: Duration = Duration::from_millis(500);

/// Everything that is not as it must be, in sentences.
pub async fn faults(ijkpunt: &Ijkpunt, all: &[Sat]) -> Vec<String> {
    let mut found = Vec::new();
    for sat in all {
        found.extend(sat.wonders.iter().map(|wonder| format!("attempt {}: {wonder}", sat.attempt)));
        found.extend(of_attempt(ijkpunt, sat).await.into_iter().map(|fault| format!("attempt {} ({:?}): {fault}", sat.attempt, sat.sort)));
    }
    found.extend(of_everything(ijkpunt, all).await);
    found
}

async fn of_attempt(ijkpunt: &Ijkpunt, sat: &Sat) -> Vec<String> {
    let db = &ijkpunt.db;
    let mut found = Vec::new();
    let id: AttemptId = AttemptId(sat.attempt.parse().unwrap());
    let attempt = attempts::Entity::find_by_id(id).one(db).await.unwrap().unwrap();
    if !matches!(attempt.status, AttemptStatus::Submitted | AttemptStatus::Ended) {
        found.push(format!("it is {:?}", attempt.status));
    }
    let (Some(started), Some(deadline)) = (attempt.started_at, attempt.deadline_at) else {
        found.push("it was never begun".into());
        return found;
    };
    let moved = (deadline - started) - chrono::Duration::seconds(attempt.time_limit_seconds);
    // A kiosk that was not heard for a minute, on a machine as slow as that, is paused, and time may be given back: the audit log tells.
    let paused = audit_log::Entity::find()
        .filter(audit_log::Column::SubjectId.eq(id.0))
        .filter(audit_log::Column::Action.contains("paused"))
        .count(db)
        .await
        .unwrap();
    if moved < chrono::Duration::zero() || (moved > chrono::Duration::zero() && paused == 0) {
        found.push(format!("its deadline was moved by {moved}: {started} to {deadline} for {} s", attempt.time_limit_seconds));
    }
    let rows = answers::Entity::find().filter(answers::Column::AttemptId.eq(id)).order_by_asc(answers::Column::Seq).all(db).await.unwrap();
    for row in &rows {
        match sat.given.get(&row.seq) {
            None => found.push(format!("answer {} was never given: {}", row.seq, row.response)),
            Some(given) if given.position != row.position || given.response != row.response => {
                found.push(format!("answer {} was {} and is {}", row.seq, given.response, row.response));
            }
            Some(given) if given.acknowledged && given.late != row.late => found.push(format!("answer {} is late or not", row.seq)),
            Some(_) => {}
        }
    }
    let limit = Duration::from_secs(attempt.time_limit_seconds as u64) + moved.to_std().unwrap_or_default();
    for (seq, given) in &sat.given {
        let Some(row) = rows.iter().find(|row| row.seq == *seq) else {
            found.push(format!("answer {seq} is lost{}", if given.acknowledged { ", though it was acknowledged" } else { "" }));
            continue;
        };
        // The clock began to run between the first request to begin and the answer to the last.
        if !row.late && given.at.duration_since(sat.begun.0) > limit + TRAVEL + SLACK + (sat.begun.1 - sat.begun.0) {
            found.push(format!("answer {seq} counts, and was given {:?} after the start", given.at.duration_since(sat.begun.0)));
        }
        if row.late && given.at.duration_since(sat.begun.0) + SLACK < limit {
            found.push(format!("answer {seq} is late, and was given {:?} after the start", given.at.duration_since(sat.begun.0)));
        }
    }
    found.extend(of_mark(ijkpunt, sat, &attempt, &rows).await);
    for (recording, hash) in &sat.recordings {
        found.extend(of_recording(ijkpunt, recording, hash).await);
    }
    found
}

/// What counts is the last answer to each question that was not late, and it was marked once.
async fn of_mark(ijkpunt: &Ijkpunt, sat: &Sat, attempt: &attempts::Model, rows: &[answers::Model]) -> Vec<String> {
    let mut found = Vec::new();
    let mut last: BTreeMap<i64, &answers::Model> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.late) {
        last.insert(row.position, row);
    }
    let in_force = delivery::store::answers_in_force(&ijkpunt.db, attempt.id).await.unwrap();
    let counted: BTreeMap<i64, &answers::Model> = in_force.iter().map(|row| (row.position, row)).collect();
    if last.iter().map(|(position, row)| (position, row.seq)).ne(counted.iter().map(|(position, row)| (position, row.seq))) {
        found.push("the answers that count are not the last ones".into());
    }
    let marks = marks::Entity::find().filter(marks::Column::AttemptId.eq(attempt.id)).all(&ijkpunt.db).await.unwrap();
    let ratings = ratings::Entity::find().filter(ratings::Column::AttemptId.eq(attempt.id)).all(&ijkpunt.db).await.unwrap();
    if sat.sort == Sort::Speaking {
        let mut rounds: Vec<i64> = ratings.iter().map(|rating| rating.round).collect();
        rounds.sort_unstable();
        rounds.dedup();
        if ratings.is_empty() || rounds.len() != ratings.len() || !marks.is_empty() {
            found.push(format!("{} ratings and {} marks were made", ratings.len(), marks.len()));
        }
        return found;
    }
    let right = last.values().filter(|row| sat.rights.get(&row.position) == Some(&row.response)).count();
    match marks.as_slice() {
        [one] if one.score == right as i64 => {}
        [one] => found.push(format!("the mark is {} and {right} answers were right", one.score)),
        several => found.push(format!("it has {} marks", several.len())),
    }
    found
}

async fn of_recording(ijkpunt: &Ijkpunt, id: &str, hash: &[u8; 32]) -> Vec<String> {
    let id = RecordingId(id.parse().unwrap());
    let recording = recordings::Entity::find_by_id(id).one(&ijkpunt.db).await.unwrap().unwrap();
    let slices = recording_slices::Entity::find()
        .filter(recording_slices::Column::RecordingId.eq(id))
        .order_by_asc(recording_slices::Column::N)
        .all(&ijkpunt.db)
        .await
        .unwrap();
    let mut whole = Sha256::new();
    for slice in &slices {
        match ijkpunt.media.get(&slice.sha256).await {
            Ok(bytes) => whole.update(&bytes),
            Err(error) => return vec![format!("recording {id}: slice {} cannot be read: {error}", slice.n)],
        }
    }
    let whole: [u8; 32] = whole.finalize().into();
    let same = if whole == *hash { "the same" } else { "other" };
    if whole == *hash && recording.completed_at.is_some() && recording.slices == Some(slices.len() as i64) {
        Vec::new()
    } else {
        vec![format!("recording {id} has {} slices of {same} bytes, said to be {:?}", slices.len(), recording.slices)]
    }
}

#[derive(FromQueryResult)]
struct Counted {
    n: i64,
}

async fn count(ijkpunt: &Ijkpunt, sql: &str) -> i64 {
    let statement = Statement::from_string(ijkpunt.db.get_database_backend(), format!("SELECT count(*) AS n FROM {sql}"));
    Counted::find_by_statement(statement).one(&ijkpunt.db).await.unwrap().unwrap().n
}

async fn of_everything(ijkpunt: &Ijkpunt, all: &[Sat]) -> Vec<String> {
    let mut found = Vec::new();
    match audit::verify(&ijkpunt.db).await.unwrap() {
        Verified::Intact { .. } => {}
        Verified::Broken { seq, what } => found.push(format!("the audit log is broken at {seq}: {what}")),
    }
    for job in jobs::Entity::find().filter(jobs::Column::Status.ne(JobStatus::Done)).all(&ijkpunt.db).await.unwrap() {
        found.push(format!("a job is {:?}: {} {} ({:?})", job.status, job.kind, job.payload, job.last_error));
    }
    for (what, expected, counted) in [
        ("marking jobs", all.len(), count(ijkpunt, "jobs WHERE kind = 'mark_attempt'").await),
        ("facts of the statistics", all.len(), count(ijkpunt, "test_facts WHERE withdrawn_revision IS NULL").await),
        ("openings of an attempt in the audit log", all.len(), count(ijkpunt, "audit_log WHERE action = 'attempt.begun'").await),
        ("results", results_expected(all), count(ijkpunt, "results WHERE superseded_at IS NULL").await),
        ("hand-ins in the audit log", all.len(), count(ijkpunt, "audit_log WHERE action IN ('attempt.submitted', 'attempt.ended')").await),
    ] {
        if counted != expected as i64 {
            found.push(format!("there are {counted} {what}, and should be {expected}"));
        }
    }
    // Each enrolment asks for one part only.
    let certified = count(ijkpunt, "results WHERE superseded_at IS NULL AND passed").await as usize;
    if certified == 0 {
        found.push("nobody passed, so that no certificate was put to the test".into());
    }
    let papers = certificates::Entity::find().all(&ijkpunt.db).await.unwrap();
    let letters = mails::Entity::find().all(&ijkpunt.db).await.unwrap();
    if papers.len() != certified || letters.iter().filter(|mail| mail.certificate_id.is_some()).count() != certified {
        found.push(format!("{certified} people passed: {} certificates and {} mails were made", papers.len(), letters.len()));
    }
    found
}

fn results_expected(all: &[Sat]) -> usize {
    all.iter().filter(|sat| sat.sort != Sort::Speaking).count()
}
