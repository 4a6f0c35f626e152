//! Group commit: one task a process writes the answers of everybody.
//!
//! Each save waits in a bounded queue. The task takes what is waiting, commits it in one transaction and only then tells the kiosks: an
//! acknowledged answer is durable. While one group is being flushed to disk the next one gathers, so that groups grow with the load and a
//! single candidate never waits for company. A full queue is refused with 503, before memory grows.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    FromQueryResult, QueryFilter, QueryOrder, Statement,
};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::rules::{self, Timing};
use crate::clock::Clock;
use crate::db::{begin_write, is_passing};
use crate::entity::enums::AttemptStatus;
use crate::entity::{answers, presence};
use crate::ids::{AttemptId, KioskId};

/// What may wait. At 10,000 candidates with an answer each 30 s about 340 come in a second.
const QUEUE: usize = 4096;
/// What is committed together at most.
const GROUP: usize = 512;
/// How soon a kiosk is asked for its next sign of life, so that the room sees within five seconds that one is lost.
const HEARTBEAT_MS: i64 = 2_000;
/// How soon when so many requests came in within the last second that their answers come first.
const HEARTBEAT_UNDER_LOAD_MS: i64 = 5_000;
const LOAD: usize = 1_000;
/// What may wait, in bytes of answers: a hall that writes long texts fills the memory sooner than the queue.
const QUEUE_BYTES: usize = 32 * 1024 * 1024;
/// A database that takes longer over a group is given up: the kiosks are told to come again, on another connection. Whether the group was
/// kept does not matter, since each number is taken once.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// Rows an INSERT: well below what either database takes as parameters.
const ROWS: usize = 1000;

/// An answer as the kiosk sent it.
#[derive(Clone, Debug)]
pub struct Event {
    pub seq: i64,
    pub position: i64,
    pub response: Value,
    pub flagged: bool,
    pub client_at: DateTime<Utc>,
    /// How long before sending it was given, by the kiosk's clock.
    pub age: Duration,
}

#[derive(Clone, Debug)]
pub struct SaveRequest {
    pub attempt: AttemptId,
    pub kiosk: KioskId,
    /// The key with which the signature was verified: whether it is the kiosk's is looked up in the transaction.
    pub kiosk_key: Arc<[u8]>,
    /// The signed request's number.
    pub number: i64,
    pub attempt_token_hash: Vec<u8>,
    pub events: Vec<Event>,
    pub position: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct Saved {
    pub acknowledged: Option<i64>,
    /// Kept apart: they came after the deadline.
    pub late: Vec<i64>,
    pub timing: Timing,
    pub paused_reason: Option<String>,
    pub at: DateTime<Utc>,
    /// How soon the next sign of life is asked for.
    pub heartbeat_ms: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum SaveRefusal {
    /// There is no such attempt, or the tokens are not those of its sitting.
    #[error("the attempt is not this kiosk's")]
    NotYours,
    /// A newer request of this kiosk was taken: this one is a replay, or was overtaken on its way.
    #[error("a newer request was taken")]
    Replayed { newest: i64 },
    #[error("there is no question at position {0}")]
    NoSuchPosition(i64),
    #[error("too many answers are waiting")]
    Full,
    #[error("the database did not take the answers: {0}")]
    Database(String),
}

/// A request with the moment at which it came in. Whether an answer is late is judged by that moment, not by when the database was ready for it.
struct Received {
    request: SaveRequest,
    at: DateTime<Utc>,
}

struct Waiting {
    request: Received,
    _weight: Weight,
    reply: oneshot::Sender<Result<Saved, SaveRefusal>>,
}

/// The queue's entrance.
#[derive(Clone, Debug)]
pub struct Saves {
    sender: mpsc::Sender<Waiting>,
    groups: Arc<AtomicU64>,
    bytes: Arc<AtomicUsize>,
    clock: Clock,
}

/// Bytes that are in the queue until this is dropped.
struct Weight {
    bytes: usize,
    of: Arc<AtomicUsize>,
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.of.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Saves {
    /// Starts the task on a thread of its own, so that it lives as long as somebody may still hand in answers, whoever started it.
    pub fn start(db: DatabaseConnection, clock: Clock) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let groups = Arc::new(AtomicU64::new(0));
        let counted = groups.clone();
        let started = std::thread::Builder::new().name("saves".into()).spawn(move || {
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(write(db, receiver, &counted)),
                Err(error) => tracing::error!(%error, "answers cannot be saved: no runtime"),
            }
        });
        if let Err(error) = started {
            tracing::error!(%error, "answers cannot be saved: no thread");
        }
        Self { sender, groups, bytes: Arc::default(), clock }
    }

    /// How many groups were committed since the start.
    pub fn groups(&self) -> u64 {
        self.groups.load(Ordering::Relaxed)
    }

    /// Returns after the answers are durable.
    pub async fn save(&self, request: SaveRequest) -> Result<Saved, SaveRefusal> {
        let bytes = request.events.iter().map(|event| weight(&event.response)).sum();
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let weight = Weight { bytes, of: self.bytes.clone() };
        if before + bytes > QUEUE_BYTES {
            return Err(SaveRefusal::Full);
        }
        let (reply, answer) = oneshot::channel();
        self.sender
            .try_send(Waiting { request: Received { request, at: self.clock.now() }, _weight: weight, reply })
            .map_err(|_| SaveRefusal::Full)?;
        answer.await.unwrap_or(Err(SaveRefusal::Full))
    }

    /// Is the queue more than half full? New candidates had better go to another process.
    pub fn is_crowded(&self) -> bool {
        self.sender.capacity() < QUEUE / 2 || self.bytes.load(Ordering::Relaxed) > QUEUE_BYTES / 2
    }
}

/// About what a response takes.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 24,
        Value::Array(list) => list.iter().map(weight).sum::<usize>() + 24,
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + weight(value) + 48).sum::<usize>() + 24,
        Value::Null | Value::Bool(_) | Value::Number(_) => 24,
    }
}

