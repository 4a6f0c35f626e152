//! Reading agencies and sites.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use super::rules::OpeningHours;
use crate::entity::sites;
use crate::ids::SiteId;

pub async fn site(db: &impl ConnectionTrait, id: SiteId) -> Result<Option<sites::Model>, DbErr> {
    sites::Entity::find_by_id(id).one(db).await
}

pub fn opening_hours(site: &sites::Model) -> Result<OpeningHours, DbErr> {
    serde_json::from_value(site.opening_hours.clone()).map_err(|error| DbErr::Type(format!("opening hours of {}: {error}", site.code)))
}
