//! A candidate from the door to the end of the test, at a kiosk that does what the real one does: it numbers each answer, keeps it until it is
//! acknowledged, sends again what was not, and goes on where it was after its browser was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use ijkpunt::ids::BookingId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::hall::{Kiosk, choose};
use tests::{Answer, User};
use tokio::time::sleep;

use crate::dice::Dice;
use crate::network::FATE;

/// How long a kiosk waits for an answer before it asks again.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long the whole sitting may take, disturbed as it is.
const ENDURANCE: Duration = Duration::from_secs(240);

/// What the test is like that somebody sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Questions with a right answer.
    Reading,
    /// The same with so few seconds that the time runs out.
    Hurried,
    /// Recordings.
    Speaking,
}

/// What the candidate did and heard, to be compared with what is kept.
#[derive(Debug)]
pub struct Sat {
    pub sort: Sort,
    pub attempt: String,
    pub given: BTreeMap<i64, Given>,
    /// Recordings that the server said are whole, with the hash of their bytes.
    pub recordings: BTreeMap<String, [u8; 32]>,
    /// The clock began to run between these two.
    pub begun: (Instant, Instant),
    /// The right response to each question.
    pub rights: BTreeMap<i64, Value>,
    /// What should never be heard.
    pub wonders: Vec<String>,
    pub resumed: usize,
    pub taken_back: usize,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Given {
    pub position: i64,
    pub response: Value,
    pub at: Instant,
    pub client_at: DateTime<Utc>,
    pub acknowledged: bool,
    pub late: bool,
}

pub struct Candidate {
    pub sort: Sort,
    pub booking: BookingId,
    pub invigilator: User,
    pub kiosk: Kiosk,
    pub dice: Dice,
}

/// A kiosk while somebody sits at it.
struct Sitting {
    kiosk: Kiosk,
    dice: Dice,
    attempt: String,
    questions: i64,
    items: Vec<Value>,
    /// Not yet acknowledged; it outlives the browser.
    journal: BTreeSet<i64>,
    last_seq: i64,
    position: i64,
    able: bool,
    /// The kiosk's clock is wrong by so much.
    wrong_by: chrono::Duration,
    sat: Sat,
    started: Instant,
}

impl Candidate {
    pub async fn sit(mut self) -> Sat {
        let started = Instant::now();
        let mut kiosk = self.kiosk.clone();
        let sitting = loop {
            let code = self.seat(started).await;
            // The invigilator's request came in twice, and the code of the later one counts.
            if let Some(sitting) = start(&mut kiosk, &code, &mut self.dice, started).await {
                break sitting;
            }
        };
        let attempt = sitting["current"]["id"].as_str().unwrap().to_owned();
        let questions = sitting["attempts"][0]["items"].as_i64().unwrap();
        let now = Instant::now();
        let wrong_by = chrono::Duration::seconds(self.dice.between(0, 7200) as i64 - 3600);
        let sat = Sat {
            sort: self.sort,
            attempt: attempt.clone(),
            given: BTreeMap::new(),
            recordings: BTreeMap::new(),
            begun: (now, now),
            rights: BTreeMap::new(),
            wonders: Vec::new(),
            resumed: 0,
            taken_back: 0,
        };
        let able = self.dice.percent(50);
        let mut at_work = Sitting {
            kiosk,
            dice: self.dice,
            attempt,
            questions,
            items: Vec::new(),
            journal: BTreeSet::new(),
            last_seq: 0,
            position: 0,
            able,
            wrong_by,
            sat,
            started,
        };
        at_work.begin().await;
        match self.sort {
            Sort::Reading => at_work.answer_all().await,
            Sort::Hurried => at_work.answer_until_the_end().await,
            Sort::Speaking => at_work.speak().await,
        }
        at_work.hand_in().await;
        at_work.sat
    }

    /// The invigilator checks the identity, gives the seat and a code, and tries again like anybody.
    async fn seat(&mut self, started: Instant) -> String {
        let room = format!("/api/room/bookings/{}", self.booking);
        let document = json!({ "document": "eid", "number": "592-1234567-89" });
        self.ask(&format!("{room}/identity"), document, started).await;
        self.ask(&format!("{room}/seat"), json!({ "kiosk_id": self.kiosk.id, "instead_of": null }), started).await;
        self.ask(&format!("{room}/code"), json!({}), started).await["code"].as_str().expect("the invigilator gets a code").to_owned()
    }

