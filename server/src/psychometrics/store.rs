//! Reading answers from the marks as they stand: what was corrected counts as corrected.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, NaiveDate, Utc};
use item_bank::qti::Item;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::Value;

use super::answers::{Answers, Cell, Choice, Column, Row, Traits};
use crate::clock::belgian_date;
use crate::entity::enums::{AttemptStatus, FormPart, Part};
use crate::entity::{attempt_items, attempts, candidates, form_items, forms, item_versions, items, marks};
use crate::ids::{AttemptId, CandidateId, FormId, ItemId, ItemVersionId};

/// Well below the number of variables that a statement may have on either database.
const CHUNK: usize = 500;

/// The days of a period, the last one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

impl Period {
    pub fn holds(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }

    /// As many days, ending where this one begins.
    pub fn before(self) -> Option<Self> {
        let days = Days::new((self.until - self.from).num_days().try_into().ok()?);
        let until = self.from.pred_opt()?;
        Some(Self { from: until.checked_sub_days(days)?, until })
    }

    /// Wider by a day on both sides, in universal time, so that no Belgian day is cut.
    fn moments(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let start = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        (start(self.from) - Days::new(1), start(self.until) + Days::new(2))
    }
}

/// A question of a mark's explanation, as far as it is needed here.
#[derive(Deserialize)]
struct Question {
    item_version: ItemVersionId,
    #[serde(default)]
    responses: Value,
    score: f64,
    max: f64,
}

/// The answers of everybody who finished one of the forms in the period and was marked.
pub async fn answers(db: &impl ConnectionTrait, wanted: &[FormId], period: Period) -> Result<Answers, DbErr> {
    newest_answers(db, wanted, period, u64::MAX).await
}

/// The same, of the newest so many attempts alone: for a screen that cannot wait for all of them.
pub async fn newest_answers(db: &impl ConnectionTrait, wanted: &[FormId], period: Period, most: u64) -> Result<Answers, DbErr> {
    let (columns, places) = columns(db, wanted).await?;
    let mut found = Answers { columns, rows: Vec::new() };
    let (after, before) = period.moments();
    let mut sat = attempts::Entity::find()
        .filter(attempts::Column::FormId.is_in(wanted.to_vec()))
        .filter(attempts::Column::Status.is_in([AttemptStatus::Submitted, AttemptStatus::Ended]))
        .filter(attempts::Column::FinishedAt.gte(after))
        .filter(attempts::Column::FinishedAt.lt(before))
        .order_by_desc(attempts::Column::Id)
        .limit((most < u64::MAX).then_some(most))
        .all(db)
        .await?;
    sat.reverse();
    for chunk in sat.chunks(CHUNK) {
        let explained: HashMap<AttemptId, Value> = marks::Entity::find()
            .filter(marks::Column::AttemptId.is_in(chunk.iter().map(|attempt| attempt.id)))
            .filter(marks::Column::SupersededAt.is_null())
            .all(db)
            .await?
            .into_iter()
            .map(|mark| (mark.attempt_id, mark.explanation))
            .collect();
        let people: HashMap<CandidateId, Traits> = candidates::Entity::find()
            .filter(candidates::Column::Id.is_in(chunk.iter().map(|attempt| attempt.candidate_id)))
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.id, traits(row)))
            .collect();
        for attempt in chunk {
            let Some(finished) = attempt.finished_at.map(belgian_date).filter(|day| period.holds(*day)) else { continue };
            let questions = explained.get(&attempt.id).and_then(|explanation| explanation.get("items"));
            let questions: Vec<Question> = questions.map(|list| Vec::deserialize(list).unwrap_or_default()).unwrap_or_default();
            let Some(person) = people.get(&attempt.candidate_id).filter(|_| !questions.is_empty()) else { continue };
            let mut cells = vec![None; found.columns.len()];
            for question in questions {
                if let Some(place) = places.get(&question.item_version) {
                    let column = found.columns.get(*place).ok_or_else(|| DbErr::Custom("a column is missing".into()))?;
                    let cell = Cell { chosen: chosen(&question.responses, &column.options), score: question.score, max: question.max };
                    if let Some(slot) = cells.get_mut(*place) {
                        *slot = Some(cell);
                    }
                }
            }
            let (form, language) = (attempt.form_id, attempt.language.clone());
            found.rows.push(Row { attempt: attempt.id, form, language, sat_on: finished, person: person.clone(), cells });
        }
    }
    Ok(found)
}

