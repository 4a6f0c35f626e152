//! What is public of an issuer, credentials of papers for the desk, and a file that anybody shows.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, Shown};
use super::rules::Form;
use super::{keys, signing, store};
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::certificates::http::{Verification, VerificationStatus, checked_reason, find, verification};
use crate::entity::enums::{AgencyCode, KeyAlgorithm};
use crate::entity::{agencies, certificates};
use crate::http::extract::Json;
use crate::ids::{AgencyId, CertificateId};
use crate::problem::{Problem, ProblemBody};

/// No file that we give out comes near this.
const MAX_FILE: usize = 2 * 1024 * 1024;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WhichForm {
    /// `document` (JSON with an embedded proof, the default) or `token` (VC-JWT).
    pub form: Option<String>,
}

/// What anybody learns who shows a file: what is told of its number, and whom the file itself names.
#[derive(Serialize, ToSchema)]
pub struct FileVerification {
    #[serde(flatten)]
    pub verification: Verification,
    /// The name that a genuine credential states.
    pub stated_name: Option<String>,
    /// The day of birth that a genuine credential states.
    pub stated_birth_date: Option<String>,
}

/// Keys of one generation of an agency.
#[derive(Serialize, ToSchema)]
pub struct IssuerKeyView {
    pub agency_id: AgencyId,
    pub generation: i64,
    pub algorithm: KeyAlgorithm,
    /// How it is named in the issuer's document.
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawn_reason: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKeys {
    pub agency_id: AgencyId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawKeys {
    pub agency_id: AgencyId,
    pub generation: i64,
    pub reason: String,
}

#[utoipa::path(get, path = "/api/issuers/{code}/did.json", operation_id = "readIssuer", params(("code" = String, Path)), tag = "credentials", responses((status = 200, description = "The issuer's DID document, with every key that is good"), (status = 404, body = ProblemBody)))]
pub async fn did(ijkpunt: web::Data<Ijkpunt>, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let agency = public_agency(&ijkpunt, &code).await?;
    let issuer = store::issuer(&ijkpunt.config, &agency);
    let did = issuer.did();
    let mut methods = Vec::new();
    for key in keys::all(&ijkpunt.db, agency.id).await?.into_iter().filter(|key| key.withdrawn_at.is_none()) {
        let id = issuer.key_id(key.algorithm, key.generation);
        methods.push(signing::verification_method(key.algorithm, &keys::secret(&ijkpunt.keys, &key)?, &id, &did)?);
    }
    let ids: Vec<_> = methods.iter().filter_map(|method| method.get("id").cloned()).collect();
    let document = json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", "https://w3id.org/security/jwk/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": ids,
    });
    Ok(public("application/json").body(document.to_string()))
}

#[utoipa::path(get, path = "/api/issuers/{code}/keys.json", operation_id = "readIssuerKeys", params(("code" = String, Path)), tag = "credentials", responses((status = 200, description = "The keys of tokens as a JSON Web Key Set"), (status = 404, body = ProblemBody)))]
pub async fn key_set(ijkpunt: web::Data<Ijkpunt>, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let agency = public_agency(&ijkpunt, &code).await?;
    let issuer = store::issuer(&ijkpunt.config, &agency);
    let mut set = Vec::new();
    let good = |key: &crate::entity::issuer_keys::Model| key.withdrawn_at.is_none() && key.algorithm == KeyAlgorithm::Es256;
    for key in keys::all(&ijkpunt.db, agency.id).await?.into_iter().filter(good) {
        set.push(signing::jwk(&keys::secret(&ijkpunt.keys, &key)?, &issuer.key_id(key.algorithm, key.generation))?);
    }
    Ok(public("application/json").body(json!({ "keys": set }).to_string()))
}

#[utoipa::path(get, path = "/api/issuers/{code}/status-lists/{name}", operation_id = "readStatusList", params(("code" = String, Path), ("name" = String, Path, description = "The number of the list; with `.jwt` behind it, as a token")), tag = "credentials", responses((status = 200, description = "The list of what was revoked, as a signed credential"), (status = 404, body = ProblemBody)))]
pub async fn status_list(ijkpunt: web::Data<Ijkpunt>, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (code, name) = path.into_inner();
    let agency = public_agency(&ijkpunt, &code).await?;
    let (number, form) = name.strip_suffix(".jwt").map_or((name.as_str(), Form::Document), |number| (number, Form::Token));
    let list: i64 = number.parse().map_err(|_| Problem::not_found())?;
    // The first list exists before anything is in it.
    let lists = i64::try_from(store::count(&ijkpunt.db, agency.id).await? / super::rules::LIST_FILL).unwrap_or_default() + 1;
    if !(1..=lists).contains(&list) {
        return Err(Problem::not_found());
    }
    let signed = actions::status_list(&ijkpunt, &agency, list, form).await?;
    Ok(public(if form == Form::Token { "application/vc+jwt" } else { "application/vc" }).body(signed))
}

