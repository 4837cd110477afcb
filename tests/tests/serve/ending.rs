//! The end: who asks a server to end loses no request that is under way.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use core::time::Duration;

use crate::client::Client;
use crate::process::Server;

const GRANT: &str = "grant_type=client_credentials";

/// The head of a token request and the first half of its content.
fn half(server: &Server) -> (TcpStream, &'static str) {
    let (id, secret) = server.administrator();
    let basic = touchmark_core::http::write_basic(&id, &secret);
    let length = GRANT.len();
    let (first, rest) = GRANT.split_at(length / 2);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: x\r\nauthorization: {basic}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(first.as_bytes()).unwrap();
    (stream, rest)
}

/// Waits until the server accepts no connection any more.
fn wait_until_closed(server: &Server) {
    let is_open = || TcpStream::connect(server.address()).is_ok();
    let closed = (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !is_open()
    });
    assert!(closed, "the server still accepts connections");
}

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    for signal in ["TERM", "INT"] {
        let server = Server::start(&[]);
        let (mut stream, rest) = half(&server);
        // An idle connection does not hold the end up.
        let idle = Client::anonymous(&server);
        idle.get("/.well-known/jwks.json");
        server.signal(signal);
        wait_until_closed(&server);
        stream.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("access_token"), "{answer}");
        assert_eq!(server.ended(), (0, String::new()), "{signal}");
    }
}

#[test]
fn a_request_that_does_not_finish_is_broken_off_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("serve.yaml");
    std::fs::write(&config, "timeouts: { shutdown: 300ms }\n").unwrap();
    let server = Server::start(&["--config", config.to_str().unwrap()]);
    let (mut stream, _) = half(&server);
    let started = Instant::now();
    server.ask_to_end();
    let mut answer = Vec::new();
    // The connection ends, by a reset or by its close.
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(server.ended().0, 0);
    assert!(started.elapsed() < Duration::from_secs(20));
}
