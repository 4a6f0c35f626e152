use sea_orm::entity::prelude::*;

use super::enums::TillMoment;
use crate::ids::{AgencyId, TillCountId, UserId};
use crate::money::Cents;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "till_counts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TillCountId,
    pub agency_id: AgencyId,
    pub user_id: UserId,
    pub day: Date,
    pub moment: TillMoment,
    pub counted_cents: Cents,
    pub expected_cents: Cents,
    pub note: Option<String>,
    pub counted_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
