use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "statistics_questions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agency_id: AgencyId,
    pub name: String,
    pub question: Json,
    pub shared: bool,
    pub created_by: UserId,
    pub created_at: DateTimeUtc,
    pub removed_by: Option<UserId>,
    pub removed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
