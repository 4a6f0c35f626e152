//! A crowd that has sat a form: attempts, answers and marks written by the thousand, as the kiosks and the marking would have left them.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use ijkpunt::crypto::Place;
use ijkpunt::entity::enums::{
    Advice, AttemptStatus, Band, BookingStatus, EnrolmentStatus, FormPart, Level, Part, RuleKind, SessionKind, Sex,
};
use ijkpunt::entity::{attempt_items, attempts, bookings, candidates, enrolments, form_items, item_versions, items, marks, policy_rules};
use ijkpunt::ids::{AttemptId, BookingId, CandidateId, EnrolmentId, FormId, ItemId, ItemVersionId, MarkId};
use item_bank::measure::Item;
use item_bank::measure::random::Random;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::TestApp;
use crate::hall::{Hall, choice_item};

/// Somebody of the crowd.
#[derive(Clone, Debug)]
pub struct Sitter {
    pub theta: f64,
    pub sex: Sex,
    pub born: NaiveDate,
    pub contact_language: &'static str,
    pub advice: Option<Advice>,
}

impl Sitter {
    pub fn of(theta: f64) -> Self {
        Self { theta, sex: Sex::Female, born: NaiveDate::from_ymd_opt(1990, 5, 17).unwrap(), contact_language: "nl", advice: None }
    }
}

/// A form of multiple-choice questions with options FOUT1, JUIST and FOUT2, of which JUIST, the second, is the key.
pub struct Crowd<'a> {
    pub hall: &'a Hall<'a>,
    pub form: FormId,
    /// In the form's order.
    pub questions: Vec<(ItemId, ItemVersionId, String)>,
}

/// The options as `choice_item` writes them.
const OPTIONS: [&str; 3] = ["SLEUTEL-FOUT1", "SLEUTEL-JUIST", "SLEUTEL-FOUT2"];
pub const KEY: usize = 1;

impl<'a> Crowd<'a> {
    pub async fn new(hall: &'a Hall<'a>, questions: usize) -> Self {
        let form = hall.reading(questions).await;
        Self::of(hall, form).await
    }

    pub async fn of(hall: &'a Hall<'a>, form: FormId) -> Self {
        let db = &hall.app.ijkpunt.db;
        let rows = form_items::Entity::find()
            .filter(form_items::Column::FormId.eq(form))
            .order_by_asc(form_items::Column::Position)
            .all(db)
            .await
            .unwrap();
        let versions: HashMap<ItemVersionId, ItemId> =
            item_versions::Entity::find().all(db).await.unwrap().into_iter().map(|version| (version.id, version.item_id)).collect();
        let names: HashMap<ItemId, String> =
            items::Entity::find().all(db).await.unwrap().into_iter().map(|item| (item.id, item.identifier)).collect();
        let question = |row: &form_items::Model| {
            let item = versions[&row.item_version_id];
            (item, row.item_version_id, names[&item].clone())
        };
        Self { hall, form, questions: rows.iter().map(question).collect() }
    }

