//! Bytes that are too large for the database: recordings of candidates, audio and pictures of items. Found by the hash of what they hold.

use std::path::PathBuf;

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

#[derive(Clone, Debug)]
pub struct MediaStore {
    root: PathBuf,
}

impl MediaStore {
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Keeps the bytes and answers their SHA-256. When this returns they survive a power cut: file and folder are flushed.
    pub async fn put(&self, bytes: &[u8]) -> std::io::Result<[u8; 32]> {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let path = self.path(&hash);
        if tokio::fs::try_exists(&path).await? {
            return Ok(hash);
        }
        let folder = path.parent().unwrap_or(&self.root);
        tokio::fs::create_dir_all(folder).await?;
        let temporary = path.with_extension(uuid::Uuid::new_v4().simple().to_string());
        let mut file = tokio::fs::File::create(&temporary).await?;
        file.write_all(bytes).await?;
        file.sync_all().await?;
        tokio::fs::rename(&temporary, &path).await?;
        tokio::fs::File::open(folder).await?.sync_all().await?;
        Ok(hash)
    }

    pub async fn get(&self, hash: &[u8]) -> std::io::Result<Vec<u8>> {
        tokio::fs::read(self.path(hash)).await
    }

    fn path(&self, hash: &[u8]) -> PathBuf {
        let name = hex(hash);
        self.root.join(name.get(..2).unwrap_or_default()).join(name)
    }
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
