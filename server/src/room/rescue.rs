//! Reading what a kiosk that stayed without connection handed over in a file: the answers and recordings that were never acknowledged.
//!
//! The file has two lines: JSON, and the kiosk's signature of it. What stands in it of the candidate is encrypted to the server
//! (`kiosks::journal`); besides that it names the kiosk, the attempt by its id, and when the kiosk heard from the server last, by its own clock.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::actions::running;
use super::{Refusal, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::{begin_write, is_unique_violation};
use crate::delivery::rules::{is_closed, without_nul};
use crate::delivery::{recordings as sounds, store as attempts_store};
use crate::entity::{answers, attempts, kiosks, presence, recording_slices, recordings, rescues};
use crate::ids::{AttemptId, BookingId, KioskId, RecordingId, RescueId, SessionId, UserId};
use crate::kiosks::journal::{JournalKey, Wrapped};
use crate::kiosks::signing::{self, from_base64};
use crate::media::hex;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    v: i64,
    kiosk: KioskId,
    attempt: AttemptId,
    /// When the kiosk last had an answer from the server.
    heard_at: Option<DateTime<Utc>>,
    key: SealedKey,
    events: Vec<SealedEvent>,
    recordings: Vec<Sealed>,
    slices: Vec<SealedSlice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedKey {
    point: String,
    iv: String,
    sealed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    iv: String,
    sealed: String,
}

/// The number is given when the answer is written down, after it was sealed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedEvent {
    seq: i64,
    iv: String,
    sealed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedSlice {
    recording: String,
    n: i64,
    iv: String,
    sealed: String,
}

#[derive(Deserialize)]
struct Event {
    position: i64,
    response: Value,
    flagged: bool,
    client_at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recording {
    id: String,
    server_id: Option<RecordingId>,
    position: i64,
    mime: String,
    slices: Option<i64>,
    duration_ms: i64,
}

/// What was in a file that was read.
pub struct Rescued {
    pub booking: BookingId,
    pub answers: i64,
    pub taken: i64,
    pub late: i64,
    pub slices: i64,
}

/// What a file says, opened.
struct Opened {
    file: File,
    events: Vec<(i64, Event)>,
    recordings: Vec<Recording>,
    slices: Vec<(String, i64, Vec<u8>)>,
}

pub async fn read(ijkpunt: &Ijkpunt, by: UserId, session: SessionId, bytes: &[u8]) -> Result<Rescued, Refusal> {
    let now = ijkpunt.clock.now();
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::RescueUnreadable)?;
    let (body, signature) = text.trim_end().split_once('\n').ok_or(Refusal::RescueUnreadable)?;
    let file: File = serde_json::from_str(body).map_err(|_| Refusal::RescueUnreadable)?;
    let kiosk = kiosks::Entity::find_by_id(file.kiosk).one(&ijkpunt.db).await?.ok_or(Refusal::RescueForeign)?;
    let signed = format!("IJKPUNT-RESCUE-1\n{}", hex(&Sha256::digest(body.as_bytes())));
    let signature = from_base64(signature.trim()).ok_or(Refusal::RescueUnreadable)?;
    if file.v != 1 || !signing::verifies(kiosk.public_key.as_deref().unwrap_or_default(), &signed, &signature) {
        return Err(Refusal::RescueForeign);
    }
    let opened = open(ijkpunt, file)?;
    // Sound goes to the store before the transaction, as it does when it comes over the network.
    for (_, _, sound) in &opened.slices {
        ijkpunt.media.put(sound).await?;
    }
    let tx = begin_write(&ijkpunt.db).await?;
    let place = running(&tx, session).await?;
    let attempt = attempts_store::lock_attempt(&tx, opened.file.attempt).await?;
    let attempt =
        attempt.filter(|attempt| attempt.session_id == session && kiosk.site_id == place.site_id).ok_or(Refusal::RescueForeign)?;
    if is_closed(attempt.status) {
        return Err(Refusal::Closed);
    }
    let heard = attempts_store::presence_of(&tx, attempt.id).await?;
    let (names, slices) = take_recordings(&tx, &attempt, &opened, now).await?;
    let (taken, late) = take_answers(&tx, &attempt, &opened, &names, heard.as_ref(), now).await?;
    let rescued = Rescued { booking: attempt.booking_id, answers: count(opened.events.len()), taken, late, slices };
    keep(&tx, (by, now), &kiosk, &attempt, &rescued, bytes).await?;
    tx.commit().await?;
    Ok(rescued)
}

fn open(ijkpunt: &Ijkpunt, file: File) -> Result<Opened, Refusal> {
    let bytes = |text: &str| from_base64(text).ok_or(Refusal::RescueUnreadable);
    let wrapped = Wrapped { point: &bytes(&file.key.point)?, iv: &bytes(&file.key.iv)?, sealed: &bytes(&file.key.sealed)? };
    let key = JournalKey::unwrap(&ijkpunt.keys, file.attempt, &wrapped).ok_or(Refusal::RescueUnreadable)?;
    let plain = |kind: &str, iv: &str, sealed: &str| key.open(kind, &bytes(iv)?, &bytes(sealed)?).ok_or(Refusal::RescueUnreadable);
    let json = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).map_err(|_| Refusal::RescueUnreadable);
    let mut events = Vec::with_capacity(file.events.len());
    for entry in &file.events {
        let event = json(plain("event", &entry.iv, &entry.sealed)?)?;
        let event = serde_json::from_value::<Event>(event).map_err(|_| Refusal::RescueUnreadable)?;
        events.push((entry.seq, event));
    }
    let mut recordings = Vec::with_capacity(file.recordings.len());
    for entry in &file.recordings {
        let recording = json(plain("recording", &entry.iv, &entry.sealed)?)?;
        recordings.push(serde_json::from_value::<Recording>(recording).map_err(|_| Refusal::RescueUnreadable)?);
    }
    let mut slices = Vec::with_capacity(file.slices.len());
    for slice in &file.slices {
        if slice.n < 0 {
            return Err(Refusal::RescueUnreadable);
        }
        slices.push((slice.recording.clone(), slice.n, plain("slice", &slice.iv, &slice.sealed)?));
    }
    Ok(Opened { file, events, recordings, slices })
}

