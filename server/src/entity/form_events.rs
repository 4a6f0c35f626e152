use sea_orm::entity::prelude::*;

use super::enums::FormStatus;
use crate::ids::{FormEventId, FormId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "form_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FormEventId,
    pub form_id: FormId,
    pub to_status: FormStatus,
    pub comment: String,
    pub at: DateTimeUtc,
    pub by_user: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
