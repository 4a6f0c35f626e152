//! What a candidate's record may say.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::insz::{Insz, InszFault};
use super::names;
use crate::entity::enums::{Advice, Sex};

const MAX_REASON: usize = 300;
const MAX_EMAIL: usize = 254;
const MAX_PHONE: usize = 30;
const OLDEST_BIRTH_YEAR: i32 = 1900;

/// A candidate's details as a clerk fills them in.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// Empty for people who have one name.
    #[serde(default)]
    pub given_names: String,
    pub family_name: String,
    /// National register or bis number, with or without signs in between. In a correction: absent means unchanged.
    #[serde(default)]
    pub insz: Option<String>,
    /// Why there is no number.
    #[serde(default)]
    pub no_insz_reason: Option<String>,
    pub birth_date: NaiveDate,
    pub sex: Sex,
    /// The language in which the candidate is written to: an ISO 639 code.
    pub contact_language: String,
    #[serde(default)]
    pub advice: Option<Advice>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
}

/// Details that passed every check, cleaned.
#[derive(Clone, Debug)]
pub struct Checked {
    pub given_names: String,
    pub family_name: String,
    pub insz: Option<Insz>,
    pub no_insz_reason: Option<String>,
    pub birth_date: NaiveDate,
    pub sex: Sex,
    pub contact_language: String,
    pub advice: Option<Advice>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Missing,
    TooLong,
    NotAName,
    Insz(InszFault),
    /// A reason for having no number, and a number.
    ReasonBesideNumber,
    BirthDateOutOfRange,
    NotALanguage,
    NotAnEmail,
    NotAPhone,
}

/// Checks everything at once, so that a form shows all that is wrong. `known` is the number that the record already has.
pub fn check(details: &Details, known: Option<&Insz>, today: NaiveDate) -> Result<Checked, Vec<(&'static str, Fault)>> {
    let mut faults = Vec::new();
    let given_names = names::clean(&details.given_names);
    let family_name = names::clean(&details.family_name);
    if family_name.is_empty() {
        faults.push(("family_name", Fault::Missing));
    }
    for (field, name) in [("given_names", &given_names), ("family_name", &family_name)] {
        if name.chars().count() > names::MAX_NAME {
            faults.push((field, Fault::TooLong));
        } else if !name.is_empty() && !names::is_name(name) {
            faults.push((field, Fault::NotAName));
        }
    }
    if details.birth_date > today || details.birth_date.year() < OLDEST_BIRTH_YEAR {
        faults.push(("birth_date", Fault::BirthDateOutOfRange));
    }
    let reason = filled(&details.no_insz_reason);
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
        faults.push(("no_insz_reason", Fault::TooLong));
    }
    let insz = match filled(&details.insz).map(|text| Insz::parse(&text)) {
        Some(Err(fault)) => {
            faults.push(("insz", Fault::Insz(fault)));
            None
        }
        Some(Ok(insz)) => Some(insz),
        None => known.cloned(),
    };
    match (&insz, &reason) {
        (Some(insz), _) => {
            if let Err(fault) = insz.check(details.birth_date, details.sex) {
                let field = if fault == InszFault::OtherSex { "sex" } else { "birth_date" };
                faults.push((field, Fault::Insz(fault)));
            }
            if reason.is_some() {
                faults.push(("no_insz_reason", Fault::ReasonBesideNumber));
            }
        }
        (None, None) if filled(&details.insz).is_none() => faults.push(("insz", Fault::Missing)),
        (None, _) => {}
    }
    let contact_language = details.contact_language.trim().to_lowercase();
    if !matches!(contact_language.len(), 2 | 3) || !contact_language.chars().all(|c| c.is_ascii_lowercase()) {
        faults.push(("contact_language", Fault::NotALanguage));
    }
    let email = filled(&details.email);
    match &email {
        Some(email) if email.len() > MAX_EMAIL => faults.push(("email", Fault::TooLong)),
        Some(email) if !is_email(email) => faults.push(("email", Fault::NotAnEmail)),
        _ => {}
    }
    let phone = filled(&details.phone);
    match &phone {
        Some(phone) if phone.chars().count() > MAX_PHONE => faults.push(("phone", Fault::TooLong)),
        Some(phone) if !is_phone(phone) => faults.push(("phone", Fault::NotAPhone)),
        _ => {}
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Checked {
        given_names,
        family_name,
        insz,
        no_insz_reason: reason,
        birth_date: details.birth_date,
        sex: details.sex,
        contact_language,
        advice: details.advice,
        email,
        phone,
    })
}

