//! A test room with its people: a site with kiosks, a session of today, candidates with a booking, and the kiosks' side of the protocol.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::Duration;
use ijkpunt::crypto::Place;
use ijkpunt::entity::enums::{
    AgencyCode, Band, BookingStatus, EnrolmentStatus, FormPart, FormStatus, ItemSkill, ItemStatus, Level, Part, Role, SessionKind,
    SessionStatus, Sex,
};
use ijkpunt::entity::{
    bookings, candidates, enrolments, form_items, forms, item_versions, items, media_files, policy_rules, sites, test_sessions,
};
use ijkpunt::ids::{AgencyId, BookingId, CandidateId, EnrolmentId, FormId, ItemId, ItemVersionId, KioskId, MediaId, SessionId, SiteId};
use ijkpunt::kiosks::signing::{self, DeviceKey, Signed};
use reqwest::Method;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::{Answer, TestApp, User};

/// A multiple-choice question in QTI; B is right.
pub fn choice_item(identifier: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="{identifier}" title="Geheime titel" adaptive="false" time-dependent="false" xml:lang="nl">
  <qti-response-declaration identifier="ANTWOORD" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>SLEUTEL-JUIST</qti-value></qti-correct-response>
  </qti-response-declaration>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"><qti-default-value><qti-value>0</qti-value></qti-default-value></qti-outcome-declaration>
  <qti-outcome-declaration identifier="MAXSCORE" cardinality="single" base-type="float"><qti-default-value><qti-value>1</qti-value></qti-default-value></qti-outcome-declaration>
  <qti-item-body>
    <p>Samira gaat naar de bakker. Ze koopt een brood.</p>
    <qti-choice-interaction response-identifier="ANTWOORD" max-choices="1" shuffle="true">
      <qti-prompt>Wat koopt Samira?</qti-prompt>
      <qti-simple-choice identifier="SLEUTEL-FOUT1">melk</qti-simple-choice>
      <qti-simple-choice identifier="SLEUTEL-JUIST">brood</qti-simple-choice>
      <qti-simple-choice identifier="SLEUTEL-FOUT2">kaas</qti-simple-choice>
    </qti-choice-interaction>
  </qti-item-body>
  <qti-response-processing>
    <qti-response-condition>
      <qti-response-if>
        <qti-match><qti-variable identifier="ANTWOORD"/><qti-correct identifier="ANTWOORD"/></qti-match>
        <qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value>
      </qti-response-if>
      <qti-response-else>
        <qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">0</qti-base-value></qti-set-outcome-value>
      </qti-response-else>
    </qti-response-condition>
  </qti-response-processing>
</qti-assessment-item>"#
    )
}

pub struct Hall<'a> {
    pub app: &'a TestApp,
    pub agency: AgencyId,
    pub site: SiteId,
    pub session: SessionId,
    pub invigilator: User,
    pub admin: User,
}

impl<'a> Hall<'a> {
    /// A session of this kind that begins now, so that it is of today at any time of the day, with an invigilator and an administrator.
    pub async fn new(app: &'a TestApp, kind: SessionKind) -> Self {
        let agency = app.agency(AgencyCode::Amal).await;
        let invigilator = app.user(AgencyCode::Amal, &[Role::Invigilator]).await;
        let admin = app.user(AgencyCode::Amal, &[Role::Admin]).await;
        let (site, session, now) = (SiteId::new(), SessionId::new(), app.ijkpunt.clock.now());
        let row = sites::ActiveModel {
            id: Set(site),
            agency_id: Set(agency),
            code: Set(format!("site-{site}")),
            name: Set("Gent Kiekenstraat".into()),
            address: Set("Kiekenstraat 2, 9000 Gent".into()),
            opening_hours: Set(json!({})),
        };
        sites::Entity::insert(row).exec_without_returning(&app.ijkpunt.db).await.unwrap();
        let row = test_sessions::ActiveModel {
            id: Set(session),
            agency_id: Set(agency),
            site_id: Set(site),
            room: Set("Lokaal 1".into()),
            kind: Set(kind),
            band: Set(matches!(kind, SessionKind::First | SessionKind::Second).then_some(Band::A1A2)),
            starts_at: Set(now),
            ends_at: Set(now + Duration::hours(3)),
            capacity: Set(200),
            booked: Set(0),
            status: Set(SessionStatus::Planned),
            created_at: Set(now),
            created_by: Set(invigilator.id.unwrap()),
            ..Default::default()
        };
        test_sessions::Entity::insert(row).exec_without_returning(&app.ijkpunt.db).await.unwrap();
        Self { app, agency, site, session, invigilator, admin }
    }

