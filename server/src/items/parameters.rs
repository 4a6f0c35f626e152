//! How items measure: parameters that somebody proposes and somebody else approves. The approved row of an item is in force.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::actions::BankRefusal;
use super::rules::StepRefusal;
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::enums::{IrtModel, ItemSkill, Level, ParameterSource, ParameterStatus};
use crate::entity::{item_parameters, items};
use crate::ids::{ItemId, ItemParametersId, UserId};

/// Parameters as files and forms say them, on the logistic scale with D = 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub model: IrtModel,
    /// How steeply the chance of a right answer rises.
    #[serde(default = "one")]
    pub a: f64,
    pub b: f64,
    /// The chance of a right guess.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub c: f64,
    /// Thresholds, of a model with steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se_a: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se_b: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se_c: Option<f64>,
    /// Where they come from, in words.
    #[serde(default)]
    pub origin: String,
}

fn one() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl Said {
    pub fn of(row: &item_parameters::Model) -> Self {
        Self {
            model: row.model,
            a: row.a,
            b: row.b,
            c: row.c,
            steps: row.steps.clone().and_then(|steps| serde_json::from_value(steps).ok()),
            se_a: row.se_a,
            se_b: row.se_b,
            se_c: row.se_c,
            origin: row.note.clone(),
        }
    }

    /// Why these cannot be the parameters of an item, by the field.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let numbers = [Some(self.a), Some(self.b), Some(self.c), self.se_a, self.se_b, self.se_c];
        let has_steps = matches!(self.model, IrtModel::GradedResponse | IrtModel::PartialCredit | IrtModel::GeneralisedPartialCredit);
        let all_finite = numbers.iter().flatten().chain(self.steps.iter().flatten()).all(|number| number.is_finite());
        if !all_finite {
            Some(("b", "is not a finite number"))
        } else if !(self.a > 0.0 && self.a <= 10.0) {
            Some(("a", "must lie between 0 and 10"))
        } else if self.b.abs() > 10.0 {
            Some(("b", "must lie between -10 and 10"))
        } else if !(0.0..0.5).contains(&self.c) {
            Some(("c", "must be at least 0 and under 0.5"))
        } else if self.model == IrtModel::Rasch && self.a != 1.0 {
            Some(("a", "is 1 in the Rasch model"))
        } else if self.c != 0.0 && self.model != IrtModel::ThreePl {
            Some(("c", "is 0 in every model but 3pl"))
        } else if has_steps != self.steps.as_ref().is_some_and(|steps| !steps.is_empty()) {
            Some(("steps", "belong to grm, pcm and gpcm, and to no other model"))
        } else if [self.se_a, self.se_b, self.se_c].iter().flatten().any(|error| *error < 0.0) {
            Some(("se_b", "a standard error is not negative"))
        } else {
            None
        }
    }
}

/// What is assumed of an item that nobody has answered yet: the Rasch model, with a difficulty that goes by the level alone, the
/// levels lying 1.2 logits apart around the border of A2 and B1. Ours; nothing official.
pub fn by_level(level: Level) -> Option<Said> {
    let b = match level {
        Level::A1 => -1.8,
        Level::A2 => -0.6,
        Level::B1 => 0.6,
        Level::B2 => 1.8,
        _ => return None,
    };
    let origin = format!("by the level {} alone, not calibrated", level.as_str());
    Some(Said { model: IrtModel::Rasch, a: 1.0, b, c: 0.0, steps: None, se_a: None, se_b: None, se_c: None, origin })
}

/// The parameters in force, by item; of all items when none are named.
pub async fn in_force(db: &impl ConnectionTrait, of: Option<&[ItemId]>) -> Result<HashMap<ItemId, item_parameters::Model>, DbErr> {
    let mut query = item_parameters::Entity::find().filter(item_parameters::Column::Status.eq(ParameterStatus::Approved));
    if let Some(of) = of {
        query = query.filter(item_parameters::Column::ItemId.is_in(of.iter().copied()));
    }
    Ok(query.all(db).await?.into_iter().map(|row| (row.item_id, row)).collect())
}

/// All that was ever said of an item, the newest first.
pub async fn history(db: &impl ConnectionTrait, of: ItemId) -> Result<Vec<item_parameters::Model>, DbErr> {
    let of_item = item_parameters::Entity::find().filter(item_parameters::Column::ItemId.eq(of));
    of_item.order_by_desc(item_parameters::Column::Version).all(db).await
}

/// What the bank knows already of these items: the parameters in force, and the latest that were proposed.
pub async fn said(db: &impl ConnectionTrait, of: &[ItemId]) -> Result<HashMap<ItemId, Vec<Said>>, DbErr> {
    let rows = item_parameters::Entity::find().filter(item_parameters::Column::ItemId.is_in(of.iter().copied()));
    let mut known: HashMap<ItemId, Vec<Said>> = HashMap::new();
    let mut latest = HashMap::new();
    for row in rows.order_by_asc(item_parameters::Column::Version).all(db).await? {
        if row.status == ParameterStatus::Approved {
            known.entry(row.item_id).or_default().push(Said::of(&row));
        }
        latest.insert(row.item_id, Said::of(&row));
    }
    for (item, said) in latest {
        known.entry(item).or_default().push(said);
    }
    Ok(known)
}

