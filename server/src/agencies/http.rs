//! `/api/agencies`: the agencies with their sites.

use actix_web::web;
use sea_orm::{EntityTrait, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::OpeningHours;
use super::store;
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::entity::enums::AgencyCode;
use crate::entity::{agencies, sites};
use crate::ids::{AgencyId, SiteId};
use crate::problem::Problem;

#[derive(Serialize, ToSchema)]
pub struct AgencyView {
    pub id: AgencyId,
    pub code: AgencyCode,
    pub name: String,
    pub sites: Vec<SiteView>,
}

#[derive(Serialize, ToSchema)]
pub struct SiteView {
    pub id: SiteId,
    pub code: String,
    pub name: String,
    pub address: String,
    pub opening_hours: OpeningHours,
}

#[utoipa::path(get, path = "/api/agencies", operation_id = "listAgencies", tag = "agencies", responses((status = 200, body = Vec<AgencyView>)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, _actor: Actor) -> Result<web::Json<Vec<AgencyView>>, Problem> {
    let sites = sites::Entity::find().order_by_asc(sites::Column::Name).all(&ijkpunt.db).await?;
    let mut agencies = agencies::Entity::find().all(&ijkpunt.db).await?;
    agencies.sort_by_key(|agency| agency.code);
    let mut views = Vec::with_capacity(agencies.len());
    for agency in agencies {
        let mut of_agency = Vec::new();
        for site in sites.iter().filter(|site| site.agency_id == agency.id) {
            of_agency.push(SiteView {
                opening_hours: store::opening_hours(site)?,
                id: site.id,
                code: site.code.clone(),
                name: site.name.clone(),
                address: site.address.clone(),
            });
        }
        views.push(AgencyView { id: agency.id, code: agency.code, name: agency.name, sites: of_agency });
    }
    Ok(web::Json(views))
}
