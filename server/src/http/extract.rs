//! What a handler asks for: who is calling, and a body that says exactly what is wrong with it.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::access::{self, Actor};
use crate::app::Ijkpunt;
use crate::problem::{Code, Problem};

/// No form of ours comes near this; uploads have their own handlers.
const MAX_BODY: usize = 1024 * 1024;

/// The header that our own pages send with every request that changes something. A form on another site cannot set it.
pub const OWN_PAGE_HEADER: &str = "X-IJkpunt";

pub const SESSION_COOKIE: &str = "__Host-ijkpunt";
/// Over plain HTTP (a laptop, a test) browsers refuse the `__Host-` prefix.
pub const PLAIN_SESSION_COOKIE: &str = "ijkpunt";

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// A body of JSON. Unknown fields, wrong types and missing fields are told with their place.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Payload::from_request(request, payload).into_inner();
        Box::pin(async move {
            let body = body.map_err(|_| Problem::new(Code::MalformedJson))?;
            let bytes = body.to_bytes_limited(MAX_BODY).await.map_err(|_| Problem::new(Code::TooLarge))?;
            let bytes = bytes.map_err(|_| Problem::new(Code::MalformedJson))?;
            parse(&bytes).map(Json)
        })
    }
}

/// Reads JSON and names the field at fault.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path() {
            use serde_path_to_error::Segment;
            match segment {
                Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                Segment::Map { key } => pointer.push_str(&format!("/{key}")),
                Segment::Enum { variant } => pointer.push_str(&format!("/{variant}")),
                Segment::Unknown => {}
            }
        }
        let inner = error.into_inner();
        let text = inner.to_string();
        match inner.classify() {
            serde_json::error::Category::Data if text.starts_with("missing field `") => {
                let name = text.split('`').nth(1).unwrap_or_default();
                Problem::field(format!("{pointer}/{name}"), Code::Required)
            }
            serde_json::error::Category::Data if text.starts_with("unknown field `") => Problem::field(pointer, Code::UnknownField),
            serde_json::error::Category::Data => Problem::field(pointer, Code::WrongType),
            _ => Problem::new(Code::MalformedJson),
        }
    })?;
    reader.end().map_err(|_| Problem::new(Code::MalformedJson))?;
    Ok(value)
}

/// A logged-in member of staff. Requests that change something must come from our own pages.
impl FromRequest for Actor {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let ijkpunt = ijkpunt(&request)?;
            let token = session_token(&request).ok_or(Problem::new(Code::NotLoggedIn))?;
            let actor =
                access::store::actor_by_token(&ijkpunt.db, &token, ijkpunt.clock.now()).await?.ok_or(Problem::new(Code::NotLoggedIn))?;
            request.extensions_mut().insert(actor.user_id);
            require_own_page(&request)?;
            Ok(actor)
        })
    }
}

/// Refuses a changing request that another site may have caused (ASVS 3.5): the own header must be there, and the origin, when named, must be ours.
pub fn require_own_page(request: &HttpRequest) -> Result<(), Problem> {
    if request.method().is_safe() {
        return Ok(());
    }
    let origin_is_ours = match request.headers().get(actix_web::http::header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
        None => true,
        Some(origin) => {
            let ijkpunt = ijkpunt(request)?;
            let connection = request.connection_info();
            origin == ijkpunt.config.public_origin || origin == format!("{}://{}", connection.scheme(), connection.host())
        }
    };
    if origin_is_ours && request.headers().contains_key(OWN_PAGE_HEADER) { Ok(()) } else { Err(Problem::new(Code::CrossSite)) }
}

pub fn session_token(request: &HttpRequest) -> Option<String> {
    [SESSION_COOKIE, PLAIN_SESSION_COOKIE].iter().find_map(|name| request.cookie(name)).map(|cookie| cookie.value().to_owned())
}

pub fn ijkpunt(request: &HttpRequest) -> Result<web::Data<Ijkpunt>, Problem> {
    request.app_data::<web::Data<Ijkpunt>>().cloned().ok_or(Problem::new(Code::Internal))
}
