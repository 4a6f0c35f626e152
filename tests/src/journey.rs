//! People on their way from a mark to the trajectory: attempts that were sat, marked or rated.

use ijkpunt::clock::belgian_date;
use ijkpunt::crypto::Place;
use ijkpunt::db::begin_write;
use ijkpunt::entity::enums::{AttemptStatus, Band, FormPart, Level, Part, RuleKind};
use ijkpunt::entity::{
    answers, attempt_items, attempts, bookings, candidates, enrolments, form_items, marks, policy_rules, recording_slices, recordings,
};
use ijkpunt::ids::{AttemptId, BookingId, CandidateId, EnrolmentId, FormId, MarkId, RecordingId};
use ijkpunt::marking::ratings;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::TestApp;
use crate::hall::{Hall, choice_item};

pub const FOUR_SKILLS: [Part; 4] = [Part::Reading, Part::Listening, Part::Writing, Part::Speaking];

/// A candidate with one enrolment.
pub struct Person<'a> {
    pub hall: &'a Hall<'a>,
    pub candidate: CandidateId,
    pub enrolment: EnrolmentId,
    pub booking: BookingId,
}

/// A2 in the four skills.
pub fn a2() -> Value {
    json!({ "reading": "A2", "listening": "A2", "writing": "A2", "speaking": "A2" })
}

impl<'a> Person<'a> {
    pub async fn new(hall: &'a Hall<'a>, given: &str, family: &str, purpose: &str, required: Value) -> Self {
        let booking = hall.candidate(given, family, &FOUR_SKILLS).await;
        let db = &hall.app.ijkpunt.db;
        let row = bookings::Entity::find_by_id(booking).one(db).await.unwrap().unwrap();
        let rule = policy_rules::Entity::find()
            .filter(policy_rules::Column::Kind.eq(RuleKind::Purpose))
            .filter(policy_rules::Column::Key.eq(purpose))
            .one(db)
            .await
            .unwrap()
            .expect("the purpose is in the catalogue");
        enrolments::Entity::update_many()
            .col_expr(enrolments::Column::Purpose, Expr::value(purpose))
            .col_expr(enrolments::Column::PurposeRuleId, Expr::value(rule.id))
            .col_expr(enrolments::Column::Required, Expr::value(required))
            .filter(enrolments::Column::Id.eq(row.enrolment_id))
            .exec(db)
            .await
            .unwrap();
        Self { hall, candidate: row.candidate_id, enrolment: row.enrolment_id, booking }
    }

    /// Gives the person an address and a language in which they are written to.
    pub async fn writes(&self, email: &str, language: &str) {
        let ijkpunt = &self.hall.app.ijkpunt;
        let place = Place { table: "candidates", column: "email_enc", row: self.candidate.0 };
        candidates::Entity::update_many()
            .col_expr(candidates::Column::EmailEnc, Expr::value(ijkpunt.keys.seal(place, email)))
            .col_expr(candidates::Column::ContactLanguage, Expr::value(language))
            .filter(candidates::Column::Id.eq(self.candidate))
            .exec(&ijkpunt.db)
            .await
            .unwrap();
    }

    /// An attempt that was sat to its end just now.
    pub async fn sits(&self, part: Part, band: Option<Band>, seed: i64) -> attempts::Model {
        let app = self.hall.app;
        let now = app.ijkpunt.clock.now();
        let form_part = match part {
            Part::Reading => FormPart::Reading,
            Part::Listening => FormPart::Listening,
            Part::Writing => FormPart::Writing,
            Part::Speaking => FormPart::Speaking,
            Part::Prescreening => FormPart::Prescreening,
            Part::MoExemption | Part::MoFinal => FormPart::Mo,
        };
        let form = self.hall.form(form_part, band, vec![(choice_item("vraag"), Level::A2, false)], json!({})).await;
        let key = match band {
            Some(band) => format!("{}-{}", form_part.as_str(), band.as_str()),
            None => form_part.as_str().to_owned(),
        };
        let today = belgian_date(now);
        let cut = policy_rules::Entity::find()
            .filter(policy_rules::Column::Kind.eq(RuleKind::CutScore))
            .filter(policy_rules::Column::Key.eq(key))
            .filter(policy_rules::Column::ValidFrom.lte(today))
            .all(&app.ijkpunt.db)
            .await
            .unwrap();
        let cut = cut.into_iter().find(|rule| rule.valid_to.is_none_or(|last| today <= last)).expect("a cut-score rule of the day");
        let row = attempts::ActiveModel {
            id: Set(AttemptId::new()),
            booking_id: Set(self.booking),
            session_id: Set(self.hall.session),
            candidate_id: Set(self.candidate),
            enrolment_id: Set(self.enrolment),
            agency_id: Set(self.hall.agency),
            part: Set(part),
            band: Set(band),
            position: Set(0),
            form_id: Set(form),
            cut_score_rule_id: Set(cut.id),
            seed: Set(seed),
            status: Set(AttemptStatus::Submitted),
            language: Set("nl".into()),
            time_limit_seconds: Set(3600),
            extra_seconds: Set(0),
            created_at: Set(now),
            started_at: Set(Some(now)),
            finished_at: Set(Some(now)),
            item_count: Set(1),
            ..Default::default()
        };
        let attempt = attempts::Entity::insert(row).exec_with_returning(&app.ijkpunt.db).await.unwrap();
        self.copy_items(form, attempt.id).await;
        attempt
    }

