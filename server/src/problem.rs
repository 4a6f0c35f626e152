//! What is said when something is refused: RFC 9457 problem documents, from one table of stable codes.
//!
//! A refusal in the domain is an enum that knows nothing of HTTP; the `From` implementations at the end of this file give it a code.
//! Titles are said in the language of the caller. A 5xx says nothing of what went wrong inside.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::is_passing;
use crate::locale::Locale;

/// Rows of code, status and title in Dutch, English, French and Arabic.
macro_rules! codes {
    ($($variant:ident $status:literal $code:literal: $nl:literal, $en:literal, $fr:literal, $ar:literal;)+) => {
        /// Why a request was refused. The text of a code never changes once released.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($variant),+
        }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            pub const fn title(self, locale: Locale) -> &'static str {
                match self {
                    $(Self::$variant => match locale { Locale::Nl => $nl, Locale::En => $en, Locale::Fr => $fr, Locale::Ar => $ar }),+
                }
            }
        }
    };
}

include!("problem_codes.rs");

#[path = "problem_desk.rs"]
mod desk;
#[path = "problem_measurement.rs"]
mod measurement;
#[path = "problem_money.rs"]
mod money;

/// What is wrong with one field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the request: a JSON pointer (RFC 6901), such as `/birth_date`.
    pub pointer: String,
    pub code: String,
    pub message: String,
}

/// A refusal on its way to the caller.
#[derive(Clone, Debug)]
pub struct Problem {
    pub code: Code,
    /// Which fields are wrong, each with a code of its own.
    pub fields: Vec<(String, Code)>,
    /// Facts that the caller's screen needs, such as the date from which a retake is possible.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// Somebody asked for what is not theirs: the refusal gets an audit row, also where the answer is a plain 404.
    pub denied: bool,
}

/// The body of a problem document.
#[derive(Serialize, ToSchema)]
pub struct ProblemBody {
    /// Always `about:blank`-free: `urn:ijkpunt:problem:<code>`.
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Facts for the screen, by code.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub facts: serde_json::Map<String, serde_json::Value>,
}

impl Problem {
    pub fn new(code: Code) -> Self {
        Self { code, fields: Vec::new(), facts: serde_json::Map::new(), denied: false }
    }

    /// One or more fields of the request are wrong.
    pub fn fields(fields: impl IntoIterator<Item = (impl Into<String>, Code)>) -> Self {
        Self { fields: fields.into_iter().map(|(pointer, code)| (pointer.into(), code)).collect(), ..Self::new(Code::InvalidInput) }
    }

    pub fn field(pointer: impl Into<String>, code: Code) -> Self {
        Self::fields([(pointer, code)])
    }

    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// Something of another agency: it answers as if it were not there, and the attempt is recorded.
    pub fn hidden() -> Self {
        Self { denied: true, ..Self::new(Code::NotFound) }
    }

    pub fn forbidden() -> Self {
        Self { denied: true, ..Self::new(Code::Forbidden) }
    }

    pub fn with_fact(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    pub fn body(&self, locale: Locale) -> ProblemBody {
        ProblemBody {
            r#type: format!("urn:ijkpunt:problem:{}", self.code.as_str()),
            title: self.code.title(locale).to_owned(),
            status: self.code.status(),
            code: self.code.as_str().to_owned(),
            errors: self
                .fields
                .iter()
                .map(|(pointer, code)| FieldError {
                    pointer: pointer.clone(),
                    code: code.as_str().to_owned(),
                    message: code.title(locale).to_owned(),
                })
                .collect(),
            facts: self.facts.clone(),
        }
    }

    pub fn response(&self, locale: Locale) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        response.insert_header((header::CONTENT_LANGUAGE, locale.as_str()));
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if self.status_code() == StatusCode::SERVICE_UNAVAILABLE || self.status_code() == StatusCode::TOO_MANY_REQUESTS {
            response.insert_header((header::RETRY_AFTER, "2"));
        }
        response.body(serde_json::to_string(&self.body(locale)).unwrap_or_default())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// In Dutch; `http::middleware` says it again in the caller's language, which only the request knows.
    fn error_response(&self) -> HttpResponse {
        self.response(Locale::Nl)
    }
}

/// A database that cannot be reached, is full or too busy is a reason to try again; anything else is our fault.
impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Self {
        let (text, passing) = (error.to_string(), is_passing(&error));
        tracing::error!(error = %text, passing, "the database refused");
        Self::new(if passing { Code::Unavailable } else { Code::Internal })
    }
}