    /// A published form of so many questions, each `item(n)`; the first `core` of them are core questions.
    pub async fn form(&self, part: FormPart, band: Option<Band>, questions: Vec<(String, Level, bool)>, media: Value) -> FormId {
        let db = &self.app.ijkpunt.db;
        let (form, now) = (FormId::new(), self.app.ijkpunt.clock.now());
        let cut = match band {
            Some(band) => format!("{}-{}", part.as_str(), band.as_str()),
            None => part.as_str().to_owned(),
        };
        let row = forms::ActiveModel {
            id: Set(form),
            key: Set(format!("form-{form}")),
            version: Set(1),
            part: Set(part),
            band: Set(band),
            status: Set(FormStatus::Published),
            sample: Set(true),
            time_limit_seconds: Set(1800),
            cut_score_key: Set(cut),
            created_at: Set(now),
        };
        forms::Entity::insert(row).exec_without_returning(db).await.unwrap();
        for (n, (qti, level, core)) in questions.into_iter().enumerate() {
            let (item, version) = (ItemId::new(), ItemVersionId::new());
            let row = items::ActiveModel {
                id: Set(item),
                identifier: Set(format!("item-{item}")),
                skill: Set(if part == FormPart::Mo { ItemSkill::Mo } else { ItemSkill::Reading }),
                created_at: Set(now),
                created_by: Set(None),
            };
            items::Entity::insert(row).exec_without_returning(db).await.unwrap();
            let row = item_versions::ActiveModel {
                id: Set(version),
                item_id: Set(item),
                version: Set(1),
                status: Set(ItemStatus::Published),
                title: Set("Geheime titel".into()),
                level: Set(Some(level)),
                topic: Set(None),
                text_type: Set(None),
                source: Set(None),
                licence: Set(None),
                core: Set(core),
                sample: Set(true),
                qti: Set(qti),
                metadata: Set(json!({})),
                translations: Set(json!({})),
                media: Set(media.clone()),
                created_at: Set(now),
                created_by: Set(None),
            };
            item_versions::Entity::insert(row).exec_without_returning(db).await.unwrap();
            let row = form_items::ActiveModel { form_id: Set(form), position: Set(n as i64), item_version_id: Set(version) };
            form_items::Entity::insert(row).exec_without_returning(db).await.unwrap();
        }
        form
    }

    /// A reading form of so many multiple-choice questions.
    pub async fn reading(&self, questions: usize) -> FormId {
        let items = (0..questions).map(|n| (choice_item(&format!("lezen-geheim-{n}")), Level::A2, false)).collect();
        self.form(FormPart::Reading, Some(Band::A1A2), items, json!({})).await
    }

    pub async fn media(&self, mime: &str, bytes: &[u8]) -> MediaId {
        let sha256 = self.app.ijkpunt.media.put(bytes).await.unwrap();
        let id = MediaId::new();
        let row = media_files::ActiveModel {
            id: Set(id),
            sha256: Set(sha256.to_vec()),
            mime: Set(mime.into()),
            size: Set(bytes.len() as i64),
            created_at: Set(self.app.ijkpunt.clock.now()),
        };
        media_files::Entity::insert(row).exec_without_returning(&self.app.ijkpunt.db).await.unwrap();
        id
    }

    /// Somebody with a seat in the session.
    pub async fn candidate(&self, given: &str, family: &str, parts: &[Part]) -> BookingId {
        let (ijkpunt, now) = (&self.app.ijkpunt, self.app.ijkpunt.clock.now());
        let (candidate, enrolment, booking) = (CandidateId::new(), EnrolmentId::new(), BookingId::new());
        let seal = |column, text: &str| ijkpunt.keys.seal(Place { table: "candidates", column, row: candidate.0 }, text);
        let row = candidates::ActiveModel {
            id: Set(candidate),
            number: Set(format!("K-{}", &candidate.to_string()[24..])),
            revision: Set(1),
            given_names_enc: Set(seal("given_names_enc", given)),
            family_name_enc: Set(seal("family_name_enc", family)),
            birth_date: Set(chrono::NaiveDate::from_ymd_opt(1990, 5, 17).unwrap()),
            sex: Set(Sex::Female),
            contact_language: Set("nl".into()),
            agency_id: Set(self.agency),
            created_at: Set(now),
            created_by: Set(self.invigilator.id.unwrap()),
            ..Default::default()
        };
        candidates::Entity::insert(row).exec_without_returning(&ijkpunt.db).await.unwrap();
        let rule = policy_rules::Entity::find().one(&ijkpunt.db).await.unwrap().unwrap();
        let row = enrolments::ActiveModel {
            id: Set(enrolment),
            candidate_id: Set(candidate),
            agency_id: Set(self.agency),
            purpose: Set("nationality".into()),
            purpose_rule_id: Set(rule.id),
            band: Set(Some(Band::A1A2)),
            required: Set(json!({ "reading": "A2", "listening": "A2", "writing": "A2", "speaking": "A2" })),
            status: Set(EnrolmentStatus::Open),
            created_at: Set(now),
            created_by: Set(self.invigilator.id.unwrap()),
            ..Default::default()
        };
        enrolments::Entity::insert(row).exec_without_returning(&ijkpunt.db).await.unwrap();
        let row = bookings::ActiveModel {
            id: Set(booking),
            session_id: Set(self.session),
            enrolment_id: Set(enrolment),
            candidate_id: Set(candidate),
            parts: Set(json!(parts)),
            status: Set(BookingStatus::Booked),
            created_at: Set(now),
            created_by: Set(self.invigilator.id.unwrap()),
            ..Default::default()
        };
        bookings::Entity::insert(row).exec_without_returning(&ijkpunt.db).await.unwrap();
        booking
    }

