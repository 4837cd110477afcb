//! Requests against a server on the loopback interface that misbehaves.

use super::{BODY_LIMIT, Peer, PeerError, Request, Unsendable, Url, UrlError};
use core::net::Ipv4Addr;
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use touchmark_core::http::Headers;

const SOON: Duration = Duration::from_secs(20);

/// Accepts one connection and answers each request on it with the next of
/// `answers`; then hangs up. Returns its URL and the requests as they arrive.
fn serve(answers: Vec<Vec<u8>>) -> (Url, Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = Url::read(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (requests, received) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for answer in answers {
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            loop {
                let count = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..count]);
                let text = String::from_utf8_lossy(&request);
                let length = text.find("content-length: ").map_or(0, |at| {
                    let digits = text[at + 16..].split("\r\n").next().unwrap();
                    digits.parse().unwrap()
                });
                let head = text.find("\r\n\r\n").map(|at| at + 4);
                if count == 0 || head.is_some_and(|head| text.len() >= head + length) {
                    break;
                }
            }
            let _ = requests.send(String::from_utf8_lossy(&request).into_owned());
            // A client that has seen enough may have left.
            let _ = stream.write_all(&answer);
        }
    });
    (url, received)
}

fn request(method: &str, url: &Url) -> Request {
    Request {
        method: method.into(),
        url: url.clone(),
        headers: Headers::new(),
        body: Vec::new(),
    }
}

