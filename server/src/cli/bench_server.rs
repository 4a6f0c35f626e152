//! The server that `bench` measures: a process of its own, so that its time and memory are not mixed with the generator's.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::bench::Failure;
use crate::config::Config;

/// What Linux counts a process's time in.
const TICKS_A_SECOND: u64 = 100;

pub struct BenchServer {
    child: Child,
    pub address: SocketAddr,
}

impl BenchServer {
    /// Starts this program's `serve` on the bench's database.
    pub fn start(config: &Config) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .env("IJKPUNT_DATA", &config.data)
            .env("IJKPUNT_LISTEN", "127.0.0.1:0")
            .env("DATABASE_URL", &config.database_url)
            .stdout(Stdio::piped())
            .spawn()?;
        let said = child.stdout.take().ok_or("the server has no output")?;
        let line = BufReader::new(said).lines().map_while(Result::ok).find(|line| line.contains("IJkpunt serves at"));
        let address = line.as_deref().and_then(|line| line.split('/').nth(2)).and_then(|address| address.parse().ok());
        match address {
            Some(address) => Ok(Self { child, address }),
            None => Err("the server did not start".into()),
        }
    }

    /// The processor time that it has taken so far.
    pub fn cpu(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // Behind the name, which may hold anything: user and system time are the 12th and 13th words.
        let mut words = stat.rsplit_once(')')?.1.split_whitespace().skip(11).map(str::parse::<u64>);
        let ticks = words.next()?.ok()? + words.next()?.ok()?;
        Some(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
    }

    /// The most that it has held in memory, in megabytes.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse::<u64>().ok()?;
        Some(kilobytes / 1024)
    }
}

impl Drop for BenchServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back: the body, and the bytes that went both ways.
pub struct Exchanged {
    pub body: Vec<u8>,
    pub bytes: u64,
}

impl Exchanged {
    pub fn json(&self) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// Sends a request on a connection of its own.
pub async fn send(address: SocketAddr, request: &str) -> Result<Exchanged, Failure> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    exchange(&mut connection, request).await
}

/// Sends a request and reads the whole answer; anything but 200 is a failure, since a refusal is faster than a save.
pub async fn exchange(connection: &mut TcpStream, request: &str) -> Result<Exchanged, Failure> {
    connection.write_all(request.as_bytes()).await?;
    let (mut read, mut buffer) = (Vec::new(), vec![0_u8; 16 * 1024]);
    loop {
        let n = connection.read(&mut buffer).await?;
        if n == 0 {
            return Err("the server closed the connection".into());
        }
        read.extend(buffer.get(..n).unwrap_or_default());
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(read.get(..end).unwrap_or_default()).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|n| n.trim().parse::<usize>().ok());
        if read.len() >= end + 4 + length.unwrap_or(0) {
            let bytes = (request.len() + read.len()) as u64;
            let body = read.split_off(end + 4);
            return if head.starts_with("http/1.1 200") {
                Ok(Exchanged { body, bytes })
            } else {
                Err(format!("{head}\n{}", String::from_utf8_lossy(&body)).into())
            };
        }
    }
}
