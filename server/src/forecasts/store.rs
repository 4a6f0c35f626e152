//! Reading forecasts.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::{forecast_chances, forecasts};
use crate::ids::{AttemptId, CandidateId, ForecastId};

/// The forecast of an attempt as it stands.
pub async fn of_attempt(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<Option<forecasts::Model>, DbErr> {
    forecasts::Entity::find()
        .filter(forecasts::Column::AttemptId.eq(attempt))
        .filter(forecasts::Column::SupersededAt.is_null())
        .one(db)
        .await
}

/// The forecasts in force of a candidate, newest first.
pub async fn of_candidate(db: &impl ConnectionTrait, candidate: CandidateId) -> Result<Vec<forecasts::Model>, DbErr> {
    forecasts::Entity::find()
        .filter(forecasts::Column::CandidateId.eq(candidate))
        .filter(forecasts::Column::SupersededAt.is_null())
        .order_by_desc(forecasts::Column::MadeAt)
        .order_by_desc(forecasts::Column::Id)
        .all(db)
        .await
}

pub async fn chances(db: &impl ConnectionTrait, forecast: ForecastId) -> Result<Vec<forecast_chances::Model>, DbErr> {
    let mut rows = forecast_chances::Entity::find().filter(forecast_chances::Column::ForecastId.eq(forecast)).all(db).await?;
    rows.sort_by_key(|row| (row.part, row.level));
    Ok(rows)
}
