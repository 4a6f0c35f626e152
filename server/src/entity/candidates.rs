use sea_orm::entity::prelude::*;

use super::enums::{Advice, Sex};
use crate::ids::{AgencyId, CandidateId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "candidates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CandidateId,
    pub number: String,
    pub revision: i64,
    pub insz_enc: Option<Vec<u8>>,
    pub insz_hash: Option<Vec<u8>>,
    pub no_insz_reason: Option<String>,
    pub given_names_enc: Vec<u8>,
    pub family_name_enc: Vec<u8>,
    pub email_enc: Option<Vec<u8>>,
    pub phone_enc: Option<Vec<u8>>,
    pub birth_date: Date,
    pub sex: Sex,
    pub contact_language: String,
    pub advice: Option<Advice>,
    pub agency_id: AgencyId,
    pub created_at: DateTimeUtc,
    pub created_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