fn ok(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nx-a: 1\r\nX-A: 2\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn send(request: &Request) -> Result<super::Answer, PeerError> {
    Peer::network().send(request, SOON).await
}

#[tokio::test]
async fn requests_share_a_connection_and_responses_arrive_whole() {
    let (url, received) = serve(vec![ok("one"), ok("two")]);
    let peer = Peer::network();
    let mut post = request("POST", &url.join("/a b?q=ü").unwrap());
    post.headers.append("X-Custom", "yes");
    post.headers.append("user-agent", "mine");
    post.body = b"content".to_vec();
    let first = peer.send(&post, SOON).await.unwrap();
    assert_eq!(first.response.status.code(), 200);
    assert_eq!(first.response.body, b"one");
    assert_eq!(
        first.response.headers.all("x-a").collect::<Vec<_>>(),
        ["1", "2"]
    );
    let second = peer.send(&request("HEAD", &url), SOON).await.unwrap();
    assert_eq!(second.response.status.code(), 200);

    let first = received.recv().unwrap();
    assert!(
        first.starts_with("POST /a%20b?q=%C3%BC HTTP/1.1\r\n"),
        "{first}"
    );
    assert!(first.contains("x-custom: yes\r\n") && first.contains("user-agent: mine\r\n"));
    assert!(!first.contains("touchmark/"), "{first}");
    assert!(first.contains("content-length: 7\r\n") && first.ends_with("\r\n\r\ncontent"));
    assert!(received.recv().unwrap().starts_with("HEAD / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn an_empty_post_says_that_it_is_empty() {
    let (url, received) = serve(vec![ok("")]);
    send(&request("POST", &url)).await.unwrap();
    assert!(received.recv().unwrap().contains("content-length: 0\r\n"));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (url, _received) = serve(vec![
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".to_vec(),
        ok("elsewhere"),
    ]);
    let answer = send(&request("GET", &url)).await.unwrap();
    assert_eq!(answer.response.status.code(), 302);
    assert_eq!(
        answer.response.headers.first("location"),
        Some("/elsewhere")
    );
}

#[tokio::test]
async fn a_silent_peer_times_out() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = Url::read(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let after = Duration::from_millis(30);
    let error = Peer::network()
        .send(&request("GET", &url), after)
        .await
        .unwrap_err();
    assert!(!error.is_unreachable());
    assert_eq!(error.to_string(), "no whole response after 30 ms");
}

#[tokio::test]
async fn a_peer_that_does_not_listen_is_unreachable() {
    let port = {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let url = Url::read(&format!("http://127.0.0.1:{port}")).unwrap();
    let error = send(&request("GET", &url)).await.unwrap_err();
    assert!(error.is_unreachable());
    let message = error.to_string();
    assert!(
        message.starts_with(&format!("cannot reach http://127.0.0.1:{port}: ")),
        "{message}"
    );
}

#[tokio::test]
async fn a_peer_without_tls_is_not_trusted() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = Url::read(&format!("https://{}", listener.local_addr().unwrap())).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let error = send(&request("GET", &url)).await.unwrap_err();
    assert!(error.is_unreachable());
    let kind = matches!(
        error,
        PeerError::Untrusted { .. } | PeerError::NoTrustedRoots { .. }
    );
    assert!(kind, "{error}");
}

#[tokio::test]
async fn broken_and_senseless_responses_are_told_apart_from_none() {
    let broken: [&[u8]; 4] = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
        b"HTTP/1.1 799 Odd\r\ncontent-length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ];
    for answer in broken {
        let (url, _received) = serve(vec![answer.to_vec()]);
        let error = send(&request("GET", &url)).await.unwrap_err();
        assert!(matches!(error, PeerError::Broken { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        BODY_LIMIT + 1
    )
    .into_bytes();
    answer.resize(answer.len() + BODY_LIMIT + 1, b'a');
    let (url, _received) = serve(vec![answer]);
    let error = send(&request("GET", &url)).await.unwrap_err();
    assert_eq!(error.to_string(), "the response body is larger than 32 MiB");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_connecting() {
    let url = Url::read("http://127.0.0.1:1").unwrap();
    let refused = |change: fn(&mut Request)| {
        let mut request = request("GET", &url);
        change(&mut request);
        async move { send(&request).await.unwrap_err() }
    };
    let error = refused(|request| request.method = "GE T".into()).await;
    assert!(
        matches!(error, PeerError::Unsendable(Unsendable::Method)),
        "{error}"
    );
    let error = refused(|request| request.headers.append("a b", "c")).await;
    assert_eq!(error.to_string(), "header `a b` cannot be sent as it is");
    for name in [
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Upgrade",
    ] {
        let mut request = request("GET", &url);
        request.headers.append(name, "5");
        let error = send(&request).await.unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("is written by the runner itself"),
            "{error}"
        );
    }
}

#[test]
fn urls_are_read_strictly_and_joined_below_a_prefix() {
    let base = Url::read("HTTPS://Api.Example:8443/klarity/").unwrap();
    assert_eq!(base.origin(), "https://api.example:8443");
    assert!(base.is_secure());
    let joined = base.join("/v1/records?a=b c#part").unwrap();
    assert_eq!(
        joined.to_string(),
        "https://api.example:8443/klarity/v1/records?a=b%20c"
    );
    assert_eq!(
        (joined.path(), joined.query()),
        ("/klarity/v1/records", "a=b%20c")
    );
    assert_eq!(base.join("v1").unwrap().path(), "/klarity/v1");
    assert_eq!(
        base.join("http://other.example").unwrap().to_string(),
        "http://other.example/"
    );
    assert_eq!(base.join("/?to=http://x").unwrap().query(), "to=http://x");
    assert_eq!(
        Url::read("http://[::1]:80/a").unwrap().authority(),
        "[::1]:80"
    );
    assert_eq!(Url::read("http://a?b").unwrap().to_string(), "http://a/?b");

    let refused = |text: &str| Url::read(text).unwrap_err();
    for text in ["", "a", "/a", "ftp://a", "file:///etc/passwd", "https:/a"] {
        assert_eq!(refused(text), UrlError::Scheme, "{text}");
    }
    for text in [
        "http://",
        "http:///a",
        "http://a b",
        "http://ä",
        "http://:80",
        "http://a:",
    ] {
        assert_eq!(refused(text), UrlError::Authority, "{text}");
    }
    assert_eq!(refused("http://user:secret@a"), UrlError::Credentials);
    for text in ["http://a:99999", "http://a:b", "http://[::1", "http://a%zz"] {
        assert!(
            matches!(refused(text), UrlError::Authority | UrlError::Malformed),
            "{text}"
        );
    }
    assert_eq!(
        refused(&format!("http://a/{}", "a".repeat(70_000))),
        UrlError::Malformed
    );
}

#[test]
fn no_target_can_start_a_second_line() {
    let url = Url::read("http://a")
        .unwrap()
        .join("/x\r\nhost: b\r\n\r\n")
        .unwrap();
    assert_eq!(url.path(), "/x%0D%0Ahost:%20b%0D%0A%0D%0A");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_as_a_url_or_refused(text in "\\PC*", target in "\\PC*") {
        let _ = Url::read(&text);
        let _ = Url::read(&format!("http://{text}"));
        let _ = Url::read("http://a/b").unwrap().join(&target);
    }
}
