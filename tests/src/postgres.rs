//! PostgreSQL servers of a test's own, to be killed, started again, copied and promoted.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use tempfile::TempDir;

/// A server with its files. It ends with the test.
pub struct Cluster {
    folder: TempDir,
    pub port: u16,
}

impl Cluster {
    /// A fresh server with an empty database `ijkpunt`, and these settings besides.
    pub fn start(settings: &str) -> Self {
        let cluster = Self::place();
        cluster.succeed("initdb", &["-D", &cluster.data(), "-U", "ijkpunt", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        cluster.configure(&format!("max_connections = 100\n{settings}"));
        cluster.go_on();
        cluster.succeed("createdb", &["-h", "127.0.0.1", "-p", &cluster.port.to_string(), "-U", "ijkpunt", "ijkpunt"]);
        cluster
    }

    /// A replica that follows this server.
    pub fn replica(&self) -> Self {
        let replica = Self::place();
        let from = format!("host=127.0.0.1 port={} user=ijkpunt", self.port);
        replica.succeed("pg_basebackup", &["-D", &replica.data(), "-d", &from, "-R", "--checkpoint=fast"]);
        replica.configure("");
        replica.go_on();
        replica
    }

    fn place() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            assert!(Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap().success());
        }
        Self { folder, port: crate::process::free_port() }
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn configure(&self, settings: &str) {
        let path = self.folder.path().join("data/postgresql.conf");
        let before = std::fs::read_to_string(&path).unwrap();
        let (port, sockets) = (self.port, self.folder.path().display());
        let ours = format!("\nport = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\n{settings}\n");
        std::fs::write(path, before + &ours).unwrap();
    }

    pub fn url(&self) -> String {
        format!("postgres://ijkpunt@127.0.0.1:{}/ijkpunt", self.port)
    }

    /// All its processes at once, as when the machine dies. What the disk has, stays.
    pub fn kill(&self) {
        let Some(postmaster) = self.postmaster() else { return };
        let children = Command::new("pgrep").args(["-P", &postmaster]).output().unwrap();
        let mut all = vec![postmaster];
        all.extend(String::from_utf8_lossy(&children.stdout).split_whitespace().map(str::to_owned));
        let _ = Command::new("kill").arg("-9").args(&all).output();
        while all.iter().any(|pid| is_running(pid)) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets all its processes stand still, or go on: a machine that hangs, or a network that swallows everything.
    pub fn freeze(&self, frozen: bool) {
        let Some(postmaster) = self.postmaster() else { return };
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let _ = Command::new("pkill").args([signal, "-P", &postmaster]).status();
        let _ = Command::new("kill").args([signal, &postmaster]).status();
    }

    fn postmaster(&self) -> Option<String> {
        let file = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }

    /// Starts it again, after a kill as well: it recovers what it had committed.
    pub fn go_on(&self) {
        let log = self.folder.path().join("log").display().to_string();
        for _ in 0..100 {
            let started = self.run("pg_ctl", &["-D", &self.data(), "-w", "-t", "60", "-l", &log, "start"]);
            if started.status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL does not start: {}", std::fs::read_to_string(log).unwrap_or_default());
    }

    /// A replica becomes the primary, and waits for no replica of its own.
    pub fn promote(&self) {
        self.succeed("pg_ctl", &["-D", &self.data(), "-w", "promote"]);
        self.sql("ALTER SYSTEM SET synchronous_standby_names = ''");
        self.sql("SELECT pg_reload_conf()");
    }

    /// What a query answers, as text.
    pub fn sql(&self, query: &str) -> String {
        let port = self.port.to_string();
        let answer = self.run("psql", &["-h", "127.0.0.1", "-p", &port, "-U", "ijkpunt", "-d", "ijkpunt", "-At", "-c", query]);
        assert!(answer.status.success(), "{query}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8_lossy(&answer.stdout).trim().to_owned()
    }

    fn succeed(&self, program: &str, arguments: &[&str]) {
        let answer = self.run(program, arguments);
        assert!(answer.status.success(), "{program}: {}", String::from_utf8_lossy(&answer.stderr));
    }

    /// PostgreSQL refuses to run as root.
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let program = bin().join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // Not a pipe: the server inherits it, and would keep it open for as long as it lives.
        let (out, error) = (self.folder.path().join("out"), self.folder.path().join("error"));
        let open = |path: &Path| std::fs::File::create(path).unwrap();
        let status = command.args(arguments).current_dir("/").stdout(open(&out)).stderr(open(&error)).status().unwrap();
        Output { status, stdout: std::fs::read(out).unwrap(), stderr: std::fs::read(error).unwrap() }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
    }
}

fn is_running(pid: &str) -> bool {
    // A process that was killed and that nobody has asked after yet is gone as well.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}

fn bin() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("install PostgreSQL: scripts/install-test-tools.sh does");
    let mut found: Vec<PathBuf> =
        versions.map(|entry| entry.unwrap().path().join("bin")).filter(|path| path.join("initdb").is_file()).collect();
    found.sort();
    found.pop().expect("install PostgreSQL: scripts/install-test-tools.sh does")
}
