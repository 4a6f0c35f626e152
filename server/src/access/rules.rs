//! Who may do what: one function over (actor, action, agency).

use crate::entity::enums::Role;
use crate::ids::{AgencyId, UserId};

/// A member of staff, with a role at each agency that they work for.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
    pub locale: String,
    pub roles: Vec<(AgencyId, Role)>,
}

/// What can be done at an agency. Candidates are one record for all agencies, so that reading one needs a role, not an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Find, register and correct candidates; enrol them with a purpose.
    ServeCandidates,
    /// Plan sessions, book and cancel seats.
    PlanSessions,
    /// Take payments and print receipts.
    TakePayments,
    /// See the ledger, bring in bank statements, settle what they leave open, approve refunds.
    KeepBooks,
    /// Open a session, seat candidates, watch and intervene.
    RunSession,
    /// Read and rate blind scripts.
    RateScripts,
    /// Write, review and publish items.
    AuthorItems,
    /// Analyse and calibrate items, set standards.
    Measure,
    /// Compare how items treat groups of people: language, gender, age, advice.
    CompareGroups,
    /// See results, marks, certificates and decisions of people.
    SeeResults,
    /// Issue and revoke certificates, take decisions.
    DecideOnPeople,
    /// See statistics and download them.
    SeeStatistics,
    /// See outgoing mail, jobs and the audit log.
    SeeOperations,
    /// Add a dated rule.
    ChangePolicy,
    /// Enrol and revoke kiosks, manage accounts.
    Administer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No role at all at that agency: what is there is not shown to exist.
    OtherAgency,
    NotYourRole,
}

pub fn may(actor: &Actor, action: Action, agency: AgencyId) -> Result<(), Refusal> {
    let mut at_agency = actor.roles.iter().filter(|(of, _)| *of == agency).map(|(_, role)| *role).peekable();
    if at_agency.peek().is_none() {
        return Err(Refusal::OtherAgency);
    }
    if at_agency.any(|role| roles_of(action).contains(&role)) { Ok(()) } else { Err(Refusal::NotYourRole) }
}

/// The agencies at which the actor may do this.
pub fn agencies_for(actor: &Actor, action: Action) -> Vec<AgencyId> {
    let mut agencies: Vec<AgencyId> =
        actor.roles.iter().filter(|(_, role)| roles_of(action).contains(role)).map(|(agency, _)| *agency).collect();
    agencies.sort();
    agencies.dedup();
    agencies
}

/// May the actor do this at any agency at all?
pub fn may_somewhere(actor: &Actor, action: Action) -> Result<(), Refusal> {
    if agencies_for(actor, action).is_empty() { Err(Refusal::NotYourRole) } else { Ok(()) }
}

const fn roles_of(action: Action) -> &'static [Role] {
    use Role::{Admin, Author, Desk, Examiner, Invigilator, Office};
    match action {
        Action::ServeCandidates | Action::TakePayments => &[Desk, Office],
        Action::PlanSessions => &[Desk, Office, Invigilator],
        Action::RunSession => &[Invigilator],
        Action::RateScripts => &[Examiner],
        Action::AuthorItems => &[Author],
        Action::Measure => &[Author, Office],
        Action::SeeResults => &[Desk, Office],
        Action::KeepBooks | Action::DecideOnPeople | Action::SeeStatistics | Action::CompareGroups | Action::ChangePolicy => &[Office],
        Action::SeeOperations => &[Office, Admin],
        Action::Administer => &[Admin],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(roles: Vec<(AgencyId, Role)>) -> Actor {
        Actor { user_id: UserId::new(), username: "u".into(), display_name: "U".into(), locale: "nl".into(), roles }
    }

    #[test]
    fn a_role_counts_only_at_its_agency() {
        let (atlas, amal) = (AgencyId::new(), AgencyId::new());
        let clerk = actor(vec![(atlas, Role::Desk)]);
        assert_eq!(may(&clerk, Action::TakePayments, atlas), Ok(()));
        assert_eq!(may(&clerk, Action::RateScripts, atlas), Err(Refusal::NotYourRole));
        assert_eq!(may(&clerk, Action::TakePayments, amal), Err(Refusal::OtherAgency));
        assert_eq!(may_somewhere(&clerk, Action::Administer), Err(Refusal::NotYourRole));
        assert_eq!(agencies_for(&clerk, Action::ServeCandidates), [atlas]);
    }

    #[test]
    fn nobody_rates_by_another_role_than_examiner() {
        let agency = AgencyId::new();
        for role in Role::ALL {
            assert_eq!(may(&actor(vec![(agency, *role)]), Action::RateScripts, agency).is_ok(), *role == Role::Examiner);
        }
    }
}
