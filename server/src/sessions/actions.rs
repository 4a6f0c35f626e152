//! Planning and cancelling sessions. Seats are in `book.rs`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

pub use super::book::{BookRefusal, Booked, Cancelled, Wish, book, cancel};
use super::rules::{self, NewSession, PlanFault};
use super::store;
use crate::agencies;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::{begin_write, is_sqlite};
use crate::entity::enums::{BookingStatus, SessionStatus};
use crate::entity::{bookings, sites, test_sessions};
use crate::fees;
use crate::ids::{SessionId, SiteId, UserId};
use crate::people;

#[derive(Debug, thiserror::Error)]
pub enum PlanRefusal {
    #[error("there is no such site")]
    NoSite,
    #[error("the plan is wrong: {0:?}")]
    Faults(Vec<(&'static str, PlanFault)>),
    #[error("the room is taken by another session")]
    RoomTaken(SessionId),
    #[error("the session has begun, is over or cancelled")]
    NotPlanned,
    #[error("the reason is missing or too long")]
    Reason(people::rules::Fault),
    #[error(transparent)]
    Database(#[from] DbErr),
}

pub async fn plan(ijkpunt: &Ijkpunt, by: UserId, plan: &NewSession) -> Result<test_sessions::Model, PlanRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let site = lock_site(&tx, plan.site_id).await?.ok_or(PlanRefusal::NoSite)?;
    rules::check_plan(plan, &agencies::store::opening_hours(&site)?, now).map_err(PlanRefusal::Faults)?;
    let room = people::names::clean(&plan.room);
    if let Some(other) = store::in_room(&tx, site.id, &room, plan.starts_at, plan.ends_at).await? {
        return Err(PlanRefusal::RoomTaken(other.id));
    }
    let id = SessionId::new();
    let row = test_sessions::ActiveModel {
        id: Set(id),
        agency_id: Set(site.agency_id),
        site_id: Set(site.id),
        room: Set(room),
        kind: Set(plan.kind),
        band: Set(plan.band),
        starts_at: Set(plan.starts_at),
        ends_at: Set(plan.ends_at),
        capacity: Set(plan.capacity),
        booked: Set(0),
        status: Set(SessionStatus::Planned),
        created_at: Set(now),
        created_by: Set(by),
        ..Default::default()
    };
    test_sessions::Entity::insert(row).exec_without_returning(&tx).await?;
    let entry = audit::Entry::of(By::User(by), "session.planned", ("session", Some(id.0)))
        .at(site.agency_id)
        .with(json!({ "kind": plan.kind, "band": plan.band, "starts_at": plan.starts_at, "capacity": plan.capacity }));
    audit::record(&tx, now, entry).await?;
    let session = store::session(&tx, id).await?.ok_or(PlanRefusal::NoSite)?;
    tx.commit().await?;
    Ok(session)
}

/// Two who plan a session at one site at once wait for each other, so that a room is taken once.
async fn lock_site(tx: &DatabaseTransaction, id: SiteId) -> Result<Option<sites::Model>, DbErr> {
    let find = sites::Entity::find_by_id(id);
    let find = if is_sqlite(tx) { find } else { find.lock_exclusive() };
    find.one(tx).await
}

/// Calls off a session that has not begun, with every seat in it. Orders that nobody paid and no other seat needs lapse.
pub async fn cancel_session(ijkpunt: &Ijkpunt, by: UserId, session: &test_sessions::Model, reason: &str) -> Result<(), PlanRefusal> {
    let now = ijkpunt.clock.now();
    let reason = people::rules::check_reason(reason).map_err(PlanRefusal::Reason)?;
    let tx = begin_write(&ijkpunt.db).await?;
    let cancelled = test_sessions::Entity::update_many()
        .col_expr(test_sessions::Column::Status, Expr::value(SessionStatus::Cancelled))
        .col_expr(test_sessions::Column::CancelledReason, Expr::value(reason.clone()))
        .col_expr(test_sessions::Column::Booked, Expr::value(0_i64))
        .filter(test_sessions::Column::Id.eq(session.id))
        .filter(test_sessions::Column::Status.eq(SessionStatus::Planned))
        .exec(&tx)
        .await?;
    if cancelled.rows_affected == 0 {
        return Err(PlanRefusal::NotPlanned);
    }
    let seats: Vec<bookings::Model> = store::of_session(&tx, session.id)
        .await?
        .into_iter()
        .filter(|seat| matches!(seat.status, BookingStatus::Booked | BookingStatus::Waiting))
        .collect();
    fees::store::lock_orders(&tx, seats.iter().map(|seat| seat.enrolment_id)).await?;
    bookings::Entity::update_many()
        .col_expr(bookings::Column::Status, Expr::value(BookingStatus::Cancelled))
        .col_expr(bookings::Column::CancelledAt, Expr::value(now))
        .col_expr(bookings::Column::CancelledBy, Expr::value(by))
        .col_expr(bookings::Column::CancelledReason, Expr::value(reason.clone()))
        .filter(bookings::Column::Id.is_in(seats.iter().map(|seat| seat.id)))
        .exec(&tx)
        .await?;
    let mut entries = vec![
        audit::Entry::of(By::User(by), "session.cancelled", ("session", Some(session.id.0)))
            .at(session.agency_id)
            .with(json!({ "seats": seats.len() })),
    ];
    for seat in &seats {
        entries.push(audit::Entry::of(By::User(by), "booking.cancelled", ("booking", Some(seat.id.0))).at(session.agency_id));
        entries.extend(fees::actions::lapse_unused(&tx, now, by, seat.enrolment_id, &reason).await?);
    }
    for entry in entries {
        audit::record(&tx, now, entry).await?;
    }
    tx.commit().await?;
    Ok(())
}
