//! Address filters: one address, a network in CIDR notation, or a range, for
//! IPv4 and IPv6. An IPv4 address that came in IPv6 clothes
//! (`::ffff:10.1.2.3`) is the IPv4 address.

use crate::operation::Fault;
use alloc::string::String;
use core::net::IpAddr;

/// The longest filter, in bytes. The longest range of IPv6 has 79.
const MAX_FILTER: usize = 128;

/// The addresses that a filter lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    /// Any address, known or not.
    Any,
    /// From one to another, both included.
    Range(IpAddr, IpAddr),
}

/// Refuses a filter that cannot be read.
pub(super) fn admit(filter: &str) -> Result<(), Fault> {
    read(filter).map(|_| ()).ok_or_else(|| {
        let problem = "is not an address, a network such as 10.1.2.0/24 or a range such as 10.1.2.10-10.1.2.20";
        Fault::field("filter", String::from(problem))
    })
}

/// Whether a filter lets a caller through. A caller whose address nobody
/// knows is let through by the empty filter only.
pub(super) fn lets_through(filter: &str, peer: Option<IpAddr>) -> bool {
    match (read(filter), peer) {
        (Some(Filter::Any), _) => true,
        (Some(Filter::Range(first, last)), Some(peer)) => {
            let peer = peer.to_canonical();
            first.is_ipv4() == peer.is_ipv4() && first <= peer && peer <= last
        }
        (Some(Filter::Range(..)), None) | (None, _) => false,
    }
}

fn read(filter: &str) -> Option<Filter> {
    let filter = filter.trim();
    if filter.is_empty() {
        return Some(Filter::Any);
    }
    if filter.len() > MAX_FILTER {
        return None;
    }
    if let Some((address, bits)) = filter.split_once('/') {
        return network(address.trim(), bits.trim());
    }
    let (first, last) = filter.split_once('-').unwrap_or((filter, filter));
    let (first, last) = (address(first.trim())?, address(last.trim())?);
    (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Filter::Range(first, last))
}

/// An address, without a zone, in its own family.
fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

fn network(text: &str, bits: &str) -> Option<Filter> {
    if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bits: u32 = bits.parse().ok()?;
    // The bits count from the family that the text is written in.
    match text.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => {
            let rest = host_part(32, bits)?;
            let first = u128::from(u32::from(address)) & !rest;
            let v4 = |number: u128| u32::try_from(number).ok().map(|n| IpAddr::V4(n.into()));
            Some(Filter::Range(v4(first)?, v4(first | rest)?))
        }
        IpAddr::V6(address) => {
            let rest = host_part(128, bits)?;
            let first = u128::from(address) & !rest;
            let ends = (IpAddr::V6(first.into()), IpAddr::V6((first | rest).into()));
            // A network within ::ffff:0:0/96 is one of IPv4 addresses.
            Some(Filter::Range(ends.0.to_canonical(), ends.1.to_canonical()))
        }
    }
}

/// The bits of a network's addresses that are not its own.
const fn host_part(width: u32, bits: u32) -> Option<u128> {
    match width.checked_sub(bits) {
        None => None,
        Some(128) => Some(u128::MAX),
        Some(rest) => Some((1 << rest) - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{admit, lets_through};
    use proptest::prelude::*;

    fn through(filter: &str, peer: &str) -> bool {
        assert!(admit(filter).is_ok(), "{filter}");
        lets_through(filter, Some(peer.parse().unwrap()))
    }

    #[test]
    fn addresses_networks_and_ranges_let_their_own_through() {
        for (filter, inside, outside) in [
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("10.1.2.0/24", "10.1.2.255", "10.1.3.0"),
            ("10.1.2.77/24", "10.1.2.0", "10.1.1.255"),
            ("10.1.2.10-10.1.2.20", "10.1.2.20", "10.1.2.21"),
            (" 10.1.2.10 - 10.1.2.20 ", "10.1.2.10", "10.1.2.9"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("10.1.2.3/32", "10.1.2.3", "10.1.2.2"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("2001:db8::1-2001:db8::f", "2001:db8::a", "2001:db8::10"),
            ("::1", "::1", "::2"),
            ("::/0", "ffff::1", "10.1.2.3"),
        ] {
            assert!(through(filter, inside), "{inside} in {filter}");
            assert!(!through(filter, outside), "{outside} not in {filter}");
        }
    }

    #[test]
    fn a_mapped_address_is_the_address_that_it_maps() {
        assert!(through("10.1.2.0/24", "::ffff:10.1.2.3"));
        assert!(through("::ffff:10.1.2.3", "10.1.2.3"));
        assert!(through("::ffff:10.1.2.0/120", "10.1.2.9"));
        assert!(!through("::ffff:10.1.2.0/120", "10.1.3.9"));
        assert!(!through("::/0", "::ffff:10.1.2.3"));
    }

    #[test]
    fn only_the_empty_filter_lets_an_unknown_address_through() {
        assert!(lets_through("", None));
        assert!(lets_through(" ", Some("10.1.2.3".parse().unwrap())));
        assert!(!lets_through("0.0.0.0/0", None));
        assert!(!lets_through("nonsense", Some("10.1.2.3".parse().unwrap())));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for filter in [
            "nonsense",
            "10.1.2",
            "10.1.2.256",
            "10.1.2.3/33",
            "10.1.2.3/-1",
            "10.1.2.3/",
            "10.1.2.3/+8",
            "::/129",
            "10.1.2.20-10.1.2.10",
            "10.1.2.3-::1",
            "10.1.2.3-",
            "fe80::1%eth0",
            "10.1.2.3,10.1.2.4",
            "010.1.2.3",
        ] {
            assert!(admit(filter).is_err(), "{filter}");
        }
        assert!(admit(&"1".repeat(200)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(filter in ".*", peer in any::<u128>()) {
            let _ = admit(&filter);
            let _ = lets_through(&filter, Some(core::net::Ipv6Addr::from(peer).into()));
        }

        #[test]
        fn an_address_is_in_each_of_its_networks(peer in any::<u32>(), bits in 0_u32..=32) {
            let peer = core::net::Ipv4Addr::from(peer);
            let network = alloc::format!("{peer}/{bits}");
            prop_assert!(lets_through(&network, Some(peer.into())));
        }
    }
}