async fn write(db: DatabaseConnection, mut queue: mpsc::Receiver<Waiting>, groups: &AtomicU64) {
    let mut group = Vec::with_capacity(GROUP);
    let mut pace = Pace::new();
    while queue.recv_many(&mut group, GROUP).await > 0 {
        // Whoever gave up has asked again, or will.
        group.retain(|waiting| !waiting.reply.is_closed());
        let (requests, replies): (Vec<_>, Vec<_>) = group.drain(..).map(|waiting| (waiting.request, waiting.reply)).unzip();
        if requests.is_empty() {
            continue;
        }
        let heartbeat_ms = pace.heartbeat_ms(requests.len());
        let outcomes = match commit_in_time(&db, heartbeat_ms, &requests).await {
            Ok(outcomes) => outcomes,
            // One that the database does not take must not hold up the others.
            Err(error) if requests.len() > 1 && !is_out_of_reach(&error) => one_by_one(&db, heartbeat_ms, &requests).await,
            Err(error) => {
                tracing::error!(%error, saves = requests.len(), "answers could not be saved");
                requests.iter().map(|_| Err(SaveRefusal::Database(error.to_string()))).collect()
            }
        };
        groups.fetch_add(1, Ordering::Relaxed);
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // A kiosk that has gone away asks again.
            let _ = reply.send(outcome);
        }
    }
}

async fn one_by_one(db: &DatabaseConnection, heartbeat_ms: i64, requests: &[Received]) -> Vec<Result<Saved, SaveRefusal>> {
    let mut outcomes = Vec::with_capacity(requests.len());
    for request in requests {
        let outcome = commit_in_time(db, heartbeat_ms, std::slice::from_ref(request)).await;
        outcomes.push(match outcome {
            Ok(mut one) => one.pop().unwrap_or(Err(SaveRefusal::Full)),
            Err(error) => {
                tracing::error!(%error, "an answer could not be saved");
                Err(SaveRefusal::Database(error.to_string()))
            }
        });
    }
    outcomes
}

/// How much comes in, by the second.
struct Pace {
    since: Instant,
    taken: usize,
    busy: bool,
}

impl Pace {
    fn new() -> Self {
        Self { since: Instant::now(), taken: 0, busy: false }
    }

    /// Counts what came in, and says how soon the next sign of life of each is wanted.
    fn heartbeat_ms(&mut self, taken: usize) -> i64 {
        self.taken += taken;
        if self.since.elapsed() >= std::time::Duration::from_secs(1) {
            *self = Self { since: Instant::now(), taken: 0, busy: self.taken > LOAD };
        }
        if self.busy || self.taken > LOAD { HEARTBEAT_UNDER_LOAD_MS } else { HEARTBEAT_MS }
    }
}

