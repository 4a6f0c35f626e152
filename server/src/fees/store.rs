//! Reading orders, payments, and what the fee rules ask about a person.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::rules::Facts;
use crate::db::is_sqlite;
use crate::entity::enums::{AttemptStatus, BookingStatus, Bundle, OrderStatus, Part};
use crate::entity::{attempts, bookings, order_lines, orders, payments};
use crate::ids::{AgencyId, CandidateId, EnrolmentId, OrderId, PaymentId};
use crate::money::Cents;
use crate::purposes::store::parts_of;

/// An order with all that belongs to it.
#[derive(Clone, Debug)]
pub struct FullOrder {
    pub order: orders::Model,
    pub lines: Vec<order_lines::Model>,
    pub payments: Vec<payments::Model>,
}

impl FullOrder {
    pub fn paid(&self) -> Cents {
        self.payments.iter().map(|payment| payment.amount_cents).sum()
    }
}

pub async fn order(db: &impl ConnectionTrait, id: OrderId) -> Result<Option<orders::Model>, DbErr> {
    orders::Entity::find_by_id(id).one(db).await
}

/// Makes others wait who would pay the same order at the same time.
pub async fn lock_order(tx: &DatabaseTransaction, id: OrderId) -> Result<Option<orders::Model>, DbErr> {
    let find = orders::Entity::find_by_id(id);
    let find = if is_sqlite(tx) { find } else { find.lock_exclusive() };
    find.one(tx).await
}

pub async fn full(db: &impl ConnectionTrait, orders: Vec<orders::Model>) -> Result<Vec<FullOrder>, DbErr> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let lines = order_lines::Entity::find()
        .filter(order_lines::Column::OrderId.is_in(ids.clone()))
        .order_by_asc(order_lines::Column::Bundle)
        .all(db)
        .await?;
    let payments = payments::Entity::find()
        .filter(payments::Column::OrderId.is_in(ids))
        .order_by_asc(payments::Column::ReceivedAt)
        .order_by_asc(payments::Column::ReceiptNumber)
        .all(db)
        .await?;
    Ok(orders
        .into_iter()
        .map(|order| FullOrder {
            lines: lines.iter().filter(|line| line.order_id == order.id).cloned().collect(),
            payments: payments.iter().filter(|payment| payment.order_id == order.id).cloned().collect(),
            order,
        })
        .collect())
}

pub async fn of_candidate(db: &impl ConnectionTrait, id: CandidateId) -> Result<Vec<FullOrder>, DbErr> {
    let rows = orders::Entity::find().filter(orders::Column::CandidateId.eq(id)).order_by_desc(orders::Column::Number).all(db).await?;
    full(db, rows).await
}

pub async fn of_enrolment(db: &impl ConnectionTrait, id: EnrolmentId) -> Result<Vec<FullOrder>, DbErr> {
    let rows = orders::Entity::find()
        .filter(orders::Column::EnrolmentId.eq(id))
        .filter(orders::Column::Status.ne(OrderStatus::Cancelled))
        .order_by_asc(orders::Column::CreatedAt)
        .all(db)
        .await?;
    full(db, rows).await
}

pub async fn payment(db: &impl ConnectionTrait, id: PaymentId) -> Result<Option<payments::Model>, DbErr> {
    payments::Entity::find_by_id(id).one(db).await
}

/// What was received at an agency between two moments, with its order.
pub async fn received(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(payments::Model, orders::Model)>, DbErr> {
    let rows = payments::Entity::find()
        .filter(payments::Column::ReceivedAt.gte(from))
        .filter(payments::Column::ReceivedAt.lt(to))
        .order_by_asc(payments::Column::ReceivedAt)
        .order_by_asc(payments::Column::ReceiptNumber)
        .all(db)
        .await?;
    let orders = orders::Entity::find()
        .filter(orders::Column::Id.is_in(rows.iter().map(|payment| payment.order_id)))
        .filter(orders::Column::AgencyId.eq(agency))
        .all(db)
        .await?;
    let orders: BTreeMap<OrderId, orders::Model> = orders.into_iter().map(|order| (order.id, order)).collect();
    Ok(rows.into_iter().filter_map(|payment| orders.get(&payment.order_id).map(|order| (payment.clone(), order.clone()))).collect())
}

/// How often each bundle was ordered for an enrolment.
pub fn ordered(orders: &[FullOrder]) -> BTreeMap<Bundle, usize> {
    let mut times = BTreeMap::new();
    for line in orders.iter().flat_map(|order| &order.lines) {
        *times.entry(line.bundle).or_default() += 1;
    }
    times
}

/// How often each part was sat or has a seat. An annulled attempt is not held against anybody.
pub async fn sat(db: &impl ConnectionTrait, enrolment: EnrolmentId) -> Result<BTreeMap<Part, usize>, DbErr> {
    let seats = bookings::Entity::find()
        .filter(bookings::Column::EnrolmentId.eq(enrolment))
        .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Attended, BookingStatus::Absent]))
        .all(db)
        .await?;
    let annulled = attempts::Entity::find()
        .filter(attempts::Column::EnrolmentId.eq(enrolment))
        .filter(attempts::Column::Status.eq(AttemptStatus::Annulled))
        .all(db)
        .await?;
    let mut times = BTreeMap::new();
    for seat in seats {
        for part in parts_of(&seat)? {
            if !annulled.iter().any(|attempt| attempt.booking_id == seat.id && attempt.part == part) {
                *times.entry(part).or_default() += 1;
            }
        }
    }
    Ok(times)
}

const CIVIC_PARTS: [Part; 4] = [Part::Reading, Part::Listening, Part::Writing, Part::Speaking];

/// What the fee rules ask about a person who enrols, or is enrolled, with a purpose.
pub async fn facts(
    db: &impl ConnectionTrait,
    candidate: CandidateId,
    enrolment: Option<EnrolmentId>,
    purpose: &str,
) -> Result<Facts, DbErr> {
    let mut tested = attempts::Entity::find()
        .filter(attempts::Column::CandidateId.eq(candidate))
        .filter(attempts::Column::Part.is_in(CIVIC_PARTS))
        .filter(attempts::Column::StartedAt.is_not_null())
        .filter(attempts::Column::Status.ne(AttemptStatus::Annulled));
    if let Some(enrolment) = enrolment {
        tested = tested.filter(attempts::Column::EnrolmentId.ne(enrolment));
    }
    let mut facts = Facts { purpose: purpose.to_owned(), tested_before: tested.count(db).await? > 0, ..Facts::default() };
    for FullOrder { order, lines, .. } in of_candidate(db, candidate).await? {
        if order.status == OrderStatus::Cancelled {
            continue;
        }
        for line in lines.iter().filter(|line| line.facts.get("relief").is_some_and(|relief| relief == true)) {
            if Some(order.enrolment_id) == enrolment {
                facts.had_free.push(line.bundle);
            } else {
                facts.had_free_elsewhere = true;
            }
        }
    }
    Ok(facts)
}