    async fn ask(&mut self, path: &str, body: Value, started: Instant) -> Value {
        loop {
            enough(started, path);
            let request = self.invigilator.http.post(format!("{}{path}", self.invigilator.url)).header("X-IJkpunt", "1");
            let sent = request.header(FATE, self.dice.next().to_string()).timeout(PATIENCE).json(&body).send().await;
            match heard(sent).await {
                // A conflict: it was done already, and only we did not hear so.
                Some(answer) if answer.status.is_success() || answer.status == StatusCode::CONFLICT => return answer.body,
                Some(answer) => assert!(is_passing(&answer), "{path}: {} {}", answer.status, answer.body),
                None => {}
            }
            sleep(Duration::from_millis(self.dice.between(50, 300))).await;
        }
    }
}

/// Opens the sitting; nothing when the code is another one by now.
async fn start(kiosk: &mut Kiosk, code: &str, dice: &mut Dice, started: Instant) -> Option<Value> {
    loop {
        let answer = until_heard(kiosk, dice, Method::POST, "/start", json!({ "code": code, "language": "nl" }), started).await;
        match answer.code() {
            // The answer to our first try was lost on its way.
            "code-used" => return Some(resume(kiosk, dice, started).await),
            "invalid-input" => return None,
            _ if answer.status.is_success() => {
                kiosk.attempt = answer.body["attempt_token"].as_str().unwrap().to_owned();
                return Some(answer.body);
            }
            _ => panic!("start: {} {}", answer.status, answer.body),
        }
    }
}

async fn resume(kiosk: &mut Kiosk, dice: &mut Dice, started: Instant) -> Value {
    let sitting = until_heard(kiosk, dice, Method::POST, "/resume", json!({}), started).await.ok();
    kiosk.attempt = sitting["attempt_token"].as_str().unwrap().to_owned();
    sitting
}

/// Asks until the server has said something that trying again does not change.
async fn until_heard(kiosk: &Kiosk, dice: &mut Dice, method: Method, path: &str, body: Value, started: Instant) -> Answer {
    loop {
        enough(started, path);
        if let Some(answer) = once(kiosk, dice, method.clone(), path, &[], &written(&method, &body)).await
            && !is_passing(&answer)
        {
            return answer;
        }
        sleep(Duration::from_millis(dice.between(50, 300))).await;
    }
}

fn written(method: &Method, body: &Value) -> Vec<u8> {
    if *method == Method::GET { Vec::new() } else { body.to_string().into_bytes() }
}

/// One request; nothing when the network or the server failed. A refusal of its signature is heeded, as the real kiosk does.
async fn once(kiosk: &Kiosk, dice: &mut Dice, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    loop {
        let mut request = kiosk.request(method.clone(), path, body).header(FATE, dice.next().to_string()).timeout(PATIENCE);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match heard(request.send().await).await {
            Some(answer) if kiosk.heed(&answer.body) => {}
            other => return other,
        }
    }
}

/// An answer that came whole. One that was cut on its way is none.
async fn heard(sent: Result<reqwest::Response, reqwest::Error>) -> Option<Answer> {
    let response = sent.ok()?;
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.ok()?.to_vec();
    Some(Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default(), bytes })
}

/// The server says that it cannot now, and when to come again.
fn is_passing(answer: &Answer) -> bool {
    if answer.status != StatusCode::SERVICE_UNAVAILABLE {
        return false;
    }
    assert!(answer.headers.contains_key("retry-after"), "a 503 says when to come again: {}", answer.body);
    true
}

fn enough(started: Instant, doing: &str) {
    assert!(started.elapsed() < ENDURANCE, "a candidate was kept from {doing} for too long");
}