    async fn copy_items(&self, form: FormId, attempt: AttemptId) {
        let db = &self.hall.app.ijkpunt.db;
        let items = form_items::Entity::find().filter(form_items::Column::FormId.eq(form)).all(db).await.unwrap();
        for item in items {
            let row = attempt_items::ActiveModel {
                attempt_id: Set(attempt),
                position: Set(item.position),
                item_version_id: Set(item.item_version_id),
            };
            attempt_items::Entity::insert(row).exec_without_returning(db).await.unwrap();
        }
    }

    /// Sits a part and gets this level.
    pub async fn reaches(&self, part: Part, level: Level) -> attempts::Model {
        let band = (!matches!(part, Part::MoExemption | Part::MoFinal | Part::Prescreening)).then_some(Band::A1A2);
        let attempt = self.sits(part, band, 1).await;
        mark(self.hall.app, &attempt, level, "marked").await;
        attempt
    }

    pub async fn answers(&self, attempt: &attempts::Model, seq: i64, response: Value) {
        let now = self.hall.app.ijkpunt.clock.now();
        let row = answers::ActiveModel {
            attempt_id: Set(attempt.id),
            seq: Set(seq),
            position: Set(0),
            response: Set(response),
            flagged: Set(false),
            late: Set(false),
            client_at: Set(now),
            received_at: Set(now),
        };
        answers::Entity::insert(row).exec_without_returning(&self.hall.app.ijkpunt.db).await.unwrap();
    }

    /// A complete recording of these slices.
    pub async fn records(&self, attempt: &attempts::Model, slices: &[&[u8]]) -> RecordingId {
        let (ijkpunt, id) = (&self.hall.app.ijkpunt, RecordingId::new());
        let now = ijkpunt.clock.now();
        let row = recordings::ActiveModel {
            id: Set(id),
            attempt_id: Set(attempt.id),
            position: Set(0),
            mime: Set("audio/webm;codecs=opus".into()),
            started_at: Set(now),
            completed_at: Set(Some(now)),
            slices: Set(Some(slices.len() as i64)),
            duration_ms: Set(Some(2_000)),
            ..Default::default()
        };
        recordings::Entity::insert(row).exec_without_returning(&ijkpunt.db).await.unwrap();
        for (n, bytes) in slices.iter().enumerate() {
            let row = recording_slices::ActiveModel {
                recording_id: Set(id),
                n: Set(n as i64),
                sha256: Set(ijkpunt.media.put(bytes).await.unwrap().to_vec()),
                size: Set(bytes.len() as i64),
                received_at: Set(now),
            };
            recording_slices::Entity::insert(row).exec_without_returning(&ijkpunt.db).await.unwrap();
        }
        id
    }
}

/// Marks an attempt, as the machine or a correction does; the mark becomes its result.
pub async fn mark(app: &TestApp, attempt: &attempts::Model, level: Level, reason: &str) {
    let tx = begin_write(&app.ijkpunt.db).await.unwrap();
    let now = app.ijkpunt.clock.now();
    let earlier = marks::Entity::find().filter(marks::Column::AttemptId.eq(attempt.id)).all(&tx).await.unwrap();
    marks::Entity::update_many()
        .col_expr(marks::Column::SupersededAt, Expr::value(now))
        .filter(marks::Column::AttemptId.eq(attempt.id))
        .filter(marks::Column::SupersededAt.is_null())
        .exec(&tx)
        .await
        .unwrap();
    let row = marks::ActiveModel {
        id: Set(MarkId::new()),
        attempt_id: Set(attempt.id),
        version: Set(earlier.len() as i64 + 1),
        score: Set(10),
        max_score: Set(15),
        level: Set(level),
        explanation: Set(json!({})),
        cut_score_rule_id: Set(attempt.cut_score_rule_id),
        marked_at: Set(now),
        marked_by: Set(None),
        reason: Set(reason.into()),
        superseded_at: Set(None),
    };
    let mark = marks::Entity::insert(row).exec_with_returning(&tx).await.unwrap();
    ijkpunt::results::actions::record(&tx, now, attempt, &mark).await.unwrap();
    tx.commit().await.unwrap();
}

/// Gives an attempt to the examiners.
pub async fn open_ratings(app: &TestApp, attempt: &attempts::Model) {
    let tx = begin_write(&app.ijkpunt.db).await.unwrap();
    ratings::open(&tx, app.ijkpunt.clock.now(), attempt).await.unwrap();
    tx.commit().await.unwrap();
}

/// A seed for which a second rating is drawn, or is not.
pub fn seed(second: bool) -> i64 {
    (0..).find(|seed| ratings::rules::second_is_drawn(*seed, 30) == second).unwrap()
}
