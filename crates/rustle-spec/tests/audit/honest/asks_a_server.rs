use std::io::Read;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use rustle_runtime::prelude::*;

/// Asks for the time.
#[rustle_module(name = "acme.asks_a_server", permissions = ["net:connect:time.example.org:37"])]
pub struct AsksAServer {
    /// What is worked on.
    name: String,
}

impl Module for AsksAServer {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let mut stream = TcpStream::connect_timeout(&address(&self.name)?, Duration::from_secs(3))?;
        let mut bytes = [0; 4];
        stream.read_exact(&mut bytes)?;
        let _ = ctx;
        Ok(Outcome::default().with_message(u32::from_be_bytes(bytes).to_string()))
    }
}

fn address(host: &str) -> Result<SocketAddr> {
    (host, 37).to_socket_addrs()?.next().context("no address")
}
