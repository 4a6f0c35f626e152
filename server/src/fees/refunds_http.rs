//! Refunds: what of an order can be given back and why, and the list of what is asked, approved and to be paid out.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::http::{names, one};
use super::refunds::{self, NewRefund};
use super::rules::Fee;
use super::store;
use super::views::OrderView;
use crate::access::Actor;
use crate::access::rules::{Action, may};
use crate::app::Ijkpunt;
use crate::bank::iban;
use crate::crypto::Place;
use crate::entity::enums::{Bundle, Part, RefundMethod, RefundStatus};
use crate::entity::{orders, refunds as table};
use crate::http::extract::Json;
use crate::ids::{AgencyId, OrderId, OrderLineId, RefundId, UserId};
use crate::money::Cents;
use crate::problem::{Problem, ProblemBody};
use crate::purposes::rules::Texts;

/// What of an order can be given back.
#[derive(Serialize, ToSchema)]
pub struct RefundOptions {
    /// What was paid too much.
    pub overpaid_cents: Cents,
    pub grounds: Vec<RefundGround>,
    pub lines: Vec<RefundableLine>,
}

#[derive(Serialize, ToSchema)]
pub struct RefundGround {
    pub key: String,
    pub name: Texts,
    /// Also for bundles of which a part was sat.
    pub used: bool,
    pub ground: String,
}

#[derive(Serialize, ToSchema)]
pub struct RefundableLine {
    pub id: OrderLineId,
    pub bundle: Bundle,
    pub amount_cents: Cents,
    /// Parts of it that were sat or have a seat.
    pub used: Vec<Part>,
    pub taken_back: bool,
    /// What is given back when this bundle alone is taken back.
    pub refundable_cents: Cents,
}

#[utoipa::path(get, path = "/api/orders/{id}/refunds", operation_id = "refundOptions", tag = "fees", params(("id" = OrderId, Path)), responses((status = 200, body = RefundOptions), (status = 404, body = ProblemBody)))]
pub async fn options(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<OrderId>) -> Result<web::Json<RefundOptions>, Problem> {
    let order = own_order(&ijkpunt, &actor, *id).await?;
    let full = store::full(&ijkpunt.db, vec![order]).await?.pop().ok_or_else(Problem::not_found)?;
    let lines = refunds::bought(&ijkpunt.db, &full).await?;
    let grounds = refunds::grounds(&ijkpunt.db, ijkpunt.clock.today()).await?;
    Ok(web::Json(RefundOptions {
        overpaid_cents: refunds::refundable(&full, Cents::ZERO),
        grounds: grounds
            .into_iter()
            .filter_map(|rule| match rule.body {
                Fee::Refund { ground: key, used, name } => Some(RefundGround { key, name, used, ground: rule.ground }),
                _ => None,
            })
            .collect(),
        lines: lines
            .into_iter()
            .map(|one| RefundableLine {
                id: one.line.id,
                bundle: one.line.bundle,
                amount_cents: one.line.amount_cents,
                used: one.used.into_iter().collect(),
                taken_back: one.taken_back,
                refundable_cents: if one.taken_back { Cents::ZERO } else { refunds::refundable(&full, one.line.amount_cents) },
            })
            .collect(),
    }))
}

#[utoipa::path(post, path = "/api/orders/{id}/refunds", operation_id = "requestRefund", tag = "fees", params(("id" = OrderId, Path)), request_body = NewRefund, responses((status = 201, body = OrderView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn request(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<OrderId>,
    Json(new): Json<NewRefund>,
) -> Result<HttpResponse, Problem> {
    own_order(&ijkpunt, &actor, *id).await?;
    refunds::request(&ijkpunt, actor.user_id, *id, &new).await?;
    Ok(HttpResponse::Created().json(one(&ijkpunt, *id).await?))
}

