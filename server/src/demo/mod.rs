//! The worked example: made-up people at four agencies, in every state of the journey, and an account for every role.
//! It is made by the same actions that the desk, the room and the examiners use.

mod answers;
mod journeys;
mod people;
pub mod staff;

use sea_orm::{EntityTrait, PaginatorTrait};

use crate::app::Ijkpunt;
use crate::entity::users;

/// Fills a database that has no accounts yet; answers the accounts that were made, with their password.
pub async fn fill(ijkpunt: &Ijkpunt) -> Result<Option<staff::Accounts>, Box<dyn std::error::Error + Send + Sync>> {
    if users::Entity::find().count(&ijkpunt.db).await? > 0 {
        return Ok(None);
    }
    let accounts = staff::make(ijkpunt).await?;
    journeys::make(ijkpunt).await?;
    Ok(Some(accounts))
}
