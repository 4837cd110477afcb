//! What hosts say in bytes and in words of their own, as the core takes it.

use core::net::{IpAddr, SocketAddr};

/// A field's value: the text that its bytes are, and where they are none, one
/// character for each byte.
pub(crate) fn field_value(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}

/// A caller's address, with or without the port that it came from.
pub(crate) fn read_peer(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().ok();
    address.or_else(|| text.parse().ok().map(|peer: SocketAddr| peer.ip()))
}

#[cfg(test)]
mod tests {
    use super::{field_value, read_peer};

    #[test]
    fn a_field_is_text_where_its_bytes_are() {
        assert_eq!(field_value(b"plain".into()), "plain");
        assert_eq!(field_value("\u{e9}".into()), "\u{e9}");
        assert_eq!(field_value(vec![0xe9]), "\u{e9}");
        assert_eq!(field_value(vec![0xff, b'a']), "\u{ff}a");
    }

    #[test]
    fn a_peer_is_known_with_and_without_its_port() {
        let loopback = "127.0.0.1".parse().ok();
        assert_eq!(read_peer("127.0.0.1"), loopback);
        assert_eq!(read_peer(" 127.0.0.1:4711 "), loopback);
        assert_eq!(read_peer("[::1]:80"), "::1".parse().ok());
        assert_eq!(read_peer("::1"), "::1".parse().ok());
    }

    #[test]
    fn what_is_no_address_is_no_peer() {
        for text in [
            "",
            "localhost",
            "127.0.0.1, 10.0.0.1",
            "127.0.0.1:99999",
            "[::1",
        ] {
            assert_eq!(read_peer(text), None, "{text}");
        }
    }
}
