//! `/api/item-packages`: QTI packages in and out.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::exchange::{self, Asked, ImportedItem, Phase, Told};
use super::{package_out, store};
use crate::access::rules::may_somewhere;
use crate::access::{Action, Actor};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::entity::enums::{ItemSkill, ItemStatus, Level, ParameterSource};
use crate::locale::Locale;
use crate::problem::{Code, Problem, ProblemBody};

/// A thousand items with their recordings.
const MAX_PACKAGE: usize = 256 * 1024 * 1024;
const LINES: &str = "application/x-ndjson";

/// What a package brought, or would bring.
#[derive(Serialize, ToSchema)]
pub struct PackageOutcome {
    pub written: bool,
    pub items: Vec<ImportedItem>,
}

/// A line for each step of an import, for those who accept `application/x-ndjson`; the last has the outcome or the problem.
#[derive(Default, Serialize, ToSchema)]
pub struct PackageProgress {
    pub phase: Option<Phase>,
    pub done: usize,
    pub total: usize,
    pub outcome: Option<PackageOutcome>,
    pub problem: Option<ProblemBody>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ImportPackage {
    /// Of items of which the package does not say it.
    pub skill: ItemSkill,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ExportItems {
    pub skill: Option<ItemSkill>,
    pub level: Option<Level>,
    pub status: Option<ItemStatus>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub core: Option<bool>,
    /// Where the parameters in force come from.
    pub parameters: Option<ParameterSource>,
    pub text: Option<String>,
}

impl ExportItems {
    pub fn wanted(self) -> store::Wanted {
        let Self { skill, level, status, topic, text_type, core, parameters, text } = self;
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        store::Wanted { skill, level, status, topic: said(topic), text_type: said(text_type), core, parameters, text: said(text) }
    }
}

#[utoipa::path(post, path = "/api/item-packages", operation_id = "importPackage", tag = "items", params(ImportPackage), request_body(content = Vec<u8>, content_type = "application/zip"), responses((status = 200, content((PackageOutcome = "application/json"), (PackageProgress = "application/x-ndjson"))), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn import_package(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    query: web::Query<ImportPackage>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let bytes = body.to_bytes_limited(MAX_PACKAGE).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::TooLarge))?.to_vec();
    let asked = Asked { by: By::User(actor.user_id), skill: query.skill, dry_run: query.dry_run };
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if text(header::ACCEPT).is_some_and(|accepted| accepted.contains(LINES)) {
        let locale = text(header::ACCEPT_LANGUAGE).map_or(Locale::Nl, Locale::from_accept_language);
        return Ok(by_lines(ijkpunt, asked, bytes, locale));
    }
    let (told, _) = mpsc::unbounded_channel();
    let items = exchange::import(&ijkpunt, &asked, bytes, told).await?;
    Ok(HttpResponse::Ok().json(PackageOutcome { written: !asked.dry_run, items }))
}

/// Answers at once, and goes on when who asked for it leaves.
fn by_lines(ijkpunt: web::Data<Ijkpunt>, asked: Asked, bytes: Vec<u8>, locale: Locale) -> HttpResponse {
    let (told, mut steps) = mpsc::unbounded_channel::<Told>();
    let (lines, receiver) = mpsc::unbounded_channel::<PackageProgress>();
    let of_steps = lines.clone();
    let all_told = actix_web::rt::spawn(async move {
        while let Some(Told { phase, done, total }) = steps.recv().await {
            drop(of_steps.send(PackageProgress { phase: Some(phase), done, total, ..PackageProgress::default() }));
        }
    });
    actix_web::rt::spawn(async move {
        let last = match exchange::import(&ijkpunt, &asked, bytes, told).await {
            Ok(items) => {
                let total = items.len();
                let outcome = Some(PackageOutcome { written: !asked.dry_run, items });
                PackageProgress { done: total, total, outcome, ..PackageProgress::default() }
            }
            Err(refusal) => PackageProgress { problem: Some(Problem::from(refusal).body(locale)), ..PackageProgress::default() },
        };
        // The outcome is the last line.
        drop(all_told.await);
        drop(lines.send(last));
    });
    let lines = futures_util::stream::unfold(receiver, |mut receiver| async move {
        let line = serde_json::to_string(&receiver.recv().await?).ok()? + "\n";
        Some((Ok::<_, actix_web::Error>(web::Bytes::from(line)), receiver))
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, LINES))
        // Compression would hold lines back until its buffer is full.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(lines)
}

#[utoipa::path(get, path = "/api/item-packages", operation_id = "exportPackage", tag = "items", params(ExportItems), responses((status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 403, body = ProblemBody)))]
pub async fn export_package(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<ExportItems>) -> Result<HttpResponse, Problem> {
    may_somewhere(&actor, Action::AuthorItems)?;
    let bytes = package_out::export(&ijkpunt, &query.into_inner().wanted()).await?;
    let entry = Entry::of(By::User(actor.user_id), "items.exported", ("items", None)).with(json!({ "bytes": bytes.len() }));
    audit::record_alone(&ijkpunt, entry).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"ijkpunt-items.zip\""))
        .body(bytes))
}
