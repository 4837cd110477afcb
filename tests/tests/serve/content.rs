//! Content that is too large, broken, slow or no HTTP: the documented status,
//! bounded memory, and the next request works.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use crate::client::Client;
use crate::process::Server;

/// Sends these bytes and answers everything that comes back until the server
/// closes the connection.
pub(crate) fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

const LARGE: usize = 33 * 1024 * 1024;

fn is_well(server: &Server) -> bool {
    let metadata = "/.well-known/oauth-authorization-server";
    Client::anonymous(server).get(metadata).status == 200
}

pub(crate) fn configured(text: &str) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("serve.yaml");
    std::fs::write(&config, text).unwrap();
    let server = Server::start(&["--config", config.to_str().unwrap()]);
    (server, folder)
}

#[test]
fn content_of_33_megabytes_is_refused_in_bounded_memory() {
    let server = Server::start(&[]);
    let (id, secret) = server.administrator();
    let administrator = Client::basic(&server, &id, &secret);
    let large = ("application/json", "x".repeat(LARGE));
    let refused = administrator.ask("POST", "/admin/clients", Some(large));
    assert_eq!(refused.status, 413, "{refused:?}");
    assert_eq!(refused.json["error"], "invalid_request");
    assert!(is_well(&server));
    #[cfg(target_os = "linux")]
    assert!(server.peak_kib() < 30 * 1024, "{} KiB", server.peak_kib());
}

#[test]
fn who_sends_all_before_reading_still_reads_the_refusal() {
    let server = Server::start(&[]);
    let mut request = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: {LARGE}\r\n\
         connection: close\r\n\r\n"
    )
    .into_bytes();
    request.resize(request.len() + LARGE, b'x');
    let answer = raw(&server, &request);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn content_without_a_length_is_refused_at_the_limit() {
    let (server, _folder) = configured("limits: { content: 64KiB }");
    let mut request = String::from(
        "POST /oauth/token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\
         connection: close\r\ncontent-type: application/json\r\n\r\n",
    );
    let chunk = "x".repeat(0x4000);
    for _ in 0..8 {
        request.push_str(&format!("4000\r\n{chunk}\r\n"));
    }
    request.push_str("0\r\n\r\n");
    let answer = raw(&server, request.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(is_well(&server));
}

#[test]
fn who_asks_before_sending_is_refused_before_sending() {
    let server = Server::start(&[]);
    let head = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: {LARGE}\r\n\
         expect: 100-continue\r\nconnection: close\r\n\r\n"
    );
    let answer = raw(&server, head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn a_stream_that_breaks_off_changes_nothing_and_harms_nobody() {
    let server = Server::start(&[]);
    let (id, secret) = server.administrator();
    let administrator = Client::basic(&server, &id, &secret);
    let basic = touchmark_core::http::write_basic(&id, &secret);
    // The content that arrives is whole JSON; only the rest that was promised
    // is missing.
    let half = format!(
        "POST /admin/clients HTTP/1.1\r\nhost: x\r\nauthorization: {basic}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n\
         {{\"client_name\":\"half\"}}"
    );
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(half.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    let listed = administrator.get("/admin/clients");
    assert!(!listed.json.to_string().contains("half"), "{listed:?}");
    assert!(is_well(&server));
}

#[test]
fn slow_content_is_given_up() {
    let (server, _folder) = configured("timeouts: { content: 200ms }");
    let slow = "POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nx";
    let answer = raw(&server, slow.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[test]
fn who_takes_no_answers_is_cut_off() {
    let (server, _folder) =
        configured("{ timeouts: { answer: 200ms }, limits: { connections: 1 } }");
    let mut greedy = TcpStream::connect(server.address()).unwrap();
    let patience = core::time::Duration::from_secs(20);
    greedy.set_write_timeout(Some(patience)).unwrap();
    // More than the system keeps on the way; the server takes no more requests
    // while its answers stand, and then no connection.
    let requests = "GET /.well-known/jwks.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    let cut_off = (0..1000).any(|_| greedy.write_all(requests.as_bytes()).is_err());
    assert!(cut_off, "the server took a million requests");
    assert!(is_well(&server));
}

#[test]
fn a_connection_without_a_request_is_closed_in_time() {
    let (server, _folder) = configured("timeouts: { head: 200ms }");
    let request = "GET /.well-known/jwks.json HTTP/1.1\r\nhost: x\r\n\r\n";
    for (sent, statuses) in [
        // Nothing at all, half a head, and silence after a request.
        ("", &[][..]),
        ("GET / HTTP/1.1\r\nhost: x\r\n", &[]),
        (request, &["HTTP/1.1 200 OK"]),
    ] {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let patience = core::time::Duration::from_secs(20);
        stream.set_read_timeout(Some(patience)).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let found: Vec<_> = answer
            .lines()
            .filter(|line| line.starts_with("HTTP/1.1 2"))
            .collect();
        assert_eq!(found, statuses, "{sent}: {answer}");
    }
}

#[test]
fn content_of_all_together_is_bounded() {
    let (server, _folder) = configured("limits: { content: 64KiB, buffered: 64KiB }");
    // One holds all the room and does not finish.
    let mut first = TcpStream::connect(server.address()).unwrap();
    let head = "POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 65536\r\n\r\n";
    first.write_all(head.as_bytes()).unwrap();
    first.write_all(&vec![b'x'; 65_535]).unwrap();
    let second = || {
        let answer = raw(
            &server,
            b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\
              connection: close\r\n\r\nxx",
        );
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1")
    };
    // The server may not have read all of the first yet.
    let refused = (0..200).any(|_| {
        std::thread::sleep(core::time::Duration::from_millis(10));
        second()
    });
    assert!(refused, "there is room without end");
    drop(first);
    let free = (0..200).any(|_| {
        std::thread::sleep(core::time::Duration::from_millis(10));
        !second()
    });
    assert!(free, "the room is not given back");
}

#[test]
fn what_is_not_http_as_it_should_be_gets_its_status() {
    let server = Server::start(&[]);
    let many: String = (0..101).map(|n| format!("x-{n}: y\r\n")).collect();
    let long = format!("connection: close\r\nx: {}\r\n", "y".repeat(70_000));
    for (request, status) in [
        ("GARBAGE\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{long}\r\n"), "431"),
        (
            "BREW /oauth/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into(),
            "405",
        ),
        (
            "GET /%ff%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into(),
            "404",
        ),
        (
            "OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into(),
            "404",
        ),
        (
            "HEAD /oauth/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into(),
            "405",
        ),
    ] {
        let answer = raw(&server, request.as_bytes());
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{request:.60}: {answer}");
    }
    let not_text = b"GET / HTTP/1.1\r\nhost: x\r\nx: \xff\xfe\r\nconnection: close\r\n\r\n";
    let answer = raw(&server, not_text);
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(is_well(&server));
}
