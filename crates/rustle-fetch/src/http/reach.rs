//! From where an address can be reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// From where an address can be reached; what is reachable from everywhere comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// The Internet.
    Public,
    /// An organisation's own network.
    Private,
    /// This machine alone.
    Loopback,
    /// The wire itself: where clouds answer with credentials.
    LinkLocal,
    /// No host at all: "any", multicast, reserved.
    Nobody,
}

impl Reach {
    /// The reach of an address. An IPv4 address that is wrapped in an IPv6 one is judged as what it leads to.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => Self::of_v6(v6),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, ..] = address.octets();
        match (a, b) {
            (127, _) => Self::Loopback,
            (169, 254) => Self::LinkLocal,
            (10, _) | (192, 168) | (172, 16..=31) => Self::Private,
            // Between a provider and its customers; some clouds keep their metadata here.
            (100, 64..=127) => Self::Private,
            (0, _) | (224..=255, _) => Self::Nobody,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if address == Ipv6Addr::LOCALHOST {
            return Self::Loopback;
        }
        if address == Ipv6Addr::UNSPECIFIED {
            return Self::Nobody;
        }
        let [a, b, c, d, e, f, g, h] = address.segments();
        let v4 = |high: u16, low: u16| {
            let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
            Self::of_v4(Ipv4Addr::new(w, x, y, z))
        };
        match (a, b) {
            // ::ffff:a.b.c.d and ::a.b.c.d
            (0, 0) if (c, d, e) == (0, 0, 0) && (f == 0xffff || f == 0) => v4(g, h),
            // NAT64: 64:ff9b::a.b.c.d
            (0x64, 0xff9b) => v4(g, h),
            // 6to4: 2002:aabb:ccdd::
            (0x2002, _) => v4(b, c),
            _ if a & 0xffc0 == 0xfe80 => Self::LinkLocal,
            _ if a & 0xfe00 == 0xfc00 || a & 0xffc0 == 0xfec0 => Self::Private,
            _ if a & 0xff00 == 0xff00 => Self::Nobody,
            _ => Self::Public,
        }
    }

    /// Whether something at `self` may send us on to an address of reach `to`.
    ///
    /// A server may point outwards and sideways. It may not make us ask, from where we stand, what it cannot ask itself.
    pub(crate) fn may_point_to(self, to: Self) -> bool {
        match to {
            Self::Public => true,
            Self::Private => matches!(self, Self::Private | Self::Loopback),
            Self::Loopback => self == Self::Loopback,
            Self::LinkLocal => self == Self::LinkLocal,
            Self::Nobody => false,
        }
    }

    /// For messages.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Private => "a private address",
            Self::Loopback => "a loopback address",
            Self::LinkLocal => "a link-local address",
            Self::Nobody => "an address of no host",
        }
    }
}

/// Whether a URL's host is this machine by its very name: no resolver and no proxy is asked then.
pub(crate) fn is_loopback_host(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(v4)) => Reach::of_v4(v4) == Reach::Loopback,
        Some(url::Host::Ipv6(v6)) => Reach::of_v6(v6) == Reach::Loopback,
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Reach {
        Reach::of(text.parse().expect("an address"))
    }

    #[test]
    fn addresses() {
        for (text, reach) in [
            ("93.184.216.34", Reach::Public),
            ("2606:2800:220:1::1", Reach::Public),
            ("10.1.2.3", Reach::Private),
            ("172.31.0.1", Reach::Private),
            ("172.32.0.1", Reach::Public),
            ("192.168.0.1", Reach::Private),
            ("100.100.100.200", Reach::Private),
            ("fd00:ec2::254", Reach::Private),
            ("127.9.9.9", Reach::Loopback),
            ("::1", Reach::Loopback),
            ("169.254.169.254", Reach::LinkLocal),
            ("fe80::1", Reach::LinkLocal),
            ("0.0.0.0", Reach::Nobody),
            ("::", Reach::Nobody),
            ("224.0.0.1", Reach::Nobody),
            ("ff02::1", Reach::Nobody),
        ] {
            assert_eq!(of(text), reach, "{text}");
        }
    }

    #[test]
    fn wrapped_addresses_are_unwrapped() {
        for (text, reach) in [
            ("::ffff:127.0.0.1", Reach::Loopback),
            ("::ffff:169.254.169.254", Reach::LinkLocal),
            ("64:ff9b::a9fe:a9fe", Reach::LinkLocal),
            ("64:ff9b::7f00:1", Reach::Loopback),
            ("2002:7f00:1::", Reach::Loopback),
            ("2002:0a00:1::", Reach::Private),
            ("::127.0.0.1", Reach::Loopback),
        ] {
            assert_eq!(of(text), reach, "{text}");
        }
    }

    #[test]
    fn nobody_points_inwards() {
        use Reach::*;
        for (from, to, allowed) in [
            (Public, Public, true),
            (Public, Private, false),
            (Public, Loopback, false),
            (Public, LinkLocal, false),
            (Private, Private, true),
            (Private, Loopback, false),
            (Private, LinkLocal, false),
            (Loopback, Loopback, true),
            (Loopback, Private, true),
            (Loopback, LinkLocal, false),
            (Loopback, Nobody, false),
            (Private, Public, true),
        ] {
            assert_eq!(from.may_point_to(to), allowed, "{from:?} -> {to:?}");
        }
    }
}
