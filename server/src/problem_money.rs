//! What the refusals about money say to the caller.

use super::{Code, Problem};
use crate::bank::actions::BankRefusal;
use crate::bank::settle::SettleRefusal;
use crate::fees::refunds::RefundRefusal;
use crate::fees::reliefs::ReliefRefusal;
use crate::fees::till::TillRefusal;
use crate::policy::cases_http::CaseRefusal;

impl From<RefundRefusal> for Problem {
    fn from(refusal: RefundRefusal) -> Self {
        match refusal {
            RefundRefusal::NotFound => Self::not_found(),
            RefundRefusal::Nothing => Self::new(Code::NothingToRefund),
            RefundRefusal::AmountChanged(amount) => Self::new(Code::RefundAmountChanged).with_fact("amount_cents", amount.0),
            RefundRefusal::UnknownGround => Self::field("/ground", Code::UnknownGround),
            RefundRefusal::Line => Self::field("/lines", Code::LineNotRefundable),
            RefundRefusal::Iban => Self::field("/iban", Code::NotAnIban),
            RefundRefusal::Holder => Self::field("/holder", Code::Required),
            RefundRefusal::Reason(fault) => Self::field("/reason", fault.into()),
            RefundRefusal::KeyReused => Self::new(Code::KeyReused),
            RefundRefusal::WrongState => Self::new(Code::RefundWrongState),
            RefundRefusal::SamePerson => Self::new(Code::SamePerson),
            RefundRefusal::Fee(refusal) => refusal.into(),
            RefundRefusal::Database(error) => error.into(),
        }
    }
}

impl From<TillRefusal> for Problem {
    fn from(refusal: TillRefusal) -> Self {
        match refusal {
            TillRefusal::Amount => Self::field("/counted_cents", Code::OutOfRange),
            TillRefusal::Note => Self::field("/note", Code::TooLong),
            TillRefusal::NoteMissing => Self::field("/note", Code::DifferenceNeedsNote),
            TillRefusal::Database(error) => error.into(),
        }
    }
}

impl From<ReliefRefusal> for Problem {
    fn from(refusal: ReliefRefusal) -> Self {
        match refusal {
            ReliefRefusal::NotFound => Self::not_found(),
            ReliefRefusal::UnknownGround => Self::field("/ground", Code::UnknownGround),
            ReliefRefusal::ProofMissing => Self::field("/proof", Code::Required),
            ReliefRefusal::TooLong(field) => Self::field(format!("/{field}"), Code::TooLong),
            ReliefRefusal::Dates => Self::field("/valid_until", Code::ProofDates),
            ReliefRefusal::Withdrawn => Self::new(Code::AlreadyWithdrawn),
            ReliefRefusal::Reason(fault) => Self::field("/reason", fault.into()),
            ReliefRefusal::Database(error) => error.into(),
        }
    }
}

impl From<BankRefusal> for Problem {
    fn from(refusal: BankRefusal) -> Self {
        match refusal {
            BankRefusal::NotFound => Self::not_found(),
            BankRefusal::Faulty(fault) => {
                Self::new(Code::BankFileRefused).with_fact("line", fault.line).with_fact("reason", fault.reason.as_str())
            }
            BankRefusal::FileKnown => Self::new(Code::BankFileKnown),
            BankRefusal::StatementKnown(name) => Self::new(Code::BankStatementKnown).with_fact("statement", name),
            BankRefusal::Fee(refusal) => refusal.into(),
            BankRefusal::Database(error) => error.into(),
        }
    }
}

impl From<SettleRefusal> for Problem {
    fn from(refusal: SettleRefusal) -> Self {
        match refusal {
            SettleRefusal::NotFound => Self::not_found(),
            SettleRefusal::Settled => Self::new(Code::BankLineSettled),
            SettleRefusal::NoOrder => Self::field("/order_number", Code::NoSuchOrder),
            SettleRefusal::NotPossible => Self::field("/settle_as", Code::NotForThisLine),
            SettleRefusal::Reason(fault) => Self::field("/reason", fault.into()),
            SettleRefusal::Refund(refusal) => refusal.into(),
            SettleRefusal::Fee(refusal) => refusal.into(),
            SettleRefusal::Database(error) => error.into(),
        }
    }
}

impl From<CaseRefusal> for Problem {
    fn from(refusal: CaseRefusal) -> Self {
        match refusal {
            CaseRefusal::NameTaken => Self::new(Code::CaseNameTaken),
            CaseRefusal::Database(error) => error.into(),
        }
    }
}
