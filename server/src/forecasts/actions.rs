//! Writing a forecast down, in the transaction that marks the attempt.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::rules::{self, Outcome};
use crate::adaptive::actions::category;
use crate::adaptive::{Plans, store};
use crate::entity::{attempts, candidates, forecast_chances, forecasts};
use crate::ids::ForecastId;
use crate::marking::machine::rules::Question;

/// Makes the forecast of an adaptive pre-screening from its marked questions; one that was made before is superseded. None for other attempts.
pub async fn record(
    tx: &DatabaseTransaction,
    plans: &Plans,
    attempt: &attempts::Model,
    questions: &[Question],
    now: DateTime<Utc>,
) -> Result<Option<Outcome>, DbErr> {
    let Some(state) = store::of_attempt(tx, attempt.id).await? else { return Ok(None) };
    let ready = store::ready(tx, plans, state.plan_id).await?;
    // The question that was on the screen when the time was up counts when it was answered, and otherwise was never put.
    let put = questions.iter().filter(|question| question.position < state.position || question.answered);
    let answered: Vec<(usize, u8)> = put
        .filter_map(|question| {
            let place = ready.place_of(question.item_version)?;
            let categories = ready.engine.bank().get(place)?.categories();
            Some((place, category(question.score, question.max, categories)))
        })
        .collect();
    let outcome = rules::outcome(&ready, &answered);
    let candidate = candidates::Entity::find_by_id(attempt.candidate_id).one(tx).await?;
    let candidate = candidate.ok_or_else(|| DbErr::RecordNotFound(format!("candidate of attempt {}", attempt.id)))?;
    let earlier = forecasts::Entity::find().filter(forecasts::Column::AttemptId.eq(attempt.id)).count(tx).await?;
    forecasts::Entity::update_many()
        .col_expr(forecasts::Column::SupersededAt, Expr::value(now))
        .filter(forecasts::Column::AttemptId.eq(attempt.id))
        .filter(forecasts::Column::SupersededAt.is_null())
        .exec(tx)
        .await?;
    let id = ForecastId::new();
    let row = forecasts::ActiveModel {
        id: Set(id),
        attempt_id: Set(attempt.id),
        candidate_id: Set(attempt.candidate_id),
        agency_id: Set(attempt.agency_id),
        version: Set(i64::try_from(earlier).unwrap_or(0) + 1),
        plan_id: Set(state.plan_id),
        setting_rule_id: Set(ready.plan.forecast_rule),
        questions: Set(i64::try_from(answered.len()).unwrap_or(0)),
        stop: Set(state.stop),
        theta: Set(outcome.estimate.theta),
        se: Set(outcome.estimate.se),
        band: Set(outcome.band),
        reached: Set(outcome.reached),
        practise: Set(json!(outcome.practise)),
        language: Set(candidate.contact_language),
        advice: Set(candidate.advice),
        made_at: Set(now),
        superseded_at: Set(None),
    };
    forecasts::Entity::insert(row).exec_without_returning(tx).await?;
    let rows = outcome.lines.iter().map(|line| forecast_chances::ActiveModel {
        forecast_id: Set(id),
        part: Set(line.part),
        band: Set(line.band),
        level: Set(line.level),
        road: Set(line.road),
        pass: Set(line.chance.map(|chance| chance.pass)),
        uncertainty: Set(line.chance.map(|chance| chance.uncertainty)),
        low: Set(line.chance.map(|chance| chance.low)),
        high: Set(line.chance.map(|chance| chance.high)),
        plugin: Set(line.plugin),
        reason: Set(line.reason.clone()),
        rule_id: Set(line.rule),
        basis: Set(line.basis.clone()),
    });
    forecast_chances::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(Some(outcome))
}
