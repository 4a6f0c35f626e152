//! A room for `bench`: candidates with a running attempt, each at a kiosk of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait};
use serde_json::{Value, json};

use crate::app::Ijkpunt;
use crate::crypto::{Place, new_token, token_hash};
use crate::db::begin_write;
use crate::delivery::start::code_hash;
use crate::entity::enums::{
    AttemptStatus, Band, BookingStatus, EnrolmentStatus, FormPart, FormStatus, Part, SessionKind, SessionStatus, Sex,
};
use crate::entity::{
    agencies, attempts, bookings, candidates, enrolments, forms, kiosks, policy_rules, sites, sittings, test_sessions, users,
};
use crate::ids::{AttemptId, BookingId, CandidateId, EnrolmentId, FormId, KioskId, SessionId, SiteId, UserId};
use crate::kiosks::signing::{self, DeviceKey, NoKey, Signed};

/// No two tickets have the same code.
static CODES: AtomicI64 = AtomicI64::new(100_000);

#[derive(Clone)]
pub struct Seat {
    pub attempt: AttemptId,
    pub attempt_token: String,
    kiosk: KioskId,
    key: Arc<DeviceKey>,
    /// The number of the request before.
    number: Arc<AtomicI64>,
    runs: Arc<AtomicI64>,
    /// What stands on the ticket of somebody who waits.
    pub code: String,
}

impl Seat {
    /// What the kiosk sends to save answers; without events it is a heartbeat.
    pub fn save(&self, now: DateTime<Utc>, address: SocketAddr, body: &Value) -> Result<String, NoKey> {
        self.request(now, address, "POST", &format!("/attempts/{}/answers", self.attempt), body)
    }

