//! Connecting to the database, and the one way to begin a transaction that writes.

use std::time::Duration;

use migrations::Migrator;
use sea_orm::sqlx::Connection;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqlErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

/// Opens the database and brings its schema up to date.
pub async fn open(url: &str) -> Result<DatabaseConnection, DbErr> {
    let db = connect(url).await?;
    Migrator::up(&db, None).await?;
    Ok(db)
}

pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .max_connections(if url.starts_with("sqlite") { 8 } else { 16 })
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .pragma("journal_mode", "WAL")
                // An acknowledged answer must survive a power cut.
                .pragma("synchronous", "FULL")
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-16000")
        })
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    // Behind the rollback that may still be under way.
                    connection.ping().await?;
                    // SQLite ends a transaction by itself when the disk is full. The rollback that follows then fails, and the
                    // connection counts itself as within a transaction: what it were given next would be a savepoint within one
                    // that is never committed, and be acknowledged all the same.
                    Ok(!connection.is_in_transaction())
                })
            })
        })
        .map_sqlx_postgres_opts(|postgres| postgres.options([("synchronous_commit", "on"), ("timezone", "UTC")]));
    Database::connect(options).await
}

/// Begins a transaction that writes. SQLite takes the write lock at once: a transaction that first reads and then writes
/// would fail under contention, however long it may wait.
pub async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Draws the next number of a gapless series. Two transactions that draw from one series wait for each other.
pub async fn next_number(tx: &DatabaseTransaction, series: &str) -> Result<i64, DbErr> {
    use sea_orm::{FromQueryResult, Statement};

    #[derive(FromQueryResult)]
    struct Drawn {
        value: i64,
    }

    let backend = tx.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => {
            "INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
        }
        _ => {
            "INSERT INTO counters (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
        }
    };
    let drawn = Drawn::find_by_statement(Statement::from_sql_and_values(backend, sql, [series.into()])).one(tx).await?;
    drawn.map(|drawn| drawn.value).ok_or_else(|| DbErr::RecordNotFound(format!("counter {series}")))
}

/// SQLite has one writer at a time as it is, and no row locks.
pub fn is_sqlite(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Sqlite
}
