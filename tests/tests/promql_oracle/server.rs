//! A real Prometheus, started once for all tests of this file.

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::samples;

const INSTALL: &str = "this test compares with a real Prometheus and needs `prometheus` and \
                       `promtool`: apt-get install --no-install-recommends prometheus";

/// The server; dropping it ends it.
pub(crate) struct Prometheus {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

/// What the server answered.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Prometheus {
    /// Starts the server over the samples.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server");
        let path = folder.path();
        let text = samples::write_open_metrics(&samples::all());
        std::fs::write(path.join("samples.om"), text).expect("the samples are written");
        std::fs::write(path.join("prometheus.yml"), "global: {}\n").expect("the configuration");
        let blocks = Command::new("promtool")
            .args([
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                "samples.om",
                "data",
            ])
            .current_dir(path)
            .output()
            .expect(INSTALL);
        assert!(
            blocks.status.success(),
            "promtool: {}",
            String::from_utf8_lossy(&blocks.stderr)
        );
        for _ in 0..5 {
            if let Some((child, address)) = launch(path) {
                let server = Self {
                    child,
                    address,
                    _folder: folder,
                };
                let build = server.get("status/buildinfo", &[]);
                let version = build.body["data"]["version"].as_str().unwrap_or_default();
                assert!(
                    version.starts_with("2.42."),
                    "Prometheus is {version}, not 2.42"
                );
                return server;
            }
        }
        let log = std::fs::read_to_string(path.join("log")).unwrap_or_default();
        panic!("prometheus did not become ready: {log}");
    }

    /// Asks an endpoint below `/api/v1`.
    pub(crate) fn get(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Response {
        let query: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect();
        let target = format!("/api/v1/{endpoint}?{}", query.join("&"));
        let (status, body) = get(self.address, &target).expect("the server answers");
        let body = serde_json::from_slice(&body).expect("the answer is JSON");
        Response { status, body }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a process and waits until it is ready. The port may be taken by
/// somebody else in between, so that it may fail.
fn launch(path: &Path) -> Option<(Child, SocketAddr)> {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("the port is bound");
    drop(free);
    let log = std::fs::File::create(path.join("log")).expect("a log");
    let mut child = Command::new("prometheus")
        .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"])
        .args(["--storage.tsdb.retention.time=100y", "--log.level=warn"])
        .arg(format!("--web.listen-address={address}"))
        .current_dir(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect(INSTALL);
    for _ in 0..300 {
        if child.try_wait().expect("the process is ours").is_some() {
            return None;
        }
        if get(address, "/-/ready").is_some_and(|(status, _)| status == 200) {
            return Some((child, address));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// One request; HTTP/1.0, so that the body is just the rest.
fn get(address: SocketAddr, target: &str) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .ok()?;
    write!(stream, "GET {target} HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).ok()?;
    let head = response.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let status = core::str::from_utf8(response.get(9..12)?)
        .ok()?
        .parse()
        .ok()?;
    Some((status, response.split_off(head + 4)))
}

fn percent_encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}