impl Sitting {
    async fn ask(&mut self, method: Method, path: &str, body: Value) -> Answer {
        let path = format!("/attempts/{}{path}", self.attempt);
        loop {
            let answer = until_heard(&self.kiosk, &mut self.dice, method.clone(), &path, body.clone(), self.started).await;
            if answer.code() != "taken-over" || !self.take_back().await {
                return answer;
            }
        }
    }

    /// Our own earlier request to resume came in again and took the sitting from us. False when the part is closed by now.
    async fn take_back(&mut self) -> bool {
        self.sat.taken_back += 1;
        let mut kiosk = self.kiosk.clone();
        kiosk.attempt.clear();
        let answer = until_heard(&kiosk, &mut self.dice, Method::POST, "/resume", json!({}), self.started).await;
        if answer.code() == "nothing-to-resume" {
            return false;
        }
        self.kiosk.attempt = answer.ok()["attempt_token"].as_str().unwrap().to_owned();
        true
    }

    async fn begin(&mut self) {
        let paper = self.ask(Method::GET, "/items", json!({})).await.ok();
        self.items = paper["items"].as_array().unwrap().iter().map(|one| one["item"].clone()).collect();
        self.sat.rights = self.items.iter().enumerate().map(|(n, item)| (n as i64, choose(item, "brood"))).collect();
        let before = Instant::now();
        self.ask(Method::POST, "/begin", json!({})).await.ok();
        self.sat.begun = (before, Instant::now());
    }

    fn note(&mut self, position: i64, response: Value) {
        self.last_seq += 1;
        self.position = position;
        let client_at = now() + self.wrong_by;
        self.journal.insert(self.last_seq);
        self.sat.given.insert(self.last_seq, Given { position, response, at: Instant::now(), client_at, acknowledged: false, late: false });
    }

    fn choose(&mut self) {
        let position = self.dice.between(0, self.questions as u64) as i64;
        let text = if self.able { "brood" } else { ["brood", "melk", "kaas"][self.dice.between(0, 3) as usize] };
        let response = choose(&self.items[position as usize], text);
        self.note(position, response);
    }

    async fn answer_all(&mut self) {
        for _ in 0..self.dice.between(8, 16) {
            self.choose();
            match self.dice.between(0, 100) {
                0..5 => self.lose_browser().await,
                // Without network for a while, and answering on.
                5..8 => {
                    for _ in 0..self.dice.between(3, 7) {
                        self.choose();
                        sleep(Duration::from_millis(150)).await;
                    }
                }
                8..20 => {}
                _ => self.flush().await,
            }
            sleep(Duration::from_millis(self.dice.between(20, 200))).await;
        }
    }

    async fn answer_until_the_end(&mut self) {
        // Some lose the network before the end and find it again after it.
        let offline = self.dice.percent(40);
        let until = Duration::from_secs(crate::HURRIED_SECONDS);
        while self.sat.begun.1.elapsed() < until + Duration::from_secs(1) {
            self.choose();
            if !offline || self.sat.begun.1.elapsed() < until / 2 {
                self.flush().await;
            }
            sleep(Duration::from_millis(self.dice.between(200, 600))).await;
        }
        if self.dice.percent(50) {
            // Past the time that an answer may travel: this one comes too late.
            sleep(Duration::from_secs(3)).await;
            self.choose();
        }
    }

    async fn speak(&mut self) {
        for position in 0..self.questions.min(2) {
            let begun = self.ask(Method::POST, "/recordings", json!({ "position": position, "mime": "audio/webm;codecs=opus" })).await.ok();
            let recording = begun["recording"].as_str().unwrap().to_owned();
            let mut whole = Sha256::new();
            let slices = self.dice.between(3, 8);
            for n in 0..slices {
                let length = self.dice.between(200, 4000);
                let bytes = self.dice.bytes(length);
                whole.update(&bytes);
                self.put_slice(&recording, n, &bytes).await;
                if self.dice.percent(4) {
                    self.lose_browser().await;
                }
            }
            let body = json!({ "slices": slices, "duration_ms": slices * 1000 });
            self.ask(Method::POST, &format!("/recordings/{recording}/complete"), body).await.ok();
            self.sat.recordings.insert(recording.clone(), whole.finalize().into());
            self.note(position, json!({ "r1": recording }));
            self.flush().await;
        }
    }

