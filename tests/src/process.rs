//! The product as a process of its own, as an operator runs it: to be started, killed and started again.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

use crate::Backend;

/// The binary, beside the test's own.
pub fn binary() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    while !folder.join("ijkpunt").is_file() {
        assert!(folder.pop(), "build the product first: cargo build -p ijkpunt");
    }
    folder.join("ijkpunt")
}

/// A port that nothing listens on at this moment.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The library that moves a process's clock, where Debian puts it.
pub fn faked_clock() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    folders
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.is_file())
        .expect("install faketime: scripts/install-test-tools.sh does")
}

/// A data folder and a database that outlive the processes that use them.
pub struct Installation {
    pub folder: TempDir,
    pub database_url: Option<String>,
}

impl Installation {
    pub async fn new(backend: Backend) -> Self {
        let database_url = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(empty_postgres().await),
        };
        Self { folder: tempfile::tempdir().unwrap(), database_url }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .env("IJKPUNT_DATA", self.folder.path())
            .env("IJKPUNT_LISTEN", "127.0.0.1:0")
            .env("IJKPUNT_DEMO_PASSWORD", crate::PASSWORD);
        command.env_remove("DATABASE_URL");
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts the worked example and waits until it serves.
    pub fn serve(&self) -> Process {
        Process::start(self.command(&["demo"]))
    }
}

/// A running product; it dies with the test.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    /// Starts a command that serves, and waits until it does.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("IJkpunt serves at ")
                    .and_then(|(_, rest)| rest.split('/').nth(2).map(|address| format!("http://{address}")))
            })
            .expect("the product says where it serves");
        // What it prints later must be read, or the pipe fills up.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, url }
    }

    /// A further process on the database and the folder of a test's product, at this port.
    pub fn beside(app: &crate::TestApp, port: u16) -> Self {
        Self::beside_with(app, port, &[])
    }

    /// The same, with these settings besides.
    pub fn beside_with(app: &crate::TestApp, port: u16, settings: &[(&str, &str)]) -> Self {
        std::fs::write(app.folder.path().join("keys"), crate::KEY_FILE).unwrap();
        // Ignoring the signal makes a write past the limit of `disk_full` fail, as it does on a full disk, rather than kill.
        let mut command = Command::new("sh");
        command
            .args(["-c", r#"trap "" XFSZ; exec "$0" serve"#])
            .arg(binary())
            .env("IJKPUNT_DATA", app.folder.path())
            .env("IJKPUNT_LISTEN", format!("127.0.0.1:{port}"))
            .env("DATABASE_URL", &app.ijkpunt.config.database_url)
            .envs(settings.iter().copied());
        Self::start(command)
    }

    /// As an operator stops it: what it has begun, it finishes.
    pub fn stop(mut self) {
        self.ask_to_stop();
        assert!(self.child.wait().unwrap().success(), "a stop that was asked for is no failure");
    }

    /// Asks, and does not wait.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
    }

    /// What it holds in memory now, in megabytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// Lets no write go through, or all again.
    pub fn disk_full(&self, full: bool) {
        let limit = if full { "--fsize=1:unlimited" } else { "--fsize=unlimited:unlimited" };
        let set = Command::new("prlimit").args(["--pid", &self.child.id().to_string(), limit]).status().unwrap();
        assert!(set.success());
    }

    /// As a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn user(&self) -> crate::User {
        crate::User { http: reqwest::Client::builder().cookie_store(true).build().unwrap(), url: self.url.clone(), id: None }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn empty_postgres() -> String {
    let server = crate::postgres_server();
    let admin = Database::connect(format!("{server}/postgres")).await.unwrap();
    let name = format!("installation_{}", uuid::Uuid::new_v4().simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    format!("{server}/{name}")
}

/// What a command printed.
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
