//! `/api/agencies/{id}/bank-files` and the work list of what the statements left open.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::settle::{self, Settlement};
use super::{actions, iban, store};
use crate::access::Actor;
use crate::access::rules::{Action, may};
use crate::app::Ijkpunt;
use crate::entity::enums::{BankFormat, BankLineState, BankRemark, Settled};
use crate::entity::{bank_files, bank_lines, bank_statements, orders};
use crate::fees::http::names;
use crate::http::extract::Json;
use crate::ids::{AgencyId, BankLineId, BankStatementId};
use crate::money::Cents;
use crate::problem::{Code, Problem, ProblemBody};

/// A day of a busy agency is a few hundred kilobytes.
const MAX_FILE: usize = 16 * 1024 * 1024;
const MAX_LINES: u64 = 500;

#[derive(Serialize, ToSchema)]
pub struct BroughtIn {
    pub format: BankFormat,
    pub statements: usize,
    pub lines: usize,
    /// Lines that nobody needs to look at.
    pub matched: usize,
}

#[utoipa::path(post, path = "/api/agencies/{id}/bank-files", operation_id = "importBankFile", tag = "bank", params(("id" = AgencyId, Path)), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = BroughtIn), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn bring_in(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AgencyId>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    may(&actor, Action::KeepBooks, *id)?;
    let bytes = body.to_bytes_limited(MAX_FILE).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::TooLarge))?;
    let (format, brought) = actions::bring_in(&ijkpunt, actor.user_id, *id, &bytes).await?;
    Ok(HttpResponse::Created().json(BroughtIn { format, statements: brought.statements, lines: brought.lines, matched: brought.matched }))
}

#[derive(Serialize, ToSchema)]
pub struct BankStatementView {
    pub id: BankStatementId,
    pub name: String,
    pub format: BankFormat,
    pub closed_on: NaiveDate,
    pub opening_cents: Cents,
    pub closing_cents: Cents,
    pub imported_at: DateTime<Utc>,
    pub imported_by_name: String,
}

#[utoipa::path(get, path = "/api/agencies/{id}/bank-statements", operation_id = "listBankStatements", tag = "bank", params(("id" = AgencyId, Path)), responses((status = 200, body = Vec<BankStatementView>), (status = 404, body = ProblemBody)))]
pub async fn statements(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AgencyId>,
) -> Result<web::Json<Vec<BankStatementView>>, Problem> {
    may(&actor, Action::KeepBooks, *id)?;
    let rows = bank_statements::Entity::find()
        .filter(bank_statements::Column::AgencyId.eq(*id))
        .order_by_desc(bank_statements::Column::ClosedOn)
        .order_by_desc(bank_statements::Column::Id)
        .limit(60)
        .all(&ijkpunt.db)
        .await?;
    let files =
        bank_files::Entity::find().filter(bank_files::Column::Id.is_in(rows.iter().map(|row| row.file_id))).all(&ijkpunt.db).await?;
    let people = names(&ijkpunt, files.iter().map(|file| file.imported_by).collect()).await?;
    let views = rows.into_iter().filter_map(|row| {
        let file = files.iter().find(|file| file.id == row.file_id)?;
        Some(BankStatementView {
            id: row.id,
            name: row.name,
            format: file.format,
            closed_on: row.closed_on,
            opening_cents: row.opening_cents,
            closing_cents: row.closing_cents,
            imported_at: file.imported_at,
            imported_by_name: people.get(&file.imported_by).cloned().unwrap_or_default(),
        })
    });
    Ok(web::Json(views.collect()))
}

/// A line of a statement, for whoever keeps the books.
#[derive(Serialize, ToSchema)]
pub struct BankLineView {
    pub id: BankLineId,
    pub statement: String,
    pub booked_on: NaiveDate,
    pub amount_cents: Cents,
    /// What belongs to no order yet.
    pub left_cents: Cents,
    pub communication: Option<String>,
    pub text: String,
    pub holder: String,
    pub iban: String,
    pub state: BankLineState,
    pub remark: Option<BankRemark>,
    pub order_number: Option<String>,
    pub settled_as: Option<Settled>,
    pub settled_by_name: Option<String>,
    pub settled_reason: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LineQuery {
    pub state: BankLineState,
}

#[utoipa::path(get, path = "/api/agencies/{id}/bank-lines", operation_id = "listBankLines", tag = "bank", params(("id" = AgencyId, Path), LineQuery), responses((status = 200, body = Vec<BankLineView>), (status = 404, body = ProblemBody)))]
pub async fn lines(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AgencyId>,
    query: web::Query<LineQuery>,
) -> Result<web::Json<Vec<BankLineView>>, Problem> {
    may(&actor, Action::KeepBooks, *id)?;
    let rows = bank_lines::Entity::find()
        .filter(bank_lines::Column::AgencyId.eq(*id))
        .filter(bank_lines::Column::State.eq(query.state))
        .order_by_desc(bank_lines::Column::BookedOn)
        .order_by_asc(bank_lines::Column::Id)
        .limit(MAX_LINES)
        .all(&ijkpunt.db)
        .await?;
    let statements = bank_statements::Entity::find()
        .filter(bank_statements::Column::Id.is_in(rows.iter().map(|row| row.statement_id)))
        .all(&ijkpunt.db)
        .await?;
    let orders =
        orders::Entity::find().filter(orders::Column::Id.is_in(rows.iter().filter_map(|row| row.order_id))).all(&ijkpunt.db).await?;
    let people = names(&ijkpunt, rows.iter().filter_map(|row| row.settled_by).collect()).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let open = |column, sealed: &[u8]| ijkpunt.keys.open(store::place(row.id, column), sealed);
        views.push(BankLineView {
            text: open("text_enc", &row.text_enc)?,
            holder: open("holder_enc", &row.holder_enc)?,
            iban: iban::grouped(&open("iban_enc", &row.iban_enc)?),
            statement: statements.iter().find(|one| one.id == row.statement_id).map(|one| one.name.clone()).unwrap_or_default(),
            order_number: orders.iter().find(|order| Some(order.id) == row.order_id).map(|order| order.number.clone()),
            settled_by_name: row.settled_by.and_then(|user| people.get(&user).cloned()),
            id: row.id,
            booked_on: row.booked_on,
            amount_cents: row.amount_cents,
            left_cents: row.left_cents,
            communication: row.communication,
            state: row.state,
            remark: row.remark,
            settled_as: row.settled_as,
            settled_reason: row.settled_reason,
        });
    }
    Ok(web::Json(views))
}

#[utoipa::path(post, path = "/api/bank-lines/{id}/settle", operation_id = "settleBankLine", tag = "bank", params(("id" = BankLineId, Path)), request_body = Settlement, responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn settle_line(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<BankLineId>,
    Json(settlement): Json<Settlement>,
) -> Result<HttpResponse, Problem> {
    let line = store::line(&ijkpunt.db, *id).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::KeepBooks, line.agency_id)?;
    settle::settle(&ijkpunt, actor.user_id, *id, &settlement).await?;
    Ok(HttpResponse::NoContent().finish())
}
