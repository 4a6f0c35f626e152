//! `/api/agencies/{id}/ledger`: the journal and the balances of a month, on screen and as a file.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{Months, NaiveDate};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::export;
use super::store::{self, FullEntry};
use crate::access::Actor;
use crate::access::rules::{Action, may};
use crate::app::Ijkpunt;
use crate::entity::enums::{Account, EntryKind};
use crate::entity::users;
use crate::ids::AgencyId;
use crate::money::Cents;
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct MonthQuery {
    /// The month: `2026-06`.
    pub month: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FileQuery {
    pub month: String,
    /// `csv` or `xlsx`.
    pub format: String,
}

#[derive(Serialize, ToSchema)]
pub struct Journal {
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub accounts: Vec<AccountTotal>,
    pub entries: Vec<JournalEntry>,
}

/// What an account stood at, what came to it, and what it stands at.
#[derive(Serialize, ToSchema)]
pub struct AccountTotal {
    pub account: Account,
    pub number: String,
    pub opening_cents: Cents,
    pub debit_cents: Cents,
    pub credit_cents: Cents,
    pub closing_cents: Cents,
}

#[derive(Serialize, ToSchema)]
pub struct JournalEntry {
    pub number: String,
    pub date: NaiveDate,
    pub kind: EntryKind,
    /// The paper that it rests on.
    pub paper: String,
    pub lines: Vec<JournalLine>,
}

#[derive(Serialize, ToSchema)]
pub struct JournalLine {
    pub account: Account,
    pub detail: Option<String>,
    /// A debit is positive.
    pub amount_cents: Cents,
}

#[utoipa::path(get, path = "/api/agencies/{id}/ledger", operation_id = "readLedger", tag = "ledger", params(("id" = AgencyId, Path), MonthQuery), responses((status = 200, body = Journal), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn read(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AgencyId>,
    query: web::Query<MonthQuery>,
) -> Result<web::Json<Journal>, Problem> {
    may(&actor, Action::KeepBooks, *id)?;
    let (first, last) = month(&query.month)?;
    let before = first.pred_opt().unwrap_or(first);
    let earlier = store::entries(&ijkpunt.db, *id, day(2000), before).await?;
    let entries = store::entries(&ijkpunt.db, *id, first, last).await?;
    let clerks = clerks(&ijkpunt, &entries).await?;
    Ok(web::Json(Journal {
        first_day: first,
        last_day: last,
        accounts: totals(&earlier, &entries),
        entries: entries
            .into_iter()
            .map(|full| JournalEntry {
                number: full.entry.number,
                date: full.entry.booked_on,
                kind: full.entry.kind,
                paper: full.entry.paper,
                lines: full
                    .lines
                    .into_iter()
                    .map(|line| JournalLine {
                        account: line.account,
                        detail: line.detail.map(|detail| clerks.get(&detail).cloned().unwrap_or(detail)),
                        amount_cents: line.amount_cents,
                    })
                    .collect(),
            })
            .collect(),
    }))
}

#[utoipa::path(get, path = "/api/agencies/{id}/ledger/file", operation_id = "downloadLedger", tag = "ledger", params(("id" = AgencyId, Path), FileQuery), responses((status = 200, content_type = "text/csv", body = Vec<u8>), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn download(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<AgencyId>,
    query: web::Query<FileQuery>,
) -> Result<HttpResponse, Problem> {
    may(&actor, Action::KeepBooks, *id)?;
    let (first, last) = month(&query.month)?;
    let entries = store::entries(&ijkpunt.db, *id, first, last).await?;
    let clerks = clerks(&ijkpunt, &entries).await?;
    let detail = |detail: &str| clerks.get(detail).cloned().unwrap_or_else(|| detail.to_owned());
    let (mime, bytes) = match query.format.as_str() {
        "csv" => ("text/csv; charset=utf-8", export::csv(&entries, detail).map_err(|error| unwritten(&error))?),
        "xlsx" => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            export::xlsx(&entries, detail).map_err(|error| unwritten(&error))?,
        ),
        _ => return Err(Problem::field("/format", Code::WrongType)),
    };
    Ok(HttpResponse::Ok()
        .content_type(mime)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"journal-{}.{}\"", query.month, query.format)))
        .body(bytes))
}

fn unwritten(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "a journal could not be written");
    Problem::new(Code::Internal)
}

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default()
}

/// The first and the last day of a month.
fn month(text: &str) -> Result<(NaiveDate, NaiveDate), Problem> {
    let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").map_err(|_| Problem::field("/month", Code::WrongType))?;
    let last = first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt());
    last.map(|last| (first, last)).ok_or_else(|| Problem::field("/month", Code::OutOfRange))
}

fn totals(earlier: &[FullEntry], entries: &[FullEntry]) -> Vec<AccountTotal> {
    let mut totals: BTreeMap<Account, [Cents; 3]> = BTreeMap::new();
    for line in earlier.iter().flat_map(|full| &full.lines) {
        let [opening, ..] = totals.entry(line.account).or_default();
        *opening = *opening + line.amount_cents;
    }
    for line in entries.iter().flat_map(|full| &full.lines) {
        let [_, debit, credit] = totals.entry(line.account).or_default();
        if line.amount_cents > Cents::ZERO {
            *debit = *debit + line.amount_cents;
        } else {
            *credit = *credit - line.amount_cents;
        }
    }
    totals
        .into_iter()
        .map(|(account, [opening, debit, credit])| AccountTotal {
            account,
            number: export::number(account).to_owned(),
            opening_cents: opening,
            debit_cents: debit,
            credit_cents: credit,
            closing_cents: opening + debit - credit,
        })
        .collect()
}

/// The names behind the details that are the till of somebody.
async fn clerks(ijkpunt: &Ijkpunt, entries: &[FullEntry]) -> Result<BTreeMap<String, String>, Problem> {
    let details = entries.iter().flat_map(|full| &full.lines).filter_map(|line| line.detail.as_deref());
    let mut ids: Vec<uuid::Uuid> = details.filter_map(|detail| detail.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = users::Entity::find().filter(users::Column::Id.is_in(ids)).all(&ijkpunt.db).await?;
    Ok(rows.into_iter().map(|user| (user.id.to_string(), user.display_name)).collect())
}