    /// A signed request, as the kiosk sends it.
    pub fn request(&self, now: DateTime<Utc>, address: SocketAddr, method: &str, path: &str, body: &Value) -> Result<String, NoKey> {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let path = format!("/api/kiosk{path}");
        let (body_sha256, attempt_token) = (signing::body_hash(body.as_bytes()), &self.attempt_token);
        let number = now.timestamp_millis().max(self.number.load(Ordering::Relaxed) + 1);
        self.number.store(number, Ordering::Relaxed);
        let signed = Signed { method, path: &path, number, attempt_token, body_sha256: &body_sha256 };
        let authorization = self.key.authorization(self.kiosk, signed)?;
        let attempt = if attempt_token.is_empty() { String::new() } else { format!("X-Attempt: {attempt_token}\r\n") };
        Ok(format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {authorization}\r\n{attempt}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Numbers of its own for each round of measuring.
    pub fn first_seq(&self) -> i64 {
        1 + self.runs.fetch_add(1, Ordering::Relaxed) * 1_000_000
    }
}

/// How far the candidates are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Seated {
    /// Their time runs.
    AtWork,
    /// They hold a ticket with a code, and sit the sample bank's reading test.
    Waiting,
}

pub async fn seats(ijkpunt: &Ijkpunt, count: usize, seated: Seated) -> Result<Vec<Seat>, DbErr> {
    let now = ijkpunt.clock.now();
    let missing = |what: &str| DbErr::RecordNotFound(what.into());
    let tx = begin_write(&ijkpunt.db).await?;
    let agency = agencies::Entity::find().one(&tx).await?.ok_or_else(|| missing("an agency"))?.id;
    let rule = policy_rules::Entity::find().one(&tx).await?.ok_or_else(|| missing("a rule"))?.id;
    let (user, site, session, form) = (UserId::new(), SiteId::new(), SessionId::new(), FormId::new());
    users::Entity::insert(users::ActiveModel {
        id: Set(user),
        username: Set(format!("bench-{user}")),
        display_name: Set("Bench".into()),
        email: Set("bench@ijkpunt.invalid".into()),
        password_hash: Set("none".into()),
        locale: Set("nl".into()),
        created_at: Set(now),
        disabled_at: Set(Some(now)),
    })
    .exec_without_returning(&tx)
    .await?;
    sites::Entity::insert(sites::ActiveModel {
        id: Set(site),
        agency_id: Set(agency),
        code: Set(format!("bench-{site}")),
        name: Set("Bench".into()),
        address: Set("Bench".into()),
        opening_hours: Set(json!({})),
    })
    .exec_without_returning(&tx)
    .await?;
    test_sessions::Entity::insert(test_sessions::ActiveModel {
        id: Set(session),
        agency_id: Set(agency),
        site_id: Set(site),
        room: Set("Bench".into()),
        kind: Set(SessionKind::First),
        band: Set(Some(Band::A1A2)),
        starts_at: Set(now),
        ends_at: Set(now + Duration::hours(3)),
        capacity: Set(100_000),
        booked: Set(0),
        status: Set(SessionStatus::Open),
        created_at: Set(now),
        created_by: Set(user),
        ..Default::default()
    })
    .exec_without_returning(&tx)
    .await?;
    forms::Entity::insert(forms::ActiveModel {
        id: Set(form),
        key: Set(format!("bench-{form}")),
        version: Set(1),
        part: Set(FormPart::Reading),
        band: Set(Some(Band::A1A2)),
        status: Set(FormStatus::Retired),
        sample: Set(true),
        time_limit_seconds: Set(3600),
        cut_score_key: Set("reading-A1A2".into()),
        created_at: Set(now),
    })
    .exec_without_returning(&tx)
    .await?;
    let mut seats = Vec::with_capacity(count);
    for n in 0..count {
        let key = DeviceKey::generate().map_err(|error| DbErr::Custom(error.to_string()))?;
        let seat = Seat {
            attempt: AttemptId::new(),
            attempt_token: if seated == Seated::AtWork { new_token() } else { String::new() },
            kiosk: KioskId::new(),
            key: Arc::new(key),
            number: Arc::default(),
            runs: Arc::default(),
            code: format!("{:06}", CODES.fetch_add(1, Ordering::Relaxed)),
        };
        let (kiosk, candidate, enrolment, booking) = (seat.kiosk, CandidateId::new(), EnrolmentId::new(), BookingId::new());
        let seal = |column| ijkpunt.keys.seal(Place { table: "candidates", column, row: candidate.0 }, "Bench");
        kiosks::Entity::insert(kiosks::ActiveModel {
            id: Set(kiosk),
            site_id: Set(site),
            name: Set(format!("Kiosk {n}")),
            public_key: Set(Some(seat.key.public_key().to_vec())),
            enrolled_at: Set(Some(now)),
            ..Default::default()
        })
        .exec_without_returning(&tx)
        .await?;
        candidates::Entity::insert(candidates::ActiveModel {
            id: Set(candidate),
            number: Set(format!("bench-{candidate}")),
            revision: Set(1),
            given_names_enc: Set(seal("given_names_enc")),
            family_name_enc: Set(seal("family_name_enc")),
            birth_date: Set(now.date_naive()),
            sex: Set(Sex::X),
            contact_language: Set("nl".into()),
            agency_id: Set(agency),
            created_at: Set(now),
            created_by: Set(user),
            ..Default::default()
        })
        .exec_without_returning(&tx)
        .await?;
        enrolments::Entity::insert(enrolments::ActiveModel {
            id: Set(enrolment),
            candidate_id: Set(candidate),
            agency_id: Set(agency),
            purpose: Set("bench".into()),
            purpose_rule_id: Set(rule),
            band: Set(Some(Band::A1A2)),
            required: Set(json!({})),
            status: Set(EnrolmentStatus::Open),
            created_at: Set(now),
            created_by: Set(user),
            ..Default::default()
        })
        .exec_without_returning(&tx)
        .await?;
        bookings::Entity::insert(bookings::ActiveModel {
            id: Set(booking),
            session_id: Set(session),
            enrolment_id: Set(enrolment),
            candidate_id: Set(candidate),
            parts: Set(json!(["reading"])),
            status: Set(if seated == Seated::AtWork { BookingStatus::Attended } else { BookingStatus::Booked }),
            created_at: Set(now),
            created_by: Set(user),
            kiosk_id: Set(Some(kiosk)),
            code_hash: Set((seated == Seated::Waiting).then(|| code_hash(ijkpunt, &seat.code))),
            code_expires_at: Set((seated == Seated::Waiting).then(|| now + Duration::hours(3))),
            ..Default::default()
        })
        .exec_without_returning(&tx)
        .await?;
        if seated == Seated::Waiting {
            seats.push(seat);
            continue;
        }
        attempts::Entity::insert(attempts::ActiveModel {
            id: Set(seat.attempt),
            booking_id: Set(booking),
            session_id: Set(session),
            candidate_id: Set(candidate),
            enrolment_id: Set(enrolment),
            agency_id: Set(agency),
            part: Set(Part::Reading),
            band: Set(Some(Band::A1A2)),
            position: Set(0),
            form_id: Set(form),
            cut_score_rule_id: Set(rule),
            seed: Set(1),
            status: Set(AttemptStatus::Running),
            language: Set("nl".into()),
            time_limit_seconds: Set(3600),
            extra_seconds: Set(0),
            created_at: Set(now),
            started_at: Set(Some(now)),
            deadline_at: Set(Some(now + Duration::hours(1))),
            item_count: Set(15),
            ..Default::default()
        })
        .exec_without_returning(&tx)
        .await?;
        sittings::Entity::insert(sittings::ActiveModel {
            booking_id: Set(booking),
            kiosk_id: Set(Some(kiosk)),
            epoch: Set(1),
            token_hash: Set(Some(token_hash(&seat.attempt_token))),
            language: Set("nl".into()),
            started_at: Set(now),
            seq_base: Set(0),
        })
        .exec_without_returning(&tx)
        .await?;
        seats.push(seat);
    }
    tx.commit().await?;
    Ok(seats)
}