/// Trying the answers one by one helps where one of them is at fault, not where the database is.
fn is_out_of_reach(error: &DbErr) -> bool {
    matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) || is_passing(error)
}

async fn commit_in_time(
    db: &DatabaseConnection,
    heartbeat_ms: i64,
    requests: &[Received],
) -> Result<Vec<Result<Saved, SaveRefusal>>, DbErr> {
    match tokio::time::timeout(PATIENCE, commit(db, heartbeat_ms, requests)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(DbErr::Custom("timed out: the database did not commit in time".into())),
    }
}

/// Where an attempt stands, and whose it is.
#[derive(FromQueryResult)]
struct Standing {
    id: AttemptId,
    status: AttemptStatus,
    time_limit_seconds: i64,
    extra_seconds: i64,
    deadline_at: Option<DateTime<Utc>>,
    paused_at: Option<DateTime<Utc>>,
    paused_reason: Option<String>,
    item_count: i64,
    token_hash: Option<Vec<u8>>,
    kiosk_id: Option<KioskId>,
    public_key: Option<Vec<u8>>,
    revoked_at: Option<DateTime<Utc>>,
    after_deadline_at: Option<DateTime<Utc>>,
    position: Option<i64>,
    request_number: Option<i64>,
    /// Of an adaptive test: the question to answer now. What rested on the answers before it is not undone.
    adaptive_position: Option<i64>,
}

