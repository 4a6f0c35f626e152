//! Passwords are hashed with argon2id, off the threads that answer requests, a few at a time: each takes 19 MiB.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// The hash of a password that nobody has: checked when the user name is unknown, so that the answer takes as long.
pub const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$uYbB5G2DmJ5vWm0tJ0QbP9f8Vd3m0y5b1w5Wc0m3l0Q";

pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
}

pub async fn verify(password: String, hash: String) -> bool {
    let Ok(_permit) = AT_ONCE.acquire().await else { return false };
    tokio::task::spawn_blocking(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok())
        .await
        .unwrap_or(false)
}
