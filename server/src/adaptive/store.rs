//! Reading what a plan is made of, and keeping plans.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use item_bank::measure::Item;
use item_bank::standard::CutRule;
use item_bank::standard::chance::Question;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use sha2::{Digest, Sha256};

use super::Plans;
use super::rules::{Plan, PoolItem, Prescreening, Ready, Target};
use crate::entity::enums::{Band, FormPart, FormStatus, IrtModel, ItemSkill, ParameterSource, Part, RuleKind};
use crate::entity::{
    adaptive_attempts, adaptive_plans, adaptive_steps, form_items, forms, item_enemies, item_parameters, item_versions, items,
};
use crate::ids::{AttemptId, FormId, ItemId, ItemVersionId, PlanId};
use crate::items::parameters;
use crate::{items::qti, policy};

pub async fn of_attempt(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<Option<adaptive_attempts::Model>, DbErr> {
    adaptive_attempts::Entity::find_by_id(attempt).one(db).await
}

pub async fn steps(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<Vec<adaptive_steps::Model>, DbErr> {
    let of_attempt = adaptive_steps::Entity::find().filter(adaptive_steps::Column::AttemptId.eq(attempt));
    of_attempt.order_by_asc(adaptive_steps::Column::Position).all(db).await
}

/// A plan that an attempt was made from.
pub async fn ready(db: &impl ConnectionTrait, plans: &Plans, id: PlanId) -> Result<Arc<Ready>, DbErr> {
    if let Some(ready) = plans.get(id) {
        return Ok(ready);
    }
    let row = adaptive_plans::Entity::find_by_id(id).one(db).await?.ok_or_else(|| DbErr::RecordNotFound(format!("plan {id}")))?;
    let plan: Plan = serde_json::from_value(row.body).map_err(|error| DbErr::Type(format!("plan {id}: {error}")))?;
    let ready = Arc::new(Ready::new(plan));
    plans.keep(id, ready.clone());
    Ok(ready)
}

/// The plan of today for a form of the pre-screening: its questions are the pool. None where the pool was never calibrated far enough
/// to choose from; it is then given whole, as any form is.
pub async fn plan_of_today(db: &impl ConnectionTrait, plans: &Plans, form: FormId, on: NaiveDate) -> Result<Option<Plan>, DbErr> {
    let Some(prescreening) = policy::rule_at::<Prescreening>(db, RuleKind::Setting, "prescreening", on).await? else { return Ok(None) };
    let Some(forecast) = policy::rule_at(db, RuleKind::Setting, "forecast", on).await? else { return Ok(None) };
    let bank = Bank::of_forms(db, &[form]).await?;
    let mut pool: Vec<PoolItem> = bank.questions(form).filter_map(|(version, item)| pool_item(&bank, version, item)).collect();
    pool.sort_by(|one, other| one.identifier.cmp(&other.identifier));
    if pool.len() < prescreening.body.max_items {
        return Ok(None);
    }
    let enemies = enemies(db, &bank, &pool).await?;
    Ok(Some(Plan {
        prescreening_rule: prescreening.id,
        prescreening: prescreening.body,
        forecast_rule: forecast.id,
        forecast: forecast.body,
        pool,
        enemies,
        targets: targets(db, plans, on).await?,
    }))
}

/// Keeps a plan, or finds the one that is the same.
pub async fn keep(db: &impl ConnectionTrait, plans: &Plans, plan: Plan, now: DateTime<Utc>) -> Result<(PlanId, Arc<Ready>), DbErr> {
    let body = serde_json::to_value(&plan).map_err(|error| DbErr::Type(error.to_string()))?;
    let digest = Sha256::digest(body.to_string()).to_vec();
    let find = || adaptive_plans::Entity::find().filter(adaptive_plans::Column::Digest.eq(digest.clone())).one(db);
    if find().await?.is_none() {
        let row =
            adaptive_plans::ActiveModel { id: Set(PlanId::new()), digest: Set(digest.clone()), body: Set(body), created_at: Set(now) };
        let same = OnConflict::column(adaptive_plans::Column::Digest).do_nothing().to_owned();
        adaptive_plans::Entity::insert(row).on_conflict(same).exec_without_returning(db).await?;
    }
    let id = find().await?.ok_or_else(|| DbErr::RecordNotFound("the plan that was just kept".into()))?.id;
    Ok((id, ready(db, plans, id).await?))
}

/// The forms with their questions and what is known of them.
struct Bank {
    rows: Vec<form_items::Model>,
    versions: BTreeMap<ItemVersionId, item_versions::Model>,
    items: HashMap<ItemId, items::Model>,
    parameters: HashMap<ItemId, item_parameters::Model>,
}

impl Bank {
    async fn of_forms(db: &impl ConnectionTrait, forms: &[FormId]) -> Result<Self, DbErr> {
        let rows = form_items::Entity::find()
            .filter(form_items::Column::FormId.is_in(forms.iter().copied()))
            .order_by_asc(form_items::Column::Position)
            .all(db)
            .await?;
        let versions: BTreeMap<_, _> = item_versions::Entity::find()
            .filter(item_versions::Column::Id.is_in(rows.iter().map(|row| row.item_version_id)))
            .all(db)
            .await?
            .into_iter()
            .map(|version| (version.id, version))
            .collect();
        let mut of: Vec<ItemId> = versions.values().map(|version| version.item_id).collect();
        of.sort_unstable();
        of.dedup();
        let items = items::Entity::find().filter(items::Column::Id.is_in(of.iter().copied())).all(db).await?;
        let parameters = parameters::in_force(db, Some(&of)).await?;
        Ok(Self { rows, versions, items: items.into_iter().map(|item| (item.id, item)).collect(), parameters })
    }

    /// The questions of a form, in order.
    fn questions(&self, form: FormId) -> impl Iterator<Item = (&item_versions::Model, &items::Model)> {
        let of_form = self.rows.iter().filter(move |row| row.form_id == form);
        of_form.filter_map(|row| {
            let version = self.versions.get(&row.item_version_id)?;
            Some((version, self.items.get(&version.item_id)?))
        })
    }
}

fn pool_item(bank: &Bank, version: &item_versions::Model, item: &items::Model) -> Option<PoolItem> {
    let row = bank.parameters.get(&item.id)?;
    let asked = matches!(item.skill, ItemSkill::Reading | ItemSkill::Listening | ItemSkill::Vocabulary);
    let measured = curve(row).filter(|_| asked)?;
    Some(PoolItem { item_version: version.id, identifier: item.identifier.clone(), skill: item.skill, parameters: row.id, item: measured })
}

/// The item of the engine; none where the parameters describe no curve.
pub fn curve(row: &item_parameters::Model) -> Option<Item> {
    let steps = || serde_json::from_value::<Vec<f64>>(row.steps.clone()?).ok();
    let item = match row.model {
        IrtModel::Rasch | IrtModel::TwoPl | IrtModel::ThreePl => Item::Logistic { a: row.a, b: row.b, c: row.c },
        IrtModel::GradedResponse => Item::Graded { a: row.a, b: steps()? },
        IrtModel::PartialCredit | IrtModel::GeneralisedPartialCredit => Item::Credit { a: row.a, steps: steps()? },
    };
    item.check().is_ok().then_some(item)
}

async fn enemies(db: &impl ConnectionTrait, bank: &Bank, pool: &[PoolItem]) -> Result<Vec<(usize, usize)>, DbErr> {
    let place = |item: ItemId| {
        let identifier = &bank.items.get(&item)?.identifier;
        pool.binary_search_by(|one| one.identifier.cmp(identifier)).ok()
    };
    let pairs = item_enemies::Entity::find().all(db).await?;
    let mut places: Vec<(usize, usize)> = pairs.iter().filter_map(|pair| Some((place(pair.item_a)?, place(pair.item_b)?))).collect();
    places.sort_unstable();
    Ok(places)
}

/// Every published form of reading and listening, with the rule that is in force for it.
async fn targets(db: &impl ConnectionTrait, plans: &Plans, on: NaiveDate) -> Result<Vec<Target>, DbErr> {
    let published = forms::Entity::find()
        .filter(forms::Column::Status.eq(FormStatus::Published))
        .filter(forms::Column::Part.is_in([FormPart::Reading, FormPart::Listening]))
        .filter(forms::Column::Band.is_not_null())
        .order_by_asc(forms::Column::Key)
        .order_by_asc(forms::Column::Version)
        .all(db)
        .await?;
    let bank = Bank::of_forms(db, &published.iter().map(|form| form.id).collect::<Vec<_>>()).await?;
    let rules = policy::rules_at::<serde_json::Value>(db, RuleKind::CutScore, on).await?;
    let mut targets = Vec::new();
    for form in published {
        let Some(rule) = rules.iter().find(|rule| rule.key == form.cut_score_key) else { continue };
        let Ok(cut) = serde_json::from_value::<CutRule>(rule.body.clone()) else { continue };
        let (questions, parameters) = test_of(&bank, plans, form.id);
        targets.push(Target {
            part: if form.part == FormPart::Reading { Part::Reading } else { Part::Listening },
            band: form.band.unwrap_or(Band::A1A2),
            form: form.id,
            key: form.key,
            version: form.version,
            rule: rule.id,
            cut,
            questions,
            parameters,
        });
    }
    Ok(targets)
}

/// The questions of a form as the forecast sees them. One whose difficulty is not known but for its level is marked by having no parameters.
fn test_of(bank: &Bank, plans: &Plans, form: FormId) -> (Result<Vec<Question>, String>, Vec<Option<crate::ids::ItemParametersId>>) {
    let (mut questions, mut known) = (Vec::new(), Vec::new());
    for (version, item) in bank.questions(form) {
        let Some(row) = bank.parameters.get(&item.id) else { return (Err("no-parameters".into()), Vec::new()) };
        let Some(measured) = curve(row) else { return (Err("no-parameters".into()), Vec::new()) };
        let Some(points) = plans.points(version.id, || points(version)) else { return (Err("part-of-point".into()), Vec::new()) };
        let topics = version.topic.iter().cloned().chain(version.level.map(|level| level.as_str().to_owned())).collect();
        questions.push(Question { item: measured, points, core: version.core, topics });
        known.push((row.source != ParameterSource::Default).then_some(row.id));
    }
    (Ok(questions), known)
}

fn points(version: &item_versions::Model) -> Option<u32> {
    let max = qti::max_score(version).ok()?;
    (max > 0.0 && max.fract() == 0.0 && max < 1000.0).then_some(max as u32)
}
