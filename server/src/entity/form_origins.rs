use sea_orm::entity::prelude::*;

use crate::ids::{AssemblyId, BlueprintId, FormId, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "form_origins")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub form_id: FormId,
    /// What the form is held against.
    pub blueprint_id: Option<BlueprintId>,
    /// The search that found it; nothing for one made by hand.
    pub assembly_id: Option<AssemblyId>,
    pub created_by: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
