//! The machine that the product runs on, with everything that can be broken: two processes that serve, one that works, the database, the disk, the clock.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tests::Backend;
use tests::postgres::Cluster;
use tests::process::{binary, faked_clock, free_port};

pub struct Machine {
    folder: PathBuf,
    pub database_url: String,
    pub ports: Vec<u16>,
    cluster: Option<Arc<Cluster>>,
    services: Vec<Service>,
    /// What the faulty disk and the clock look at.
    levers: TempDir,
}

impl Machine {
    /// A machine without processes yet, which will keep its files in this folder.
    pub fn new(backend: Backend, folder: &Path) -> Self {
        let cluster = (backend == Backend::Postgres).then(|| Arc::new(Cluster::start("")));
        let database_url = match &cluster {
            Some(cluster) => cluster.url(),
            None => ijkpunt::config::embedded_url(folder),
        };
        Self {
            folder: folder.to_owned(),
            database_url,
            ports: vec![free_port(), free_port()],
            cluster,
            services: Vec::new(),
            levers: tempfile::tempdir().unwrap(),
        }
    }

    /// Starts the three processes, each with somebody who starts it again when it dies.
    pub fn start(&mut self) {
        self.step_clock(0);
        for port in self.ports.clone() {
            let command = self.command("serve", port);
            self.services.push(Service::start(command));
        }
        let command = self.command("work", 0);
        self.services.push(Service::start(command));
    }

    fn command(&self, what: &'static str, port: u16) -> impl Fn() -> Command + Send + 'static {
        let (folder, url, levers) = (self.folder.clone(), self.database_url.clone(), self.levers.path().to_owned());
        let preload = [faked_clock().display().to_string(), faulty_disk().display().to_string()].join(" ");
        move || {
            let log = std::fs::File::options().create(true).append(true).open(folder.join(format!("log-{what}-{port}"))).unwrap();
            let mut command = Command::new(binary());
            command
                .arg(what)
                .env("IJKPUNT_DATA", &folder)
                .env("IJKPUNT_LISTEN", format!("127.0.0.1:{port}"))
                .env("DATABASE_URL", &url)
                .env("LD_PRELOAD", &preload)
                .env("FAULTY_DISK", &levers)
                .env("FAKETIME_TIMESTAMP_FILE", levers.join("time"))
                .env("FAKETIME_CACHE_DURATION", "1")
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env("NO_FAKE_STAT", "1")
                .stdout(Stdio::null())
                .stderr(log);
            command
        }
    }

    /// Does one of the two take requests?
    pub async fn serves(&self) -> bool {
        for port in &self.ports {
            let asked =
                reqwest::Client::new().get(format!("http://127.0.0.1:{port}/api/ready")).timeout(Duration::from_secs(2)).send().await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                return true;
            }
        }
        false
    }

    /// As `kill -9` does.
    pub fn kill(&self, service: usize) {
        self.services[service].signal("-KILL");
    }

    /// As an operator stops it.
    pub fn stop(&self, service: usize) {
        self.services[service].signal("-TERM");
    }

    pub async fn kill_database(&self, down: Duration) {
        match self.cluster.clone() {
            Some(cluster) => {
                tokio::task::spawn_blocking(move || {
                    cluster.kill();
                    std::thread::sleep(down);
                    cluster.go_on();
                })
                .await
                .unwrap();
            }
            // The database is in the processes: they die together, as in a power cut.
            None => self.services.iter().for_each(|service| service.signal("-KILL")),
        }
    }

    pub async fn freeze_database(&self, time: Duration) {
        match &self.cluster {
            Some(cluster) => {
                cluster.freeze(true);
                tokio::time::sleep(time).await;
                cluster.freeze(false);
            }
            None => self.slow_disk(time, 1000).await,
        }
    }

    pub async fn fill_disk(&self, time: Duration) {
        let lever = self.levers.path().join("full");
        std::fs::write(&lever, "").unwrap();
        tokio::time::sleep(time).await;
        std::fs::remove_file(&lever).unwrap();
    }

    pub async fn slow_disk(&self, time: Duration, milliseconds: u64) {
        let lever = self.levers.path().join("slow");
        std::fs::write(&lever, milliseconds.to_string()).unwrap();
        tokio::time::sleep(time).await;
        std::fs::remove_file(&lever).unwrap();
    }

    /// Sets the wall clock of the processes this far from the right time.
    pub fn step_clock(&self, seconds: i64) {
        let (partial, lever) = (self.levers.path().join("time.partial"), self.levers.path().join("time"));
        std::fs::write(&partial, format!("{seconds:+}s\n")).unwrap();
        std::fs::rename(partial, lever).unwrap();
    }

    /// Stops the processes for good, as an operator does, and answers what they should never have said.
    pub fn finish(&mut self) -> Vec<String> {
        self.services.drain(..).for_each(Service::finish);
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with("log-") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.extend(text.lines().filter(|line| line.contains("panicked")).map(|line| format!("{}: {line}", path.display())));
            }
        }
        found
    }
}

impl Drop for Machine {
    /// A test that fails shows what the processes had to say.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.services.clear();
            for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().starts_with("log-") {
                    let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
                    let said: Vec<&str> = text.lines().filter(|line| !line.contains("passing=true")).rev().take(20).collect();
                    println!("{}:\n{}", entry.path().display(), said.into_iter().rev().collect::<Vec<_>>().join("\n"));
                }
            }
        }
    }
}

/// A process that is started again whenever it ends, until it is wanted no more.
struct Service {
    wanted: Arc<AtomicBool>,
    pid: Arc<AtomicU32>,
    keeper: Option<std::thread::JoinHandle<()>>,
}

impl Service {
    fn start(command: impl Fn() -> Command + Send + 'static) -> Self {
        let (wanted, pid) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
        let (still_wanted, its_pid) = (wanted.clone(), pid.clone());
        let keeper = std::thread::spawn(move || {
            while still_wanted.load(Ordering::SeqCst) {
                let mut child = command().spawn().unwrap();
                its_pid.store(child.id(), Ordering::SeqCst);
                let _ = child.wait();
                its_pid.store(0, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Self { wanted, pid, keeper: Some(keeper) }
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid.load(Ordering::SeqCst);
        if pid != 0 {
            let _ = Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status();
        }
    }

    fn finish(mut self) {
        self.wanted.store(false, Ordering::SeqCst);
        while !self.keeper.as_ref().unwrap().is_finished() {
            self.signal("-TERM");
            std::thread::sleep(Duration::from_millis(100));
        }
        self.keeper.take().unwrap().join().unwrap();
    }
}

impl Drop for Service {
    /// After a test that failed.
    fn drop(&mut self) {
        self.wanted.store(false, Ordering::SeqCst);
        self.signal("-KILL");
    }
}

/// The library that makes a disk full or slow, compiled by the compiler that SQLite needs as well.
fn faulty_disk() -> &'static Path {
    static LIBRARY: std::sync::OnceLock<(Mutex<TempDir>, PathBuf)> = std::sync::OnceLock::new();
    let (_, library) = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (source, library) = (folder.path().join("disk.c"), folder.path().join("disk.so"));
        std::fs::write(&source, include_str!("../../src/disk.c")).unwrap();
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).arg("-ldl").status().unwrap();
        assert!(compiled.success());
        (Mutex::new(folder), library)
    });
    library
}