fn traits(row: candidates::Model) -> Traits {
    Traits { birth_date: row.birth_date, sex: row.sex, advice: row.advice, contact_language: row.contact_language }
}

/// The options that a response names, wherever they stand in it.
fn chosen(responses: &Value, options: &[Choice]) -> Vec<usize> {
    match responses {
        Value::String(text) => options.iter().position(|option| option.identifier == *text).into_iter().collect(),
        Value::Array(list) => list.iter().flat_map(|value| chosen(value, options)).collect(),
        Value::Object(fields) => fields.values().flat_map(|value| chosen(value, options)).collect(),
        _ => Vec::new(),
    }
}

/// The items of the forms in their order, and in which column each version of theirs stands.
pub async fn columns(db: &impl ConnectionTrait, wanted: &[FormId]) -> Result<(Vec<Column>, HashMap<ItemVersionId, usize>), DbErr> {
    let mut places: BTreeMap<ItemId, usize> = BTreeMap::new();
    let mut columns: Vec<Column> = Vec::new();
    for form in wanted {
        let rows = form_items::Entity::find()
            .filter(form_items::Column::FormId.eq(*form))
            .order_by_asc(form_items::Column::Position)
            .all(db)
            .await?;
        let versions: HashMap<ItemVersionId, item_versions::Model> = item_versions::Entity::find()
            .filter(item_versions::Column::Id.is_in(rows.iter().map(|row| row.item_version_id)))
            .all(db)
            .await?
            .into_iter()
            .map(|version| (version.id, version))
            .collect();
        for version in rows.iter().filter_map(|row| versions.get(&row.item_version_id)) {
            let place = *places.entry(version.item_id).or_insert(columns.len());
            match columns.get_mut(place) {
                // The newest version says how the item is called.
                Some(known) if known.version < version.version => *known = column(version, known.identifier.clone()),
                Some(_) => {}
                None => columns.push(column(version, String::new())),
            }
        }
    }
    for item in items::Entity::find().filter(items::Column::Id.is_in(places.keys().copied())).all(db).await? {
        if let Some(column) = places.get(&item.id).and_then(|place| columns.get_mut(*place)) {
            column.identifier = item.identifier;
        }
    }
    // Marks name the version: those of every other version of the same items belong to the same column.
    let all = item_versions::Entity::find()
        .select_only()
        .columns([item_versions::Column::Id, item_versions::Column::ItemId])
        .filter(item_versions::Column::ItemId.is_in(places.keys().copied()))
        .into_tuple::<(ItemVersionId, ItemId)>()
        .all(db)
        .await?;
    Ok((columns, all.into_iter().filter_map(|(version, item)| Some((version, *places.get(&item)?))).collect()))
}

fn column(version: &item_versions::Model, identifier: String) -> Column {
    let parsed = Item::parse(version.qti.as_bytes()).ok();
    let keys = parsed.as_ref().map(|item| {
        serde_json::to_value(item.correct_responses().iter().map(|(name, value)| (name.clone(), value.json())).collect::<BTreeMap<_, _>>())
    });
    let keys = keys.and_then(Result::ok).unwrap_or_default();
    let texts = parsed.as_ref().map(Item::simple_choice_texts).unwrap_or_default();
    let mut options: Vec<Choice> = texts
        .into_iter()
        .enumerate()
        .map(|(place, (identifier, text))| Choice { identifier, letter: letter(place), text, key: false })
        .collect();
    for place in chosen(&keys, &options) {
        if let Some(option) = options.get_mut(place) {
            option.key = true;
        }
    }
    Column {
        item: version.item_id,
        identifier,
        version: version.version,
        version_id: version.id,
        title: version.title.clone(),
        level: version.level,
        max: parsed.as_ref().map_or(1.0, |item| item_bank::qti::max_score(item, 0)),
        options,
    }
}

