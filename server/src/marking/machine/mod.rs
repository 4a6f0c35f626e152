use crate::app::Ijkpunt;
use crate::ids::AttemptId;
use sea_orm::DbErr;
pub async fn mark_attempt(_ijkpunt: &Ijkpunt, _id: AttemptId) -> Result<(), DbErr> {
    Ok(())
}