#[utoipa::path(get, path = "/api/certificates/{id}/credential", operation_id = "downloadCredential", params(("id" = CertificateId, Path), WhichForm), tag = "certificates", responses((status = 200, description = "The credential beside the paper"), (status = 404, body = ProblemBody)))]
pub async fn download(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CertificateId>,
    which: web::Query<WhichForm>,
) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeResults)?;
    let paper = find(&ijkpunt, *id).await?;
    let row = store::find(&ijkpunt.db, paper.id).await?.ok_or_else(Problem::not_found)?;
    let entry = audit::Entry::of(By::User(actor.user_id), "certificate.credential-downloaded", ("certificate", Some(paper.id.0)));
    audit::record_alone(&ijkpunt, entry.at(paper.agency_id)).await?;
    let (form, kind, ending) = match which.form.as_deref() {
        None | Some("document") => (Form::Document, "application/vc", "json"),
        Some("token") => (Form::Token, "application/vc+jwt", "jwt"),
        Some(_) => return Err(Problem::not_found()),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"attest-{}.{ending}\"", paper.number)))
        .body(store::open(&ijkpunt.keys, &row, form)?))
}

#[utoipa::path(post, path = "/api/verify-files", operation_id = "verifyFile", tag = "certificates", request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = FileVerification), (status = 413, body = ProblemBody)))]
pub async fn verify_file(ijkpunt: web::Data<Ijkpunt>, payload: web::Payload) -> Result<web::Json<FileVerification>, Problem> {
    use crate::problem::Code;
    let bytes = payload.to_bytes_limited(MAX_FILE).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let bytes = bytes.map_err(|_| Problem::new(Code::MalformedJson))?;
    let (status, person) = match actions::judge(&ijkpunt, &bytes).await? {
        Shown::Genuine { certificate_id, person } => {
            if let Some(row) = certificates::Entity::find_by_id(certificate_id).one(&ijkpunt.db).await? {
                let (stated_name, stated_birth_date) = person.unzip();
                return Ok(web::Json(FileVerification {
                    verification: verification(&ijkpunt, row).await?,
                    stated_name,
                    stated_birth_date,
                }));
            }
            (VerificationStatus::Unknown, person)
        }
        Shown::Unreadable => (VerificationStatus::Unreadable, None),
        Shown::NotOurs => (VerificationStatus::NotOurs, None),
        Shown::Altered => (VerificationStatus::Altered, None),
        Shown::KeyWithdrawn => (VerificationStatus::KeyWithdrawn, None),
    };
    let (stated_name, stated_birth_date) = person.unzip();
    Ok(web::Json(FileVerification { verification: Verification::without_paper(status, None), stated_name, stated_birth_date }))
}

#[utoipa::path(get, path = "/api/issuer-keys", operation_id = "listIssuerKeys", tag = "credentials", responses((status = 200, body = [IssuerKeyView]), (status = 403, body = ProblemBody)))]
pub async fn list_keys(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<IssuerKeyView>>, Problem> {
    access::may_somewhere(&actor, Action::Administer)?;
    let mut views = Vec::new();
    for agency_id in access::agencies_for(&actor, Action::Administer) {
        let Some(agency) = agencies::Entity::find_by_id(agency_id).one(&ijkpunt.db).await? else { continue };
        let issuer = store::issuer(&ijkpunt.config, &agency);
        views.extend(keys::all(&ijkpunt.db, agency_id).await?.into_iter().map(|key| IssuerKeyView {
            agency_id,
            generation: key.generation,
            algorithm: key.algorithm,
            name: issuer.key_id(key.algorithm, key.generation),
            created_at: key.created_at,
            retired_at: key.retired_at,
            withdrawn_at: key.withdrawn_at,
            withdrawn_reason: key.withdrawn_reason,
        }));
    }
    Ok(web::Json(views))
}

#[utoipa::path(post, path = "/api/issuer-keys/rotate", operation_id = "rotateIssuerKeys", tag = "credentials", request_body = RotateKeys, responses((status = 204), (status = 403, body = ProblemBody)))]
pub async fn rotate(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(input): Json<RotateKeys>) -> Result<HttpResponse, Problem> {
    access::may(&actor, Action::Administer, input.agency_id)?;
    keys::rotate(&ijkpunt, actor.user_id, input.agency_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/issuer-keys/withdraw", operation_id = "withdrawIssuerKeys", tag = "credentials", request_body = WithdrawKeys, responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn withdraw(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(input): Json<WithdrawKeys>) -> Result<HttpResponse, Problem> {
    access::may(&actor, Action::Administer, input.agency_id)?;
    let reason = checked_reason(&input.reason)?;
    keys::withdraw(&ijkpunt, actor.user_id, input.agency_id, input.generation, &reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn public_agency(ijkpunt: &Ijkpunt, code: &str) -> Result<agencies::Model, Problem> {
    let code: AgencyCode = code.parse().map_err(|_| Problem::not_found())?;
    store::agency(&ijkpunt.db, code).await?.ok_or_else(Problem::not_found)
}

/// Read by checkers everywhere, from pages of other sites too, and kept by them for a few minutes.
fn public(kind: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    response
}
