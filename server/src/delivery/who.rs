//! Who asks: an enrolled kiosk by its signature, and the sitting that it is at by its token.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use chrono::{DateTime, Utc};

use super::store;
use crate::app::Ijkpunt;
use crate::crypto::token_hash;
use crate::entity::{kiosks, sittings};
use crate::http::extract;
use crate::http::middleware::BodyHash;
use crate::ids::KioskId;
use crate::kiosks::lockdown;
use crate::kiosks::signing::{self, Signature, Signed};
use crate::problem::{Code, Problem};

type Extracting<T> = std::pin::Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// An enrolled kiosk that signed this request, which was not seen before.
pub struct Kiosk(pub kiosks::Model);

impl FromRequest for Kiosk {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let signature = signature_of(&request)?;
            let ijkpunt = extract::ijkpunt(&request)?;
            let now = ijkpunt.clock.now();
            let kiosk = known_kiosk(&ijkpunt, signature.kiosk).await?;
            check(&request, &signature, kiosk.public_key.as_deref().unwrap_or_default(), now)?;
            if !lockdown::is_satisfied(&ijkpunt, kiosk.site_id, &request).await? {
                return Err(Problem::new(Code::SebRequired));
            }
            // What only reads may be read again, and a slice of a recording that comes twice is the same slice.
            let changes = *request.method() == actix_web::http::Method::POST;
            if changes && !store::take_once(&ijkpunt.db, kiosk.id, signature.number).await? {
                return Err(Problem::new(Code::RequestReplayed).with_fact("newest", signature.number));
            }
            store::touch_kiosk(&ijkpunt.db, &kiosk, now).await?;
            Ok(Self(kiosk))
        })
    }
}

/// An enrolled kiosk and the sitting that it holds the newest token of.
pub struct AtWork {
    pub kiosk: kiosks::Model,
    pub sitting: sittings::Model,
}

impl FromRequest for AtWork {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kiosk = Kiosk::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let Kiosk(kiosk) = kiosk.await?;
            let ijkpunt = extract::ijkpunt(&request)?;
            let token = attempt_token(&request).ok_or(Problem::new(Code::TakenOver))?;
            let sitting = store::sitting_by_token(&ijkpunt.db, kiosk.id, token).await?.ok_or(Problem::new(Code::TakenOver))?;
            Ok(Self { kiosk, sitting })
        })
    }
}

/// Who saves answers. The signature is verified here with the key that is at hand; that the key is the kiosk's, the token the sitting's and
/// the number new is checked by the writer, in the query that it needs anyway.
pub struct Saver {
    pub signature: Signature,
    pub key: Arc<[u8]>,
    pub attempt_token_hash: Vec<u8>,
}

impl FromRequest for Saver {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let signature = signature_of(&request)?;
            let token = attempt_token(&request).ok_or(Problem::new(Code::TakenOver))?;
            let ijkpunt = extract::ijkpunt(&request)?;
            let now = ijkpunt.clock.now();
            if let Some(key) = ijkpunt.kiosk_keys.get(signature.kiosk)
                && check(&request, &signature, &key, now).is_ok()
            {
                return Ok(Self { attempt_token_hash: token_hash(token), signature, key });
            }
            // Not seen here before, or enrolled anew since.
            let key = ijkpunt.kiosk_keys.load(&ijkpunt.db, signature.kiosk).await?.ok_or(Problem::new(Code::KioskUnknown))?;
            check(&request, &signature, &key, now)?;
            Ok(Self { attempt_token_hash: token_hash(token), signature, key })
        })
    }
}

/// Says whether it is the kiosk or the sitting that is at fault.
pub async fn why_not_yours(ijkpunt: &Ijkpunt, kiosk: KioskId) -> Problem {
    known_kiosk(ijkpunt, kiosk).await.err().unwrap_or(Problem::new(Code::TakenOver))
}

async fn known_kiosk(ijkpunt: &Ijkpunt, id: KioskId) -> Result<kiosks::Model, Problem> {
    let kiosk = store::kiosk(&ijkpunt.db, id).await?.ok_or(Problem::new(Code::KioskUnknown))?;
    if kiosk.revoked_at.is_some() {
        return Err(Problem::new(Code::KioskRevoked));
    }
    Ok(kiosk)
}

fn signature_of(request: &HttpRequest) -> Result<Signature, Problem> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Kiosk ")).and_then(signing::parse).ok_or(Problem::new(Code::KioskUnknown))
}

fn attempt_token(request: &HttpRequest) -> Option<&str> {
    request.headers().get("X-Attempt")?.to_str().ok()
}

/// The signature first: only to the kiosk itself is it said that its clock is off.
fn check(request: &HttpRequest, signature: &Signature, key: &[u8], now: DateTime<Utc>) -> Result<(), Problem> {
    let extensions = request.extensions();
    let BodyHash(body) = extensions.get::<BodyHash>().ok_or(Problem::new(Code::SignatureWrong))?;
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let signed = Signed {
        method: request.method().as_str(),
        path,
        number: signature.number,
        attempt_token: attempt_token(request).unwrap_or_default(),
        body_sha256: body,
    };
    if !signing::verifies(key, &signed.text(), &signature.bytes) {
        return Err(Problem::new(Code::SignatureWrong));
    }
    if !signing::is_fresh(signature.number, now) {
        return Err(Problem::new(Code::SignatureStale).with_fact("server_time", now.timestamp_millis()));
    }
    Ok(())
}
