//! The words that columns are restricted to. Each is stored, sent and shown in the API by the same text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An enum that is stored and sent as text.
macro_rules! text_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $(#[sea_orm(string_value = $text)] #[serde(rename = $text)] $variant),+
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        // Written out, since the derive does not see through the macro to the words and would describe the variants' names.
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some([$($text),+])).into()
            }
        }

        impl ToSchema for $name {}

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(UnknownWord(text.to_owned())),
                }
            }
        }
    };
}

#[derive(Debug, thiserror::Error)]
#[error("unknown word {0:?}")]
pub struct UnknownWord(pub String);

text_enum! {
    pub enum ActorKind {
        User = "user",
        Kiosk = "kiosk",
        System = "system",
        Anonymous = "anonymous",
    }
}

text_enum! {
    /// The advice on learning ability (*advies taalleervermogen*).
    pub enum Advice {
        CbeAlfa = "cbe_alfa",
        CbeNt2 = "cbe_nt2",
        Cbe = "cbe",
        CvoExtended = "cvo_extended",
        CvoStandard = "cvo_standard",
        CvoShort = "cvo_short",
        Utc = "utc",
    }
}

text_enum! {
    pub enum AgencyCode {
        Agii = "agii",
        Atlas = "atlas",
        Amal = "amal",
        Hvn = "hvn",
    }
}

text_enum! {
    pub enum AttemptStatus {
        Ready = "ready",
        Running = "running",
        Paused = "paused",
        Submitted = "submitted",
        Ended = "ended",
        Annulled = "annulled",
    }
}

text_enum! {
    /// The A1/A2 or the B1/B2 test.
    pub enum Band {
        A1A2 = "A1A2",
        B1B2 = "B1B2",
    }
}

text_enum! {
    pub enum BookingStatus {
        Booked = "booked",
        Waiting = "waiting",
        Cancelled = "cancelled",
        Attended = "attended",
        Absent = "absent",
    }
}

text_enum! {
    pub enum Bundle {
        Oral = "oral",
        Written = "written",
        Mo = "mo",
        Prescreening = "prescreening",
    }
}

text_enum! {
    pub enum CertificateStatus {
        Valid = "valid",
        Superseded = "superseded",
        Revoked = "revoked",
    }
}

text_enum! {
    /// How a credential is signed, by the names of the registries (RFC 7518, RFC 8032).
    pub enum KeyAlgorithm {
        Es256 = "ES256",
        Ed25519 = "Ed25519",
    }
}

text_enum! {
    /// A component of the integration trajectory.
    pub enum Component {
        Mo = "mo",
        Nt2 = "nt2",
        Employment = "employment",
        Participation = "participation",
        B1Oral = "b1_oral",
        IntegrationCertificate = "integration_certificate",
    }
}

