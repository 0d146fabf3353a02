//! The machine's TCP connections, as the kernel lists them in `/proc/net/tcp` and `/proc/net/tcp6` (proc(5)).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};

use rustle_runtime::prelude::*;

/// The kernel's number of a connection's state.
pub fn state_code(name: &str) -> Option<u8> {
    Some(match name {
        "ESTABLISHED" => 1,
        "SYN_SENT" => 2,
        "SYN_RECV" => 3,
        "FIN_WAIT1" => 4,
        "FIN_WAIT2" => 5,
        "TIME_WAIT" => 6,
        _ => return None,
    })
}

/// How many connections to `port` of `host` are in one of `states`, those from `excluded` hosts not counted.
///
/// # Errors
/// If the kernel's list cannot be read.
pub fn active(host: &str, port: u16, excluded: &[String], states: &[String]) -> Result<usize> {
    let codes: Vec<u8> = states.iter().filter_map(|state| state_code(state)).collect();
    let own = addresses(host);
    let excluded: Vec<IpAddr> = excluded.iter().flat_map(|host| addresses(host)).collect();
    let mut count = 0;
    for list in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let Ok(text) = std::fs::read_to_string(list) else { continue };
        for connection in text.lines().skip(1).filter_map(Connection::parse) {
            let here = own.iter().any(|it| it.is_unspecified() || *it == connection.local);
            count += usize::from(
                here && connection.port == port
                    && codes.contains(&connection.state)
                    && !excluded.contains(&connection.remote),
            );
        }
    }
    Ok(count)
}

fn addresses(host: &str) -> Vec<IpAddr> {
    (host, 0)
        .to_socket_addrs()
        .map(|found| found.map(|it| it.ip().to_canonical()).collect())
        .unwrap_or_default()
}

/// One line of the kernel's list.
#[derive(Debug, PartialEq)]
struct Connection {
    local: IpAddr,
    port: u16,
    remote: IpAddr,
    state: u8,
}

impl Connection {
    fn parse(line: &str) -> Option<Connection> {
        let mut fields = line.split_whitespace().skip(1);
        let (local, port) = endpoint(fields.next()?)?;
        let (remote, _) = endpoint(fields.next()?)?;
        let state = u8::from_str_radix(fields.next()?, 16).ok()?;
        Some(Connection { local, port, remote, state })
    }
}

/// `0100007F:1F90`: the address in words of the machine's byte order, the port in hexadecimal.
fn endpoint(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::new();
    for at in (0..address.len()).step_by(8) {
        bytes.extend(u32::from_str_radix(address.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    }
    let address = match bytes.len() {
        4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        16 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        _ => return None,
    };
    Some((address.to_canonical(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_line_is_read() {
        let line =
            "   0: 0100007F:1F90 0200007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 1";
        let connection = Connection::parse(line).unwrap();
        assert_eq!(connection.local, IpAddr::from([127, 0, 0, 1]));
        assert_eq!((connection.port, connection.state), (8080, 1));
        assert_eq!(Connection::parse("nonsense"), None);
    }

    #[test]
    fn an_open_connection_counts() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let states = vec!["ESTABLISHED".to_owned()];
        assert_eq!(active("127.0.0.1", port, &[], &states).unwrap(), 0);
        let _client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let _server = listener.accept().unwrap();
        assert_eq!(active("127.0.0.1", port, &[], &states).unwrap(), 1);
        assert_eq!(active("127.0.0.1", port, &["127.0.0.1".into()], &states).unwrap(), 0);
    }
}
