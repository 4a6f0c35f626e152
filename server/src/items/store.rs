//! Reading the bank.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use crate::entity::enums::{ItemSkill, ItemStatus, Level, ParameterSource, ParameterStatus};
use crate::entity::{attempt_items, form_items, forms, item_events, item_parameters, item_versions, items};
use crate::ids::{ItemId, ItemVersionId, UserId};

/// What the list of the bank is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub skill: Option<ItemSkill>,
    pub level: Option<Level>,
    pub status: Option<ItemStatus>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub core: Option<bool>,
    /// Where the parameters in force come from.
    pub parameters: Option<ParameterSource>,
    /// Part of what is said of it.
    pub text: Option<String>,
}

/// The newest version of an item, without its source.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Row {
    pub item_id: ItemId,
    pub identifier: String,
    pub skill: ItemSkill,
    pub version_id: ItemVersionId,
    pub version: i64,
    pub status: ItemStatus,
    pub title: String,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub source: Option<String>,
    pub licence: Option<String>,
    pub core: bool,
    pub sample: bool,
    pub author: Option<UserId>,
}

pub const PAGE: u64 = 50;

/// A page of items by identifier, each with its newest version; and how many there are in all.
pub async fn page(db: &impl ConnectionTrait, wanted: &Wanted, page: u64) -> Result<(Vec<Row>, u64), DbErr> {
    let pages = narrowed(wanted).into_model::<Row>().paginate(db, PAGE);
    Ok((pages.fetch_page(page).await?, pages.num_items().await?))
}

