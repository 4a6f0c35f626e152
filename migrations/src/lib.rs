//! The database schema. A migration is SQL that SQLite and PostgreSQL both take, runs in a transaction, and is never changed once released.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Step { name: "m20261123_000001_foundation", sql: include_str!("foundation.sql") }),
            Box::new(Step { name: "m20261123_000002_statistics", sql: include_str!("statistics.sql") }),
            Box::new(Step { name: "m20261124_000003_statistics_questions", sql: include_str!("statistics_questions.sql") }),
            Box::new(Step { name: "m20261125_000004_bank", sql: include_str!("bank.sql") }),
            Box::new(Step { name: "m20261125_000006_forms", sql: include_str!("forms.sql") }),
            Box::new(Step { name: "m20261125_000007_forecasts", sql: include_str!("forecasts.sql") }),
            Box::new(Step { name: "m20261125_000008_psychometrics", sql: include_str!("psychometrics.sql") }),
            Box::new(Step { name: "m20261125_000009_kiosks", sql: include_str!("kiosks.sql") }),
            Box::new(Step { name: "m20261125_000011_ledger", sql: include_str!("money.sql") }),
            Box::new(Step { name: "m20261125_000012_credentials", sql: include_str!("credentials.sql") }),
        ]
    }
}

/// One step of the schema: a name, which orders it, and the statements.
struct Step {
    name: &'static str,
    sql: &'static str,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(&ddl(self.sql, manager.get_database_backend())).await.map(|_| ())
    }
}

/// The statements in the words of the database. SQLite has neither UUID nor JSONB, and stores a moment as text.
fn ddl(sql: &str, backend: DbBackend) -> String {
    match backend {
        DbBackend::Sqlite => {
            sql.replace(" UUID", " BLOB").replace(" BYTEA", " BLOB").replace(" JSONB", " TEXT").replace(" TIMESTAMPTZ", " TEXT")
        }
        _ => sql.to_owned(),
    }
}
