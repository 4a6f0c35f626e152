//! What goes around each request.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use futures_util::stream;

use crate::audit;
use crate::http::extract;
use crate::ids::UserId;
use crate::kiosks::signing;
use crate::locale::Locale;
use crate::problem::{Code, Problem};

/// Says every problem in the caller's language, turns the framework's own refusals into problems,
/// and writes an audit row when somebody asked for what is not theirs.
pub async fn problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<BoxBody>>, Error> {
    let locale = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or(Locale::Nl, Locale::from_accept_language);
    // The request must not be held here: the router writes the matched address into it.
    let response = next.call(request).await?.map_into_boxed_body();
    let http_request = response.request().clone();
    let problem = match response.response().error() {
        None => return Ok(response.map_into_left_body()),
        Some(error) => error.as_error::<Problem>().cloned().unwrap_or_else(|| {
            Problem::new(match response.status().as_u16() {
                400 | 422 => Code::MalformedJson,
                404 => Code::NotFound,
                405 => Code::MethodNotAllowed,
                413 => Code::TooLarge,
                _ => Code::Internal,
            })
        }),
    };
    if problem.denied {
        record_denial(&http_request).await;
    }
    Ok(ServiceResponse::new(http_request, problem.response(locale)).map_into_boxed_body().map_into_left_body())
}

async fn record_denial(request: &actix_web::HttpRequest) {
    let Ok(ijkpunt) = extract::ijkpunt(request) else { return };
    let actor = request.extensions().get::<UserId>().copied();
    let entry = audit::Entry {
        actor: actor.map_or(audit::By::Anonymous, audit::By::User),
        agency: None,
        action: "access.denied",
        subject: ("route", None),
        detail: serde_json::json!({ "method": request.method().as_str(), "route": request.match_pattern() }),
    };
    if let Err(error) = audit::record_alone(&ijkpunt, entry).await {
        tracing::error!(%error, "a denial could not be recorded");
    }
}

/// The hash of a kiosk's request, which its signature covers.
pub struct BodyHash(pub [u8; 32]);

/// A slice of a recording is the largest that a kiosk sends.
const MAX_SIGNED_BODY: usize = 2 * 1024 * 1024;

/// Reads the body of a kiosk's signed request, so that its signature can be checked before anything is believed of it.
pub async fn signed_bodies(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.path().starts_with("/api/kiosk/") && request.headers().contains_key(header::AUTHORIZATION) {
        let body = request.extract::<web::Payload>().await?.to_bytes_limited(MAX_SIGNED_BODY).await;
        let body = body.map_err(|_| Problem::new(Code::TooLarge))??;
        request.extensions_mut().insert(BodyHash(signing::body_hash(&body)));
        request.set_payload(Payload::Stream { payload: Box::pin(stream::once(async move { Ok::<_, PayloadError>(body) })) });
    }
    next.call(request).await
}

/// The pages run only our own files: no inline script or style, no other site, no framing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
    require-trusted-types-for 'script'; trusted-types svelte-trusted-html ijkpunt ProseMirrorClipboard";

pub async fn security_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let api = request.path().starts_with("/api/");
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// A kiosk that waits longer has given up and asks again; its request must not wait on in our memory.
const KIOSK_PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// Counts what is under way, lets go of connections when the process stops, and gives up for a kiosk what a stalled database holds.
pub async fn in_time(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let stopping = extract::ijkpunt(request.request())?.stopping.clone();
    let _under_way = stopping.request();
    let mut response = if request.path().starts_with("/api/kiosk/") {
        match tokio::time::timeout(KIOSK_PATIENCE, next.call(request)).await {
            Ok(response) => response?,
            Err(_) => return Err(Problem::new(Code::Unavailable).into()),
        }
    } else {
        next.call(request).await?
    };
    if stopping.is_announced() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
