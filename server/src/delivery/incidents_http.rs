//! `/api/kiosk/incidents`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::incidents::{self, KINDS, Noticed};
use super::who::AtWork;
use crate::app::Ijkpunt;
use crate::http::extract::Json;
use crate::problem::{Code, Problem, ProblemBody};

const MAX: usize = 50;
const DAY_SECONDS: i64 = 86_400;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KioskIncidents {
    pub incidents: Vec<KioskIncident>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KioskIncident {
    /// `kiosk-focus-lost`, `kiosk-full-screen-left`, `kiosk-second-display`, `kiosk-device-gone` or `kiosk-storage-full`.
    pub kind: String,
    pub seconds: Option<i64>,
    /// How long ago it happened, by the kiosk's clock.
    pub ago_ms: i64,
}

#[utoipa::path(post, path = "/api/kiosk/incidents", operation_id = "tellIncidents", tag = "kiosk", request_body = KioskIncidents, responses((status = 204), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn tell(ijkpunt: web::Data<Ijkpunt>, at_work: AtWork, Json(body): Json<KioskIncidents>) -> Result<HttpResponse, Problem> {
    if body.incidents.len() > MAX {
        return Err(Problem::field("/incidents", Code::OutOfRange));
    }
    let mut noticed = Vec::with_capacity(body.incidents.len());
    for (n, incident) in body.incidents.iter().enumerate() {
        let kind = KINDS.into_iter().find(|kind| *kind == incident.kind);
        noticed.push(Noticed {
            kind: kind.ok_or_else(|| Problem::field(format!("/incidents/{n}/kind"), Code::OutOfRange))?,
            seconds: incident.seconds.map(|seconds| seconds.clamp(0, DAY_SECONDS)),
            ago: chrono::Duration::milliseconds(incident.ago_ms.clamp(0, DAY_SECONDS * 1000)),
        });
    }
    incidents::note(&ijkpunt, &at_work.sitting, &noticed).await?;
    Ok(HttpResponse::NoContent().finish())
}
