//! Orders, payments, receipts and the till.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, NewPayment};
use super::till::{self, NewCount};
use super::views::{self, ClerkTotal, Drawer, OrderView, PaymentView, Till, TillRow};
use super::{print, store, transfer};
use crate::access::Actor;
use crate::access::rules::{Action, may, may_somewhere};
use crate::app::Ijkpunt;
use crate::entity::enums::{OrderStatus, Part, PaymentMethod};
use crate::entity::{agencies, users};
use crate::http::extract::Json;
use crate::ids::{AgencyId, CandidateId, EnrolmentId, OrderId, PaymentId, UserId};
use crate::locale::Locale;
use crate::money::Cents;
use crate::people;
use crate::problem::{Code, Problem, ProblemBody};
use crate::purposes;

#[utoipa::path(get, path = "/api/candidates/{id}/orders", operation_id = "candidateOrders", tag = "fees", params(("id" = CandidateId, Path)), responses((status = 200, body = Vec<OrderView>)))]
pub async fn of_candidate(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
) -> Result<web::Json<Vec<OrderView>>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let ibans = ibans(&ijkpunt).await?;
    let orders = store::of_candidate(&ijkpunt.db, *id).await?;
    Ok(web::Json(orders.into_iter().map(|full| view(full, &ibans)).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    pub parts: Vec<Part>,
}

#[utoipa::path(post, path = "/api/enrolments/{id}/orders", operation_id = "orderParts", tag = "fees", params(("id" = EnrolmentId, Path)), request_body = NewOrder, responses((status = 201, body = OrderView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn order(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<EnrolmentId>,
    Json(new): Json<NewOrder>,
) -> Result<HttpResponse, Problem> {
    let enrolment = purposes::store::enrolment(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::ServeCandidates, enrolment.agency_id)?;
    let required = purposes::store::required(&enrolment)?;
    let parts: Vec<Part> = new.parts.into_iter().filter(|part| required.contains_key(part)).collect();
    let order = actions::order(&ijkpunt, actor.user_id, *id, &parts).await?;
    Ok(HttpResponse::Created().json(one(&ijkpunt, order.id).await?))
}

#[utoipa::path(get, path = "/api/orders/{id}", operation_id = "getOrder", tag = "fees", params(("id" = OrderId, Path)), responses((status = 200, body = OrderView), (status = 404, body = ProblemBody)))]
pub async fn get(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<OrderId>) -> Result<web::Json<OrderView>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    Ok(web::Json(one(&ijkpunt, *id).await?))
}

