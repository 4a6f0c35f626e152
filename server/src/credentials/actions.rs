//! Signing the credential of a paper that is issued, and judging a file that somebody shows.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::rules::{self, Form, Issuer, LIST_FILL, LIST_LENGTH, Place};
use super::{keys, signing, store};
use crate::app::Ijkpunt;
use crate::certificates::rules::Body;
use crate::entity::enums::KeyAlgorithm;
use crate::entity::{agencies, certificates, credentials};
use crate::ids::{AgencyId, CertificateId};

/// Signs the credential of a paper, in the transaction that issues it.
pub async fn attach(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    agency: &agencies::Model,
    paper: &certificates::Model,
    body: &Body,
) -> Result<(), DbErr> {
    let issuer = store::issuer(&ijkpunt.config, agency);
    let keys = keys::in_use(ijkpunt, tx, agency.id, now).await?;
    let place = draw_place(tx, agency.id).await?;
    // A number of its own: two papers of one person cannot be brought together by it.
    let subject = Uuid::new_v4();
    let said = |form| rules::credential(&issuer, paper.id.0, subject, body, now, place, form);
    let signed = |error: signing::SigningError| DbErr::Custom(error.to_string());
    let key = issuer.key_id(KeyAlgorithm::Ed25519, keys.generation);
    let document = signing::with_proof(said(Form::Document), &keys.ed25519, &key, now).map_err(signed)?;
    let key = issuer.key_id(KeyAlgorithm::Es256, keys.generation);
    let token = signing::token(&rules::claims(said(Form::Token), now), &keys.es256, &key).map_err(signed)?;
    let seal = |form, text: &str| ijkpunt.keys.seal(store::place(paper.id, form), text);
    let row = credentials::ActiveModel {
        certificate_id: Set(paper.id),
        agency_id: Set(agency.id),
        status_list: Set(place.list),
        status_index: Set(place.index),
        key_generation: Set(keys.generation),
        document_enc: Set(seal(Form::Document, &document.to_string())),
        jwt_enc: Set(seal(Form::Token, &token)),
    };
    credentials::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// A free place in the agency's present list.
async fn draw_place(tx: &DatabaseTransaction, agency_id: AgencyId) -> Result<Place, DbErr> {
    let list = i64::try_from(store::count(tx, agency_id).await? / LIST_FILL).unwrap_or_default() + 1;
    // At the fullest a draw fails three times in four; two hundred of them never all do.
    for _ in 0..200 {
        let index = rand::random_range(0..LIST_LENGTH as i64);
        if !store::is_taken(tx, agency_id, list, index).await? {
            return Ok(Place { list, index });
        }
    }
    Err(DbErr::Custom(format!("status list {list} of agency {agency_id} is full")))
}

/// The list of what was revoked, signed by the keys in use.
pub async fn status_list(ijkpunt: &Ijkpunt, agency: &agencies::Model, list: i64, form: Form) -> Result<String, DbErr> {
    let issuer = store::issuer(&ijkpunt.config, agency);
    let keys = keys::present(ijkpunt, agency.id).await?;
    let (revoked, changed_at) = store::revoked(&ijkpunt.db, agency.id, list).await?;
    let since = changed_at.unwrap_or(DateTime::UNIX_EPOCH);
    let document = rules::status_list(&issuer, list, form, &revoked, since);
    let signed = match form {
        Form::Document => {
            let key = issuer.key_id(KeyAlgorithm::Ed25519, keys.generation);
            signing::with_proof(document, &keys.ed25519, &key, since).map(|value| value.to_string())
        }
        Form::Token => signing::token(&rules::claims(document, since), &keys.es256, &issuer.key_id(KeyAlgorithm::Es256, keys.generation)),
    };
    signed.map_err(|error| DbErr::Custom(error.to_string()))
}

/// What a file that somebody shows turns out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Neither a PDF nor a credential.
    Unreadable,
    /// Nothing that we issued.
    NotOurs,
    /// It names a paper of ours, and says something else than we wrote.
    Altered,
    /// Signed with a key that was withdrawn.
    KeyWithdrawn,
    /// Exactly what we gave out. A credential states who it is about; a PDF says so itself.
    Genuine { certificate_id: CertificateId, person: Option<(String, String)> },
}

