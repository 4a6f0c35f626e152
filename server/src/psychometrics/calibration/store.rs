//! Parameters of the bank: reading those in force, writing what a calibration proposes, and what becomes of it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use item_bank::measure::Item;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

use super::report::{CalibrationModel, CalibrationReport, Parameters};
use crate::entity::enums::{IrtModel, ParameterSource, ParameterStatus};
use crate::entity::item_parameters;
use crate::ids::{ItemId, ItemParametersId, MeasurementRunId, UserId};
use crate::items::parameters;

/// The curve of a row, whatever its model.
pub fn curve(row: &item_parameters::Model) -> Item {
    let steps = || row.steps.clone().and_then(|steps| serde_json::from_value::<Vec<f64>>(steps).ok()).unwrap_or_default();
    match row.model {
        IrtModel::Rasch | IrtModel::TwoPl | IrtModel::ThreePl => Item::Logistic { a: row.a, b: row.b, c: row.c },
        IrtModel::GradedResponse => Item::Graded { a: row.a, b: steps() },
        IrtModel::PartialCredit | IrtModel::GeneralisedPartialCredit => Item::Credit { a: row.a, steps: steps() },
    }
}

/// The approved parameters of right-or-wrong items that rest on more than the level of the item.
pub async fn scale(db: &impl ConnectionTrait, items: &[ItemId]) -> Result<HashMap<ItemId, Parameters>, DbErr> {
    let rows = parameters::in_force(db, Some(items)).await?;
    let right_or_wrong = |row: &item_parameters::Model| matches!(row.model, IrtModel::Rasch | IrtModel::TwoPl | IrtModel::ThreePl);
    let sound = rows.into_iter().filter(|(_, row)| row.source != ParameterSource::Default && right_or_wrong(row));
    Ok(sound
        .map(|(item, row)| (item, Parameters { a: row.a, b: row.b, c: row.c, se_a: row.se_a, se_b: row.se_b, se_c: row.se_c }))
        .collect())
}

/// Writes the new parameters as proposals. Anchored items have none.
pub async fn propose(
    tx: &DatabaseTransaction,
    run: MeasurementRunId,
    report: &CalibrationReport,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let model = match report.model {
        CalibrationModel::Rasch => IrtModel::Rasch,
        CalibrationModel::TwoPl => IrtModel::TwoPl,
        CalibrationModel::ThreePl => IrtModel::ThreePl,
    };
    for item in report.items.iter().filter(|item| !item.anchored) {
        let Some(new) = item.new else { continue };
        let item_id = ItemId(item.item_id);
        let version = parameters::history(tx, item_id).await?.first().map_or(1, |newest| newest.version + 1);
        let row = item_parameters::ActiveModel {
            id: Set(ItemParametersId::new()),
            item_id: Set(item_id),
            version: Set(version),
            model: Set(model),
            a: Set(new.a),
            b: Set(new.b),
            c: Set(new.c),
            steps: Set(None),
            se_a: Set(new.se_a),
            se_b: Set(new.se_b),
            se_c: Set(new.se_c),
            source: Set(ParameterSource::Calibration),
            note: Set(String::new()),
            status: Set(ParameterStatus::Proposed),
            calibration_id: Set(Some(run.0)),
            created_at: Set(now),
            created_by: Set(by),
            approved_at: Set(None),
            approved_by: Set(None),
        };
        item_parameters::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Puts what a calibration proposed in force, in place of what was; answers how many items that were.
pub async fn approve(tx: &DatabaseTransaction, run: MeasurementRunId, by: UserId, now: DateTime<Utc>) -> Result<usize, DbErr> {
    let proposed = item_parameters::Entity::find()
        .filter(item_parameters::Column::CalibrationId.eq(run.0))
        .filter(item_parameters::Column::Status.eq(ParameterStatus::Proposed))
        .all(tx)
        .await?;
    // The old ones first: an item has one row in force at any moment.
    set_status(ParameterStatus::Superseded)
        .filter(item_parameters::Column::ItemId.is_in(proposed.iter().map(|row| row.item_id)))
        .filter(item_parameters::Column::Status.eq(ParameterStatus::Approved))
        .exec(tx)
        .await?;
    set_status(ParameterStatus::Approved)
        .col_expr(item_parameters::Column::ApprovedAt, Expr::value(now))
        .col_expr(item_parameters::Column::ApprovedBy, Expr::value(by))
        .filter(item_parameters::Column::Id.is_in(proposed.iter().map(|row| row.id)))
        .exec(tx)
        .await?;
    Ok(proposed.len())
}

pub async fn reject(tx: &DatabaseTransaction, run: MeasurementRunId) -> Result<(), DbErr> {
    set_status(ParameterStatus::Superseded)
        .filter(item_parameters::Column::CalibrationId.eq(run.0))
        .filter(item_parameters::Column::Status.eq(ParameterStatus::Proposed))
        .exec(tx)
        .await?;
    Ok(())
}

fn set_status(to: ParameterStatus) -> sea_orm::UpdateMany<item_parameters::Entity> {
    item_parameters::Entity::update_many().col_expr(item_parameters::Column::Status, Expr::value(to))
}