#[utoipa::path(post, path = "/api/orders/{id}/payments", operation_id = "payOrder", tag = "fees", params(("id" = OrderId, Path)), request_body = NewPayment, responses((status = 200, body = OrderView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn pay(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<OrderId>,
    Json(payment): Json<NewPayment>,
) -> Result<web::Json<OrderView>, Problem> {
    let order = store::order(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::TakePayments, order.agency_id)?;
    actions::pay(&ijkpunt, actor.user_id, *id, &payment).await?;
    Ok(web::Json(one(&ijkpunt, *id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reversal {
    pub reason: String,
}

#[utoipa::path(post, path = "/api/payments/{id}/reverse", operation_id = "reversePayment", tag = "fees", params(("id" = PaymentId, Path)), request_body = Reversal, responses((status = 200, body = OrderView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn reverse(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<PaymentId>,
    Json(reversal): Json<Reversal>,
) -> Result<web::Json<OrderView>, Problem> {
    let (payment, _) = payment_at_own_agency(&ijkpunt, &actor, *id).await?;
    actions::reverse(&ijkpunt, actor.user_id, *id, &reversal.reason).await?;
    Ok(web::Json(one(&ijkpunt, payment.order_id).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReceiptQuery {
    /// The language of the paper: nl, en or fr; the caller's when absent.
    pub lang: Option<String>,
}

#[utoipa::path(get, path = "/api/payments/{id}/receipt.pdf", operation_id = "receipt", tag = "fees", params(("id" = PaymentId, Path), ReceiptQuery), responses((status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 404, body = ProblemBody)))]
pub async fn receipt(
    request: HttpRequest,
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<PaymentId>,
    query: web::Query<ReceiptQuery>,
) -> Result<HttpResponse, Problem> {
    let (payment, order) = payment_at_own_agency(&ijkpunt, &actor, *id).await?;
    let person = people::store::person(&ijkpunt.db, &ijkpunt.keys, order.candidate_id).await?.ok_or_else(Problem::not_found)?;
    let agency = agencies::Entity::find_by_id(order.agency_id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let full = store::full(&ijkpunt.db, vec![order]).await?.pop().ok_or_else(Problem::not_found)?;
    let asked = query.lang.as_deref().or_else(|| request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok());
    let locale = asked.map_or(Locale::Nl, Locale::from_accept_language);
    let pdf = print::receipt(&print::Receipt {
        locale,
        agency: &agency.name,
        candidate_number: &person.number,
        candidate_name: &person.full_name(),
        order: &views::order(full, &agency.iban),
        payment_number: Some(&payment.receipt_number),
        transfer: None,
        sample: ijkpunt.config.demo,
    });
    Ok(inline_pdf(&payment.receipt_number, pdf))
}

fn inline_pdf(name: &str, pdf: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\"")))
        .body(pdf)
}

/// What the QR code of an order says, where something is still due.
fn payload(agency: &agencies::Model, order: &OrderView) -> Option<String> {
    (order.status == OrderStatus::Open)
        .then(|| transfer::payload(&agency.name, &order.iban, order.due_cents, &order.communication))
        .flatten()
}

#[utoipa::path(get, path = "/api/orders/{id}/qr.svg", operation_id = "orderQr", tag = "fees", params(("id" = OrderId, Path)), responses((status = 200, content_type = "image/svg+xml", body = String), (status = 404, body = ProblemBody)))]
pub async fn qr(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<OrderId>) -> Result<HttpResponse, Problem> {
    let row = store::order(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::TakePayments, row.agency_id)?;
    let agency = agencies::Entity::find_by_id(row.agency_id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let payload = payload(&agency, &one(&ijkpunt, *id).await?).ok_or_else(Problem::not_found)?;
    let svg = transfer::svg(&payload).map_err(|error| {
        tracing::error!(%error, "a QR code could not be made");
        Problem::new(Code::Internal)
    })?;
    Ok(HttpResponse::Ok().content_type("image/svg+xml").insert_header((header::CACHE_CONTROL, "no-store")).body(svg))
}

#[utoipa::path(get, path = "/api/orders/{id}/invitation.pdf", operation_id = "orderInvitation", tag = "fees", params(("id" = OrderId, Path), ReceiptQuery), responses((status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 404, body = ProblemBody)))]
pub async fn invitation(
    request: HttpRequest,
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<OrderId>,
    query: web::Query<ReceiptQuery>,
) -> Result<HttpResponse, Problem> {
    let row = store::order(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::TakePayments, row.agency_id)?;
    let person = people::store::person(&ijkpunt.db, &ijkpunt.keys, row.candidate_id).await?.ok_or_else(Problem::not_found)?;
    let agency = agencies::Entity::find_by_id(row.agency_id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let order = one(&ijkpunt, *id).await?;
    let asked = query.lang.as_deref().or_else(|| request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok());
    let pdf = print::receipt(&print::Receipt {
        locale: asked.map_or(Locale::Nl, Locale::from_accept_language),
        agency: &agency.name,
        candidate_number: &person.number,
        candidate_name: &person.full_name(),
        transfer: payload(&agency, &order).as_deref(),
        order: &order,
        payment_number: None,
        sample: ijkpunt.config.demo,
    });
    Ok(inline_pdf(&order.number, pdf))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TillQuery {
    /// The day in Belgium; today when absent.
    pub date: Option<NaiveDate>,
}

#[utoipa::path(get, path = "/api/agencies/{id}/till", operation_id = "till", tag = "fees", params(("id" = AgencyId, Path), TillQuery), responses((status = 200, body = Till), (status = 404, body = ProblemBody)))]
pub async fn till(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AgencyId>,
    query: web::Query<TillQuery>,
) -> Result<web::Json<Till>, Problem> {
    may(&actor, Action::TakePayments, *id)?;
    let date = query.date.unwrap_or_else(|| ijkpunt.clock.today());
    let (from, to) = till::bounds(date).ok_or_else(Problem::not_found)?;
    let drawers = till::drawers(&ijkpunt.db, *id, date).await?;
    let received = store::received(&ijkpunt.db, *id, from, to).await?;
    let payments: Vec<_> = received.iter().map(|(payment, _)| payment.clone()).collect();
    let clerks = names(&ijkpunt, payments.iter().map(|payment| payment.received_by).chain(drawers.keys().copied()).collect()).await?;
    let clerk = |id: UserId| clerks.get(&id).cloned().unwrap_or_default();
    let mut by_method: BTreeMap<PaymentMethod, Cents> = BTreeMap::new();
    let mut by_clerk: BTreeMap<(String, PaymentMethod), (usize, Cents)> = BTreeMap::new();
    for payment in &payments {
        let method = by_method.entry(payment.method).or_default();
        *method = *method + payment.amount_cents;
        let (count, total) = by_clerk.entry((clerk(payment.received_by), payment.method)).or_default();
        *count += 1;
        *total = *total + payment.amount_cents;
    }
    Ok(web::Json(Till {
        date,
        drawers: drawers
            .into_iter()
            .map(|(user_id, drawer)| Drawer {
                user_id,
                clerk: clerk(user_id),
                opening_cents: drawer.opening,
                cash_cents: drawer.cash,
                expected_cents: drawer.expected(),
                difference_cents: drawer.difference(),
                moved_since: drawer.closing.as_ref().is_some_and(|count| drawer.last_cash_at.is_some_and(|at| at > count.counted_at)),
                counted_at: drawer.closing.as_ref().map(|count| count.counted_at),
                closing_cents: drawer.closing.as_ref().map(|count| count.counted_cents),
                note: drawer.closing.and_then(|count| count.note),
            })
            .collect(),
        total_cents: payments.iter().map(|payment| payment.amount_cents).sum(),
        by_method,
        by_clerk: by_clerk
            .into_iter()
            .map(|((clerk, method), (count, total_cents))| ClerkTotal { clerk, method, count, total_cents })
            .collect(),
        rows: received
            .iter()
            .map(|(payment, order)| TillRow {
                payment: PaymentView { ..views::payment(payment, &payments) },
                order_number: order.number.clone(),
                clerk: clerk(payment.received_by),
            })
            .collect(),
    }))
}

#[utoipa::path(post, path = "/api/agencies/{id}/till/counts", operation_id = "countTill", tag = "fees", params(("id" = AgencyId, Path)), request_body = NewCount, responses((status = 204), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn count_till(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AgencyId>,
    Json(new): Json<NewCount>,
) -> Result<HttpResponse, Problem> {
    may(&actor, Action::TakePayments, *id)?;
    till::count(&ijkpunt, actor.user_id, *id, &new).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(super) async fn one(ijkpunt: &Ijkpunt, id: OrderId) -> Result<OrderView, Problem> {
    let order = store::order(&ijkpunt.db, id).await?.ok_or_else(Problem::not_found)?;
    let full = store::full(&ijkpunt.db, vec![order]).await?.pop().ok_or_else(Problem::not_found)?;
    Ok(view(full, &ibans(ijkpunt).await?))
}

fn view(full: store::FullOrder, ibans: &BTreeMap<AgencyId, String>) -> OrderView {
    let iban = ibans.get(&full.order.agency_id).cloned().unwrap_or_default();
    views::order(full, &iban)
}

async fn ibans(ijkpunt: &Ijkpunt) -> Result<BTreeMap<AgencyId, String>, Problem> {
    let rows = agencies::Entity::find().all(&ijkpunt.db).await?;
    Ok(rows.into_iter().map(|agency| (agency.id, agency.iban)).collect())
}

pub(crate) async fn names(ijkpunt: &Ijkpunt, ids: Vec<UserId>) -> Result<BTreeMap<UserId, String>, Problem> {
    let rows = users::Entity::find().filter(users::Column::Id.is_in(ids)).all(&ijkpunt.db).await?;
    Ok(rows.into_iter().map(|user| (user.id, user.display_name)).collect())
}

async fn payment_at_own_agency(
    ijkpunt: &Ijkpunt,
    actor: &Actor,
    id: PaymentId,
) -> Result<(crate::entity::payments::Model, crate::entity::orders::Model), Problem> {
    let payment = store::payment(&ijkpunt.db, id).await?.ok_or_else(Problem::not_found)?;
    let order = store::order(&ijkpunt.db, payment.order_id).await?.ok_or_else(Problem::not_found)?;
    may(actor, Action::TakePayments, order.agency_id)?;
    Ok((payment, order))
}
