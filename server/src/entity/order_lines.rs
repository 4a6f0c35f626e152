use sea_orm::entity::prelude::*;

use super::enums::Bundle;
use crate::ids::{OrderId, OrderLineId, RuleId};
use crate::money::Cents;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLineId,
    pub order_id: OrderId,
    pub bundle: Bundle,
    pub amount_cents: Cents,
    pub rule_id: RuleId,
    #[sea_orm(column_type = "JsonBinary")]
    pub facts: Json,
}

impl ActiveModelBehavior for ActiveModel {}
