//! Connecting to the database, and the one way to begin a transaction that writes.

use std::time::Duration;

use migrations::Migrator;
use sea_orm::sqlx::Connection;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqlErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

mod primary;

/// Opens the database and brings its schema up to date.
pub async fn open(url: &str) -> Result<DatabaseConnection, DbErr> {
    let db = connect(url).await?;
    migrate(&db).await?;
    Ok(db)
}

/// One process at a time: several are started together, and each would begin the same step.
async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    if is_sqlite(db) {
        return Migrator::up(db, None).await;
    }
    let turn = begin_write(db).await?;
    turn.execute_unprepared("SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock(7311)").await?;
    Migrator::up(db, None).await?;
    turn.commit().await
}

pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    connect_with(url, if url.starts_with("sqlite") { 8 } else { 16 }).await
}

/// Two connections for saving answers: one writes, and one is at hand when the first has to be given up.
pub async fn connect_for_saves(url: &str) -> Result<DatabaseConnection, DbErr> {
    connect_with(url, 2).await
}

async fn connect_with(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let hosts = primary::hosts(url);
    let url = match hosts.as_slice() {
        [] | [_] => url.to_owned(),
        several => primary::find(several).await.ok_or_else(|| DbErr::Custom("none of the database's hosts takes writes".into()))?,
    };
    let db = Database::connect(options(&url, connections)).await?;
    if hosts.len() > 1 {
        tokio::spawn(primary::follow(db.get_postgres_connection_pool().clone(), hosts, url));
    }
    Ok(db)
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .max_connections(connections)
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
        .map_sqlx_postgres_opts(|postgres| postgres.options(POSTGRES))
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    // A database that has stopped answering must not keep the place of a connection that works.
                    let rolled_back = tokio::time::timeout(GONE, connection.ping()).await;
                    rolled_back.map_err(|_| sea_orm::sqlx::Error::PoolTimedOut)?.map(|()| true)
                })
            })
        });
    options
}

/// How long a database may take to answer before it counts as gone.
const GONE: Duration = Duration::from_secs(5);

const POSTGRES: [(&str, &str); 8] = [
    // A commit is acknowledged when it is on disk, and, where there is a synchronous replica, on its disk as well.
    ("synchronous_commit", "on"),
    ("timezone", "UTC"),
    // What a machine that vanished was holding is let go, and nobody waits for it for ever.
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("tcp_keepalives_idle", "15"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "30000"),
];

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

/// Is the database out of reach, full or too busy, so that trying again may help?
pub fn is_passing(error: &DbErr) -> bool {
    const SIGNS: [&str; 14] = [
        "database or disk is full",
        "disk i/o error",
        "database is locked",
        "unable to open database file",
        "no space left",
        "shutting down",
        "the database system is",
        "connection",
        "timed out",
        "lock timeout",
        // A primary that was just made a replica.
        "read-only transaction",
        // The other end died in the middle of a sentence.
        "error communicating with database",
        "at eof",
        "unexpected end of file",
    ];
    let text = error.to_string().to_lowercase();
    matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) || SIGNS.iter().any(|sign| text.contains(sign))
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
