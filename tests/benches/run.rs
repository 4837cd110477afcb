//! What `touchmark run` costs beside the least that its requests need: whole
//! processes against the same server on loopback. Once the command with files
//! of scenarios; once a plain loop that reads the same files as mere YAML and
//! sends their requests with the same client, looking at nothing but the
//! status; once a loop that has nothing to read either. And the same steps on
//! the deployment inside the process.
//!
//! The plain loops are this program once more, told so by its first argument.

use core::time::Duration;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock, mpsc};

use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;
use tokio::task::JoinSet;
use touchmark::peer::{Peer, Request, Url};
use touchmark::serve::{Server, Settings};
use touchmark_core::http::Headers;

const SENDING_LOOP: &str = "sending-loop";
const PLAIN_LOOP: &str = "plain-loop";
/// How many files each of them takes on at the same time.
const AT_ONCE: usize = 8;
const PATH: &str = "/.well-known/oauth-authorization-server";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [SENDING_LOOP, origin, files, steps] => {
            let files: usize = files.parse().expect("a number of files");
            let steps: usize = steps.parse().expect("a number of steps");
            send_all(origin, &vec![vec![PATH.to_owned(); steps]; files]);
        }
        [PLAIN_LOOP, origin, folder] => send_all(origin, &read(folder.as_ref())),
        _ => divan::main(),
    }
}

/// How many steps there are, and in how many files.
#[derive(Clone, Copy, Debug)]
enum Load {
    ManyFiles,
    ManySteps,
}

const LOADS: [Load; 2] = [Load::ManyFiles, Load::ManySteps];

impl Load {
    const fn files(self) -> usize {
        match self {
            Self::ManyFiles => 50,
            Self::ManySteps => 1,
        }
    }

    const fn steps(self) -> usize {
        match self {
            Self::ManyFiles => 4,
            Self::ManySteps => 200,
        }
    }

    const fn requests(self) -> usize {
        self.files() * self.steps()
    }

    /// The folder with its files.
    fn folder(self) -> &'static Path {
        static FOLDERS: OnceLock<TempDir> = OnceLock::new();
        let root = FOLDERS.get_or_init(|| tempfile::tempdir().expect("a folder"));
        let folder = root.path().join(format!("{self:?}"));
        if !folder.exists() {
            std::fs::create_dir(&folder).expect("a new folder");
            for number in 0..self.files() {
                let path = folder.join(format!("load-{number}.yaml"));
                std::fs::write(path, scenario(number, self.steps())).expect("a new file");
            }
        }
        Box::leak(folder.into_boxed_path())
    }
}

/// Steps as they are usual: the status, two members, and a value that the next
/// step has need of.
fn scenario(number: usize, steps: usize) -> String {
    let mut text = format!("scenario: load {number}\nsteps:\n");
    for step in 0..steps {
        let issuer = match step {
            0 => "{ is: string }".to_owned(),
            later => format!("$(issuer{})", later - 1),
        };
        text.push_str(&format!(
            "  - step: metadata {step}\n    \
                 http: GET {PATH}\n    \
                 expect:\n      \
                   status: 200\n      \
                   json:\n        \
                     $.issuer: {issuer}\n        \
                     $.jwks_uri: {{ ends_with: /.well-known/jwks.json }}\n"
        ));
        if step + 1 < steps {
            text.push_str(&format!(
                "    save:\n      issuer{step}: {{ json: $.issuer }}\n"
            ));
        }
    }
    text
}

/// The origin of a server that runs as long as this process.
fn server() -> &'static str {
    static ORIGIN: OnceLock<String> = OnceLock::new();
    ORIGIN.get_or_init(|| {
        let (ready, origin) = mpsc::channel();
        std::thread::spawn(move || {
            runtime().block_on(async {
                let settings = Settings {
                    listen: ([127, 0, 0, 1], 0).into(),
                    ..Settings::default()
                };
                let server = Server::open(&settings).await.expect("a server");
                ready.send(server.origin().to_owned()).expect("a listener");
                server.run(core::future::pending()).await;
            });
        });
        origin.recv().expect("the server says where it listens")
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads and an event queue")
}

/// The paths that the steps of every file get, read with nothing proven.
fn read(folder: &Path) -> Vec<Vec<String>> {
    let files = std::fs::read_dir(folder).expect("a folder");
    let paths = files.map(|file| {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("a text");
        let scenario: serde_json::Value = serde_yaml::from_str(&text).expect("YAML");
        let steps = scenario["steps"].as_array().expect("steps");
        let lines = steps
            .iter()
            .map(|step| step["http"].as_str().expect("a line"));
        let paths = lines.map(|line| line.strip_prefix("GET ").expect("a GET").to_owned());
        paths.collect()
    });
    paths.collect()
}

/// As many files at the same time as the command, the requests of one file one
/// after the other.
fn send_all(origin: &str, files: &[Vec<String>]) {
    let workers = AT_ONCE.min(files.len());
    let runtime = match workers {
        1 => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("an event queue"),
        _ => runtime(),
    };
    runtime.block_on(async {
        let peer = Arc::new(Peer::network());
        let mut loops = JoinSet::new();
        for worker in 0..workers {
            let peer = Arc::clone(&peer);
            let own = files.iter().skip(worker).step_by(workers).flatten();
            let urls: Vec<_> = own.map(|path| format!("{origin}{path}")).collect();
            loops.spawn(async move {
                for url in urls {
                    let request = Request {
                        method: "GET".to_owned(),
                        url: Url::read(&url).expect("a URL"),
                        headers: Headers::new(),
                        body: Vec::new(),
                    };
                    let sent = peer.send(&request, Duration::from_secs(30)).await;
                    let answer = sent.expect("an answer");
                    assert_eq!(answer.response.status.code(), 200);
                }
            });
        }
        while let Some(ended) = loops.join_next().await {
            ended.expect("no loop panics");
        }
    });
}

fn succeed(mut command: Command) {
    let ended = command.stdin(Stdio::null()).output();
    let ended = ended.expect("the program starts");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{command:?}: {said}");
}

fn touchmark(load: Load) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark-under-test"));
    command.args(["run", "--jobs", &AT_ONCE.to_string()]);
    command.arg(load.folder());
    command
}

#[divan::bench(args = LOADS)]
fn network(bencher: Bencher<'_, '_>, load: Load) {
    let origin = server();
    bencher.counter(ItemsCount::new(load.requests())).bench(|| {
        let mut command = touchmark(load);
        command.args(["--target", origin]);
        succeed(command);
    });
}

#[divan::bench(args = LOADS)]
fn plain_sending(bencher: Bencher<'_, '_>, load: Load) {
    let (files, steps) = (load.files().to_string(), load.steps().to_string());
    plain(bencher, load, &[SENDING_LOOP, server(), &files, &steps]);
}

#[divan::bench(args = LOADS)]
fn plain_loop(bencher: Bencher<'_, '_>, load: Load) {
    let folder = load.folder().to_str().expect("a path that is text");
    plain(bencher, load, &[PLAIN_LOOP, server(), folder]);
}

/// Runs this program with these arguments.
fn plain(bencher: Bencher<'_, '_>, load: Load, arguments: &[&str]) {
    let program = std::env::current_exe().expect("the path of this program");
    bencher.counter(ItemsCount::new(load.requests())).bench(|| {
        let mut command = Command::new(&program);
        command.args(arguments);
        succeed(command);
    });
}

#[divan::bench(args = LOADS)]
fn embedded(bencher: Bencher<'_, '_>, load: Load) {
    bencher
        .counter(ItemsCount::new(load.requests()))
        .bench(|| succeed(touchmark(load)));
}
