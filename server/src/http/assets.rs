//! The web apps, embedded in the binary: `/desk/…`, `/kiosk/…` and so on, each with its own `index.html`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;

use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// A file of an app; an address without a file extension is a page of that app, which its router resolves.
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = request.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Err(Problem::not_found());
    }
    if path.is_empty() {
        return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, "/desk/")).finish());
    }
    if let Some(file) = Dist::get(path) {
        // Vite puts a hash of the content in the name of everything under assets/.
        let caching = if path.contains("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        return Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, file.metadata.mimetype()))
            .insert_header((header::CACHE_CONTROL, caching))
            .body(file.data));
    }
    let app = path.split('/').next().unwrap_or_default();
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    match Dist::get(&format!("{app}/index.html")) {
        Some(_) if is_page && !path.contains('/') => {
            Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/{app}/"))).finish())
        }
        Some(index) if is_page => Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .body(index.data)),
        _ => Err(Problem::not_found()),
    }
}
