use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::{agencies, kiosks, sites};
use crate::ids::{AgencyId, KioskId, SiteId};

pub async fn kiosk(db: &impl ConnectionTrait, id: KioskId) -> Result<Option<(kiosks::Model, sites::Model)>, DbErr> {
    let Some(kiosk) = kiosks::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    let site = sites::Entity::find_by_id(kiosk.site_id).one(db).await?;
    Ok(site.map(|site| (kiosk, site)))
}

pub async fn place(db: &impl ConnectionTrait, site: SiteId) -> Result<Option<(sites::Model, agencies::Model)>, DbErr> {
    let Some(site) = sites::Entity::find_by_id(site).one(db).await? else { return Ok(None) };
    let agency = agencies::Entity::find_by_id(site.agency_id).one(db).await?;
    Ok(agency.map(|agency| (site, agency)))
}

/// The kiosks of some agencies, by site and name.
pub async fn kiosks_of(db: &impl ConnectionTrait, agencies: &[AgencyId]) -> Result<Vec<(kiosks::Model, sites::Model)>, DbErr> {
    let sites =
        sites::Entity::find().filter(sites::Column::AgencyId.is_in(agencies.to_vec())).order_by_asc(sites::Column::Name).all(db).await?;
    let mut kiosks = kiosks::Entity::find()
        .filter(kiosks::Column::SiteId.is_in(sites.iter().map(|site| site.id)))
        .order_by_asc(kiosks::Column::Name)
        .all(db)
        .await?;
    kiosks.sort_by_key(|kiosk| sites.iter().position(|site| site.id == kiosk.site_id));
    Ok(kiosks
        .into_iter()
        .filter_map(|kiosk| {
            let site = sites.iter().find(|site| site.id == kiosk.site_id)?.clone();
            Some((kiosk, site))
        })
        .collect())
}

pub async fn kiosks_at(db: &impl ConnectionTrait, site: SiteId) -> Result<Vec<kiosks::Model>, DbErr> {
    kiosks::Entity::find().filter(kiosks::Column::SiteId.eq(site)).order_by_asc(kiosks::Column::Name).all(db).await
}
