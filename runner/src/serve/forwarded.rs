//! Who a request comes from when proxies stand in between. Only what a
//! configured proxy says counts, so the field is read from its end: the first
//! address that is not a proxy's is the caller's, and what stands before it
//! anybody may have written.

use core::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use touchmark_core::http::Headers;

/// The address that a request comes from.
pub(super) fn caller(remote: IpAddr, headers: &Headers, proxies: &[IpNet]) -> IpAddr {
    let mut caller = remote.to_canonical();
    let is_proxy = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    if !is_proxy(&caller) {
        return caller;
    }
    let fields: Vec<&str> = headers.all("x-forwarded-for").collect();
    let hops = fields.iter().flat_map(|field| field.split(',')).rev();
    for hop in hops {
        // A proxy that writes something else is the last that is known.
        let Some(address) = read(hop.trim()) else {
            break;
        };
        caller = address.to_canonical();
        if !is_proxy(&caller) {
            break;
        }
    }
    caller
}

/// Reads an address, with or without a port.
fn read(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<SocketAddr>().map(|address| address.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    hop.parse().or_else(|_| with_port()).ok().or_else(bracketed)
}

#[cfg(test)]
mod tests {
    use super::caller;
    use touchmark_core::http::Headers;

    #[test]
    fn only_configured_proxies_are_believed() {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        for (remote, fields, expected) in [
            // Nobody is believed whom nobody configured.
            ("192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("::1", &["2001:db8::7"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            // What the caller itself wrote stands in front and counts nothing.
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7, 10.2.0.1"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("10.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7"),
            // Without a usable word the last proxy is all that is known.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7, unknown, 10.2.0.1"], "10.2.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
        ] {
            let mut headers = Headers::new();
            for field in fields {
                headers.append("x-forwarded-for", *field);
            }
            let found = caller(remote.parse().unwrap(), &headers, &proxies);
            assert_eq!(found.to_string(), expected, "{remote} {fields:?}");
        }
    }
}
