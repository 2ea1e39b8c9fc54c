//! Which addresses may be asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::Uri;

use super::NetError;

/// Where an address may lead. What is not said is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Addresses that are not of the public network.
    pub private: bool,
    /// This machine, without TLS as well.
    pub loopback: bool,
}

/// Who is asked: scheme, name and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) is_tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
}

impl Target {
    /// The target of an address that starts with a scheme of the web or of its sockets.
    pub(super) fn of(address: &str) -> Result<(Self, Uri), NetError> {
        let wrong = |why| NetError::Address(address.to_owned(), why);
        let uri: Uri = address.parse().map_err(|_| wrong("it cannot be read"))?;
        let is_tls = match uri.scheme_str() {
            Some("https" | "wss") => true,
            Some("http" | "ws") => false,
            _ => return Err(wrong("it has to begin with https://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it holds a name or password"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok((Self { is_tls, host, port }, uri))
    }

    /// What the header `Host` says.
    pub(super) fn authority(&self) -> String {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.is_tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

impl Reach {
    /// Whether an address may be asked.
    pub(super) fn allows(self, ip: IpAddr, is_tls: bool) -> bool {
        let ip = plain(ip);
        if ip.is_loopback() {
            return self.loopback;
        }
        is_tls && (self.private || is_public(ip))
    }
}

/// An address of the fourth version that is written as one of the sixth.
fn plain(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// Whether an address is of the public network: no machine of this network, of this machine,
/// of documentation or of a tunnel into one of these.
pub fn is_public(ip: IpAddr) -> bool {
    match plain(ip) {
        IpAddr::V4(four) => is_public_four(four),
        IpAddr::V6(six) => is_public_six(six),
    }
}

fn is_public_four(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        // This network, shared address space, protocol assignments, relays, measurements,
        // what is reserved.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !is_special
}

fn is_public_six(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let four = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match parts {
        // A translator and the tunnel 6to4 hold an address of the fourth version.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_four(four(high, low))
        }
        // Local translators, Teredo, benchmarks, documentation.
        [0x64, 0xff9b, ..] | [0x2001, 0 | 2 | 0xdb8, ..] | [0x3fff, ..] => false,
        // Only this part is given out.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, Target, is_public};

    #[test]
    fn addresses_of_this_network_are_not_public() {
        for (ip, expected) in [
            ("93.184.216.34", true),
            ("2606:2800:220:1::1", true),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("198.18.0.1", false),
            ("192.0.2.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:93.184.216.34", true),
            ("::127.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("64:ff9b::5db8:d822", true),
            ("2002:a00:1::", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2001:0:1234::1", false),
        ] {
            assert_eq!(is_public(ip.parse().expect("an address")), expected, "{ip}");
        }
    }

    #[test]
    fn what_is_not_allowed_is_not_asked() {
        let (nothing, all) = (Reach::default(), Reach { private: true, loopback: true });
        for (reach, ip, is_tls, expected) in [
            (nothing, "93.184.216.34", true, true),
            (nothing, "93.184.216.34", false, false),
            (nothing, "127.0.0.1", true, false),
            (nothing, "10.0.0.1", true, false),
            (all, "127.0.0.1", false, true),
            (all, "::ffff:127.0.0.1", false, true),
            (all, "10.0.0.1", true, true),
            (all, "10.0.0.1", false, false),
            (all, "93.184.216.34", false, false),
        ] {
            assert_eq!(reach.allows(ip.parse().expect("an address"), is_tls), expected, "{ip}");
        }
    }

    #[test]
    fn a_target_is_read_or_refused() {
        for (address, expected) in [
            ("https://id.example.org/a?b", Some((true, "id.example.org", 443))),
            ("http://127.0.0.1:7768", Some((false, "127.0.0.1", 7768))),
            ("https://[::1]:8443/", Some((true, "::1", 8443))),
            ("wss://id.example.org", Some((true, "id.example.org", 443))),
            ("ftp://id.example.org", None),
            ("file:///etc/passwd", None),
            ("https://ada:secret@id.example.org", None),
            ("https:///path", None),
            ("id.example.org", None),
            ("", None),
        ] {
            let read = Target::of(address).ok().map(|(it, _)| (it.is_tls, it.host, it.port));
            let expected = expected.map(|(tls, host, port)| (tls, host.to_owned(), port));
            assert_eq!(read, expected, "{address}");
        }
    }
}
