//! Reading orders, payments, and what the fee rules ask about a person.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::rights::{Right, Tie, Use};
use super::rules::Facts;
use crate::db::is_sqlite;
use crate::entity::enums::{AttemptStatus, BookingStatus, OrderStatus, Part, RefundStatus};
use crate::entity::{attempts, bookings, enrolments, order_lines, orders, payments, refund_lines, refunds, relief_proofs};
use crate::ids::{AgencyId, CandidateId, EnrolmentId, OrderId, PaymentId, RefundId};
use crate::money::Cents;
use crate::purposes::store::parts_of;

/// An order with all that belongs to it.
#[derive(Clone, Debug)]
pub struct FullOrder {
    pub order: orders::Model,
    pub lines: Vec<order_lines::Model>,
    pub payments: Vec<payments::Model>,
    /// Refunds that were not rejected.
    pub refunds: Vec<refunds::Model>,
    pub refund_lines: Vec<refund_lines::Model>,
}

impl FullOrder {
    /// What bundles that were taken back cost.
    pub fn credited(&self) -> Cents {
        self.refund_lines.iter().map(|line| line.amount_cents).sum()
    }

    /// What is to be paid out and is not yet.
    pub fn under_way(&self) -> Cents {
        let waiting = [RefundStatus::Requested, RefundStatus::Approved];
        self.refunds.iter().filter(|refund| waiting.contains(&refund.status)).map(|refund| refund.amount_cents).sum()
    }

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

/// Makes others wait who would pay or refund an order of these enrolments. Orders are locked before any number is drawn, here as everywhere,
/// so that two transactions never wait for each other crosswise.
pub async fn lock_orders(tx: &DatabaseTransaction, enrolments: impl IntoIterator<Item = EnrolmentId>) -> Result<(), DbErr> {
    if !is_sqlite(tx) {
        let of = orders::Entity::find().filter(orders::Column::EnrolmentId.is_in(enrolments)).order_by_asc(orders::Column::Id);
        of.lock_exclusive().all(tx).await?;
    }
    Ok(())
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
    let refunds = refunds::Entity::find()
        .filter(refunds::Column::OrderId.is_in(orders.iter().map(|order| order.id)))
        .filter(refunds::Column::Status.ne(RefundStatus::Rejected))
        .order_by_asc(refunds::Column::Number)
        .all(db)
        .await?;
    let refund_lines =
        refund_lines::Entity::find().filter(refund_lines::Column::RefundId.is_in(refunds.iter().map(|refund| refund.id))).all(db).await?;
    let of = |refunds: &[refunds::Model], order: OrderId| -> Vec<RefundId> {
        refunds.iter().filter(|refund| refund.order_id == Some(order)).map(|refund| refund.id).collect()
    };
    Ok(orders
        .into_iter()
        .map(|order| FullOrder {
            refund_lines: refund_lines.iter().filter(|line| of(&refunds, order.id).contains(&line.refund_id)).cloned().collect(),
            refunds: refunds.iter().filter(|refund| refund.order_id == Some(order.id)).cloned().collect(),
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

/// What a candidate bought, at whichever agency, of orders that did not lapse.
pub async fn rights(db: &impl ConnectionTrait, candidate: CandidateId) -> Result<Vec<Right>, DbErr> {
    let purposes = purposes_of(db, candidate).await?;
    let mut rights = Vec::new();
    for full in of_candidate(db, candidate).await?.into_iter().filter(|full| full.order.status != OrderStatus::Cancelled) {
        for line in &full.lines {
            let taken_back = full.refund_lines.iter().find(|credit| credit.order_line_id == line.id);
            let credited_at = taken_back.and_then(|credit| full.refunds.iter().find(|refund| refund.id == credit.refund_id));
            rights.push(Right {
                line: line.id,
                bundle: line.bundle,
                bought_at: full.order.created_at,
                enrolment: full.order.enrolment_id,
                purpose: purposes.get(&full.order.enrolment_id).cloned().unwrap_or_default(),
                tie: line.facts.get("tie").and_then(|tie| serde_json::from_value(tie.clone()).ok()).unwrap_or(Tie::Nothing),
                credited_at: credited_at.map(|refund| refund.requested_at),
            });
        }
    }
    Ok(rights)
}

/// What a candidate sat or has a seat for, under every purpose. An annulled attempt is not held against anybody.
pub async fn uses(db: &impl ConnectionTrait, candidate: CandidateId) -> Result<Vec<Use>, DbErr> {
    let purposes = purposes_of(db, candidate).await?;
    let seats = bookings::Entity::find()
        .filter(bookings::Column::CandidateId.eq(candidate))
        .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Attended, BookingStatus::Absent]))
        .all(db)
        .await?;
    let annulled = attempts::Entity::find()
        .filter(attempts::Column::CandidateId.eq(candidate))
        .filter(attempts::Column::Status.eq(AttemptStatus::Annulled))
        .all(db)
        .await?;
    let mut uses = Vec::new();
    for seat in seats {
        for part in parts_of(&seat)?.into_iter().filter(|part| *part != Part::Prescreening) {
            if !annulled.iter().any(|attempt| attempt.booking_id == seat.id && attempt.part == part) {
                let purpose = purposes.get(&seat.enrolment_id).cloned().unwrap_or_default();
                uses.push(Use { part, at: seat.created_at, enrolment: seat.enrolment_id, purpose });
            }
        }
    }
    Ok(uses)
}

async fn purposes_of(db: &impl ConnectionTrait, candidate: CandidateId) -> Result<BTreeMap<EnrolmentId, String>, DbErr> {
    let rows = enrolments::Entity::find().filter(enrolments::Column::CandidateId.eq(candidate)).all(db).await?;
    Ok(rows.into_iter().map(|enrolment| (enrolment.id, enrolment.purpose)).collect())
}

/// The proofs of a candidate that were not withdrawn.
pub async fn proofs(db: &impl ConnectionTrait, candidate: CandidateId) -> Result<Vec<relief_proofs::Model>, DbErr> {
    relief_proofs::Entity::find()
        .filter(relief_proofs::Column::CandidateId.eq(candidate))
        .filter(relief_proofs::Column::WithdrawnAt.is_null())
        .order_by_desc(relief_proofs::Column::SeenAt)
        .all(db)
        .await
}

const CIVIC_PARTS: [Part; 4] = [Part::Reading, Part::Listening, Part::Writing, Part::Speaking];

/// What the fee rules ask about a person who enrols, or is enrolled, with a purpose.
pub async fn facts(
    db: &impl ConnectionTrait,
    candidate: CandidateId,
    enrolment: Option<EnrolmentId>,
    purpose: &str,
    on: NaiveDate,
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
    let valid = proofs(db, candidate).await?.into_iter().filter(|proof| proof.valid_from <= on && on <= proof.valid_until);
    facts.proofs = valid.map(|proof| proof.ground).collect::<BTreeSet<String>>().into_iter().collect();
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
