//! The agencies and their sites.

pub mod http;
pub mod rules;
pub mod store;

use sea_orm::{ActiveValue::Set, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait};

use crate::entity::agencies;
use crate::entity::enums::AgencyCode;
use crate::ids::AgencyId;

/// The four agencies that give the civic tests (Jaarrapport Inburgering 2023). The account number is the one that
/// Belgian banks print as their example; an administrator sets the real one.
const AGENCIES: &[(AgencyCode, &str, &str)] = &[
    (AgencyCode::Agii, "Agentschap Integratie en Inburgering", "testen@agii.invalid"),
    (AgencyCode::Atlas, "Atlas, integratie & inburgering Antwerpen", "testen@atlas.invalid"),
    (AgencyCode::Amal, "Amal Gent", "testen@amal.invalid"),
    (AgencyCode::Hvn, "Huis van het Nederlands Brussel", "testen@hvn.invalid"),
];
const EXAMPLE_IBAN: &str = "BE68539007547034";

/// A fresh database knows the four agencies.
pub async fn load_if_empty(db: &DatabaseConnection) -> Result<(), DbErr> {
    if agencies::Entity::find().count(db).await? > 0 {
        return Ok(());
    }
    let rows = AGENCIES.iter().map(|(code, name, email)| agencies::ActiveModel {
        id: Set(AgencyId::new()),
        code: Set(*code),
        name: Set((*name).to_owned()),
        email: Set((*email).to_owned()),
        iban: Set(EXAMPLE_IBAN.to_owned()),
    });
    agencies::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}