    /// Everybody sits the form at this moment. `choose` says which option a person chooses at a question.
    pub async fn sits(&self, sitters: &[Sitter], at: DateTime<Utc>, mut choose: impl FnMut(&Sitter, usize) -> usize) -> Vec<AttemptId> {
        let app = self.hall.app;
        let (db, by) = (&app.ijkpunt.db, self.hall.invigilator.id.unwrap());
        let cut = policy_rules::Entity::find().filter(policy_rules::Column::Kind.eq(RuleKind::CutScore)).one(db).await.unwrap().unwrap();
        let purpose = policy_rules::Entity::find().filter(policy_rules::Column::Kind.eq(RuleKind::Purpose)).one(db).await.unwrap().unwrap();
        let mut ids = Vec::new();
        let (mut people, mut enrolled, mut booked) = (Vec::new(), Vec::new(), Vec::new());
        let (mut sat, mut met, mut marked) = (Vec::new(), Vec::new(), Vec::new());
        for sitter in sitters {
            let (candidate, enrolment, booking, attempt) = (CandidateId::new(), EnrolmentId::new(), BookingId::new(), AttemptId::new());
            ids.push(attempt);
            let seal = |column| app.ijkpunt.keys.seal(Place { table: "candidates", column, row: candidate.0 }, "Samira");
            people.push(candidates::ActiveModel {
                id: Set(candidate),
                number: Set(format!("M-{candidate}")),
                revision: Set(1),
                given_names_enc: Set(seal("given_names_enc")),
                family_name_enc: Set(seal("family_name_enc")),
                birth_date: Set(sitter.born),
                sex: Set(sitter.sex),
                contact_language: Set(sitter.contact_language.into()),
                advice: Set(sitter.advice),
                agency_id: Set(self.hall.agency),
                created_at: Set(at),
                created_by: Set(by),
                ..Default::default()
            });
            enrolled.push(enrolments::ActiveModel {
                id: Set(enrolment),
                candidate_id: Set(candidate),
                agency_id: Set(self.hall.agency),
                purpose: Set("nationality".into()),
                purpose_rule_id: Set(purpose.id),
                band: Set(Some(Band::A1A2)),
                required: Set(json!({ "reading": "A2" })),
                status: Set(EnrolmentStatus::Open),
                created_at: Set(at),
                created_by: Set(by),
                ..Default::default()
            });
            booked.push(bookings::ActiveModel {
                id: Set(booking),
                session_id: Set(self.hall.session),
                enrolment_id: Set(enrolment),
                candidate_id: Set(candidate),
                parts: Set(json!(["reading"])),
                status: Set(BookingStatus::Attended),
                created_at: Set(at),
                created_by: Set(by),
                ..Default::default()
            });
            sat.push(attempts::ActiveModel {
                id: Set(attempt),
                booking_id: Set(booking),
                session_id: Set(self.hall.session),
                candidate_id: Set(candidate),
                enrolment_id: Set(enrolment),
                agency_id: Set(self.hall.agency),
                part: Set(Part::Reading),
                band: Set(Some(Band::A1A2)),
                position: Set(0),
                form_id: Set(self.form),
                cut_score_rule_id: Set(cut.id),
                seed: Set(1),
                status: Set(AttemptStatus::Submitted),
                language: Set("nl".into()),
                time_limit_seconds: Set(1800),
                extra_seconds: Set(0),
                created_at: Set(at),
                started_at: Set(Some(at)),
                finished_at: Set(Some(at + Duration::minutes(20))),
                item_count: Set(self.questions.len() as i64),
                ..Default::default()
            });
            let mut score = 0;
            let mut explained = Vec::new();
            for (position, (_, version, identifier)) in self.questions.iter().enumerate() {
                let option = choose(sitter, position);
                score += i64::from(option == KEY);
                met.push(attempt_items::ActiveModel {
                    attempt_id: Set(attempt),
                    position: Set(position as i64),
                    item_version_id: Set(*version),
                });
                explained.push(json!({
                    "position": position, "identifier": identifier, "version": 1, "item_version": version, "core": false, "answered": true,
                    "responses": { "ANTWOORD": OPTIONS[option] }, "score": f64::from(u8::from(option == KEY)), "max": 1.0,
                }));
            }
            marked.push(marks::ActiveModel {
                id: Set(MarkId::new()),
                attempt_id: Set(attempt),
                version: Set(1),
                score: Set(score),
                max_score: Set(self.questions.len() as i64),
                level: Set(Level::A2),
                explanation: Set(json!({ "by": "machine", "items": explained })),
                cut_score_rule_id: Set(cut.id),
                marked_at: Set(at + Duration::minutes(21)),
                reason: Set("first".into()),
                ..Default::default()
            });
        }
        macro_rules! write {
            ($($entity:ident $rows:ident $size:literal),+) => {$(
                for chunk in $rows.chunks($size) {
                    $entity::Entity::insert_many(chunk.to_vec()).exec_without_returning(db).await.unwrap();
                }
            )+};
        }
        write!(candidates people 500, enrolments enrolled 500, bookings booked 500, attempts sat 500, attempt_items met 5000, marks marked 500);
        ids
    }
}

/// Who chooses by what the items measure: right by the model, else one of the wrong options, drawn.
pub fn by_model<'m>(items: &'m [Item], random: &'m mut Random) -> impl FnMut(&Sitter, usize) -> usize + 'm {
    move |sitter, place| if random.answer(&items[place], sitter.theta) == 1 { KEY } else { [0, 2][random.below(2)] }
}

/// A hall for forms of reading.
pub async fn hall(app: &TestApp) -> Hall<'_> {
    Hall::new(app, SessionKind::First).await
}

/// A form of reading with questions worth a point each.
pub async fn reading(hall: &Hall<'_>, questions: usize) -> FormId {
    let items = (0..questions).map(|n| (choice_item(&format!("vraag-{n}")), Level::A2, false)).collect();
    hall.form(FormPart::Reading, Some(Band::A1A2), items, json!({})).await
}
