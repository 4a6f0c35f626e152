//! Marking an attempt that was closed.

use chrono::{DateTime, Utc};
use item_bank::standard::CutRule;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::{rules, store};
use crate::adaptive::Plans;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::delivery::store::lock_attempt;
use crate::entity::enums::{AttemptStatus, Part};
use crate::entity::{attempts, forms, marks, ratings};
use crate::forecasts;
use crate::ids::{AttemptId, MarkId};
use crate::marking::ratings::actions as examiners;
use crate::policy;
use crate::results;

/// What follows the end of an attempt: a mark, or work for the examiners. Doing it twice has the effect of once.
pub async fn mark_attempt(ijkpunt: &Ijkpunt, id: AttemptId) -> Result<(), DbErr> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let Some(attempt) = lock_attempt(&tx, id).await? else { return Ok(()) };
    if !matches!(attempt.status, AttemptStatus::Submitted | AttemptStatus::Ended) {
        return Ok(());
    }
    if matches!(attempt.part, Part::Writing | Part::Speaking) {
        let opened = ratings::Entity::find().filter(ratings::Column::AttemptId.eq(id)).count(&tx).await?;
        if opened == 0 {
            examiners::open(&tx, now, &attempt).await?;
        }
    } else if store::mark_in_force(&tx, id).await?.is_none() {
        let mark = mark(&tx, &ijkpunt.plans, &attempt, now).await?;
        results::actions::record(&tx, now, &attempt, &mark).await?;
    }
    tx.commit().await
}

/// Writes the mark of an attempt down, with how it came about.
async fn mark(tx: &DatabaseTransaction, plans: &Plans, attempt: &attempts::Model, now: DateTime<Utc>) -> Result<marks::Model, DbErr> {
    let rule = policy::rule::<CutRule>(tx, attempt.cut_score_rule_id).await?;
    let rule = rule.ok_or_else(|| DbErr::RecordNotFound(format!("cut-score rule {}", attempt.cut_score_rule_id)))?;
    let form = forms::Entity::find_by_id(attempt.form_id).one(tx).await?;
    let form = form.ok_or_else(|| DbErr::RecordNotFound(format!("form {}", attempt.form_id)))?;
    let questions = store::marked_questions(tx, attempt).await?;
    let first = store::marks_of(tx, attempt.id).await? == 0;
    let mut judged = rules::judged(attempt.part, &rule.body, &questions);
    // An adaptive test asks everybody what they can half answer, so that the share of right answers says nothing: the forecast advises.
    if let Some(outcome) = forecasts::actions::record(tx, plans, attempt, &questions, now).await? {
        judged.advice = Some(rules::advice(outcome.reached));
    }
    let explanation: Value = json!({
        "by": "machine",
        "form": { "key": form.key, "version": form.version },
        "rule": { "id": rule.id, "key": rule.key, "version": rule.version, "valid_from": rule.valid_from, "ground": rule.ground },
        "judgement": judged.judgement,
        "advice": judged.advice,
        "items": questions,
    });
    let mark = marks::Model {
        id: MarkId::new(),
        attempt_id: attempt.id,
        version: store::marks_of(tx, attempt.id).await? + 1,
        score: judged.score,
        max_score: judged.max_score,
        level: judged.level,
        explanation,
        cut_score_rule_id: rule.id,
        marked_at: now,
        marked_by: None,
        reason: if first { "first".into() } else { "reopened".into() },
        superseded_at: None,
    };
    let row = marks::ActiveModel {
        id: Set(mark.id),
        attempt_id: Set(mark.attempt_id),
        version: Set(mark.version),
        score: Set(mark.score),
        max_score: Set(mark.max_score),
        level: Set(mark.level),
        explanation: Set(mark.explanation.clone()),
        cut_score_rule_id: Set(mark.cut_score_rule_id),
        marked_at: Set(mark.marked_at),
        marked_by: Set(None),
        reason: Set(mark.reason.clone()),
        superseded_at: Set(None),
    };
    marks::Entity::insert(row).exec_without_returning(tx).await?;
    let entry = Entry::of(By::System, "attempt.marked", ("attempt", Some(attempt.id.0))).at(attempt.agency_id);
    audit::record(tx, now, entry.with(json!({ "mark": mark.id, "level": mark.level, "score": mark.score }))).await?;
    Ok(mark)
}
