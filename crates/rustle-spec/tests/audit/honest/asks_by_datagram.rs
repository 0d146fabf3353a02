use std::net::UdpSocket;

use rustle_runtime::prelude::*;

/// Asks by datagram.
#[rustle_module(name = "acme.asks_by_datagram", permissions = ["net:connect"])]
pub struct AsksByDatagram {
    /// What is worked on.
    name: String,
}

impl Module for AsksByDatagram {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        socket.connect((self.name.as_str(), 123))?;
        socket.send(&[0x1b; 48])?;
        let _ = ctx;
        Ok(Outcome::default())
    }
}
