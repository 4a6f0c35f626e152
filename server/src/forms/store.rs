//! Reading what forms are made of.

use std::collections::{BTreeMap, HashMap, HashSet};

use item_bank::forms::blueprint::{Bank, Candidate};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;

use super::rules;
use crate::entity::enums::{Band, FormPart, FormStatus, ItemSkill, ItemStatus, Level};
use crate::entity::{attempt_items, attempts, blueprints, form_items, forms, item_versions, items};
use crate::ids::{BlueprintId, FormId, ItemId, ItemVersionId};
use crate::items::{enemies, parameters};

/// A published version of an item, without its source.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Published {
    pub id: ItemVersionId,
    pub item_id: ItemId,
    pub version: i64,
    pub identifier: String,
    pub skill: ItemSkill,
    pub title: String,
    pub level: Option<Level>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub core: bool,
    pub sample: bool,
    pub metadata: Value,
}

/// What the forms of a part can be made of: the bank as assembling sees it, and what each place in it is.
#[derive(Clone, Debug)]
pub struct Stock {
    pub bank: Bank,
    /// Place by place the version that new forms take.
    pub versions: Vec<Published>,
    /// The forms in use, in the order of the bank's.
    pub in_use: Vec<forms::Model>,
}

impl Stock {
    pub fn places(&self) -> HashMap<ItemVersionId, usize> {
        self.versions.iter().enumerate().map(|(place, version)| (version.id, place)).collect()
    }
}

/// All published items that fit, by name. Forms of the given keys do not count as in use: what is made takes their place.
pub async fn stock(db: &impl ConnectionTrait, part: FormPart, band: Option<Band>, except: impl Fn(&str) -> bool) -> Result<Stock, DbErr> {
    let rows = item_versions::Entity::find()
        .select_only()
        .columns([
            item_versions::Column::Id,
            item_versions::Column::ItemId,
            item_versions::Column::Version,
            item_versions::Column::Title,
            item_versions::Column::Level,
            item_versions::Column::Topic,
            item_versions::Column::TextType,
            item_versions::Column::Core,
            item_versions::Column::Sample,
            item_versions::Column::Metadata,
        ])
        .column_as(items::Column::Identifier, "identifier")
        .column_as(items::Column::Skill, "skill")
        .join(
            JoinType::InnerJoin,
            item_versions::Entity::belongs_to(items::Entity).from(item_versions::Column::ItemId).to(items::Column::Id).into(),
        )
        .filter(item_versions::Column::Status.eq(ItemStatus::Published))
        .filter(items::Column::Skill.is_in(rules::skills_of(part).iter().copied()))
        .order_by_asc(items::Column::Identifier)
        .order_by_asc(item_versions::Column::Version)
        .into_model::<Published>()
        .all(db)
        .await?;
    // Of two published versions of an item the later counts.
    let published =
        forms::Entity::find().filter(forms::Column::Status.eq(FormStatus::Published)).order_by_asc(forms::Column::Key).all(db).await?;
    let held = items_of_forms(db, &published.iter().map(|form| form.id).collect::<Vec<_>>()).await?;
    // The pre-screening, which is free and can be repeated, gives no question of a real test away, and takes none back.
    let elsewhere: HashSet<ItemId> =
        published.iter().filter(|form| form.part != part).filter_map(|form| held.get(&form.id)).flatten().copied().collect();
    let fits = |row: &Published| rules::level_fits(band, row.level) && !elsewhere.contains(&row.item_id);
    let newest: BTreeMap<String, Published> = rows.into_iter().filter(fits).map(|row| (row.identifier.clone(), row)).collect();
    let versions: Vec<Published> = newest.into_values().collect();
    let place_of: HashMap<ItemId, usize> = versions.iter().enumerate().map(|(place, version)| (version.item_id, place)).collect();

    let ids: Vec<ItemId> = versions.iter().map(|version| version.item_id).collect();
    let in_force = parameters::in_force(db, Some(&ids)).await?;
    let exposure = exposure(db).await?;
    let candidates = versions.iter().map(|version| Candidate {
        name: version.identifier.clone(),
        skill: version.skill.as_str().to_owned(),
        level: version.level.map(|level| level.as_str().to_owned()),
        topic: version.topic.clone(),
        text_type: version.text_type.clone(),
        core: version.core,
        stimulus: version.metadata.get("stimulus").and_then(Value::as_str).map(str::to_owned),
        measure: in_force.get(&version.item_id).and_then(rules::measure),
        exposure: exposure.get(&version.item_id).copied().unwrap_or(0),
    });
    let pairs = enemies::pairs(db).await?;
    let enemies = pairs.iter().filter_map(|(a, b)| Some((*place_of.get(a)?, *place_of.get(b)?))).collect();
    let in_use: Vec<forms::Model> = published.into_iter().filter(|form| form.part == part && !except(&form.key)).collect();
    let of = |form: &forms::Model| held.get(&form.id).into_iter().flatten().filter_map(|item| place_of.get(item).copied()).collect();
    Ok(Stock { bank: Bank { items: candidates.collect(), enemies, in_use: in_use.iter().map(of).collect() }, versions, in_use })
}

