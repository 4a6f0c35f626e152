//! A statement of account as we need it, whatever the format that the bank delivered; and why a file is refused as a whole.

use chrono::NaiveDate;

use crate::fees::rules::{is_structured_communication, structured_communication};
use crate::money::Cents;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Where in the file it begins, for whoever is told what is wrong with it.
    pub line: usize,
    pub iban: String,
    /// What tells it from every other statement of the account.
    pub name: String,
    pub closed_on: NaiveDate,
    pub opening: Cents,
    pub closing: Cents,
    pub movements: Vec<Movement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub line: usize,
    /// Money in is positive.
    pub amount: Cents,
    pub booked_on: NaiveDate,
    /// As orders carry it, when its check digits are right.
    pub communication: Option<String>,
    pub text: String,
    pub holder: String,
    pub iban: String,
    pub reference: String,
}

/// Why a file is refused. The words are for screens to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Empty,
    UnknownFormat,
    /// A record of CODA has 128 characters.
    RecordLength,
    /// Another record should stand here.
    RecordOrder,
    /// Only version 2 of CODA is in use.
    Version,
    Number,
    Date,
    Currency,
    Account,
    /// The statement is of an account that is not the agency's.
    OtherAccount,
    /// A number in the row is missing or repeated.
    Sequence,
    /// Opening balance and movements do not make the closing balance.
    Balance,
    /// The count of records or entries that the file names is another.
    Count,
    /// The turnover that the file names is another.
    Turnover,
    /// The file ends too early.
    CutOff,
    Xml,
    /// The file declares entities of its own, or asks to load something.
    Doctype,
    /// It is XML, and no camt.053 of a version that we read.
    NotCamt,
    /// An element is missing.
    Missing,
}

impl Reason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnknownFormat => "unknown-format",
            Self::RecordLength => "record-length",
            Self::RecordOrder => "record-order",
            Self::Version => "version",
            Self::Number => "number",
            Self::Date => "date",
            Self::Currency => "currency",
            Self::Account => "account",
            Self::OtherAccount => "other-account",
            Self::Sequence => "sequence",
            Self::Balance => "balance",
            Self::Count => "count",
            Self::Turnover => "turnover",
            Self::CutOff => "cut-off",
            Self::Xml => "xml",
            Self::Doctype => "doctype",
            Self::NotCamt => "not-camt",
            Self::Missing => "missing",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}", reason.as_str())]
pub struct Fault {
    pub line: usize,
    pub reason: Reason,
}

pub fn fault<T>(line: usize, reason: Reason) -> Result<T, Fault> {
    Err(Fault { line, reason })
}

/// The structured communication in a text: between `+++` or `***`, or as the whole text.
pub fn communication_in(text: &str) -> Option<String> {
    let marked = ["+++", "***"].iter().find_map(|mark| {
        let (_, after) = text.split_once(mark)?;
        let (inside, _) = after.split_once(mark)?;
        normalised(inside)
    });
    marked.or_else(|| normalised(text))
}

/// Twelve digits, with slashes and blanks or without, whose check digits are right.
pub fn normalised(text: &str) -> Option<String> {
    let text = text.trim();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let others = text.chars().all(|c| c.is_ascii_digit() || c == '/' || c == ' ');
    let base = digits.get(..10)?.parse::<u64>().ok()?;
    (others && digits.len() == 12 && is_structured_communication(&digits)).then(|| structured_communication(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_communication_is_found_as_people_and_banks_write_it() {
        let right = Some("+++312/4013/98067+++".to_owned());
        for text in [
            "+++312/4013/98067+++",
            "***312/4013/98067***",
            "312401398067",
            "312/4013/98067",
            "test Benali +++312/4013/98067+++ dank u",
            " 312 4013 98067 ",
        ] {
            assert_eq!(communication_in(text), right, "{text}");
        }
        for text in ["", "+++312/4013/98068+++", "31240139806", "factuur 312401398067", "+++312/4013/98067", "BE68 5390 0754 7034"] {
            assert_eq!(communication_in(text), None, "{text}");
        }
    }
}
