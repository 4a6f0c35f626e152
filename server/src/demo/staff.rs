//! Sites, kiosks and accounts of the worked example.

use rand::seq::IndexedRandom;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::access::passwords;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::enums::{AgencyCode, Role};
use crate::entity::{agencies, sites, user_roles, users};
use crate::ids::{SiteId, UserId};

/// Kiosks of the first site of each agency that the example's candidates worked at.
pub const KIOSKS_ENROLLED: usize = 6;

/// What is printed once.
pub struct Accounts {
    pub password: String,
    /// User name, the person's name, and what they are.
    pub people: Vec<(String, String, &'static str)>,
}

const SITES: &[(AgencyCode, &str, &str, &str)] = &[
    (AgencyCode::Agii, "leuven", "Leuven", "Voorbeeldstraat 1, 3000 Leuven"),
    (AgencyCode::Agii, "kortrijk", "Kortrijk", "Voorbeeldplein 2, 8500 Kortrijk"),
    (AgencyCode::Atlas, "antwerpen", "Antwerpen", "Voorbeeldkaai 3, 2000 Antwerpen"),
    (AgencyCode::Amal, "gent", "Gent", "Voorbeeldlaan 4, 9000 Gent"),
    (AgencyCode::Hvn, "brussel", "Brussel", "Voorbeeldlei 5, 1000 Brussel"),
];

const STAFF: &[(Role, &str, &str)] = &[
    (Role::Desk, "balie", "baliemedewerker"),
    (Role::Invigilator, "toezicht", "toetsassistent"),
    (Role::Examiner, "beoordelaar", "beoordelaar"),
    (Role::Author, "auteur", "itemauteur"),
    (Role::Office, "kantoor", "kantoor en statistiek"),
    (Role::Admin, "beheer", "beheerder"),
];

/// First names for accounts, one a role, then for the second examiners.
const NAMES: &[&str] = &["Noor", "Wim", "Els", "Jonas", "Fatma", "Bram"];
const SECOND_EXAMINER: &str = "Lotte";

pub async fn make(ijkpunt: &Ijkpunt) -> Result<Accounts, DbErr> {
    let password = std::env::var("IJKPUNT_DEMO_PASSWORD").unwrap_or_else(|_| readable_password());
    let hash = passwords::hash(&password).map_err(|error| DbErr::Custom(error.to_string()))?;
    let now = ijkpunt.clock.now();
    let mut people = Vec::new();
    let tx = begin_write(&ijkpunt.db).await?;
    for (code, site, name, address) in SITES {
        let agency = agencies::Entity::find()
            .filter(agencies::Column::Code.eq(*code))
            .one(&tx)
            .await?
            .ok_or_else(|| DbErr::RecordNotFound("agency".into()))?;
        let row = sites::ActiveModel {
            id: Set(SiteId::new()),
            agency_id: Set(agency.id),
            code: Set((*site).to_owned()),
            name: Set((*name).to_owned()),
            address: Set((*address).to_owned()),
            opening_hours: Set(
                json!({ "mon": ["08:30", "18:00"], "tue": ["08:30", "20:00"], "wed": ["08:30", "18:00"], "thu": ["08:30", "20:00"], "fri": ["08:30", "18:00"], "sat": ["09:00", "13:00"] }),
            ),
        };
        sites::Entity::insert(row).exec_without_returning(&tx).await?;
    }
    for agency in agencies::Entity::find().all(&tx).await? {
        let twice = STAFF.iter().filter(|(role, ..)| *role == Role::Examiner).map(|row| (row, "2", SECOND_EXAMINER));
        for ((role, prefix, title), suffix, name) in STAFF.iter().zip(NAMES).map(|(row, name)| (row, "", *name)).chain(twice) {
            let (id, username) = (UserId::new(), format!("{prefix}{suffix}.{}", agency.code.as_str()));
            let row = users::ActiveModel {
                id: Set(id),
                username: Set(username.clone()),
                display_name: Set(format!("{name} ({})", agency.code.as_str())),
                email: Set(format!("{username}@ijkpunt.invalid")),
                password_hash: Set(hash.clone()),
                locale: Set("nl".into()),
                created_at: Set(now),
                disabled_at: Set(None),
            };
            users::Entity::insert(row).exec_without_returning(&tx).await?;
            let row = user_roles::ActiveModel { user_id: Set(id), agency_id: Set(agency.id), role: Set(*role) };
            user_roles::Entity::insert(row).exec_without_returning(&tx).await?;
            audit::record(&tx, now, Entry::of(By::System, "user.created", ("user", Some(id.0))).at(agency.id)).await?;
            people.push((username, agency.name.clone(), *title));
        }
    }
    tx.commit().await?;
    people.sort();
    Ok(Accounts { password, people })
}

/// Four Dutch words: enough for an example that only this machine reaches, and easy to type.
fn readable_password() -> String {
    const WORDS: &[&str] = &[
        "appel", "berg", "boot", "brood", "brug", "deur", "duin", "fiets", "glas", "haven", "huis", "kaart", "kers", "klok", "lamp",
        "licht", "markt", "molen", "muur", "noot", "peer", "plein", "raam", "regen", "school", "sleutel", "sneeuw", "station", "stoel",
        "straat", "tafel", "tuin", "vis", "vlag", "vogel", "water", "wind", "winkel", "wolk", "zee", "zon",
    ];
    let mut rng = rand::rng();
    (0..4).filter_map(|_| WORDS.choose(&mut rng)).copied().collect::<Vec<_>>().join("-")
}
