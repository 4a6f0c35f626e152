use sea_orm::entity::prelude::*;

use crate::ids::RecordingId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recording_slices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub recording_id: RecordingId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub n: i64,
    pub sha256: Vec<u8>,
    pub size: i64,
    pub received_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