/// Answers the names of recordings that were begun without connection, and how many pieces were new.
async fn take_recordings(
    tx: &DatabaseTransaction,
    attempt: &attempts::Model,
    opened: &Opened,
    now: DateTime<Utc>,
) -> Result<(Vec<(String, RecordingId)>, i64), Refusal> {
    let (mut names, mut new) = (Vec::new(), 0);
    for recording in &opened.recordings {
        let known = match recording.server_id {
            Some(id) => recordings::Entity::find_by_id(id).one(tx).await?.filter(|row| row.attempt_id == attempt.id).map(|row| row.id),
            None => None,
        };
        let id = match known {
            Some(id) => id,
            None => begin_recording(tx, attempt, recording, now).await?,
        };
        names.push((recording.id.clone(), id));
        for (_, n, sound) in opened.slices.iter().filter(|(of, _, _)| *of == recording.id) {
            let row = recording_slices::ActiveModel {
                recording_id: Set(id),
                n: Set(*n),
                sha256: Set(Sha256::digest(sound).to_vec()),
                size: Set(count(sound.len())),
                received_at: Set(now),
            };
            let once = OnConflict::columns([recording_slices::Column::RecordingId, recording_slices::Column::N]).do_nothing().to_owned();
            let taken = recording_slices::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
            new += i64::try_from(taken).unwrap_or(0);
        }
        sounds::complete_if_whole(tx, id, recording.slices, recording.duration_ms, now).await?;
    }
    Ok((names, new))
}

