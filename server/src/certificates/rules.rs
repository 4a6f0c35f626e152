//! The number of a certificate and what should happen to the paper when results change. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::entity::enums::{Band, CertificateStatus, Level, Part};

/// What the paper says. Its bytes follow from this alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub number: String,
    pub given_names: String,
    pub family_name: String,
    pub birth_date: NaiveDate,
    pub purpose: String,
    pub agency: String,
    pub issued_on: NaiveDate,
    pub skills: Vec<Skill>,
    /// The paper is about one part, and was asked for before the purpose was met.
    #[serde(default)]
    pub part_only: bool,
    /// The test was made of sample items, or the installation is a worked example: the paper proves nothing and says so.
    pub sample: bool,
    /// The number of the paper that this one replaces.
    pub replaces: Option<String>,
    pub verify_url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    pub part: Part,
    pub band: Option<Band>,
    pub level: Level,
    pub sat_on: NaiveDate,
}

impl Body {
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name).trim().to_owned()
    }
}

/// A number that somebody typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    Number(String),
    /// The check digits do not fit: there is a typing error in it.
    Mistyped,
}

const DIGITS: usize = 13;

/// The number of a certificate: year, serial number and two check digits (ISO 7064, MOD 97-10), as `2026-0000123-92`.
pub fn number(year: i32, serial: i64) -> String {
    let digits = format!("{year:04}{serial:07}");
    let check = 98 - remainder(&format!("{digits}00"));
    format!("{year:04}-{serial:07}-{check:02}")
}

/// Reads a number as people type it: with spaces, dots or dashes, in European, Arabic or Persian digits.
pub fn read_number(typed: &str) -> Typed {
    let mut digits = String::new();
    for sign in typed.chars() {
        match digit(sign) {
            Some(digit) => digits.push(char::from(b'0' + digit)),
            None if sign.is_whitespace() || matches!(sign, '-' | '.' | '/' | '\u{2010}'..='\u{2015}') => {}
            None => return Typed::Mistyped,
        }
    }
    match (digits.get(..4), digits.get(4..11), digits.get(11..)) {
        (Some(year), Some(serial), Some(check)) if digits.len() == DIGITS && remainder(&digits) == 1 => {
            Typed::Number(format!("{year}-{serial}-{check}"))
        }
        _ => Typed::Mistyped,
    }
}

fn digit(sign: char) -> Option<u8> {
    let base = match sign {
        '0'..='9' => '0',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06F0}'..='\u{06F9}' => '\u{06F0}',
        _ => return None,
    };
    u8::try_from(u32::from(sign) - u32::from(base)).ok()
}

fn remainder(digits: &str) -> u64 {
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97)
}

/// The paper of an enrolment that was issued last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    pub status: CertificateStatus,
    pub levels: BTreeMap<Part, Level>,
    /// A person revoked it; nothing is issued behind their back.
    pub revoked_by_hand: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Nothing,
    Issue,
    /// The results changed: a new paper takes the place of the old one.
    Replace,
    /// The results no longer carry the paper.
    Revoke,
}

/// What to do so that the paper says what the results say. `levels` is none when the enrolment is not complete.
pub fn next_step(latest: Option<&Latest>, levels: Option<&BTreeMap<Part, Level>>) -> Step {
    match (latest, levels) {
        (None, None) => Step::Nothing,
        (None, Some(_)) => Step::Issue,
        (Some(latest), None) if latest.status == CertificateStatus::Valid => Step::Revoke,
        (Some(_), None) => Step::Nothing,
        (Some(latest), Some(levels)) if latest.status == CertificateStatus::Valid => {
            if latest.levels == *levels {
                Step::Nothing
            } else {
                Step::Replace
            }
        }
        (Some(latest), Some(_)) => {
            if latest.revoked_by_hand {
                Step::Nothing
            } else {
                Step::Issue
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_carries_check_digits_that_find_every_wrong_and_swapped_digit() {
        let right = number(2026, 123);
        assert_eq!(read_number(&right), Typed::Number(right.clone()));
        let digits: Vec<char> = right.chars().filter(char::is_ascii_digit).collect();
        for place in 0..digits.len() {
            for wrong in '0'..='9' {
                let mut typed = digits.clone();
                typed[place] = wrong;
                assert_eq!(read_number(&typed.iter().collect::<String>()) == Typed::Mistyped, wrong != digits[place]);
            }
            if place > 0 && digits[place] != digits[place - 1] {
                let mut typed = digits.clone();
                typed.swap(place, place - 1);
                assert_eq!(read_number(&typed.iter().collect::<String>()), Typed::Mistyped);
            }
        }
    }

    #[test]
    fn the_check_digits_are_those_of_iso_7064() {
        // The standard's own example for MOD 97-10: 794 has the check digits 44.
        assert_eq!(98 - remainder("79400"), 44);
        assert_eq!(remainder("79444"), 1);
    }

    #[test]
    fn a_number_is_read_as_people_type_it() {
        let right = number(2026, 7);
        let bare: String = right.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(read_number(&bare), Typed::Number(right.clone()));
        assert_eq!(read_number(&format!("  {} ", right.replace('-', " . "))), Typed::Number(right.clone()));
        let arabic: String = bare.chars().filter_map(|digit| char::from_u32(0x0660 + digit.to_digit(10)?)).collect();
        assert_eq!(read_number(&arabic), Typed::Number(right));
        for wrong in ["", "2026", "abc", "2026-0000007-9999", "１２３", "2026'; DROP TABLE"] {
            assert_eq!(read_number(wrong), Typed::Mistyped, "{wrong}");
        }
    }

    #[test]
    fn the_paper_follows_the_results() {
        let a2 = BTreeMap::from([(Part::Reading, Level::A2)]);
        let b1 = BTreeMap::from([(Part::Reading, Level::B1)]);
        let latest = |status, by_hand| Latest { status, levels: a2.clone(), revoked_by_hand: by_hand };
        let valid = latest(CertificateStatus::Valid, false);
        assert_eq!(next_step(None, None), Step::Nothing);
        assert_eq!(next_step(None, Some(&a2)), Step::Issue);
        assert_eq!(next_step(Some(&valid), Some(&a2)), Step::Nothing);
        assert_eq!(next_step(Some(&valid), Some(&b1)), Step::Replace);
        assert_eq!(next_step(Some(&valid), None), Step::Revoke);
        assert_eq!(next_step(Some(&latest(CertificateStatus::Revoked, false)), Some(&a2)), Step::Issue);
        assert_eq!(next_step(Some(&latest(CertificateStatus::Revoked, true)), Some(&a2)), Step::Nothing);
        assert_eq!(next_step(Some(&latest(CertificateStatus::Revoked, false)), None), Step::Nothing);
    }
}
