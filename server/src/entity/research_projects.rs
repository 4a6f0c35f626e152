use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "research_projects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// None for the whole platform.
    pub agency_id: Option<AgencyId>,
    pub name: String,
    pub ground: String,
    /// None once the project is closed.
    pub key_enc: Option<Vec<u8>>,
    /// None from the command line.
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub closed_by: Option<UserId>,
    pub closed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
