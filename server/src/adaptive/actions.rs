//! The first question of an attempt, and each next one.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

use super::rules::Ready;
use super::{Plans, store};
use crate::app::Ijkpunt;
use crate::db::begin_write;
use crate::delivery::store as delivered;
use crate::delivery::{Refusal, rules as time};
use crate::entity::enums::{AttemptStatus, StopReason};
use crate::entity::{adaptive_attempts, adaptive_steps, attempt_items, attempts, item_versions, sittings};
use crate::ids::{AttemptId, FormId, PlanId};
use crate::items::qti;

/// A plan for an attempt that is about to be made.
pub struct Prepared {
    plan: PlanId,
    ready: Arc<Ready>,
}

impl Prepared {
    pub fn max_items(&self) -> usize {
        self.ready.plan.prescreening.max_items
    }

    pub fn seconds(&self) -> i64 {
        self.ready.plan.prescreening.minutes * 60
    }
}

/// The plan of today, where the form can be given adaptively.
pub async fn prepare(
    tx: &DatabaseTransaction,
    plans: &Plans,
    form: FormId,
    (on, now): (NaiveDate, DateTime<Utc>),
) -> Result<Option<Prepared>, DbErr> {
    let Some(plan) = store::plan_of_today(tx, plans, form, on).await? else { return Ok(None) };
    let (plan, ready) = store::keep(tx, plans, plan, now).await?;
    Ok(Some(Prepared { plan, ready }))
}

/// Gives the attempt its plan and its first question.
pub async fn begin(tx: &DatabaseTransaction, prepared: &Prepared, attempt: AttemptId, seed: i64) -> Result<(), Refusal> {
    let first = prepared.ready.next(seed, &[]).0.map_err(|_| Refusal::NoForm)?;
    let row = adaptive_attempts::ActiveModel {
        attempt_id: Set(attempt),
        plan_id: Set(prepared.plan),
        position: Set(0),
        stop: Set(None),
        stopped_at: Set(None),
    };
    adaptive_attempts::Entity::insert(row).exec_without_returning(tx).await?;
    put(tx, &prepared.ready, attempt, 0, first).await?;
    Ok(())
}

async fn put(tx: &DatabaseTransaction, ready: &Ready, attempt: AttemptId, position: i64, place: usize) -> Result<(), Refusal> {
    let chosen = ready.plan.pool.get(place).ok_or(Refusal::NotFound)?;
    let row = attempt_items::ActiveModel { attempt_id: Set(attempt), position: Set(position), item_version_id: Set(chosen.item_version) };
    attempt_items::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// What follows a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The question at this place, which is in the database by now.
    Question(i64),
    Done(StopReason),
}

/// Goes on from the question at `position`: its answer counts as it is, and the next question is chosen. `last_seq` is the highest number that the
/// kiosk has given out; the server must have got it first. Asking again, as after an answer that got lost, gives the same.
pub async fn next(ijkpunt: &Ijkpunt, sitting: &sittings::Model, id: AttemptId, position: i64, last_seq: i64) -> Result<Step, Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let attempt = delivered::lock_attempt(&tx, id).await?.filter(|attempt| attempt.booking_id == sitting.booking_id);
    let attempt = attempt.ok_or(Refusal::NotFound)?;
    // The kiosk that asks may have been replaced since it was let in.
    let holder = sittings::Entity::find_by_id(sitting.booking_id).one(&tx).await?.ok_or(Refusal::NotFound)?;
    if holder.epoch != sitting.epoch {
        return Err(Refusal::TakenOver);
    }
    let state = store::of_attempt(&tx, id).await?.ok_or(Refusal::NotFound)?;
    if position < 0 || position > state.position {
        return Err(Refusal::NotFound);
    }
    if position < state.position {
        return Ok(match state.stop {
            Some(stop) if position + 1 == state.position => Step::Done(stop),
            _ => Step::Question(position + 1),
        });
    }
    check_running(&tx, &attempt, now).await?;
    let got = delivered::last_seq(&tx, id).await?;
    if got < last_seq {
        return Err(Refusal::AnswersMissing { got, said: last_seq });
    }
    let ready = store::ready(&tx, &ijkpunt.plans, state.plan_id).await?;
    let mut answered = answered(&tx, &ready, id).await?;
    let (place, category) = mark(&tx, &ready, &attempt, position).await?;
    answered.push((place, category));
    let (chosen, estimate) = ready.next(attempt.seed, &answered);
    let row = adaptive_steps::ActiveModel {
        attempt_id: Set(id),
        position: Set(position),
        category: Set(i64::from(category)),
        theta: Set(estimate.theta),
        se: Set(estimate.se),
        at: Set(now),
    };
    adaptive_steps::Entity::insert(row).exec_without_returning(&tx).await?;
    if let Ok(place) = chosen {
        put(&tx, &ready, id, position + 1, place).await?;
    }
    adaptive_attempts::Entity::update_many()
        .col_expr(adaptive_attempts::Column::Position, Expr::value(position + 1))
        .col_expr(adaptive_attempts::Column::Stop, Expr::value(chosen.err()))
        .col_expr(adaptive_attempts::Column::StoppedAt, Expr::value(chosen.err().map(|_| now)))
        .filter(adaptive_attempts::Column::AttemptId.eq(id))
        .filter(adaptive_attempts::Column::Position.eq(position))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(match chosen {
        Ok(_) => Step::Question(position + 1),
        Err(stop) => Step::Done(stop),
    })
}

