//! Counting the drawer: at the opening and at the closing of a day, by whoever sits at it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::actions::MAX_PAYMENT;
use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::db::{begin_write, is_sqlite};
use crate::entity::enums::{EntryKind, PaymentMethod, TillMoment};
use crate::entity::{till_counts, users};
use crate::ids::{AgencyId, TillCountId, UserId};
use crate::ledger::{self, rules as sides};
use crate::money::Cents;
use crate::people;

#[derive(Debug, thiserror::Error)]
pub enum TillRefusal {
    #[error("no drawer holds so much")]
    Amount,
    #[error("the note is too long")]
    Note,
    #[error("a difference needs a note that explains it")]
    NoteMissing,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// What a clerk counted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCount {
    pub moment: TillMoment,
    pub counted_cents: Cents,
    #[serde(default)]
    pub note: Option<String>,
}

/// A drawer on a day.
#[derive(Clone, Debug, Default)]
pub struct DrawerDay {
    pub opening: Option<Cents>,
    pub cash: Cents,
    pub closing: Option<till_counts::Model>,
    pub last_cash_at: Option<DateTime<Utc>>,
}

impl DrawerDay {
    /// What must be in it: what was there in the morning and what came in since.
    pub fn expected(&self) -> Cents {
        self.opening.unwrap_or_default() + self.cash
    }

    pub fn difference(&self) -> Option<Cents> {
        self.closing.as_ref().map(|count| count.counted_cents - count.expected_cents)
    }
}

/// The moments between which a day in Belgium lies.
pub fn bounds(day: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let midnight = |day: NaiveDate| {
        chrono_tz::Europe::Brussels.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest().map(|at| at.with_timezone(&Utc))
    };
    midnight(day).zip(day.succ_opt().and_then(midnight))
}

/// The drawers of an agency on a day, by clerk.
pub async fn drawers(db: &impl ConnectionTrait, agency: AgencyId, day: NaiveDate) -> Result<BTreeMap<UserId, DrawerDay>, DbErr> {
    let mut drawers: BTreeMap<UserId, DrawerDay> = BTreeMap::new();
    if let Some((from, to)) = bounds(day) {
        for (payment, _) in store::received(db, agency, from, to).await? {
            if payment.method == PaymentMethod::Cash {
                let drawer = drawers.entry(payment.received_by).or_default();
                drawer.cash = drawer.cash + payment.amount_cents;
                drawer.last_cash_at = Some(payment.received_at);
            }
        }
    }
    let counts = till_counts::Entity::find()
        .filter(till_counts::Column::AgencyId.eq(agency))
        .filter(till_counts::Column::Day.eq(day))
        .order_by_asc(till_counts::Column::CountedAt)
        .order_by_asc(till_counts::Column::Id)
        .all(db)
        .await?;
    for count in counts {
        let drawer = drawers.entry(count.user_id).or_default();
        match count.moment {
            TillMoment::Opening => drawer.opening = Some(count.counted_cents),
            TillMoment::Closing => drawer.closing = Some(count),
        }
    }
    Ok(drawers)
}

/// Writes down what was counted today. A closing that differs goes into the ledger; a recount corrects by what it differs from the one before.
pub async fn count(ijkpunt: &Ijkpunt, by: UserId, agency: AgencyId, new: &NewCount) -> Result<(), TillRefusal> {
    let now = ijkpunt.clock.now();
    let day = belgian_date(now);
    if new.counted_cents < Cents::ZERO || new.counted_cents.0 > MAX_PAYMENT.0 * 100 {
        return Err(TillRefusal::Amount);
    }
    let note = new.note.as_deref().map(people::names::clean).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > 300) {
        return Err(TillRefusal::Note);
    }
    let tx = begin_write(&ijkpunt.db).await?;
    // Two counts of one drawer wait for each other: the second differs from the first, not from none.
    if !is_sqlite(&tx) {
        users::Entity::find_by_id(by).lock_exclusive().one(&tx).await?;
    }
    let drawer = drawers(&tx, agency, day).await?.remove(&by).unwrap_or_default();
    let expected = if new.moment == TillMoment::Closing { drawer.expected() } else { new.counted_cents };
    let difference = new.counted_cents - expected;
    if difference != Cents::ZERO && note.is_none() {
        return Err(TillRefusal::NoteMissing);
    }
    let id = TillCountId::new();
    let row = till_counts::ActiveModel {
        id: Set(id),
        agency_id: Set(agency),
        user_id: Set(by),
        day: Set(day),
        moment: Set(new.moment),
        counted_cents: Set(new.counted_cents),
        expected_cents: Set(expected),
        note: Set(note),
        counted_at: Set(now),
    };
    till_counts::Entity::insert(row).exec_without_returning(&tx).await?;
    if new.moment == TillMoment::Closing {
        let more = difference - drawer.difference().unwrap_or_default();
        let paper = format!("K{day}");
        let entry =
            ledger::store::Entry { kind: EntryKind::Till, agency, paper: &paper, order: None, sides: sides::till_difference(by, more) };
        ledger::store::post(&tx, now, by, entry).await?;
    }
    let entry = audit::Entry::of(By::User(by), "till.counted", ("till_count", Some(id.0)))
        .at(agency)
        .with(json!({ "moment": new.moment, "counted_cents": new.counted_cents, "expected_cents": expected }));
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}
