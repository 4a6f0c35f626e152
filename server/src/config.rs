//! What the operator sets: from the environment, with defaults that make a laptop work.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::Keys;

#[derive(Clone)]
pub struct Config {
    /// The folder of the embedded database, media and keys.
    pub data: PathBuf,
    /// `sqlite://…` or `postgres://…`; the embedded database of the data folder when nothing is set.
    pub database_url: String,
    pub listen: String,
    /// The address by which people reach the product, for links in mail, QR codes and origin checks.
    pub public_origin: String,
    /// `smtp://user:password@host:port` or `smtps://…`; without it, mail is kept and shown in the office.
    pub smtp_url: Option<String>,
    pub mail_from: String,
    /// A worked example is on show: accounts and people are made up, and screens say so.
    pub demo: bool,
    /// How long a process that is asked to stop goes on serving, so that a balancer notices first.
    pub drain: std::time::Duration,
    /// Several processes may listen at the same address, so that one is replaced without a gap.
    pub share_port: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the data folder {0} cannot be made: {1}")]
    DataFolder(PathBuf, std::io::Error),
    #[error("the key file {0} cannot be read or written: {1}")]
    KeyFile(PathBuf, std::io::Error),
    #[error("the key file {0} does not hold two lines of 32 bytes in base64")]
    KeyFormat(PathBuf),
}

impl Config {
    pub fn from_env() -> Result<Self, ConfigError> {
        let data = PathBuf::from(env("IJKPUNT_DATA").unwrap_or_else(|| "data".into()));
        std::fs::create_dir_all(&data).map_err(|error| ConfigError::DataFolder(data.clone(), error))?;
        let listen = env("IJKPUNT_LISTEN").unwrap_or_else(|| "127.0.0.1:8080".into());
        Ok(Self {
            database_url: env("DATABASE_URL").unwrap_or_else(|| embedded_url(&data)),
            public_origin: env("IJKPUNT_ORIGIN").unwrap_or_else(|| format!("http://{listen}")),
            smtp_url: env("IJKPUNT_SMTP_URL"),
            mail_from: env("IJKPUNT_MAIL_FROM").unwrap_or_else(|| "IJkpunt <noreply@ijkpunt.invalid>".into()),
            demo: env("IJKPUNT_DEMO").is_some_and(|value| value == "1"),
            drain: std::time::Duration::from_secs(env("IJKPUNT_DRAIN_SECONDS").and_then(|text| text.parse().ok()).unwrap_or(0)),
            share_port: env("IJKPUNT_SHARE_PORT").is_some_and(|value| value == "1"),
            data,
            listen,
        })
    }

    /// The keys that seal personal data: `IJKPUNT_KEYS`, or a file in the data folder that is made once.
    /// A backup of the database does not contain them.
    pub fn keys(&self) -> Result<Keys, ConfigError> {
        let path = env("IJKPUNT_KEYS").map_or_else(|| self.data.join("keys"), PathBuf::from);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let text = format!("{}\n{}\n", STANDARD.encode(rand::random::<[u8; 32]>()), STANDARD.encode(rand::random::<[u8; 32]>()));
                write_private(&path, &text).map_err(|error| ConfigError::KeyFile(path.clone(), error))?;
                text
            }
            Err(error) => return Err(ConfigError::KeyFile(path, error)),
        };
        let mut lines = text.lines().map(|line| STANDARD.decode(line.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()));
        match (lines.next().flatten(), lines.next().flatten()) {
            (Some(seal), Some(index)) => Ok(Keys::new(seal, index)),
            _ => Err(ConfigError::KeyFormat(path)),
        }
    }
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

pub fn embedded_url(data: &std::path::Path) -> String {
    format!("sqlite://{}?mode=rwc", data.join("ijkpunt.db").display())
}

#[cfg(unix)]
fn write_private(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn write_private(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)
}
