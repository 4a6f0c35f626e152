//! The INSZ: the national register number, or the bis number of somebody who is not in the register.
//!
//! Eleven digits: birth date as `yymmdd`, a sequence number that is odd for men, and two check digits. Bis numbers add 20 to the month
//! (sex not known when it was given) or 40. Month and day are 00 where the birth date is not known.

use chrono::{Datelike, NaiveDate};

use crate::entity::enums::Sex;

/// A number whose check digits are right.
#[derive(Clone, PartialEq, Eq)]
pub struct Insz {
    digits: String,
    pub facts: InszFacts,
}

/// What the number itself says of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InszFacts {
    pub year: i32,
    /// Absent where the register does not know the month.
    pub month: Option<u32>,
    pub day: Option<u32>,
    /// Absent in a bis number that was given before the sex was known.
    pub sex: Option<Sex>,
    pub bis: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InszFault {
    /// Not eleven digits.
    Form,
    /// A digit is wrong or two are swapped.
    CheckDigits,
    /// The first six digits are no date that can be.
    Date,
    /// The number says another birth date than was filled in.
    OtherBirthDate,
    /// The number says another sex than was filled in.
    OtherSex,
}

impl Insz {
    /// Reads a number as people write it: `00.01.25-567.77`, with or without the signs in between.
    pub fn parse(text: &str) -> Result<Self, InszFault> {
        if text.chars().any(|c| !c.is_ascii_digit() && !matches!(c, '.' | '-' | ' ' | '\u{a0}')) {
            return Err(InszFault::Form);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() != 11 {
            return Err(InszFault::Form);
        }
        let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u64>().ok()).ok_or(InszFault::Form);
        let (body, check) = (number(0, 9)?, number(9, 11)?);
        // Since 2000 the check is taken over the number with a 2 before it, which is also how the century is known.
        let century = match check {
            _ if check == 97 - body % 97 => 1900,
            _ if check == 97 - (2_000_000_000 + body) % 97 => 2000,
            _ => return Err(InszFault::CheckDigits),
        };
        let (year, month, day, sequence) = (number(0, 2)?, number(2, 4)?, number(4, 6)?, number(6, 9)?);
        let year = century + i32::try_from(year).map_err(|_| InszFault::Form)?;
        let (month, bis, sex_known) = match month {
            0..=12 => (month, false, true),
            20..=32 => (month - 20, true, false),
            40..=52 => (month - 40, true, true),
            _ => return Err(InszFault::Date),
        };
        let part = |value: u64| u32::try_from(value).ok().filter(|value| *value > 0);
        let facts = InszFacts {
            year,
            month: part(month),
            day: part(day),
            sex: sex_known.then_some(if sequence % 2 == 1 { Sex::Male } else { Sex::Female }),
            bis,
        };
        let possible = match (facts.month, facts.day) {
            (Some(month), Some(day)) => NaiveDate::from_ymd_opt(year, month, day).is_some(),
            _ => day <= 31,
        };
        if possible { Ok(Self { digits, facts }) } else { Err(InszFault::Date) }
    }

    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// Does the number agree with what was filled in? What the number does not know, it does not contradict.
    pub fn check(&self, birth_date: NaiveDate, sex: Sex) -> Result<(), InszFault> {
        let InszFacts { year, month, day, sex: said, .. } = self.facts;
        let same_date = birth_date.year() == year
            && month.is_none_or(|month| month == birth_date.month())
            && (month.is_none() || day.is_none_or(|day| day == birth_date.day()));
        if !same_date {
            return Err(InszFault::OtherBirthDate);
        }
        match (said, sex) {
            (None, _) | (_, Sex::X) => Ok(()),
            (Some(said), sex) if said == sex => Ok(()),
            _ => Err(InszFault::OtherSex),
        }
    }

    /// The birth date, where the number knows all of it.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.facts.year, self.facts.month?, self.facts.day?)
    }

    /// The only form that leaves the server: birth date, then stars.
    pub fn masked(&self) -> String {
        mask(&self.digits)
    }
}