/// All that are wanted, by identifier.
pub async fn all(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<Vec<Row>, DbErr> {
    narrowed(wanted).into_model::<Row>().all(db).await
}

fn narrowed(wanted: &Wanted) -> sea_orm::Select<item_versions::Entity> {
    let mut query = item_versions::Entity::find()
        .select_only()
        .column_as(item_versions::Column::Id, "version_id")
        .column_as(item_versions::Column::CreatedBy, "author")
        .columns([
            item_versions::Column::ItemId,
            item_versions::Column::Version,
            item_versions::Column::Status,
            item_versions::Column::Title,
            item_versions::Column::Level,
            item_versions::Column::Topic,
            item_versions::Column::TextType,
            item_versions::Column::Source,
            item_versions::Column::Licence,
            item_versions::Column::Core,
            item_versions::Column::Sample,
        ])
        .column_as(items::Column::Identifier, "identifier")
        .column_as(items::Column::Skill, "skill")
        .join(
            JoinType::InnerJoin,
            item_versions::Entity::belongs_to(items::Entity).from(item_versions::Column::ItemId).to(items::Column::Id).into(),
        )
        .filter(newest_only());
    if let Some(skill) = wanted.skill {
        query = query.filter(items::Column::Skill.eq(skill));
    }
    if let Some(level) = wanted.level {
        query = query.filter(item_versions::Column::Level.eq(level));
    }
    if let Some(status) = wanted.status {
        query = query.filter(item_versions::Column::Status.eq(status));
    }
    if let Some(topic) = &wanted.topic {
        query = query.filter(item_versions::Column::Topic.eq(topic));
    }
    if let Some(text_type) = &wanted.text_type {
        query = query.filter(item_versions::Column::TextType.eq(text_type));
    }
    if let Some(core) = wanted.core {
        query = query.filter(item_versions::Column::Core.eq(core));
    }
    if let Some(source) = wanted.parameters {
        let in_force = item_parameters::Entity::find()
            .select_only()
            .column(item_parameters::Column::ItemId)
            .filter(item_parameters::Column::Status.eq(ParameterStatus::Approved))
            .filter(item_parameters::Column::Source.eq(source));
        query = query.filter(item_versions::Column::ItemId.in_subquery(in_force.into_query()));
    }
    if let Some(text) = &wanted.text {
        let text = format!("%{}%", text.to_lowercase());
        let lower = |column: Expr| Expr::expr(Func::lower(column));
        let said = [
            item_versions::Column::Title,
            item_versions::Column::Topic,
            item_versions::Column::TextType,
            item_versions::Column::Source,
            item_versions::Column::Licence,
        ];
        let identifier = lower(Expr::col((items::Entity, items::Column::Identifier))).like(text.clone());
        let anywhere = said
            .into_iter()
            .fold(identifier, |found, column| found.or(lower(Expr::col((item_versions::Entity, column))).like(text.clone())));
        query = query.filter(anywhere);
    }
    query.order_by_asc(items::Column::Identifier)
}

/// No version of the same item has a higher number.
fn newest_only() -> sea_orm::sea_query::SimpleExpr {
    Expr::cust(
        "NOT EXISTS (SELECT 1 FROM item_versions AS newer WHERE newer.item_id = item_versions.item_id AND newer.version > item_versions.version)",
    )
}

pub async fn versions(db: &impl ConnectionTrait, item: ItemId) -> Result<Vec<item_versions::Model>, DbErr> {
    item_versions::Entity::find().filter(item_versions::Column::ItemId.eq(item)).order_by_desc(item_versions::Column::Version).all(db).await
}

pub async fn events(db: &impl ConnectionTrait, versions: &[ItemVersionId]) -> Result<Vec<item_events::Model>, DbErr> {
    item_events::Entity::find()
        .filter(item_events::Column::ItemVersionId.is_in(versions.to_vec()))
        .order_by_asc(item_events::Column::At)
        .all(db)
        .await
}

/// The forms in which versions of an item stand: key, version of the form, version of the item.
pub async fn used_in(db: &impl ConnectionTrait, versions: &[item_versions::Model]) -> Result<Vec<(forms::Model, i64)>, DbErr> {
    let numbers: HashMap<ItemVersionId, i64> = versions.iter().map(|version| (version.id, version.version)).collect();
    let rows = form_items::Entity::find().filter(form_items::Column::ItemVersionId.is_in(numbers.keys().copied())).all(db).await?;
    let mut used = Vec::new();
    for row in rows {
        if let (Some(form), Some(number)) = (forms::Entity::find_by_id(row.form_id).one(db).await?, numbers.get(&row.item_version_id)) {
            used.push((form, *number));
        }
    }
    used.sort_by(|(a, _), (b, _)| (&a.key, a.version).cmp(&(&b.key, b.version)));
    Ok(used)
}

/// In how many attempts each version was given; versions that never were are not in the answer.
pub async fn given(db: &impl ConnectionTrait, versions: &[ItemVersionId]) -> Result<HashMap<ItemVersionId, u64>, DbErr> {
    let rows = attempt_items::Entity::find()
        .select_only()
        .column_as(attempt_items::Column::ItemVersionId, "id")
        .column_as(attempt_items::Column::AttemptId.count(), "count")
        .filter(attempt_items::Column::ItemVersionId.is_in(versions.to_vec()))
        .group_by(attempt_items::Column::ItemVersionId)
        .into_tuple::<(ItemVersionId, i64)>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, count)| (id, u64::try_from(count).unwrap_or(0))).collect())
}

/// In how many attempts each item was given, in whatever version; of all items when none are named.
pub async fn exposures(db: &impl ConnectionTrait, of: Option<&[ItemId]>) -> Result<HashMap<ItemId, u64>, DbErr> {
    let mut query = attempt_items::Entity::find()
        .select_only()
        .column_as(item_versions::Column::ItemId, "id")
        .column_as(attempt_items::Column::AttemptId.count(), "count")
        .join(
            JoinType::InnerJoin,
            attempt_items::Entity::belongs_to(item_versions::Entity)
                .from(attempt_items::Column::ItemVersionId)
                .to(item_versions::Column::Id)
                .into(),
        )
        .group_by(item_versions::Column::ItemId);
    if let Some(of) = of {
        query = query.filter(item_versions::Column::ItemId.is_in(of.iter().copied()));
    }
    let rows = query.into_tuple::<(ItemId, i64)>().all(db).await?;
    Ok(rows.into_iter().map(|(id, count)| (id, u64::try_from(count).unwrap_or(0))).collect())
}