/// How often each item was given, in any version.
async fn exposure(db: &impl ConnectionTrait) -> Result<HashMap<ItemId, u64>, DbErr> {
    #[derive(FromQueryResult)]
    struct Given {
        item_id: ItemId,
        times: i64,
    }
    let rows = attempt_items::Entity::find()
        .select_only()
        .column_as(item_versions::Column::ItemId, "item_id")
        .column_as(attempt_items::Column::AttemptId.count(), "times")
        .join(
            JoinType::InnerJoin,
            attempt_items::Entity::belongs_to(item_versions::Entity)
                .from(attempt_items::Column::ItemVersionId)
                .to(item_versions::Column::Id)
                .into(),
        )
        .group_by(item_versions::Column::ItemId)
        .into_model::<Given>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.item_id, u64::try_from(row.times).unwrap_or(0))).collect())
}

async fn items_of_forms(db: &impl ConnectionTrait, of: &[FormId]) -> Result<HashMap<FormId, Vec<ItemId>>, DbErr> {
    #[derive(FromQueryResult)]
    struct Held {
        form_id: FormId,
        item_id: ItemId,
    }
    let rows = form_items::Entity::find()
        .select_only()
        .column(form_items::Column::FormId)
        .column_as(item_versions::Column::ItemId, "item_id")
        .join(
            JoinType::InnerJoin,
            form_items::Entity::belongs_to(item_versions::Entity)
                .from(form_items::Column::ItemVersionId)
                .to(item_versions::Column::Id)
                .into(),
        )
        .filter(form_items::Column::FormId.is_in(of.iter().copied()))
        .into_model::<Held>()
        .all(db)
        .await?;
    let mut held: HashMap<FormId, Vec<ItemId>> = HashMap::new();
    rows.into_iter().for_each(|row| held.entry(row.form_id).or_default().push(row.item_id));
    Ok(held)
}

/// The items of a form in their order.
pub async fn items_of(db: &impl ConnectionTrait, form: FormId) -> Result<Vec<ItemVersionId>, DbErr> {
    let rows = form_items::Entity::find().filter(form_items::Column::FormId.eq(form)).order_by_asc(form_items::Column::Position);
    Ok(rows.all(db).await?.into_iter().map(|row| row.item_version_id).collect())
}

/// Versions with the names of their items, for people to read.
pub async fn named(
    db: &impl ConnectionTrait,
    ids: &[ItemVersionId],
) -> Result<HashMap<ItemVersionId, (items::Model, item_versions::Model)>, DbErr> {
    let versions = item_versions::Entity::find().filter(item_versions::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let of: Vec<ItemId> = versions.iter().map(|version| version.item_id).collect();
    let items: HashMap<ItemId, items::Model> =
        items::Entity::find().filter(items::Column::Id.is_in(of)).all(db).await?.into_iter().map(|item| (item.id, item)).collect();
    Ok(versions.into_iter().filter_map(|version| Some((version.id, (items.get(&version.item_id)?.clone(), version)))).collect())
}

/// How many attempts there were with each form.
pub async fn attempts_by_form(db: &impl ConnectionTrait) -> Result<HashMap<FormId, i64>, DbErr> {
    let rows: Vec<(FormId, i64)> = attempts::Entity::find()
        .select_only()
        .column(attempts::Column::FormId)
        .column_as(attempts::Column::Id.count(), "times")
        .group_by(attempts::Column::FormId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// How many items each form has.
pub async fn sizes(db: &impl ConnectionTrait) -> Result<HashMap<FormId, i64>, DbErr> {
    let rows: Vec<(FormId, i64)> = form_items::Entity::find()
        .select_only()
        .column(form_items::Column::FormId)
        .column_as(form_items::Column::Position.count(), "items")
        .group_by(form_items::Column::FormId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The versions of a blueprint, the newest first.
pub async fn versions_of(db: &impl ConnectionTrait, key: &str) -> Result<Vec<blueprints::Model>, DbErr> {
    blueprints::Entity::find().filter(blueprints::Column::Key.eq(key)).order_by_desc(blueprints::Column::Version).all(db).await
}

pub async fn blueprint(db: &impl ConnectionTrait, id: BlueprintId) -> Result<Option<blueprints::Model>, DbErr> {
    blueprints::Entity::find_by_id(id).one(db).await
}
