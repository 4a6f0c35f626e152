//! `backup` and `restore`: a folder with the database, the media and a list of what is in it, made while the product serves.
//!
//! The keys that seal personal data are not in it: a stolen backup names nobody. Keep them elsewhere, since without them a restored database stays sealed.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Outcome;
use super::serve::block_on;
use crate::audit::{self, Verified};
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::entity::audit_head;
use crate::media::hex;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const MANIFEST: &str = "manifest.json";

/// What a backup holds. Restoring compares every file with its hash, and the audit log with the head it had.
#[derive(Serialize, Deserialize)]
struct Manifest {
    program: String,
    made_at: chrono::DateTime<chrono::Utc>,
    /// `ijkpunt.db` (SQLite) or `ijkpunt.dump` (PostgreSQL's own format).
    database: String,
    /// The number of rows of the audit log when the copy was begun; the copy has these or more.
    audit_rows: i64,
    files: Vec<FileEntry>,
}

#[derive(Serialize, Deserialize)]
struct FileEntry {
    path: String,
    sha256: String,
}

/// Writes a backup to a folder that does not exist yet.
pub fn backup(target: &Path) -> Outcome {
    if target.exists() {
        return Err(format!("{} exists already; a backup is never written over another", target.display()).into());
    }
    block_on(async {
        let config = Config::from_env()?;
        let connection = db::connect(&config.database_url).await?;
        let audit_rows = audit_head::Entity::find_by_id(1).one(&connection).await?.map_or(0, |head| head.seq);
        // A name of its own until all is there, so that half a backup is never taken for a whole one.
        let partial = target.with_extension("partial");
        std::fs::create_dir_all(&partial)?;
        let database = copy_database(&connection, &config, &partial).await?;
        connection.close().await?;
        let mut files = vec![entry(&partial, Path::new(&database))?];
        // Media are named by their hash and never change, so that copying them after the database misses none that it names.
        for file in files_below(&config.data.join("media"))? {
            let path = Path::new("media").join(file.strip_prefix(config.data.join("media"))?);
            let copy = partial.join(&path);
            copy.parent().map(std::fs::create_dir_all).transpose()?;
            std::fs::copy(&file, &copy)?;
            files.push(entry(&partial, &path)?);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest = Manifest { program: env!("CARGO_PKG_VERSION").into(), made_at: Clock::system().now(), database, audit_rows, files };
        std::fs::write(partial.join(MANIFEST), serde_json::to_vec_pretty(&manifest)?)?;
        std::fs::rename(&partial, target)?;
        println!("{}: {} files, {} rows in the audit log. The keys are not in it.", target.display(), manifest.files.len(), audit_rows);
        Ok(ExitCode::SUCCESS)
    })
}

/// Puts a backup back into an empty data folder (SQLite) or an empty database (PostgreSQL), and proves that it is whole.
pub fn restore(source: &Path) -> Outcome {
    let manifest: Manifest = serde_json::from_slice(&std::fs::read(source.join(MANIFEST))?)?;
    for file in &manifest.files {
        let found = sha256(&source.join(&file.path))?;
        if found != file.sha256 {
            return Err(format!("{} is not what was backed up: its SHA-256 is {found}", file.path).into());
        }
    }
    let config = Config::from_env()?;
    restore_database(&config, source, &manifest)?;
    for file in manifest.files.iter().filter(|file| file.path != manifest.database) {
        let target = config.data.join(&file.path);
        target.parent().map(std::fs::create_dir_all).transpose()?;
        std::fs::copy(source.join(&file.path), target)?;
    }
    block_on(async {
        let connection = db::connect(&config.database_url).await?;
        let verified = audit::verify(&connection).await?;
        connection.close().await?;
        match verified {
            Verified::Intact { rows } if rows >= manifest.audit_rows => {
                println!("Restored {} files of {}; the audit log is intact: {rows} rows.", manifest.files.len(), manifest.made_at);
                Ok(ExitCode::SUCCESS)
            }
            Verified::Intact { rows } => {
                Err(format!("the audit log has {rows} rows, and had {} when it was backed up", manifest.audit_rows).into())
            }
            Verified::Broken { seq, what } => Err(format!("the audit log is broken at row {seq}: {what}").into()),
        }
    })
}

async fn copy_database(connection: &DatabaseConnection, config: &Config, folder: &Path) -> Result<String, Failure> {
    let name = match connection.get_database_backend() {
        DbBackend::Sqlite => "ijkpunt.db",
        _ => "ijkpunt.dump",
    };
    let path = folder.join(name);
    match connection.get_database_backend() {
        // A consistent copy of one moment, while others write.
        DbBackend::Sqlite => {
            let into = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.display().to_string().into()]);
            connection.execute_raw(into).await?;
        }
        _ => succeed(Command::new("pg_dump").args(["--format=custom", "--no-owner", "--file"]).arg(&path).arg(&config.database_url))?,
    }
    Ok(name.to_owned())
}

fn restore_database(config: &Config, source: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let copy = source.join(&manifest.database);
    let into_sqlite = config.database_url.starts_with("sqlite");
    if into_sqlite != manifest.database.ends_with(".db") {
        return Err(format!("{} does not fit the configured database", manifest.database).into());
    }
    if !into_sqlite {
        return succeed(
            Command::new("pg_restore")
                .args(["--exit-on-error", "--no-owner", "--single-transaction", "--dbname"])
                .arg(&config.database_url)
                .arg(copy),
        );
    }
    let target = config.data.join("ijkpunt.db");
    if target.exists() {
        return Err(format!("{} exists already; restore into an empty data folder", target.display()).into());
    }
    std::fs::copy(copy, target)?;
    Ok(())
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{name} cannot be run ({error}); it comes with PostgreSQL's client"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed: {status}").into()) }
}

fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                found.extend(files_below(&path)?);
            } else if path.extension().is_none() {
                // A file with an extension is still being written.
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn entry(folder: &Path, path: &Path) -> std::io::Result<FileEntry> {
    Ok(FileEntry { path: path.display().to_string(), sha256: sha256(&folder.join(path))? })
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    let mut file = std::io::BufReader::new(std::fs::File::open(path)?);
    loop {
        let chunk = std::io::BufRead::fill_buf(&mut file)?;
        if chunk.is_empty() {
            return Ok(hex(&hasher.finalize()));
        }
        let length = chunk.len();
        hasher.update(chunk);
        std::io::BufRead::consume(&mut file, length);
    }
}