/// A, B, C …; behind Z a number.
fn letter(place: usize) -> String {
    match u8::try_from(place) {
        Ok(small @ 0..=25) => char::from(b'A' + small).to_string(),
        _ => (place + 1).to_string(),
    }
}

/// A form with how often it was sat to the end.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SatForm {
    pub id: FormId,
    pub attempts: i64,
    pub last: Option<DateTime<Utc>>,
}

/// How often each form was sat to its end.
pub async fn sat(db: &impl ConnectionTrait) -> Result<Vec<SatForm>, DbErr> {
    attempts::Entity::find()
        .select_only()
        .column_as(attempts::Column::FormId, "id")
        .column_as(attempts::Column::Id.count(), "attempts")
        .column_as(attempts::Column::FinishedAt.max(), "last")
        .filter(attempts::Column::Status.is_in([AttemptStatus::Submitted, AttemptStatus::Ended]))
        .group_by(attempts::Column::FormId)
        .into_model::<SatForm>()
        .all(db)
        .await
}

/// The forms that a machine marks, so that their items can be analysed.
pub async fn closed_forms(db: &impl ConnectionTrait) -> Result<Vec<forms::Model>, DbErr> {
    forms::Entity::find()
        .filter(forms::Column::Part.is_not_in([FormPart::Writing, FormPart::Speaking]))
        .order_by_asc(forms::Column::Key)
        .order_by_desc(forms::Column::Version)
        .all(db)
        .await
}

#[derive(FromQueryResult)]
struct Met {
    item: ItemId,
    attempts: i64,
}

/// How many of the attempts at a part that ended in the period met each item; and how many attempts there were.
pub async fn exposure(db: &impl ConnectionTrait, parts: &[Part], period: Period) -> Result<(HashMap<ItemId, i64>, i64), DbErr> {
    let (after, before) = period.moments();
    let ended = attempts::Column::Part
        .is_in(parts.to_vec())
        .and(attempts::Column::Status.is_in([AttemptStatus::Submitted, AttemptStatus::Ended]))
        .and(attempts::Column::FinishedAt.gte(after))
        .and(attempts::Column::FinishedAt.lt(before));
    let total = attempts::Entity::find().select_only().column_as(attempts::Column::Id.count(), "n").filter(ended.clone());
    let total: i64 = total.into_tuple().one(db).await?.unwrap_or(0);
    let met = attempt_items::Entity::find()
        .select_only()
        .column_as(item_versions::Column::ItemId, "item")
        .column_as(Expr::col((attempt_items::Entity, attempt_items::Column::AttemptId)).count(), "attempts")
        .join(
            JoinType::InnerJoin,
            attempt_items::Entity::belongs_to(attempts::Entity).from(attempt_items::Column::AttemptId).to(attempts::Column::Id).into(),
        )
        .join(
            JoinType::InnerJoin,
            attempt_items::Entity::belongs_to(item_versions::Entity)
                .from(attempt_items::Column::ItemVersionId)
                .to(item_versions::Column::Id)
                .into(),
        )
        .filter(ended)
        .group_by(item_versions::Column::ItemId)
        .into_model::<Met>()
        .all(db)
        .await?;
    Ok((met.into_iter().map(|row| (row.item, row.attempts)).collect(), total))
}

/// The parts of a sitting that a form may serve.
pub fn parts_of(part: FormPart) -> &'static [Part] {
    match part {
        FormPart::Prescreening => &[Part::Prescreening],
        FormPart::Reading => &[Part::Reading],
        FormPart::Listening => &[Part::Listening],
        FormPart::Writing => &[Part::Writing],
        FormPart::Speaking => &[Part::Speaking],
        FormPart::Mo => &[Part::MoExemption, Part::MoFinal],
    }
}
