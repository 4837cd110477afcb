//! Running the command: starting it, waiting until it listens, ending it. A
//! process that was started here never outlives its test.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// The command with these arguments, and nothing of our environment that it
/// listens to.
pub(crate) fn command<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark-under-test"));
    command
        .args(arguments)
        .env_remove("TOUCHMARK_ADMIN_SECRET")
        .stdin(Stdio::null());
    command
}

/// What a command that ends by itself says.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a command that ends by itself.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ended {
    let output = command(arguments).output().unwrap();
    Ended {
        code: output.status.code().expect("no signal ended it"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A server process.
pub(crate) struct Server {
    child: Child,
    rest: BufReader<ChildStdout>,
    log: PathBuf,
    _folder: TempDir,
    /// What it printed before it listened.
    pub(crate) greeting: Vec<String>,
    /// Where it listens.
    pub(crate) origin: String,
}

impl Server {
    /// Starts a server on a free port and waits until it listens.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let always = ["serve", "--listen", "127.0.0.1:0", "--log", "debug"];
        Self::spawn(command(always.iter().chain(arguments)))
    }

    /// Starts a server that keeps its records in a file of this folder.
    pub(crate) fn on(folder: &Path) -> Self {
        Self::start(&["--store", &store(folder)])
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut rest = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = Vec::new();
        let origin = loop {
            let mut line = String::new();
            if rest.read_line(&mut line).unwrap() == 0 {
                child.wait().unwrap();
                panic!("no server: {}", std::fs::read_to_string(&log).unwrap());
            }
            let line = line.trim_end();
            match line.strip_prefix("listening on ") {
                Some(origin) => break origin.to_owned(),
                None => greeting.push(line.to_owned()),
            }
        };
        Self {
            child,
            rest,
            log,
            _folder: folder,
            greeting,
            origin,
        }
    }

    /// The administrator's identifier and secret, which a first start prints.
    pub(crate) fn administrator(&self) -> (String, String) {
        let said = |prefix: &str| {
            let line = self
                .greeting
                .iter()
                .find_map(|line| line.strip_prefix(prefix));
            line.unwrap_or_else(|| panic!("{prefix}: {:?}", self.greeting))
                .to_owned()
        };
        let id = said("administrator client_id ");
        (id, said("administrator client_secret "))
    }

    /// The host and port.
    pub(crate) fn address(&self) -> &str {
        self.origin.strip_prefix("http://").unwrap()
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The most memory that it has had, in KiB.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.unwrap().trim().split(' ').next().unwrap();
        number.parse().unwrap()
    }

    /// Asks it to end, as a supervisor does.
    pub(crate) fn ask_to_end(&self) {
        self.signal("TERM");
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it has ended by itself and answers its exit code and the
    /// rest of what it printed.
    pub(crate) fn ended(mut self) -> (i32, String) {
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        self.rest.read_to_string(&mut rest).unwrap();
        (status.code().expect("no signal ended it"), rest)
    }

    /// Kills it at once, as a power failure would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "it ended by itself");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The store in a file of this folder, as the command takes it.
pub(crate) fn store(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("touchmark.db").display())
}