#[derive(Serialize, ToSchema)]
pub struct RefundView {
    pub id: RefundId,
    pub number: String,
    pub order_number: Option<String>,
    pub amount_cents: Cents,
    pub ground: String,
    pub reason: String,
    pub method: RefundMethod,
    /// To which account, for who pays it out.
    pub iban: Option<String>,
    pub holder: Option<String>,
    pub status: RefundStatus,
    pub requested_at: DateTime<Utc>,
    pub requested_by: UserId,
    pub requested_by_name: String,
    pub decided_by_name: Option<String>,
    pub decided_reason: Option<String>,
    pub paid_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RefundQuery {
    pub status: RefundStatus,
}

#[utoipa::path(get, path = "/api/agencies/{id}/refunds", operation_id = "listRefunds", tag = "fees", params(("id" = AgencyId, Path), RefundQuery), responses((status = 200, body = Vec<RefundView>), (status = 404, body = ProblemBody)))]
pub async fn list(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AgencyId>,
    query: web::Query<RefundQuery>,
) -> Result<web::Json<Vec<RefundView>>, Problem> {
    may(&actor, Action::KeepBooks, *id)?;
    let rows = table::Entity::find()
        .filter(table::Column::AgencyId.eq(*id))
        .filter(table::Column::Status.eq(query.status))
        .order_by_desc(table::Column::Number)
        .all(&ijkpunt.db)
        .await?;
    let orders =
        orders::Entity::find().filter(orders::Column::Id.is_in(rows.iter().filter_map(|refund| refund.order_id))).all(&ijkpunt.db).await?;
    let people = names(&ijkpunt, rows.iter().flat_map(|refund| [Some(refund.requested_by), refund.decided_by]).flatten().collect()).await?;
    let mut views = Vec::with_capacity(rows.len());
    for refund in rows {
        let open = |column, sealed: &Option<Vec<u8>>| {
            sealed.as_ref().map(|sealed| ijkpunt.keys.open(Place { table: "refunds", column, row: refund.id.0 }, sealed)).transpose()
        };
        views.push(RefundView {
            iban: open("iban_enc", &refund.iban_enc)?.map(|number| iban::grouped(&number)),
            holder: open("holder_enc", &refund.holder_enc)?,
            id: refund.id,
            number: refund.number,
            order_number: orders.iter().find(|order| Some(order.id) == refund.order_id).map(|order| order.number.clone()),
            amount_cents: refund.amount_cents,
            ground: refund.ground,
            reason: refund.reason,
            method: refund.method,
            status: refund.status,
            requested_at: refund.requested_at,
            requested_by: refund.requested_by,
            requested_by_name: people.get(&refund.requested_by).cloned().unwrap_or_default(),
            decided_by_name: refund.decided_by.and_then(|user| people.get(&user).cloned()),
            decided_reason: refund.decided_reason,
            paid_at: refund.paid_at,
        });
    }
    Ok(web::Json(views))
}

#[utoipa::path(post, path = "/api/refunds/{id}/approve", operation_id = "approveRefund", tag = "fees", params(("id" = RefundId, Path)), responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn approve(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<RefundId>) -> Result<HttpResponse, Problem> {
    own_refund(&ijkpunt, &actor, Action::KeepBooks, *id).await?;
    refunds::approve(&ijkpunt, actor.user_id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    pub reason: String,
}

#[utoipa::path(post, path = "/api/refunds/{id}/reject", operation_id = "rejectRefund", tag = "fees", params(("id" = RefundId, Path)), request_body = Rejection, responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn reject(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<RefundId>,
    Json(rejection): Json<Rejection>,
) -> Result<HttpResponse, Problem> {
    own_refund(&ijkpunt, &actor, Action::KeepBooks, *id).await?;
    refunds::reject(&ijkpunt, actor.user_id, *id, &rejection.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/refunds/{id}/pay", operation_id = "payRefund", tag = "fees", params(("id" = RefundId, Path)), responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn pay(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<RefundId>) -> Result<HttpResponse, Problem> {
    let refund = own_refund(&ijkpunt, &actor, Action::TakePayments, *id).await?;
    if refund.method == RefundMethod::Transfer {
        may(&actor, Action::KeepBooks, refund.agency_id)?;
    }
    refunds::pay_out(&ijkpunt, actor.user_id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn own_order(ijkpunt: &Ijkpunt, actor: &Actor, id: OrderId) -> Result<orders::Model, Problem> {
    let order = store::order(&ijkpunt.db, id).await?.ok_or_else(Problem::not_found)?;
    may(actor, Action::TakePayments, order.agency_id)?;
    Ok(order)
}

async fn own_refund(ijkpunt: &Ijkpunt, actor: &Actor, action: Action, id: RefundId) -> Result<table::Model, Problem> {
    let refund = refunds::find(&ijkpunt.db, id).await?.ok_or_else(Problem::not_found)?;
    may(actor, action, refund.agency_id)?;
    Ok(refund)
}
