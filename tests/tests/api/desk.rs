//! What the tests at the desk share: a site, candidates, enrolments and sessions, made through the front door.

use chrono::{DateTime, TimeZone, Utc};
use ijkpunt::entity::enums::{AgencyCode, Role};
use ijkpunt::entity::sites;
use ijkpunt::ids::SiteId;
use reqwest::StatusCode;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};
use tests::{TestApp, User};

/// A clerk with a site that is open on weekdays from 8:30 to 18:00.
pub struct Desk {
    pub clerk: User,
    pub agency: String,
    pub site: String,
}

pub async fn desk(app: &TestApp, code: AgencyCode) -> Desk {
    let agency = app.agency(code).await;
    let id = SiteId::new();
    let hours = ["mon", "tue", "wed", "thu", "fri"].map(|day| (day.to_owned(), json!(["08:30", "18:00"])));
    let row = sites::ActiveModel {
        id: Set(id),
        agency_id: Set(agency),
        code: Set(id.to_string()),
        name: Set("Proeflocatie".into()),
        address: Set("Proefstraat 1".into()),
        opening_hours: Set(Value::Object(hours.into_iter().collect())),
    };
    sites::Entity::insert(row).exec_without_returning(&app.ijkpunt.db).await.unwrap();
    Desk { clerk: app.user(code, &[Role::Desk]).await, agency: agency.to_string(), site: id.to_string() }
}

/// A day in June 2026 at an hour in Greenwich; Brussels is two hours ahead.
pub fn june(day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, day, hour, 0, 0).unwrap()
}

pub fn person(given: &str, family: &str, birth_date: &str) -> Value {
    json!({ "given_names": given, "family_name": family, "birth_date": birth_date, "sex": "female", "contact_language": "nl",
        "no_insz_reason": "Nog niet ingeschreven" })
}

pub fn with(mut value: Value, field: &str, to: Value) -> Value {
    value[field] = to;
    value
}

impl Desk {
    pub async fn register(&self, person: Value) -> Value {
        self.clerk.post("/api/candidates", json!({ "agency_id": self.agency, "person": person })).await.ok()
    }

    pub async fn candidate(&self, family: &str) -> String {
        self.register(person("Samira", family, "1990-05-17")).await["id"].as_str().unwrap().to_owned()
    }

    pub async fn enrol(&self, candidate: &str, purpose: &str) -> Value {
        let body = json!({ "agency_id": self.agency, "choice": { "purpose": purpose } });
        self.clerk.post(&format!("/api/candidates/{candidate}/enrolments"), body).await.ok()
    }

    /// A new candidate with an open enrolment; answers the ids of both.
    pub async fn enrolled(&self, family: &str, purpose: &str) -> (String, String) {
        let candidate = self.candidate(family).await;
        let enrolment = self.enrol(&candidate, purpose).await["id"].as_str().unwrap().to_owned();
        (candidate, enrolment)
    }

    pub fn plan(&self, kind: &str, starts_at: DateTime<Utc>) -> Value {
        json!({ "site_id": self.site, "room": format!("Lokaal {kind} {starts_at}"), "kind": kind, "band": if ["first", "second"].contains(&kind) { json!("A1A2") } else { Value::Null },
            "starts_at": starts_at, "ends_at": starts_at + chrono::Duration::hours(2), "capacity": 10 })
    }

    pub async fn session(&self, plan: Value) -> String {
        let answer = self.clerk.post("/api/test-sessions", plan).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub async fn book(&self, session: &str, enrolment: &str) -> tests::Answer {
        self.clerk.post(&format!("/api/test-sessions/{session}/bookings"), json!({ "enrolment_id": enrolment })).await
    }

    pub async fn orders(&self, candidate: &str) -> Value {
        self.clerk.get(&format!("/api/candidates/{candidate}/orders")).await.ok()
    }
}