    /// A kiosk of the site, made by the administrator and enrolled.
    pub async fn kiosk(&self, name: &str) -> Kiosk {
        let made = self.admin.post("/api/kiosks", json!({ "site_id": self.site, "name": name })).await.ok();
        Kiosk::enrol(&self.app.url, made["code"].as_str().unwrap()).await
    }

    pub async fn open(&self) {
        self.invigilator.post(&format!("/api/room/sessions/{}/open", self.session), json!({})).await.ok();
    }

    /// Checks the identity, gives the seat, and answers the code.
    pub async fn seat(&self, booking: BookingId, kiosk: &Kiosk) -> String {
        let room = format!("/api/room/bookings/{booking}");
        self.invigilator.post(&format!("{room}/identity"), json!({ "document": "eid", "number": "592-1234567-89" })).await.ok();
        self.invigilator.post(&format!("{room}/seat"), json!({ "kiosk_id": kiosk.id, "instead_of": null })).await.ok();
        self.code(booking).await
    }

    pub async fn code(&self, booking: BookingId) -> String {
        let answer = self.invigilator.post(&format!("/api/room/bookings/{booking}/code"), json!({})).await.ok();
        answer["code"].as_str().unwrap().to_owned()
    }

    /// What the invigilator sees.
    pub async fn room(&self) -> Value {
        self.invigilator.get(&format!("/api/room/sessions/{}", self.session)).await.ok()
    }

    /// A candidate who has begun the first part at a kiosk of their own; answers the kiosk, the booking and the attempt.
    pub async fn at_work(&self, kiosk: &str, parts: &[Part]) -> (Kiosk, BookingId, String) {
        let mut kiosk = self.kiosk(kiosk).await;
        let booking = self.candidate("Samira Fatima", "Achahbar", parts).await;
        let code = self.seat(booking, &kiosk).await;
        let sitting = kiosk.start(&code, "nl").await.ok();
        let attempt = sitting["current"]["id"].as_str().unwrap().to_owned();
        kiosk.post(&format!("/attempts/{attempt}/begin"), json!({})).await.ok();
        (kiosk, booking, attempt)
    }
}

/// A kiosk's side of the protocol: it signs each request, as docs/kiosk-protocol.md says. Clones are tabs of one browser.
#[derive(Clone)]
pub struct Kiosk {
    pub http: reqwest::Client,
    pub url: String,
    pub id: Value,
    pub attempt: String,
    pub key: Arc<DeviceKey>,
    pub clock: Arc<KioskClock>,
}

/// The number of the last request, and by how much the server's clock is ahead.
#[derive(Default)]
pub struct KioskClock {
    last: AtomicI64,
    ahead: AtomicI64,
}

