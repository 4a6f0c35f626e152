use sea_orm::entity::prelude::*;

use crate::ids::AttemptId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "answers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt_id: AttemptId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub position: i64,
    #[sea_orm(column_type = "JsonBinary")]
    pub response: Json,
    pub flagged: bool,
    pub late: bool,
    pub client_at: DateTimeUtc,
    pub received_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