/// The latest that was said of each item, but for what goes by the level alone.
pub async fn newest(db: &impl ConnectionTrait) -> Result<HashMap<ItemId, Said>, DbErr> {
    let rows = item_parameters::Entity::find().filter(item_parameters::Column::Source.ne(ParameterSource::Default));
    let rows = rows.order_by_asc(item_parameters::Column::Version).all(db).await?;
    Ok(rows.iter().map(|row| (row.item_id, Said::of(row))).collect())
}

/// Writes a row as it is given.
pub async fn put(
    tx: &DatabaseTransaction,
    of: ItemId,
    version: i64,
    said: &Said,
    source: ParameterSource,
    status: ParameterStatus,
    (by, now): (Option<UserId>, DateTime<Utc>),
) -> Result<(), DbErr> {
    let row = item_parameters::ActiveModel {
        id: Set(ItemParametersId::new()),
        item_id: Set(of),
        version: Set(version),
        model: Set(said.model),
        a: Set(said.a),
        b: Set(said.b),
        c: Set(said.c),
        steps: Set(said.steps.as_ref().map(|steps| json!(steps))),
        se_a: Set(said.se_a),
        se_b: Set(said.se_b),
        se_c: Set(said.se_c),
        source: Set(source),
        note: Set(said.origin.clone()),
        status: Set(status),
        calibration_id: Set(None),
        created_at: Set(now),
        created_by: Set(by),
        approved_at: Set((status == ParameterStatus::Approved).then_some(now)),
        approved_by: Set(None),
    };
    item_parameters::Entity::insert(row).exec_without_returning(tx).await.map(|_| ())
}

/// An item that is used must measure somehow: the default of its level, where nothing else was ever said. Tasks that examiners
/// rate have none, and neither have questions without a level.
pub async fn default_where_missing(tx: &DatabaseTransaction, of: ItemId, level: Option<Level>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let Some(said) = level.and_then(by_level) else { return Ok(()) };
    let Some(item) = items::Entity::find_by_id(of).one(tx).await? else { return Ok(()) };
    if !matches!(item.skill, ItemSkill::Reading | ItemSkill::Listening | ItemSkill::Vocabulary) {
        return Ok(());
    }
    let said_before = history(tx, of).await?;
    if said_before.iter().any(|row| row.status == ParameterStatus::Approved) {
        return Ok(());
    }
    let version = said_before.first().map_or(1, |newest| newest.version + 1);
    put(tx, of, version, &said, ParameterSource::Default, ParameterStatus::Approved, (None, now)).await
}

/// Puts parameters forward, for somebody else to approve.
pub async fn propose(
    tx: &DatabaseTransaction,
    of: ItemId,
    said: &Said,
    source: ParameterSource,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let version = history(tx, of).await?.first().map_or(1, |newest| newest.version + 1);
    put(tx, of, version, said, source, ParameterStatus::Proposed, (by, now)).await
}

/// Takes proposed parameters into force, in place of those that were.
pub async fn approve(ijkpunt: &Ijkpunt, actor: &Actor, id: ItemParametersId) -> Result<(), BankRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let row = item_parameters::Entity::find_by_id(id).one(&tx).await?.ok_or(BankRefusal::NotFound)?;
    if row.status != ParameterStatus::Proposed {
        return Err(BankRefusal::Step(StepRefusal::NotFromHere));
    }
    if row.created_by == Some(actor.user_id) {
        return Err(BankRefusal::Step(StepRefusal::OwnVersion));
    }
    item_parameters::Entity::update_many()
        .col_expr(item_parameters::Column::Status, Expr::value(ParameterStatus::Superseded))
        .filter(item_parameters::Column::ItemId.eq(row.item_id))
        .filter(item_parameters::Column::Status.eq(ParameterStatus::Approved))
        .exec(&tx)
        .await?;
    let moved = item_parameters::Entity::update_many()
        .col_expr(item_parameters::Column::Status, Expr::value(ParameterStatus::Approved))
        .col_expr(item_parameters::Column::ApprovedAt, Expr::value(now))
        .col_expr(item_parameters::Column::ApprovedBy, Expr::value(actor.user_id))
        .filter(item_parameters::Column::Id.eq(id))
        .filter(item_parameters::Column::Status.eq(ParameterStatus::Proposed))
        .exec(&tx)
        .await?;
    if moved.rows_affected == 0 {
        return Err(BankRefusal::Conflict);
    }
    let entry = Entry::of(By::User(actor.user_id), "item.parameters_approved", ("item", Some(row.item_id.0)));
    audit::record(&tx, now, entry.with(json!({ "version": row.version, "model": row.model, "a": row.a, "b": row.b, "c": row.c }))).await?;
    tx.commit().await?;
    Ok(())
}
