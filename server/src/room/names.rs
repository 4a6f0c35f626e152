//! How candidates are called in the room: the name on a screen that neighbours can read is short, the invigilator's list is full.

use crate::crypto::{CannotOpen, Keys, Place};
use crate::entity::candidates;

/// "Samira A."
pub fn short(keys: &Keys, candidate: &candidates::Model) -> Result<String, CannotOpen> {
    let (given, family) = names(keys, candidate)?;
    let first = given.split_whitespace().next().unwrap_or_default();
    let initial = family.chars().next().map(|letter| format!(" {letter}.")).unwrap_or_default();
    Ok(if first.is_empty() { family } else { format!("{first}{initial}") })
}

/// "Achahbar, Samira"
pub fn full(keys: &Keys, candidate: &candidates::Model) -> Result<String, CannotOpen> {
    let (given, family) = names(keys, candidate)?;
    Ok(if given.is_empty() { family } else { format!("{family}, {given}") })
}

fn names(keys: &Keys, candidate: &candidates::Model) -> Result<(String, String), CannotOpen> {
    let place = |column| Place { table: "candidates", column, row: candidate.id.0 };
    Ok((keys.open(place("given_names_enc"), &candidate.given_names_enc)?, keys.open(place("family_name_enc"), &candidate.family_name_enc)?))
}
