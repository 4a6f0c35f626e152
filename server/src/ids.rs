//! Identifiers, one type a table, so that an order's id cannot be handed in where a candidate's is meant.
//! They are UUIDs of version 7: unique without a database, and ordered by the moment they were made.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        // Ids are made here, never by the database.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    AgencyId,
    AssemblyId,
    AttemptId,
    BlueprintId,
    BankFileId,
    BankLineId,
    BankStatementId,
    BookingId,
    CandidateId,
    CertificateId,
    ContractId,
    CorrectionId,
    CutProposalId,
    DecisionId,
    EnrolmentId,
    ForecastId,
    FormEventId,
    FormId,
    IncidentId,
    IssuerKeyId,
    ItemEventId,
    ItemId,
    ItemParametersId,
    ItemVersionId,
    JobId,
    KioskId,
    LedgerEntryId,
    LedgerLineId,
    MailId,
    MarkId,
    MeasurementRunId,
    MediaId,
    OrderId,
    OrderLineId,
    PanellistId,
    PaymentId,
    PlanId,
    PolicyCaseId,
    RatingId,
    RecordingId,
    RescueId,
    RefundId,
    ReliefProofId,
    ResultId,
    RubricId,
    RuleId,
    SessionId,
    SiteId,
    SpellId,
    StaffSessionId,
    StandardJudgementId,
    StandardSettingId,
    TillCountId,
    UserId,
}
