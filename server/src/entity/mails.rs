use sea_orm::entity::prelude::*;

use super::enums::MailStatus;
use crate::ids::{AgencyId, CandidateId, CertificateId, MailId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    pub agency_id: AgencyId,
    pub candidate_id: Option<CandidateId>,
    pub message_id: String,
    pub recipient_enc: Vec<u8>,
    pub subject: String,
    pub body_enc: Vec<u8>,
    pub certificate_id: Option<CertificateId>,
    pub status: MailStatus,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
