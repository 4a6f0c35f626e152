//! `/api/statistics`: the tables, as data and as files; snapshots; bringing in tests of earlier years.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::differences::{Differences, differences};
use super::facts::Changes;
use super::files::{FileError, FileFormat};
use super::import::{self, BadRow, Checked};
use super::question::{Fault, Question};
use super::report::{Asked, Report, answer, report};
use super::store::{self, Snapshot};
use super::tables::{self, Words};
use super::{actions, chapter, files};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::begin_write;
use crate::entity::agencies;
use crate::entity::enums::AgencyCode;
use crate::http::extract::{Json, parse};
use crate::ids::AgencyId;
use crate::locale::Locale;
use crate::problem::{Code, Problem, ProblemBody};

/// A file of a million tests is about 100 MB.
const MAX_IMPORT: usize = 256 * 1024 * 1024;
/// More faults than anybody reads at once; the file is refused whole in any case.
const MAX_FAULTS: usize = 500;

#[derive(Serialize, ToSchema)]
pub struct TableView {
    pub name: &'static str,
    pub title: Words,
    pub definition: Words,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TableQuery {
    /// Of a snapshot, instead of the living records.
    snapshot: Option<Uuid>,
    /// As the records stood at the end of this day.
    as_of: Option<NaiveDate>,
    /// Of one agency, which must be the caller's.
    agency: Option<AgencyCode>,
    /// For what leaves the agency: small cells, and what would tell them, are hidden.
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    #[param(inline)]
    format: FileFormat,
}

impl TableQuery {
    fn asked(&self) -> Asked<'static> {
        Asked { snapshot: self.snapshot, as_of: self.as_of, agency: self.agency.map(AgencyCode::as_str), protected: self.protected }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct QuestionQuery {
    /// The question as JSON.
    question: String,
    snapshot: Option<Uuid>,
    as_of: Option<NaiveDate>,
    /// Of one agency, which must be the caller's; of all, small cells are hidden whatever is asked.
    agency: Option<AgencyCode>,
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    #[param(inline)]
    format: FileFormat,
}

/// The two moments: a snapshot or the end of a day for each; without either, the present.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DifferenceQuery {
    from_snapshot: Option<Uuid>,
    from_date: Option<NaiveDate>,
    until_snapshot: Option<Uuid>,
    until_date: Option<NaiveDate>,
    agency: Option<AgencyCode>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ChapterQuery {
    year: i64,
    snapshot: Option<Uuid>,
    as_of: Option<NaiveDate>,
    agency: Option<AgencyCode>,
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    #[param(inline)]
    format: PaperFormat,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PaperFormat {
    #[default]
    Pdf,
    Docx,
}

#[derive(Serialize, ToSchema)]
pub struct SnapshotView {
    pub id: Uuid,
    pub name: String,
    pub revision: i64,
    pub at: DateTime<Utc>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSnapshot {
    pub name: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    #[serde(default)]
    dry_run: bool,
}

/// What an import did or would do; with faults it does nothing.
#[derive(Default, Serialize, ToSchema)]
pub struct ImportOutcome {
    pub written: bool,
    pub added: i64,
    pub corrected: i64,
    pub unchanged: i64,
    pub fault_count: usize,
    pub faults: Vec<BadRow>,
}

/// A line of the answer to an import: how far it is, and in the last one how it ended.
#[derive(Default, Serialize, ToSchema)]
pub struct ImportProgress {
    pub done: usize,
    pub total: usize,
    pub outcome: Option<ImportOutcome>,
    pub problem: Option<ProblemBody>,
}

#[utoipa::path(get, path = "/api/statistics/tables", operation_id = "listTables", tag = "statistics", responses((status = 200, body = Vec<TableView>), (status = 403, body = ProblemBody)))]
pub async fn list(actor: Actor) -> Result<web::Json<Vec<TableView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let views = tables::TABLES.iter().map(|table| TableView { name: table.name, title: table.title, definition: table.definition });
    Ok(web::Json(views.collect()))
}

#[utoipa::path(get, path = "/api/statistics/tables/{name}", operation_id = "readTable", tag = "statistics", params(("name" = String, Path), TableQuery), responses((status = 200, description = "The table", body = serde_json::Value), (status = 404, body = ProblemBody)))]
pub async fn read(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    name: web::Path<String>,
    query: web::Query<TableQuery>,
) -> Result<HttpResponse, Problem> {
    of_agency(&ijkpunt, &actor, query.agency).await?;
    let table = tables::find(&name).ok_or_else(Problem::not_found)?;
    let report = report(&ijkpunt.db, table, query.asked(), ijkpunt.clock.now()).await?;
    file(&ijkpunt, &actor, &report, query.format, json!({ "table": report.name })).await
}

#[utoipa::path(get, path = "/api/statistics/answer", operation_id = "answerQuestion", tag = "statistics", params(QuestionQuery), responses((status = 200, description = "The answer, as a table", body = serde_json::Value), (status = 422, body = ProblemBody)))]
pub async fn ask(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<QuestionQuery>) -> Result<HttpResponse, Problem> {
    of_agency(&ijkpunt, &actor, query.agency).await?;
    let question: Question = parse(query.question.as_bytes())?;
    question.check(query.agency.is_some())?;
    let asked = Asked {
        snapshot: query.snapshot,
        as_of: query.as_of,
        agency: query.agency.map(AgencyCode::as_str),
        // An agency sees itself in detail, and of the whole what tells of nobody.
        protected: query.protected || query.agency.is_none(),
    };
    let report = answer(&ijkpunt.db, &question, asked, ijkpunt.clock.now()).await?;
    file(&ijkpunt, &actor, &report, query.format, json!({ "question": question })).await
}

#[utoipa::path(get, path = "/api/statistics/tables/{name}/differences", operation_id = "compareTable", tag = "statistics", params(("name" = String, Path), DifferenceQuery), responses((status = 200, body = Differences), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn compare(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    name: web::Path<String>,
    query: web::Query<DifferenceQuery>,
) -> Result<web::Json<Differences>, Problem> {
    of_agency(&ijkpunt, &actor, query.agency).await?;
    let table = tables::find(&name).ok_or_else(Problem::not_found)?;
    let asked = |snapshot, as_of| Asked { snapshot, as_of, agency: query.agency.map(AgencyCode::as_str), protected: false };
    let (from, until) = (asked(query.from_snapshot, query.from_date), asked(query.until_snapshot, query.until_date));
    Ok(web::Json(differences(&ijkpunt.db, table, from, until, ijkpunt.clock.now()).await?))
}

#[utoipa::path(get, path = "/api/statistics/chapter", operation_id = "readChapter", tag = "statistics", params(ChapterQuery), responses((status = 200, description = "The chapter", content_type = "application/pdf"), (status = 403, body = ProblemBody)))]
pub async fn read_chapter(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<ChapterQuery>) -> Result<HttpResponse, Problem> {
    of_agency(&ijkpunt, &actor, query.agency).await?;
    if !(1_900..=2_200).contains(&query.year) {
        return Err(Problem::field("/year", Code::OutOfRange));
    }
    let asked =
        Asked { snapshot: query.snapshot, as_of: query.as_of, agency: query.agency.map(AgencyCode::as_str), protected: query.protected };
    let chapter = chapter::chapter(&ijkpunt.db, query.year, asked, ijkpunt.clock.now()).await?;
    let format = query.format;
    let bytes = web::block(move || match format {
        PaperFormat::Pdf => chapter::render_pdf(&chapter).map_err(|error| error.to_string()),
        PaperFormat::Docx => chapter::render_docx(&chapter),
    });
    let bytes = bytes.await.map_err(failed)?.map_err(failed)?;
    let (mime, ending) = match format {
        PaperFormat::Pdf => ("application/pdf", "pdf"),
        PaperFormat::Docx => ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    };
    let detail = json!({ "chapter": query.year, "format": ending, "protected": query.protected, "snapshot": query.snapshot });
    downloaded(&ijkpunt, &actor, detail).await?;
    Ok(attachment(mime, &format!("civiele-testen-{}.{ending}", query.year)).body(bytes))
}

/// Statistics may be asked of the whole, or of an agency of the caller's.
async fn of_agency(ijkpunt: &Ijkpunt, actor: &Actor, agency: Option<AgencyCode>) -> Result<(), Problem> {
    access::may_somewhere(actor, Action::SeeStatistics)?;
    if let Some(code) = agency {
        agency_of(ijkpunt, actor, code).await?;
    }
    Ok(())
}

pub async fn agency_of(ijkpunt: &Ijkpunt, actor: &Actor, code: AgencyCode) -> Result<AgencyId, Problem> {
    let agency = agencies::Entity::find().filter(agencies::Column::Code.eq(code)).one(&ijkpunt.db).await?;
    let agency = agency.ok_or_else(Problem::not_found)?.id;
    access::may(actor, Action::SeeStatistics, agency)?;
    Ok(agency)
}

/// What is looked at is answered; what is downloaded is in the paper trail too.
async fn file(
    ijkpunt: &Ijkpunt,
    actor: &Actor,
    report: &Report,
    format: FileFormat,
    mut detail: serde_json::Value,
) -> Result<HttpResponse, Problem> {
    let bytes = match format {
        FileFormat::Json => return Ok(HttpResponse::Ok().json(files::json(report))),
        FileFormat::Csv => files::belgian_csv(report).map_err(failed)?,
        other => other.write(report).map_err(|error| match error {
            FileError::NoChart => Problem::field("/format", Code::NoChart),
            FileError::Broken(_) => failed(error),
        })?,
    };
    detail["format"] = json!(format.ending());
    detail["origin"] = json!(report.origin);
    downloaded(ijkpunt, actor, detail).await?;
    Ok(attachment(format.mime(), &format!("{}.{}", report.name, format.ending())).body(bytes))
}

pub async fn downloaded(ijkpunt: &Ijkpunt, actor: &Actor, detail: serde_json::Value) -> Result<(), Problem> {
    let entry = audit::Entry::of(By::User(actor.user_id), "statistics.downloaded", ("statistics", None)).with(detail);
    Ok(audit::record_alone(ijkpunt, entry).await?)
}

pub fn attachment(mime: &'static str, name: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, mime))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    answer
}

#[utoipa::path(get, path = "/api/statistics/snapshots", operation_id = "listSnapshots", tag = "statistics", responses((status = 200, body = Vec<SnapshotView>), (status = 403, body = ProblemBody)))]
pub async fn list_snapshots(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<SnapshotView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    Ok(web::Json(store::snapshots(&ijkpunt.db).await?.into_iter().map(describe).collect()))
}

#[utoipa::path(post, path = "/api/statistics/snapshots", operation_id = "takeSnapshot", tag = "statistics", request_body = NewSnapshot, responses((status = 201, body = SnapshotView), (status = 422, body = ProblemBody)))]
pub async fn freeze(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(new): Json<NewSnapshot>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let name = name_of(&new.name, "/name")?;
    let snapshot = actions::freeze(&ijkpunt, actor.user_id, name).await?;
    Ok(HttpResponse::Created().json(describe(snapshot)))
}

#[utoipa::path(post, path = "/api/statistics/imports", operation_id = "importTests", tag = "statistics", params(ImportQuery), request_body(content = String, content_type = "text/csv"), responses((status = 200, description = "The outcome of a file with faults; else a line for each step, of which the last has the outcome", content((ImportOutcome = "application/json"), (ImportProgress = "application/x-ndjson"))), (status = 403, body = ProblemBody), (status = 413, body = ProblemBody)))]
pub async fn import(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    query: web::Query<ImportQuery>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let bytes = body.to_bytes_limited(MAX_IMPORT).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::TooLarge))?;
    let asked = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let locale = asked.map_or(Locale::Nl, Locale::from_accept_language);
    let today = ijkpunt.clock.today();
    let checked = web::block(move || import::checked(bytes.to_vec(), today)).await.map_err(failed)?;
    let checked = match checked {
        Ok(checked) => checked,
        Err(mut faults) => {
            let fault_count = faults.len();
            faults.truncate(MAX_FAULTS);
            return Ok(HttpResponse::Ok().json(ImportOutcome { fault_count, faults, ..ImportOutcome::default() }));
        }
    };
    let (sender, receiver) = mpsc::unbounded_channel::<ImportProgress>();
    let by = By::User(actor.user_id);
    let (dry_run, total) = (query.dry_run, checked.total);
    let work = async move {
        let told = sender.clone();
        let progress = |done| drop(told.send(ImportProgress { done, total, ..ImportProgress::default() }));
        match bring_in(&ijkpunt, by, &checked, dry_run, progress).await {
            Ok(outcome) => drop(sender.send(ImportProgress { done: total, total, outcome: Some(outcome), problem: None })),
            Err(error) => {
                tracing::error!(%error, "an import ended without being written");
                let problem = Problem::from(error).body(locale);
                drop(sender.send(ImportProgress { done: 0, total, outcome: None, problem: Some(problem) }));
            }
        }
    };
    // It goes on when who asked for it leaves.
    actix_web::rt::spawn(work);
    let lines = futures_util::stream::unfold(receiver, |mut receiver| async move {
        let line = serde_json::to_string(&receiver.recv().await?).ok()? + "\n";
        Some((Ok::<_, actix_web::Error>(web::Bytes::from(line)), receiver))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/x-ndjson"))
        // Compression would hold lines back until its buffer is full.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(lines))
}

async fn bring_in(
    ijkpunt: &Ijkpunt,
    by: By,
    checked: &Checked,
    dry_run: bool,
    progress: impl FnMut(usize),
) -> Result<ImportOutcome, DbErr> {
    let tx = begin_write(&ijkpunt.db).await?;
    let Changes { added, corrected, unchanged } = import::import(&tx, ijkpunt.clock.now(), by, &ijkpunt.keys, checked, progress).await?;
    if dry_run {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    Ok(ImportOutcome { written: !dry_run, added, corrected, unchanged, ..ImportOutcome::default() })
}

/// A name of one to a hundred characters, without the spaces around it.
pub fn name_of<'a>(text: &'a str, field: &str) -> Result<&'a str, Problem> {
    match text.trim().chars().count() {
        0 => Err(Problem::field(field, Code::Required)),
        1..=100 => Ok(text.trim()),
        _ => Err(Problem::field(field, Code::TooLong)),
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Rows => Self::field("/rows", Code::QuestionRows),
            Fault::Show => Self::field("/show", Code::QuestionShow),
            Fault::Period => Self::field("/until", Code::OutOfRange),
            Fault::Only => Self::field("/only", Code::TooLong),
            Fault::Site => Self::field("/rows", Code::QuestionSite),
        }
    }
}

fn describe(snapshot: Snapshot) -> SnapshotView {
    let Snapshot { id, name, revision, at } = snapshot;
    SnapshotView { id, name, revision, at }
}

pub fn failed(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a file of figures could not be made");
    Problem::new(Code::Internal)
}