impl From<crate::crypto::CannotOpen> for Problem {
    fn from(error: crate::crypto::CannotOpen) -> Self {
        tracing::error!(%error, "a sealed value does not open");
        Self::new(Code::Internal)
    }
}

impl From<crate::access::rules::Refusal> for Problem {
    fn from(refusal: crate::access::rules::Refusal) -> Self {
        match refusal {
            crate::access::rules::Refusal::OtherAgency => Self::hidden(),
            crate::access::rules::Refusal::NotYourRole => Self::forbidden(),
        }
    }
}

impl From<crate::statistics::report::ReportRefusal> for Problem {
    fn from(refusal: crate::statistics::report::ReportRefusal) -> Self {
        use crate::statistics::report::ReportRefusal;
        match refusal {
            ReportRefusal::NoSnapshot => Self::new(Code::NoSnapshot),
            ReportRefusal::SnapshotAndDate => Self::new(Code::SnapshotAndDate),
            ReportRefusal::WrongOrder => Self::new(Code::WrongOrder),
            ReportRefusal::TooManyRows => Self::new(Code::TooManyRows),
            ReportRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::statistics::actions::SnapshotRefusal> for Problem {
    fn from(refusal: crate::statistics::actions::SnapshotRefusal) -> Self {
        use crate::statistics::actions::SnapshotRefusal;
        match refusal {
            SnapshotRefusal::NameTaken => Self::field("/name", Code::SnapshotNameTaken),
            SnapshotRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::policy::actions::PolicyRefusal> for Problem {
    fn from(refusal: crate::policy::actions::PolicyRefusal) -> Self {
        use crate::policy::actions::PolicyRefusal;
        match refusal {
            PolicyRefusal::Unknown => Self::field("/key", Code::RuleUnknown),
            PolicyRefusal::Shape => Self::field("/body", Code::RuleShape),
            PolicyRefusal::Dates => Self::field("/valid_to", Code::OutOfRange),
            PolicyRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::access::actions::LoginRefusal> for Problem {
    fn from(refusal: crate::access::actions::LoginRefusal) -> Self {
        match refusal {
            crate::access::actions::LoginRefusal::WrongCredentials => Self::new(Code::WrongCredentials),
            crate::access::actions::LoginRefusal::TooManyTries => Self::new(Code::TooManyTries),
            crate::access::actions::LoginRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::kiosks::KioskRefusal> for Problem {
    fn from(refusal: crate::kiosks::KioskRefusal) -> Self {
        match refusal {
            crate::kiosks::KioskRefusal::NotFound => Self::not_found(),
            crate::kiosks::KioskRefusal::NameTaken => Self::field("/name", Code::KioskNameTaken),
            crate::kiosks::KioskRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::kiosks::EnrolRefusal> for Problem {
    fn from(refusal: crate::kiosks::EnrolRefusal) -> Self {
        match refusal {
            crate::kiosks::EnrolRefusal::CodeWrong => Self::field("/code", Code::EnrolCodeWrong),
            crate::kiosks::EnrolRefusal::KeyWrong => Self::field("/public_key", Code::KeyWrong),
            crate::kiosks::EnrolRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::delivery::Refusal> for Problem {
    fn from(refusal: crate::delivery::Refusal) -> Self {
        use crate::delivery::Refusal;
        match refusal {
            Refusal::CodeWrong => Self::field("/code", Code::CodeWrong),
            Refusal::CodeUsed => Self::new(Code::CodeUsed),
            Refusal::CodeExpired => Self::new(Code::CodeExpired),
            Refusal::TooManyTries => Self::new(Code::TooManyTries),
            Refusal::WrongKiosk => Self::new(Code::WrongKiosk),
            Refusal::SessionNotOpen => Self::new(Code::SessionNotOpen),
            Refusal::SessionPaused => Self::new(Code::SessionPaused),
            Refusal::LanguageUnknown => Self::field("/language", Code::LanguageUnknown),
            Refusal::NoForm => Self::new(Code::NoForm),
            Refusal::NoCutScore => Self::new(Code::NoCutScore),
            Refusal::NothingToResume => Self::new(Code::NothingToResume),
            Refusal::TakenOver => Self::new(Code::TakenOver),
            Refusal::NotFound => Self::not_found(),
            Refusal::NotCurrent => Self::new(Code::AttemptNotCurrent),
            Refusal::NotRunning => Self::new(Code::AttemptNotRunning),
            Refusal::Closed => Self::new(Code::AttemptClosed),
            Refusal::PlaysUsedUp { plays, max_plays } => {
                Self::new(Code::PlaysUsedUp).with_fact("plays", plays).with_fact("max_plays", max_plays)
            }
            Refusal::AnswersMissing { got, said } => Self::new(Code::AnswersMissing).with_fact("got", got).with_fact("said", said),
            Refusal::SliceDamaged => Self::new(Code::SliceDamaged),
            Refusal::SliceDiffers => Self::new(Code::SliceDiffers),
            Refusal::SlicesMissing { missing } => Self::new(Code::SlicesMissing).with_fact("missing", missing),
            Refusal::AlreadyPlayed => Self::new(Code::AlreadyPlayed),
            Refusal::Media(error) => {
                tracing::error!(%error, "the media store refused");
                Self::new(Code::Unavailable)
            }
            Refusal::Item(error) => {
                tracing::error!(%error, "a question cannot be delivered");
                Self::new(Code::Internal)
            }
            Refusal::Database(error) => error.into(),
            Refusal::Sealed(error) => error.into(),
        }
    }
}

impl From<crate::room::Refusal> for Problem {
    fn from(refusal: crate::room::Refusal) -> Self {
        use crate::room::Refusal;
        match refusal {
            Refusal::NotFound => Self::not_found(),
            Refusal::Conflict => Self::new(Code::Conflict),
            Refusal::ReopenTooLate => Self::new(Code::ReopenTooLate),
            Refusal::RatedAlready => Self::new(Code::RatedAlready),
            Refusal::NextPartBegun => Self::new(Code::NextPartBegun),
            Refusal::NothingToReopen => Self::new(Code::NothingToReopen),
            Refusal::NoTimeLeft => Self::field("/minutes", Code::Required),
            Refusal::RescueUnreadable => Self::new(Code::RescueUnreadable),
            Refusal::RescueForeign => Self::new(Code::RescueForeign),
            Refusal::RescueRead => Self::new(Code::RescueRead),
            Refusal::Closed => Self::new(Code::AttemptClosed),
            Refusal::Media(error) => {
                tracing::error!(%error, "the media store refused");
                Self::new(Code::Unavailable)
            }
            Refusal::NotToday => Self::new(Code::NotToday),
            Refusal::SessionNotOpen => Self::new(Code::SessionNotOpen),
            Refusal::IdentityNotChecked => Self::new(Code::IdentityNotChecked),
            Refusal::NotSeated => Self::new(Code::NotSeated),
            Refusal::SeatTaken => Self::new(Code::SeatTaken),
            Refusal::KioskNotUsable => Self::new(Code::KioskNotUsable),
            Refusal::StillBusy { candidates } => Self::new(Code::StillBusy).with_fact("candidates", candidates),
            Refusal::AlreadyStarted => Self::new(Code::AlreadyStarted),
            Refusal::NotRunning => Self::new(Code::AttemptNotRunning),
            Refusal::Paper(error) => {
                tracing::error!(%error, "the tickets could not be made");
                Self::new(Code::Internal)
            }
            Refusal::Database(error) => error.into(),
            Refusal::Sealed(error) => error.into(),
        }
    }
}

impl From<crate::delivery::writer::SaveRefusal> for Problem {
    fn from(refusal: crate::delivery::writer::SaveRefusal) -> Self {
        use crate::delivery::writer::SaveRefusal;
        match refusal {
            SaveRefusal::NotYours => Self::new(Code::TakenOver),
            SaveRefusal::Replayed { newest } => Self::new(Code::RequestReplayed).with_fact("newest", newest),
            SaveRefusal::NoSuchPosition(_) => Self::field("/position", Code::OutOfRange),
            // Whatever the database said: the kiosk keeps the answers and comes again.
            SaveRefusal::Full | SaveRefusal::Database(_) => Self::new(Code::Unavailable),
        }
    }
}

impl From<crate::results::gate::GateRefusal> for Problem {
    fn from(refusal: crate::results::gate::GateRefusal) -> Self {
        use crate::results::gate::GateRefusal;
        use crate::results::rules::Refusal;
        match refusal {
            GateRefusal::Rule(Refusal::EnrolmentClosed) => Self::new(Code::EnrolmentClosed),
            GateRefusal::Rule(Refusal::NotNeeded) => Self::new(Code::NotNeeded),
            GateRefusal::Rule(Refusal::AlreadyPassed) => Self::new(Code::AlreadyPassed),
            GateRefusal::Rule(Refusal::FirstSittingNotPassed { missing }) => {
                let missing: Vec<&str> = missing.iter().map(|part| part.as_str()).collect();
                Self::new(Code::FirstSittingNotPassed).with_fact("missing", missing)
            }
            GateRefusal::Rule(Refusal::AnotherDay { from }) => Self::new(Code::AnotherDay).with_fact("from", from.to_string()),
            GateRefusal::Rule(Refusal::RetakeTooEarly { part, from }) => {
                Self::new(Code::RetakeTooEarly).with_fact("part", part.as_str()).with_fact("from", from.to_string())
            }
            GateRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::marking::ratings::actions::RatingRefusal> for Problem {
    fn from(refusal: crate::marking::ratings::actions::RatingRefusal) -> Self {
        use crate::marking::ratings::actions::RatingRefusal;
        use crate::marking::ratings::rules::ScoreError;
        match refusal {
            RatingRefusal::Taken => Self::new(Code::RatingTaken),
            RatingRefusal::RatedBefore => Self::new(Code::RatedBefore),
            RatingRefusal::Closed => Self::new(Code::RatingClosed),
            RatingRefusal::Scores(errors) => Self::fields(errors.into_iter().map(|error| match error {
                ScoreError::UnknownCriterion(key) => (format!("/scores/{key}"), Code::UnknownField),
                ScoreError::OutOfRange(key) => (format!("/scores/{key}"), Code::OutOfRange),
                ScoreError::Missing(key) => (format!("/scores/{key}"), Code::Required),
            })),
            RatingRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::certificates::actions::CertificateRefusal> for Problem {
    fn from(refusal: crate::certificates::actions::CertificateRefusal) -> Self {
        use crate::certificates::actions::CertificateRefusal;
        match refusal {
            CertificateRefusal::NotValid => Self::new(Code::CertificateNotValid),
            CertificateRefusal::NotPassed => Self::new(Code::NothingToCertify),
            CertificateRefusal::AlreadyCertified => Self::new(Code::AlreadyCertified),
            CertificateRefusal::NoAddress => Self::new(Code::NoMailAddress),
            CertificateRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::certificates::actions::PaperError> for Problem {
    fn from(error: crate::certificates::actions::PaperError) -> Self {
        match error {
            crate::certificates::actions::PaperError::Pdf(error) => error.into(),
            crate::certificates::actions::PaperError::Database(error) => error.into(),
        }
    }
}

impl From<crate::credentials::signing::SigningError> for Problem {
    fn from(error: crate::credentials::signing::SigningError) -> Self {
        tracing::error!(%error, "a key cannot be used");
        Self::new(Code::Internal)
    }
}

impl From<crate::credentials::keys::KeyRefusal> for Problem {
    fn from(refusal: crate::credentials::keys::KeyRefusal) -> Self {
        use crate::credentials::keys::KeyRefusal;
        match refusal {
            KeyRefusal::NotFound => Self::not_found(),
            KeyRefusal::AlreadyWithdrawn => Self::new(Code::KeyWithdrawn),
            KeyRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::pdf::PdfError> for Problem {
    fn from(error: crate::pdf::PdfError) -> Self {
        tracing::error!(%error, "a certificate cannot be written");
        Self::new(Code::Internal)
    }
}

impl From<crate::mail::actions::MailRefusal> for Problem {
    fn from(refusal: crate::mail::actions::MailRefusal) -> Self {
        match refusal {
            crate::mail::actions::MailRefusal::NotToSend => Self::new(Code::MailNotToSend),
            crate::mail::actions::MailRefusal::NoServer => Self::new(Code::NoMailServer),
            crate::mail::actions::MailRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::items::uploads::UploadRefusal> for Problem {
    fn from(refusal: crate::items::uploads::UploadRefusal) -> Self {
        use crate::items::uploads::UploadRefusal;
        Self::new(match refusal {
            UploadRefusal::UnknownKind => Code::MediaUnknownKind,
            UploadRefusal::ActiveDrawing => Code::MediaActiveDrawing,
            UploadRefusal::TooLarge => Code::TooLarge,
        })
    }
}

impl From<crate::marking::corrections::actions::CorrectionRefusal> for Problem {
    fn from(refusal: crate::marking::corrections::actions::CorrectionRefusal) -> Self {
        use crate::marking::corrections::actions::CorrectionRefusal;
        match refusal {
            CorrectionRefusal::NotFound => Self::not_found(),
            CorrectionRefusal::NotPublished => Self::new(Code::CorrectionNotPublished),
            CorrectionRefusal::NothingEarlier => Self::new(Code::CorrectionNothingEarlier),
            CorrectionRefusal::Unlike(reasons) => Self::new(Code::CorrectionUnlike).with_fact("reasons", reasons),
            CorrectionRefusal::Stale => Self::new(Code::CorrectionStale),
            CorrectionRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::items::actions::BankRefusal> for Problem {
    fn from(refusal: crate::items::actions::BankRefusal) -> Self {
        use crate::items::actions::BankRefusal;
        use crate::items::rules::StepRefusal;
        match refusal {
            BankRefusal::NotFound => Self::not_found(),
            BankRefusal::NoSuchItem => Self::field("/enemy", Code::ItemUnknown),
            BankRefusal::Conflict => Self::new(Code::Conflict),
            BankRefusal::Step(StepRefusal::NotFromHere) => Self::new(Code::ItemStepImpossible),
            BankRefusal::Step(StepRefusal::OwnVersion) => Self::new(Code::OwnItemVersion),
            BankRefusal::Step(StepRefusal::CommentNeeded) => Self::field("/comment", Code::Required),
            BankRefusal::Faults(faults) => Self::new(Code::ItemFaulty).with_fact("faults", faults),
            BankRefusal::Database(error) => error.into(),
        }
    }
}

impl From<crate::forms::actions::FormError> for Problem {
    fn from(error: crate::forms::actions::FormError) -> Self {
        use crate::forms::actions::FormError;
        use crate::forms::rules::FormRefusal;
        match error {
            FormError::NotFound => Self::not_found(),
            FormError::Step(FormRefusal::NotFromHere) => Self::new(Code::FormStepImpossible),
            FormError::Step(FormRefusal::Own) => Self::new(Code::OwnForm),
            FormError::Step(FormRefusal::NotKept) => Self::field("/comment", Code::BlueprintNotKept),
            FormError::Conflict => Self::new(Code::Conflict),
            FormError::KeyTaken => Self::field("/key", Code::NameTaken),
            FormError::Key => Self::field("/key", Code::WrongType),
            FormError::Band => Self::field("/band", Code::BandUnfit),
            FormError::CutScore => Self::field("/cut_score_key", Code::RuleUnknown),
            FormError::TimeLimit => Self::field("/time_limit_seconds", Code::OutOfRange),
            FormError::Items(unfit) => {
                Self::field("/items", Code::FormItemsUnfit).with_fact("items", unfit.iter().map(ToString::to_string).collect::<Vec<_>>())
            }
            FormError::Enemies(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(one, other)| format!("{one} – {other}")).collect();
                Self::new(Code::FormEnemies).with_fact("pairs", pairs)
            }
            FormError::Database(error) => error.into(),
        }
    }
}

impl From<crate::forms::blueprints::BlueprintError> for Problem {
    fn from(error: crate::forms::blueprints::BlueprintError) -> Self {
        use crate::forms::blueprints::BlueprintError;
        use item_bank::forms::blueprint::Fault;
        match error {
            BlueprintError::Open => Self::new(Code::AssemblyOpen),
            BlueprintError::Form(error) => error.into(),
            BlueprintError::Faults(faults) => Self::fields(faults.into_iter().map(|fault| match fault {
                Fault::Size => ("/body/items".to_owned(), Code::OutOfRange),
                Fault::Quota(index) => (format!("/body/quotas/{index}"), Code::QuotaImpossible),
                Fault::EmptyQuota(index) => (format!("/body/quotas/{index}"), Code::QuotaEmpty),
                Fault::Target => ("/body/target".to_owned(), Code::TargetWrong),
                Fault::Reuse => ("/body/max_forms_per_item".to_owned(), Code::OutOfRange),
                Fault::PinnedAndForbidden(_) => ("/body/forbidden".to_owned(), Code::PinnedAndForbidden),
            })),
        }
    }
}