text_enum! {
    pub enum EnrolmentStatus {
        Open = "open",
        Completed = "completed",
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// By which road a pass was forecast.
    pub enum ForecastRoad {
        Score = "score",
        Linked = "linked",
        None = "none",
    }
}

text_enum! {
    pub enum FormPart {
        Prescreening = "prescreening",
        Reading = "reading",
        Listening = "listening",
        Writing = "writing",
        Speaking = "speaking",
        Mo = "mo",
    }
}

text_enum! {
    /// Where a search for forms stands, and what somebody decided about the forms that it proposed.
    pub enum AssemblyStatus {
        Queued = "queued",
        Running = "running",
        Proposed = "proposed",
        Impossible = "impossible",
        Failed = "failed",
        Cancelled = "cancelled",
        Approved = "approved",
        Rejected = "rejected",
    }
}

text_enum! {
    pub enum FormStatus {
        Draft = "draft",
        Published = "published",
        Retired = "retired",
    }
}

text_enum! {
    pub enum IdentityDocument {
        Eid = "eid",
        ResidenceCard = "residence_card",
        Passport = "passport",
        Annex = "annex",
        Other = "other",
    }
}

text_enum! {
    /// A model of item response theory.
    pub enum IrtModel {
        Rasch = "rasch",
        TwoPl = "2pl",
        ThreePl = "3pl",
        GradedResponse = "grm",
        PartialCredit = "pcm",
        GeneralisedPartialCredit = "gpcm",
    }
}

text_enum! {
    pub enum ItemSkill {
        Reading = "reading",
        Listening = "listening",
        Writing = "writing",
        Speaking = "speaking",
        Vocabulary = "vocabulary",
        Mo = "mo",
    }
}

text_enum! {
    pub enum ItemStatus {
        Draft = "draft",
        InReview = "in_review",
        Approved = "approved",
        Published = "published",
        Retired = "retired",
    }
}

text_enum! {
    pub enum JobStatus {
        Queued = "queued",
        Running = "running",
        Done = "done",
        Dead = "dead",
    }
}

text_enum! {
    /// What a part shows: a CEFR level, or the outcome of a test that has no levels.
    pub enum Level {
        Below = "below",
        A1 = "A1",
        A2 = "A2",
        B1 = "B1",
        B2 = "B2",
        Passed = "passed",
        Failed = "failed",
        Advice = "advice",
    }
}

text_enum! {
    pub enum MailStatus {
        Queued = "queued",
        Sent = "sent",
        Kept = "kept",
        Failed = "failed",
    }
}

text_enum! {
    /// What was said of the parameters that a calibration proposed.
    pub enum MeasurementDecision {
        Approved = "approved",
        Rejected = "rejected",
    }
}

text_enum! {
    pub enum MeasurementKind {
        Analysis = "analysis",
        Calibration = "calibration",
        Dif = "dif",
    }
}

text_enum! {
    pub enum MeasurementStatus {
        Queued = "queued",
        Running = "running",
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

text_enum! {
    pub enum OrderStatus {
        Open = "open",
        Paid = "paid",
        Cancelled = "cancelled",
    }
}

text_enum! {
    pub enum Outcome {
        Exempt = "exempt",
        Passed = "passed",
        Failed = "failed",
        Met = "met",
        Waived = "waived",
        Issued = "issued",
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    pub enum ParameterSource {
        Default = "default",
        Content = "content",
        Import = "import",
        Calibration = "calibration",
        Manual = "manual",
    }
}

text_enum! {
    pub enum ParameterStatus {
        Proposed = "proposed",
        Approved = "approved",
        Superseded = "superseded",
    }
}

text_enum! {
    /// What a candidate sits as one attempt.
    pub enum Part {
        Prescreening = "prescreening",
        Reading = "reading",
        Listening = "listening",
        Writing = "writing",
        Speaking = "speaking",
        MoExemption = "mo_exemption",
        MoFinal = "mo_final",
    }
}

text_enum! {
    pub enum PaymentMethod {
        Cash = "cash",
        Terminal = "terminal",
        Transfer = "transfer",
    }
}

text_enum! {
    /// Of a cut score that a panel came to.
    pub enum ProposalStatus {
        Proposed = "proposed",
        InForce = "in_force",
        Rejected = "rejected",
    }
}

text_enum! {
    pub enum RatingStatus {
        Open = "open",
        Claimed = "claimed",
        Submitted = "submitted",
        Void = "void",
    }
}

text_enum! {
    pub enum Region {
        Flanders = "flanders",
        Brussels = "brussels",
    }
}

text_enum! {
    /// What a member of staff does at an agency.
    pub enum Role {
        Desk = "desk",
        Invigilator = "invigilator",
        Examiner = "examiner",
        Author = "author",
        Office = "office",
        Admin = "admin",
    }
}

text_enum! {
    pub enum RuleKind {
        Purpose = "purpose",
        Fee = "fee",
        CutScore = "cut_score",
        Trajectory = "trajectory",
        Language = "language",
        Setting = "setting",
    }
}

text_enum! {
    pub enum RuleSource {
        Report = "report",
        Public = "public",
        Default = "default",
    }
}

text_enum! {
    pub enum SessionKind {
        Prescreening = "prescreening",
        First = "first",
        Second = "second",
        MoExemption = "mo_exemption",
        MoFinal = "mo_final",
    }
}

text_enum! {
    pub enum SessionStatus {
        Planned = "planned",
        Open = "open",
        Paused = "paused",
        Closed = "closed",
        Cancelled = "cancelled",
    }
}

text_enum! {
    pub enum Sex {
        Female = "female",
        Male = "male",
        X = "x",
    }
}

text_enum! {
    /// How a panel sets a cut score.
    pub enum StandardMethod {
        Angoff = "angoff",
        YesNo = "yes_no",
        Bookmark = "bookmark",
    }
}

text_enum! {
    pub enum StandardStatus {
        Open = "open",
        Closed = "closed",
    }
}

text_enum! {
    /// Why an adaptive test ended by itself.
    pub enum StopReason {
        Precision = "precision",
        Decision = "decision",
        Length = "length",
        Exhausted = "exhausted",
    }
}

text_enum! {
    pub enum TargetGroup {
        Mandatory = "mandatory",
        Entitled = "entitled",
    }
}

text_enum! {
    /// The accounts of the ledger. A debit is positive: what is owed to the agency and what it has.
    pub enum Account {
        Receivable = "receivable",
        Cash = "cash",
        TerminalClearing = "terminal_clearing",
        TransferClearing = "transfer_clearing",
        Bank = "bank",
        Revenue = "revenue",
        RefundsDue = "refunds_due",
        Unallocated = "unallocated",
        TillDifferences = "till_differences",
        Other = "other",
    }
}

text_enum! {
    pub enum EntryKind {
        Order = "order",
        Lapse = "lapse",
        Payment = "payment",
        Reversal = "reversal",
        Credit = "credit",
        Refund = "refund",
        RefundRejected = "refund_rejected",
        Payout = "payout",
        Till = "till",
        Bank = "bank",
        Assignment = "assignment",
    }
}

text_enum! {
    pub enum TillMoment {
        Opening = "opening",
        Closing = "closing",
    }
}

text_enum! {
    pub enum RefundMethod {
        Cash = "cash",
        Transfer = "transfer",
    }
}

text_enum! {
    pub enum RefundStatus {
        Requested = "requested",
        Approved = "approved",
        Paid = "paid",
        Rejected = "rejected",
    }
}

text_enum! {
    pub enum BankFormat {
        Coda = "coda",
        Camt053 = "camt053",
    }
}

text_enum! {
    pub enum BankLineState {
        Matched = "matched",
        Open = "open",
        Settled = "settled",
    }
}

text_enum! {
    /// Why somebody must look at a line of a bank statement.
    pub enum BankRemark {
        Underpaid = "underpaid",
        Overpaid = "overpaid",
        Duplicate = "duplicate",
        Cancelled = "cancelled",
        Unknown = "unknown",
        NoCommunication = "no_communication",
        Outgoing = "outgoing",
    }
}

text_enum! {
    /// What became of such a line.
    pub enum Settled {
        Assigned = "assigned",
        Returned = "returned",
        Ignored = "ignored",
    }
}