/// A reason that somebody must give: not empty, not too long.
pub fn check_reason(reason: &str) -> Result<String, Fault> {
    let reason = names::clean(reason);
    match reason.chars().count() {
        0 => Err(Fault::Missing),
        n if n > MAX_REASON => Err(Fault::TooLong),
        _ => Ok(reason),
    }
}

/// How a person is named where not everything needs to be shown: given names and the first letter of the family name.
pub fn short_name(given_names: &str, family_name: &str) -> String {
    let initial: String = family_name.chars().take(1).chain(std::iter::once('.')).collect();
    [given_names, &initial].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

fn filled(text: &Option<String>) -> Option<String> {
    text.as_deref().map(names::clean).filter(|text| !text.is_empty())
}

fn is_email(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok_and(|address| address.domain().contains('.'))
}

fn is_phone(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '/' | '.' | '-' | '(' | ')'))
        && text.chars().filter(char::is_ascii_digit).count() >= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> Details {
        Details {
            given_names: "Samir".into(),
            family_name: "Benali".into(),
            insz: Some("00.01.25-567.77".into()),
            no_insz_reason: None,
            birth_date: date(2000, 1, 25),
            sex: Sex::Male,
            contact_language: "ar".into(),
            advice: None,
            email: Some(" samir@example.org ".into()),
            phone: None,
        }
    }

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn faults(details: &Details) -> Vec<(&'static str, Fault)> {
        check(details, None, date(2026, 11, 23)).map(|_| ()).unwrap_err()
    }

    #[test]
    fn right_details_are_cleaned_and_taken() {
        let checked = check(&details(), None, date(2026, 11, 23)).unwrap();
        assert_eq!(checked.insz.unwrap().as_str(), "00012556777");
        assert_eq!(checked.email.as_deref(), Some("samir@example.org"));
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let wrong = Details {
            family_name: " ".into(),
            given_names: "<b>".into(),
            birth_date: date(2030, 1, 1),
            contact_language: "Klingon".into(),
            email: Some("x".into()),
            phone: Some("none".into()),
            insz: Some("123".into()),
            ..details()
        };
        let fields: Vec<&str> = faults(&wrong).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["family_name", "given_names", "birth_date", "insz", "contact_language", "email", "phone"]);
    }

    #[test]
    fn somebody_without_a_number_needs_a_reason_and_somebody_with_one_must_not_have_it() {
        assert_eq!(faults(&Details { insz: None, ..details() }), [("insz", Fault::Missing)]);
        assert!(
            check(&Details { insz: None, no_insz_reason: Some("Nog niet ingeschreven".into()), ..details() }, None, date(2026, 1, 1))
                .is_ok()
        );
        assert_eq!(faults(&Details { no_insz_reason: Some("?".into()), ..details() }), [("no_insz_reason", Fault::ReasonBesideNumber)]);
    }

    #[test]
    fn the_number_is_held_against_birth_date_and_sex() {
        assert_eq!(faults(&Details { sex: Sex::Female, ..details() }), [("sex", Fault::Insz(InszFault::OtherSex))]);
        assert_eq!(
            faults(&Details { birth_date: date(2000, 1, 24), ..details() }),
            [("birth_date", Fault::Insz(InszFault::OtherBirthDate))]
        );
    }

    #[test]
    fn names_of_more_than_120_characters_are_too_long() {
        assert_eq!(faults(&Details { family_name: "é".repeat(121), ..details() }), [("family_name", Fault::TooLong)]);
        assert!(check(&Details { family_name: "é".repeat(120), ..details() }, None, date(2026, 1, 1)).is_ok());
    }

    #[test]
    fn a_short_name_tells_the_initial_only() {
        assert_eq!(short_name("Samira", "Benali"), "Samira B.");
        assert_eq!(short_name("", "سميرة"), "س.");
    }
}