/// The number never shows in a log.
impl std::fmt::Debug for Insz {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

/// `00012556777` as `00.01.25-***.**`.
pub fn mask(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("**");
    format!("{}.{}.{}-***.**", part(0, 2), part(2, 4), part(4, 6))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(year: i32, month: u32, day: u32, sequence: u64) -> String {
        let body = u64::from(year.rem_euclid(100) as u32) * 10_000_000 + u64::from(month) * 100_000 + u64::from(day) * 1000 + sequence;
        let checked = if year >= 2000 { body + 2_000_000_000 } else { body };
        format!("{body:09}{:02}", 97 - checked % 97)
    }

    #[test]
    fn a_number_of_somebody_born_in_2000_is_read() {
        let insz = Insz::parse("00.01.25-567.77").unwrap();
        assert_eq!(insz.as_str(), "00012556777");
        assert_eq!(insz.birth_date(), NaiveDate::from_ymd_opt(2000, 1, 25));
        assert_eq!(insz.facts.sex, Some(Sex::Male));
        assert_eq!(insz.masked(), "00.01.25-***.**");
    }

    #[test]
    fn what_is_not_a_number_is_told_apart_from_a_typing_error() {
        assert_eq!(Insz::parse("0001255677"), Err(InszFault::Form));
        assert_eq!(Insz::parse("٠٠٠١٢٥٥٦٧٧٧"), Err(InszFault::Form));
        assert_eq!(Insz::parse("0001255677A"), Err(InszFault::Form));
        assert_eq!(Insz::parse(""), Err(InszFault::Form));
        assert_eq!(Insz::parse("00012556778"), Err(InszFault::CheckDigits));
        assert_eq!(Insz::parse(&number(1985, 13, 1, 1)), Err(InszFault::Date));
        assert_eq!(Insz::parse(&number(1985, 2, 30, 1)), Err(InszFault::Date));
    }

    #[test]
    fn a_number_without_month_contradicts_only_another_year() {
        let insz = Insz::parse(&number(1979, 0, 0, 12)).unwrap();
        assert_eq!(insz.check(NaiveDate::from_ymd_opt(1979, 6, 3).unwrap(), Sex::Female), Ok(()));
        assert_eq!(insz.check(NaiveDate::from_ymd_opt(1980, 6, 3).unwrap(), Sex::Female), Err(InszFault::OtherBirthDate));
        assert_eq!(insz.check(NaiveDate::from_ymd_opt(1979, 6, 3).unwrap(), Sex::Male), Err(InszFault::OtherSex));
        assert_eq!(insz.check(NaiveDate::from_ymd_opt(1979, 6, 3).unwrap(), Sex::X), Ok(()));
    }

    proptest! {
        #[test]
        fn every_number_made_by_the_rule_is_read_back(days in 0_i64..45_000, sequence in 1_u64..998, bis in prop::sample::select(vec![0_u32, 20, 40])) {
            let born = NaiveDate::from_ymd_opt(1920, 1, 1).unwrap() + chrono::Duration::days(days);
            let insz = Insz::parse(&number(born.year(), born.month() + bis, born.day(), sequence)).unwrap();
            prop_assert_eq!(insz.birth_date(), Some(born));
            prop_assert_eq!(insz.facts.bis, bis > 0);
            let sex = if sequence % 2 == 1 { Sex::Male } else { Sex::Female };
            prop_assert_eq!(insz.facts.sex, (bis != 20).then_some(sex));
            prop_assert_eq!(insz.check(born, sex), Ok(()));
            prop_assert_eq!(insz.check(born + chrono::Duration::days(1), sex), Err(InszFault::OtherBirthDate));
        }

        #[test]
        fn one_wrong_digit_never_passes_as_the_same_century(sequence in 1_u64..998, at in 0_usize..9, other in 1_u8..10) {
            let right = number(1984, 5, 17, sequence);
            let mut wrong = right.clone().into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + other) % 10;
            let wrong = String::from_utf8(wrong).unwrap();
            let passes = Insz::parse(&wrong).is_ok_and(|insz| insz.facts.year < 2000);
            prop_assert!(!passes);
        }

        #[test]
        fn no_text_makes_the_reader_stumble(text in "\\PC{0,30}") {
            let _ = Insz::parse(&text);
        }
    }
}