impl Kiosk {
    /// Makes a key and enrols it with the code that the administrator was given.
    pub async fn enrol(url: &str, code: &str) -> Self {
        let key = DeviceKey::generate().unwrap();
        let http = reqwest::Client::new();
        let enrolled = http.post(format!("{url}/api/kiosk/enrol")).json(&enrolment(&key, code)).send().await.unwrap();
        let id = Answer::read(enrolled).await.ok()["kiosk"]["id"].clone();
        Self { http, url: url.to_owned(), id, attempt: String::new(), key: Arc::new(key), clock: Arc::default() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], b"").await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], body.to_string().as_bytes()).await
    }

    /// Sends a request, and again when the server says that its clock is another one, or that a newer request was before it.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        loop {
            let mut request = self.request(method.clone(), path, body);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = Answer::read(request.send().await.unwrap()).await;
            if !self.heed(&answer.body) {
                return answer;
            }
        }
    }

    /// Learns from a refusal; true when the request, signed anew, may be taken.
    pub fn heed(&self, refusal: &Value) -> bool {
        let fact = |name: &str| refusal["facts"][name].as_i64().unwrap_or_default();
        match refusal["code"].as_str() {
            Some("signature-stale") => {
                self.clock.last.store(0, Ordering::Relaxed);
                self.clock.ahead.store(fact("server_time") - milliseconds(), Ordering::Relaxed);
                true
            }
            Some("request-replayed") => {
                self.clock.last.fetch_max(fact("newest"), Ordering::Relaxed);
                true
            }
            _ => false,
        }
    }

    /// A signed request, to be sent once.
    pub fn request(&self, method: Method, path: &str, body: &[u8]) -> reqwest::RequestBuilder {
        let path = format!("/api/kiosk{path}");
        let kiosk = KioskId(self.id.as_str().unwrap().parse().unwrap());
        let at = milliseconds() + self.clock.ahead.load(Ordering::Relaxed);
        let before = self.clock.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(at.max(last + 1))).unwrap();
        let number = at.max(before + 1);
        let hash = signing::body_hash(body);
        let signed = Signed { method: method.as_str(), path: &path, number, attempt_token: &self.attempt, body_sha256: &hash };
        let authorization = self.key.authorization(kiosk, signed).unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url)).header("Authorization", authorization);
        if !self.attempt.is_empty() {
            request = request.header("X-Attempt", &self.attempt);
        }
        request.header("Content-Type", "application/json").body(body.to_vec())
    }

    /// Starts with a code and keeps the sitting's token.
    pub async fn start(&mut self, code: &str, language: &str) -> Answer {
        let answer = self.post("/start", json!({ "code": code, "language": language })).await;
        self.keep_token(&answer);
        answer
    }

    pub async fn resume(&mut self) -> Answer {
        let answer = self.post("/resume", json!({})).await;
        self.keep_token(&answer);
        answer
    }

    /// The code of the refusal of a resume.
    pub async fn resume_refused(&self) -> String {
        self.post("/resume", json!({})).await.code().to_owned()
    }

    fn keep_token(&mut self, answer: &Answer) {
        if let Some(token) = answer.body["attempt_token"].as_str() {
            self.attempt = token.to_owned();
        }
    }

    /// Saves one answer that was given just now.
    pub async fn save(&self, attempt: &str, seq: i64, position: i64, response: Value) -> Answer {
        let now = "2026-06-01T00:00:00Z";
        let event = json!({ "seq": seq, "position": position, "response": response, "flagged": false, "client_at": now });
        self.post(&format!("/attempts/{attempt}/answers"), json!({ "events": [event], "position": position, "sent_at": now })).await
    }

    pub async fn heartbeat(&self, attempt: &str) -> Answer {
        self.post(&format!("/attempts/{attempt}/answers"), json!({ "events": [] })).await
    }

    pub async fn submit(&self, attempt: &str, last_seq: i64) -> Answer {
        self.post(&format!("/attempts/{attempt}/submit"), json!({ "last_seq": last_seq })).await
    }

    pub async fn put_slice(&self, path: &str, sha256: &str, bytes: &[u8]) -> Answer {
        self.send(Method::PUT, path, &[("X-Content-SHA256", sha256)], bytes).await
    }
}

/// What a machine with this key sends to be enrolled.
pub fn enrolment(key: &DeviceKey, code: &str) -> Value {
    let proof = key.sign(&signing::enrolment_text(code)).unwrap();
    json!({ "code": code, "public_key": signing::to_base64(key.public_key()), "proof": signing::to_base64(&proof) })
}

fn milliseconds() -> i64 {
    chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp_millis()
}

/// A question about a recording that may be heard twice.
pub fn listening_item(identifier: &str) -> String {
    choice_item(identifier)
        .replace(
            "<p>Samira",
            r#"<qti-media-interaction response-identifier="GEHOORD" max-plays="2" autostart="false"><audio><source src="audio/bakker-dialoog-juist-b.opus" type="audio/ogg"/></audio></qti-media-interaction>
    <p>Samira"#,
        )
        .replace(
            "<qti-outcome-declaration identifier=\"SCORE\"",
            "<qti-response-declaration identifier=\"GEHOORD\" cardinality=\"single\" base-type=\"integer\"/>\n  <qti-outcome-declaration identifier=\"SCORE\"",
        )
}

/// The response to a delivered multiple-choice question that chooses the option with this text.
pub fn choose(item: &Value, text: &str) -> Value {
    fn find<'v>(node: &'v Value, text: &str) -> Option<(&'v Value, &'v Value)> {
        match node {
            Value::Object(map) if map.get("t") == Some(&json!("choice")) => {
                let option = map["options"].as_array()?.iter().find(|option| option["c"].to_string().contains(text))?;
                Some((&map["id"], &option["id"]))
            }
            Value::Object(map) => map.values().find_map(|value| find(value, text)),
            Value::Array(list) => list.iter().find_map(|value| find(value, text)),
            _ => None,
        }
    }
    let (interaction, option) = find(item, text).expect("the option is there");
    json!({ interaction.as_str().unwrap(): option })
}
