//! Ranges of addresses in CIDR form, and the IPv4 address inside an IPv6 one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range such as `10.0.0.0/8` or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    pub(crate) const fn v4(base: [u8; 4], bits: u8) -> Self {
        let [a, b, c, d] = base;
        Network {
            base: IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
            bits,
        }
    }

    pub(crate) const fn v6(base: Ipv6Addr, bits: u8) -> Self {
        Network {
            base: IpAddr::V6(base),
            bits,
        }
    }

    /// Reads `address` or `address/bits`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().ok()?;
        let widest = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(widest);
        (bits <= widest).then_some(Network { base, bits })
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => same_head(
                u128::from(base.to_bits()),
                u128::from(address.to_bits()),
                32,
                self.bits,
            ),
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                same_head(base.to_bits(), address.to_bits(), 128, self.bits)
            }
            _ => false,
        }
    }
}

/// Whether the first `bits` of two numbers of `width` bits are equal.
fn same_head(a: u128, b: u128, width: u32, bits: u8) -> bool {
    let tail = width.saturating_sub(u32::from(bits));
    // A shift by the whole width is none: every address is in `/0`.
    (a ^ b).checked_shr(tail).unwrap_or(0) == 0
}

/// The IPv4 address that an IPv6 address leads to: mapped, compatible, translated (NAT64) or
/// tunnelled (6to4).
pub(crate) fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let low = || Ipv4Addr::from_bits(u32::from(g) << 16 | u32::from(h));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0, 0, 0, 0, 0xffff, 0) => Some(low()),
        (0, 0, 0, 0, 0, 0) if g != 0 => Some(low()),
        (0x64, 0xff9b, 0, 0, 0, 0) => Some(low()),
        (0x2002, ..) => Some(Ipv4Addr::from_bits(u32::from(b) << 16 | u32::from(c))),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ranges_contain_their_addresses_only() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.1.2", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
        ] {
            let range = Network::parse(range).unwrap();
            assert!(range.contains(inside.parse().unwrap()), "{inside}");
            assert!(!range.contains(outside.parse().unwrap()), "{outside}");
        }
        assert!(
            Network::parse("0.0.0.0/0")
                .unwrap()
                .contains("8.8.8.8".parse().unwrap())
        );
        for bad in ["10.0.0.0/33", "10.0.0/8", "x", "::/129", "10.0.0.1/"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn wrapped_addresses_are_unwrapped() {
        for wrapped in [
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::1",
            "::ffff:0:169.254.169.254",
        ] {
            let found = embedded_v4(wrapped.parse().unwrap());
            assert_eq!(found, Some(Ipv4Addr::new(169, 254, 169, 254)), "{wrapped}");
        }
        assert_eq!(embedded_v4(Ipv6Addr::LOCALHOST), None);
        assert_eq!(embedded_v4("2001:db8::1".parse().unwrap()), None);
    }
}
