//! Pairs of items that may not be in one form, since one gives the answer of the other away or asks the same.

use std::collections::BTreeSet;

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict};
use serde_json::json;

use super::actions::BankRefusal;
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::{item_enemies, items};
use crate::ids::ItemId;

/// All pairs, the smaller id first.
pub async fn pairs(db: &impl ConnectionTrait) -> Result<BTreeSet<(ItemId, ItemId)>, DbErr> {
    Ok(item_enemies::Entity::find().all(db).await?.into_iter().map(|row| (row.item_a, row.item_b)).collect())
}

/// The enemies of an item, each with the reason.
pub async fn of(db: &impl ConnectionTrait, item: ItemId) -> Result<Vec<(items::Model, String)>, DbErr> {
    let either = Condition::any().add(item_enemies::Column::ItemA.eq(item)).add(item_enemies::Column::ItemB.eq(item));
    let rows = item_enemies::Entity::find().filter(either).all(db).await?;
    let reasons: Vec<(ItemId, String)> =
        rows.into_iter().map(|row| (if row.item_a == item { row.item_b } else { row.item_a }, row.reason)).collect();
    let others = items::Entity::find().filter(items::Column::Id.is_in(reasons.iter().map(|(id, _)| *id))).all(db).await?;
    let mut found: Vec<(items::Model, String)> = others
        .into_iter()
        .filter_map(|other| {
            let reason = reasons.iter().find(|(id, _)| *id == other.id).map(|(_, reason)| reason.clone())?;
            Some((other, reason))
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.identifier.cmp(&other.identifier));
    Ok(found)
}

/// Keeps two items apart. To say it again changes nothing.
pub async fn set(ijkpunt: &Ijkpunt, actor: &Actor, item: ItemId, enemy: &str, reason: &str) -> Result<(), BankRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let item = items::Entity::find_by_id(item).one(&tx).await?.ok_or(BankRefusal::NotFound)?;
    let enemy = items::Entity::find().filter(items::Column::Identifier.eq(enemy)).one(&tx).await?.ok_or(BankRefusal::NoSuchItem)?;
    if item.id == enemy.id {
        return Err(BankRefusal::NoSuchItem);
    }
    let row = item_enemies::ActiveModel {
        item_a: Set(item.id.min(enemy.id)),
        item_b: Set(item.id.max(enemy.id)),
        reason: Set(reason.trim().to_owned()),
        created_at: Set(now),
        created_by: Set(Some(actor.user_id)),
    };
    let key = [item_enemies::Column::ItemA, item_enemies::Column::ItemB];
    let written =
        item_enemies::Entity::insert(row).on_conflict(OnConflict::columns(key).do_nothing().to_owned()).exec_without_returning(&tx).await?;
    if written > 0 {
        let entry = Entry::of(By::User(actor.user_id), "item.enemy_set", ("item", Some(item.id.0)));
        audit::record(&tx, now, entry.with(json!({ "enemy": enemy.id, "reason": reason.trim() }))).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Lets two items be in one form again.
pub async fn unset(ijkpunt: &Ijkpunt, actor: &Actor, item: ItemId, enemy: ItemId) -> Result<(), BankRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let gone = item_enemies::Entity::delete_by_id((item.min(enemy), item.max(enemy))).exec(&tx).await?;
    if gone.rows_affected == 0 {
        return Err(BankRefusal::NotFound);
    }
    let entry = Entry::of(By::User(actor.user_id), "item.enemy_unset", ("item", Some(item.0)));
    audit::record(&tx, now, entry.with(json!({ "enemy": enemy }))).await?;
    tx.commit().await?;
    Ok(())
}