async fn check_running(tx: &DatabaseTransaction, attempt: &attempts::Model, now: DateTime<Utc>) -> Result<(), Refusal> {
    if time::is_closed(attempt.status) {
        return Err(Refusal::Closed);
    }
    let presence = delivered::presence_of(tx, attempt.id).await?;
    if attempt.status != AttemptStatus::Running || time::time_is_up(&delivered::timing(attempt, presence.as_ref()), now) {
        return Err(Refusal::NotRunning);
    }
    Ok(())
}

/// The steps so far, as places in the pool and categories: as they were marked then, whatever has become of a key since.
async fn answered(tx: &DatabaseTransaction, ready: &Ready, id: AttemptId) -> Result<Vec<(usize, u8)>, Refusal> {
    let steps = store::steps(tx, id).await?;
    let rows = delivered::items_of(tx, id).await?;
    let pair = |step: adaptive_steps::Model| {
        let row = rows.iter().find(|row| row.position == step.position)?;
        Some((ready.place_of(row.item_version_id)?, u8::try_from(step.category).unwrap_or(0)))
    };
    Ok(steps.into_iter().filter_map(pair).collect())
}

/// Marks the answer at a place; none is wrong.
async fn mark(db: &impl ConnectionTrait, ready: &Ready, attempt: &attempts::Model, position: i64) -> Result<(usize, u8), Refusal> {
    let row = attempt_items::Entity::find_by_id((attempt.id, position)).one(db).await?.ok_or(Refusal::NotFound)?;
    let version = item_versions::Entity::find_by_id(row.item_version_id).one(db).await?.ok_or(Refusal::NotFound)?;
    let place = ready.place_of(version.id).ok_or(Refusal::NotFound)?;
    let given = delivered::answer_in_force(db, attempt.id, position).await?.map_or(serde_json::Value::Null, |answer| answer.response);
    let marked = qti::mark(&version, &attempt.language, qti::seed(attempt.seed, position), &given)
        .map_err(|error| Refusal::Item(error.to_string()))?;
    let categories = ready.engine.bank().get(place).map_or(2, item_bank::measure::Item::categories);
    Ok((place, category(marked.score, marked.max, categories)))
}

/// The category that a score stands for: the top one for all points, and below that as much as was earned whole.
pub fn category(score: f64, max: f64, categories: usize) -> u8 {
    let top = categories.saturating_sub(1);
    if max <= 0.0 || top == 0 {
        return 0;
    }
    let steps = (score / max * top as f64 + 1e-9).floor().clamp(0.0, top as f64);
    steps as u8
}

#[cfg(test)]
mod tests {
    use super::category;

    #[test]
    fn a_category_is_earned_whole() {
        assert_eq!(category(1.0, 1.0, 2), 1);
        assert_eq!(category(0.99, 1.0, 2), 0);
        assert_eq!(category(0.3 + 0.3 + 0.3, 0.9, 4), 3);
        assert_eq!(category(2.0, 4.0, 3), 1);
        assert_eq!(category(-1.0, 4.0, 3), 0);
        assert_eq!(category(0.0, 0.0, 2), 0);
    }
}