/// Saves a group in one transaction.
async fn commit(db: &DatabaseConnection, heartbeat_ms: i64, requests: &[Received]) -> Result<Vec<Result<Saved, SaveRefusal>>, DbErr> {
    let tx = begin_write(db).await?;
    let mut standings = standings(&tx, requests).await?;
    let mut rows = Vec::new();
    let mut seen = HashMap::with_capacity(requests.len());
    let mut outcomes = Vec::with_capacity(requests.len());
    for Received { request, at } in requests {
        outcomes.push(take(request, standings.get_mut(&request.attempt), (heartbeat_ms, *at), &mut rows, &mut seen));
    }
    for chunk in rows.chunks(ROWS) {
        answers::Entity::insert_many(chunk.to_vec())
            // A number that is already there was acknowledged before: it changes nothing.
            .on_conflict(OnConflict::columns([answers::Column::AttemptId, answers::Column::Seq]).do_nothing().to_owned())
            .exec_without_returning(&tx)
            .await?;
    }
    let seen: Vec<_> = seen.into_values().collect();
    for chunk in seen.chunks(ROWS) {
        presence::Entity::insert_many(chunk.to_vec())
            .on_conflict(
                OnConflict::column(presence::Column::AttemptId)
                    .update_columns([
                        presence::Column::LastSeenAt,
                        presence::Column::Position,
                        presence::Column::RequestNumber,
                        presence::Column::HeartbeatMs,
                        presence::Column::AfterDeadlineAt,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(&tx)
            .await?;
    }
    for (Received { request, at }, outcome) in requests.iter().zip(&mut outcomes) {
        if let Ok(saved) = outcome
            && !request.events.is_empty()
            && (rules::is_closed(saved.timing.status) || rules::time_is_up(&saved.timing, *at))
        {
            saved.late = kept_as_late(&tx, request).await?;
        }
    }
    tx.commit().await?;
    Ok(outcomes)
}

/// Which of these numbers are kept as late. One that is said again, because its acknowledgement was lost on the way, is what it was the first time.
async fn kept_as_late(tx: &DatabaseTransaction, request: &SaveRequest) -> Result<Vec<i64>, DbErr> {
    let late = answers::Entity::find()
        .filter(answers::Column::AttemptId.eq(request.attempt))
        .filter(answers::Column::Seq.is_in(request.events.iter().map(|event| event.seq)))
        .filter(answers::Column::Late.eq(true))
        .order_by_asc(answers::Column::Seq)
        .all(tx)
        .await?;
    Ok(late.into_iter().map(|row| row.seq).collect())
}

/// Checks one save against where its attempt stands, and adds its rows to the group's.
fn take(
    request: &SaveRequest,
    standing: Option<&mut Standing>,
    (heartbeat_ms, now): (i64, DateTime<Utc>),
    rows: &mut Vec<answers::ActiveModel>,
    seen: &mut HashMap<AttemptId, presence::ActiveModel>,
) -> Result<Saved, SaveRefusal> {
    let standing = standing.ok_or(SaveRefusal::NotYours)?;
    let same = |stored: &Option<Vec<u8>>, given: &[u8]| stored.as_deref() == Some(given);
    if standing.revoked_at.is_some()
        || !same(&standing.token_hash, &request.attempt_token_hash)
        || standing.kiosk_id != Some(request.kiosk)
        || !same(&standing.public_key, &request.kiosk_key)
    {
        return Err(SaveRefusal::NotYours);
    }
    let newest = standing.request_number.unwrap_or(0);
    if request.number <= newest {
        return Err(SaveRefusal::Replayed { newest });
    }
    let within = |position: &i64| (0..standing.item_count).contains(position);
    if let Some(outside) = request.events.iter().map(|event| event.position).chain(request.position).find(|position| !within(position)) {
        return Err(SaveRefusal::NoSuchPosition(outside));
    }
    standing.request_number = Some(request.number);
    let mut timing = standing.timing();
    if rules::time_is_up(&timing, now) && timing.after_deadline_at.is_none() {
        timing.after_deadline_at = Some(now);
        standing.after_deadline_at = Some(now);
    }
    if let Some(position) = request.position {
        standing.position = Some(position);
    }
    let mut late = Vec::new();
    for event in &request.events {
        let is_late = rules::is_late(&timing, event.age, now) || standing.adaptive_position.is_some_and(|now| event.position < now);
        if is_late {
            late.push(event.seq);
        }
        rows.push(answers::ActiveModel {
            attempt_id: Set(request.attempt),
            seq: Set(event.seq),
            position: Set(event.position),
            response: Set(event.response.clone()),
            flagged: Set(event.flagged),
            late: Set(is_late),
            client_at: Set(event.client_at),
            received_at: Set(now),
        });
    }
    seen.insert(
        request.attempt,
        presence::ActiveModel {
            attempt_id: Set(request.attempt),
            last_seen_at: Set(now),
            position: Set(standing.position.unwrap_or(0)),
            request_number: Set(request.number),
            heartbeat_ms: Set(heartbeat_ms),
            after_deadline_at: Set(standing.after_deadline_at),
        },
    );
    Ok(Saved {
        acknowledged: request.events.iter().map(|event| event.seq).max(),
        late,
        timing,
        paused_reason: standing.paused_reason.clone(),
        at: now,
        heartbeat_ms,
    })
}

impl Standing {
    fn timing(&self) -> Timing {
        Timing {
            status: self.status,
            time_limit_seconds: self.time_limit_seconds,
            extra_seconds: self.extra_seconds,
            deadline_at: self.deadline_at,
            paused_at: self.paused_at,
            after_deadline_at: self.after_deadline_at,
        }
    }
}

/// Reads where the attempts stand, and holds them as they are until the commit: one that is submitted in the same moment is either
/// submitted before, and these answers are late, or after, and they count.
async fn standings(tx: &DatabaseTransaction, requests: &[Received]) -> Result<HashMap<AttemptId, Standing>, DbErr> {
    let mut ids: Vec<AttemptId> = requests.iter().map(|received| received.request.attempt).collect();
    ids.sort_unstable();
    ids.dedup();
    let backend = tx.get_database_backend();
    let (holes, hold) = match backend {
        DbBackend::Sqlite => (vec!["?".to_owned(); ids.len()], ""),
        _ => ((1..=ids.len()).map(|n| format!("${n}")).collect(), "FOR SHARE OF a"),
    };
    let sql = format!(
        "SELECT a.id, a.status, a.time_limit_seconds, a.extra_seconds, a.deadline_at, a.paused_at, a.paused_reason, a.item_count,
            s.token_hash, k.id AS kiosk_id, k.public_key, k.revoked_at, p.after_deadline_at, p.position,
            p.request_number, d.position AS adaptive_position
        FROM attempts a JOIN sittings s ON s.booking_id = a.booking_id LEFT JOIN kiosks k ON k.id = s.kiosk_id
            LEFT JOIN presence p ON p.attempt_id = a.id LEFT JOIN adaptive_attempts d ON d.attempt_id = a.id
        WHERE a.id IN ({}) ORDER BY a.id {hold}",
        holes.join(", ")
    );
    let statement = Statement::from_sql_and_values(backend, sql, ids.into_iter().map(|id| id.0.into()));
    let rows = Standing::find_by_statement(statement).all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