async fn begin_recording(
    tx: &DatabaseTransaction,
    attempt: &attempts::Model,
    recording: &Recording,
    now: DateTime<Utc>,
) -> Result<RecordingId, Refusal> {
    if !(0..attempt.item_count).contains(&recording.position) || !sounds::is_sound(&recording.mime) {
        return Err(Refusal::RescueUnreadable);
    }
    let id = RecordingId::new();
    let row = recordings::ActiveModel {
        id: Set(id),
        attempt_id: Set(attempt.id),
        position: Set(recording.position),
        mime: Set(recording.mime.clone()),
        started_at: Set(now),
        ..Default::default()
    };
    recordings::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

/// Answers how many answers were new, and how many of these too late. When one was given is told by the kiosk's own clock from the moment at
/// which it last heard us, which we know by ours.
async fn take_answers(
    tx: &DatabaseTransaction,
    attempt: &attempts::Model,
    opened: &Opened,
    names: &[(String, RecordingId)],
    heard: Option<&presence::Model>,
    now: DateTime<Utc>,
) -> Result<(i64, i64), Refusal> {
    let anchor = heard.map(|row| row.last_seen_at).or(attempt.started_at).unwrap_or(now);
    let (mut new, mut too_late) = (0, 0);
    for (seq, event) in &opened.events {
        if *seq < 1 || !(0..attempt.item_count).contains(&event.position) {
            return Err(Refusal::RescueUnreadable);
        }
        let since_heard = opened.file.heard_at.map_or(Duration::zero(), |heard| event.client_at - heard).max(Duration::zero());
        let late = attempt.deadline_at.is_some_and(|deadline| anchor + since_heard > deadline);
        let mut response = named(&event.response, names);
        without_nul(&mut response);
        let row = answers::ActiveModel {
            attempt_id: Set(attempt.id),
            seq: Set(*seq),
            position: Set(event.position),
            response: Set(response),
            flagged: Set(event.flagged),
            late: Set(late),
            client_at: Set(chrono::SubsecRound::trunc_subsecs(event.client_at, 6)),
            received_at: Set(now),
        };
        let once = OnConflict::columns([answers::Column::AttemptId, answers::Column::Seq]).do_nothing().to_owned();
        let taken = answers::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
        new += i64::try_from(taken).unwrap_or(0);
        too_late += i64::from(late && taken > 0);
    }
    Ok((new, too_late))
}

/// An answer that names a recording of the kiosk names ours.
fn named(response: &Value, names: &[(String, RecordingId)]) -> Value {
    match response {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), named(value, names))).collect(),
        Value::String(text) => names.iter().find(|(local, _)| local == text).map_or(response.clone(), |(_, id)| json!(id)),
        other => other.clone(),
    }
}

async fn keep(
    tx: &DatabaseTransaction,
    (by, now): (UserId, DateTime<Utc>),
    kiosk: &kiosks::Model,
    attempt: &attempts::Model,
    rescued: &Rescued,
    bytes: &[u8],
) -> Result<(), Refusal> {
    let row = rescues::ActiveModel {
        id: Set(RescueId::new()),
        attempt_id: Set(attempt.id),
        kiosk_id: Set(kiosk.id),
        sha256: Set(Sha256::digest(bytes).to_vec()),
        answers: Set(rescued.answers),
        taken: Set(rescued.taken),
        late: Set(rescued.late),
        slices: Set(rescued.slices),
        at: Set(now),
        by_user: Set(by),
    };
    rescues::Entity::insert(row).exec_without_returning(tx).await.map_err(|error| match error {
        error if is_unique_violation(&error) => Refusal::RescueRead,
        error => error.into(),
    })?;
    let text = format!("{}: {}/{}", kiosk.name, rescued.taken, rescued.answers);
    store::note(tx, now, (attempt.session_id, Some(attempt.booking_id)), "rescued", &text, Some(by)).await?;
    let entry = Entry::of(By::User(by), "attempt.rescued", ("attempt", Some(attempt.id.0))).at(attempt.agency_id);
    let detail =
        json!({ "kiosk": kiosk.id, "answers": rescued.answers, "taken": rescued.taken, "late": rescued.late, "slices": rescued.slices });
    audit::record(tx, now, entry.with(detail)).await?;
    Ok(())
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
