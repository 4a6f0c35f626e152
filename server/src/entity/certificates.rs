use sea_orm::entity::prelude::*;

use super::enums::{CertificateStatus, Part};
use crate::ids::{AgencyId, CandidateId, CertificateId, EnrolmentId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "certificates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CertificateId,
    pub number: String,
    pub enrolment_id: EnrolmentId,
    pub candidate_id: CandidateId,
    pub agency_id: AgencyId,
    /// The one part that the paper is about, when somebody asked for a paper before the purpose was met.
    pub part: Option<Part>,
    /// What the paper says, sealed, since it names the person.
    pub body_enc: Vec<u8>,
    pub purpose: String,
    /// The levels per skill, public to whoever holds the number: {"reading": "A2", …}.
    #[sea_orm(column_type = "JsonBinary")]
    pub levels: Json,
    pub issued_at: DateTimeUtc,
    pub status: CertificateStatus,
    pub supersedes_id: Option<CertificateId>,
    pub status_changed_at: Option<DateTimeUtc>,
    pub status_changed_by: Option<UserId>,
    pub status_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