pub async fn judge(ijkpunt: &Ijkpunt, bytes: &[u8]) -> Result<Shown, DbErr> {
    if bytes.starts_with(b"%PDF-") {
        return judge_pdf(ijkpunt, bytes).await;
    }
    let Ok(text) = std::str::from_utf8(bytes).map(str::trim) else { return Ok(Shown::Unreadable) };
    if text.starts_with('{') {
        return match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(document) => judge_document(ijkpunt, &document).await,
            Err(_) => Ok(Shown::Unreadable),
        };
    }
    match signing::read_token(text) {
        Some(token) => {
            let Some((issuer, agency)) = issuer_of(ijkpunt, &token.claims).await? else { return Ok(Shown::NotOurs) };
            let checked = |secret: &signing::Secret| signing::token_holds(&token, secret);
            judge_signed(ijkpunt, &issuer, &agency, KeyAlgorithm::Es256, &token.key_id, &token.claims, checked).await
        }
        None => Ok(Shown::Unreadable),
    }
}

async fn judge_pdf(ijkpunt: &Ijkpunt, bytes: &[u8]) -> Result<Shown, DbErr> {
    if let Some(certificate_id) = store::by_file(&ijkpunt.db, &Sha256::digest(bytes)).await? {
        return Ok(Shown::Genuine { certificate_id, person: None });
    }
    // The metadata of an archivable PDF is plain text; ours has the number of the paper in the title there.
    let mut numbers = bytes.windows(rules::NUMBER_LENGTH).filter_map(rules::number_in);
    let named = match numbers.next() {
        Some(number) => certificates::Entity::find().filter(certificates::Column::Number.eq(number)).one(&ijkpunt.db).await?.is_some(),
        None => false,
    };
    Ok(if named { Shown::Altered } else { Shown::NotOurs })
}

async fn judge_document(ijkpunt: &Ijkpunt, document: &Map<String, Value>) -> Result<Shown, DbErr> {
    let Some((issuer, agency)) = issuer_of(ijkpunt, document).await? else { return Ok(Shown::NotOurs) };
    let Some(key_id) = signing::proof_key(document) else { return Ok(Shown::Altered) };
    let checked = |secret: &signing::Secret| signing::proof_holds(document, secret);
    judge_signed(ijkpunt, &issuer, &agency, KeyAlgorithm::Ed25519, key_id, document, checked).await
}

async fn judge_signed(
    ijkpunt: &Ijkpunt,
    issuer: &Issuer,
    agency: &agencies::Model,
    algorithm: KeyAlgorithm,
    key_id: &str,
    document: &Map<String, Value>,
    holds: impl Fn(&signing::Secret) -> bool,
) -> Result<Shown, DbErr> {
    let Some(generation) = rules::generation_of(issuer, algorithm, key_id) else { return Ok(Shown::Altered) };
    let Some(key) = keys::find(&ijkpunt.db, agency.id, algorithm, generation).await? else { return Ok(Shown::Altered) };
    if !holds(&keys::secret(&ijkpunt.keys, &key)?) {
        return Ok(Shown::Altered);
    }
    if key.withdrawn_at.is_some() {
        return Ok(Shown::KeyWithdrawn);
    }
    Ok(match rules::certificate_of(document) {
        Some(id) => Shown::Genuine { certificate_id: CertificateId(id), person: rules::stated_person(document) },
        // A status list is signed by us as well, and is no paper.
        None => Shown::NotOurs,
    })
}

/// The agency that a credential names as its issuer, when it is one of ours.
async fn issuer_of(ijkpunt: &Ijkpunt, document: &Map<String, Value>) -> Result<Option<(Issuer, agencies::Model)>, DbErr> {
    let named = match document.get("issuer") {
        Some(Value::Object(issuer)) => issuer.get("id").and_then(Value::as_str),
        Some(Value::String(issuer)) => Some(issuer.as_str()),
        _ => None,
    };
    let Some(named) = named else { return Ok(None) };
    let agencies = agencies::Entity::find().all(&ijkpunt.db).await?;
    let issuers = agencies.into_iter().map(|agency| (store::issuer(&ijkpunt.config, &agency), agency));
    Ok(issuers.into_iter().find(|(issuer, _)| issuer.did() == named))
}
