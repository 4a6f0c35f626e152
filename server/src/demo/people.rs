//! The made-up people of the worked example.

use chrono::{Datelike, NaiveDate};

use crate::entity::enums::{Advice, Sex};
use crate::people::rules::Details;

/// A national register number for a birth date and a serial number, odd for men, with its check digits.
pub fn insz(birth_date: NaiveDate, serial: u32) -> String {
    let nine = format!("{:02}{:02}{:02}{serial:03}", birth_date.year().rem_euclid(100), birth_date.month(), birth_date.day());
    let number: u64 = nine.parse().unwrap_or(0);
    let number = if birth_date.year() >= 2000 { 2_000_000_000 + number } else { number };
    format!("{nine}{:02}", 97 - number % 97)
}

/// Name, birth date, sex, language and advice of somebody who does not exist.
pub fn person(given: &str, family: &str, born: (i32, u32, u32), sex: Sex, language: &str, advice: Option<Advice>) -> Details {
    let birth_date = NaiveDate::from_ymd_opt(born.0, born.1, born.2).unwrap_or_default();
    // Serial numbers of the example are high, where few real ones are.
    let serial = if sex == Sex::Male { 981 } else { 982 };
    Details {
        given_names: given.to_owned(),
        family_name: family.to_owned(),
        insz: Some(insz(birth_date, serial)),
        no_insz_reason: None,
        birth_date,
        sex,
        contact_language: language.to_owned(),
        advice,
        email: Some(format!("kandidaat.{serial}.{birth_date}@voorbeeld.invalid")),
        phone: None,
    }
}
