//! Reading the bank.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::entity::enums::{ItemSkill, ItemStatus, Level};
use crate::entity::{attempt_items, form_items, forms, item_events, item_versions, items};
use crate::ids::{ItemId, ItemVersionId, UserId};

/// What the list of the bank is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub skill: Option<ItemSkill>,
    pub level: Option<Level>,
    pub status: Option<ItemStatus>,
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
    if let Some(text) = &wanted.text {
        let text = format!("%{}%", text.to_lowercase());
        let lower = |column: Expr| Expr::expr(Func::lower(column));
        query = query.filter(
            lower(Expr::col((items::Entity, items::Column::Identifier)))
                .like(text.clone())
                .or(lower(Expr::col((item_versions::Entity, item_versions::Column::Title))).like(text.clone()))
                .or(lower(Expr::col((item_versions::Entity, item_versions::Column::Topic))).like(text)),
        );
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

/// How many attempts held a version of the item.
pub async fn exposure(db: &impl ConnectionTrait, versions: &[ItemVersionId]) -> Result<u64, DbErr> {
    attempt_items::Entity::find().filter(attempt_items::Column::ItemVersionId.is_in(versions.to_vec())).count(db).await
}