    async fn put_slice(&mut self, recording: &str, n: u64, bytes: &[u8]) {
        let path = format!("/attempts/{}/recordings/{recording}/slices/{n}", self.attempt);
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        loop {
            enough(self.started, "handing in a slice");
            match once(&self.kiosk, &mut self.dice, Method::PUT, &path, &[("X-Content-SHA256", &hash)], bytes).await {
                Some(answer) if answer.status.is_success() => return,
                Some(answer) if answer.code() == "taken-over" => assert!(self.take_back().await),
                Some(answer) => assert!(is_passing(&answer), "slice {n}: {} {}", answer.status, answer.body),
                None => {}
            }
            sleep(Duration::from_millis(self.dice.between(50, 300))).await;
        }
    }

    /// Sends what is in the journal, once. Whether it arrived is another matter.
    async fn flush(&mut self) {
        let sent: Vec<i64> = self.journal.iter().copied().collect();
        let events: Vec<Value> = sent
            .iter()
            .map(|seq| {
                let given = &self.sat.given[seq];
                json!({ "seq": seq, "position": given.position, "response": given.response, "flagged": false, "client_at": given.client_at.to_rfc3339() })
            })
            .collect();
        let body = json!({ "events": events, "position": self.position, "sent_at": (now() + self.wrong_by).to_rfc3339() });
        let path = format!("/attempts/{}/answers", self.attempt);
        let Some(answer) = once(&self.kiosk, &mut self.dice, Method::POST, &path, &[], body.to_string().as_bytes()).await else { return };
        if is_passing(&answer) {
            return;
        }
        if answer.code() == "taken-over" {
            self.take_back().await;
            return;
        }
        let saved = answer.ok();
        let late: BTreeSet<i64> = saved["late"].as_array().unwrap().iter().filter_map(Value::as_i64).collect();
        for seq in sent {
            self.journal.remove(&seq);
            let given = self.sat.given.get_mut(&seq).unwrap();
            given.acknowledged = true;
            given.late = late.contains(&seq);
        }
    }

    /// The browser is killed and opened again: what was in memory is gone, the journal is there. Sometimes the old one was not dead after all.
    async fn lose_browser(&mut self) {
        let old = self.kiosk.clone();
        self.kiosk.attempt.clear();
        let sitting = resume(&mut self.kiosk, &mut self.dice, self.started).await;
        self.sat.resumed += 1;
        let known = sitting["current"]["last_seq"].as_i64().expect("the attempt still runs");
        self.last_seq = known.max(self.journal.last().copied().unwrap_or(0));
        if self.dice.percent(40) {
            self.haunt(&old).await;
        }
    }

    /// The browser that was taken over from tries to write another answer under the next number.
    async fn haunt(&mut self, ghost: &Kiosk) {
        let event = json!({ "seq": self.last_seq + 1, "position": 0, "response": { "r1": "ghost" }, "flagged": true, "client_at": now().to_rfc3339() });
        let body = json!({ "events": [event], "position": 0, "sent_at": now().to_rfc3339() });
        let path = format!("/attempts/{}/answers", self.attempt);
        if let Some(answer) = once(ghost, &mut self.dice, Method::POST, &path, &[], body.to_string().as_bytes()).await
            && !is_passing(&answer)
            && answer.code() != "taken-over"
        {
            self.sat.wonders.push(format!("a browser that was taken over from heard {} {}", answer.status, answer.body));
        }
    }

    async fn hand_in(&mut self) {
        loop {
            while !self.journal.is_empty() {
                enough(self.started, "handing in");
                self.flush().await;
                sleep(Duration::from_millis(self.dice.between(20, 200))).await;
            }
            let body = json!({ "last_seq": self.last_seq });
            let answer = self.ask(Method::POST, "/submit", body).await;
            match answer.code() {
                "answers-missing" => {
                    self.sat.wonders.push(format!("answers were missing that were acknowledged: {}", answer.body));
                    return;
                }
                // It was handed in, and our own earlier request to resume came in between.
                "taken-over" => return,
                _ => {
                    answer.ok();
                    return;
                }
            }
        }
    }
}

/// The system's time.
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
