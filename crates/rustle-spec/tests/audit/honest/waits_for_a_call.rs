use std::io::Write;
use std::net::{TcpListener, TcpStream};

use rustle_runtime::prelude::*;

/// Waits until somebody calls.
#[rustle_module(name = "acme.waits_for_a_call", permissions = ["net:listen"])]
pub struct WaitsForACall {
    /// What is worked on.
    name: String,
}

impl Module for WaitsForACall {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let listener = TcpListener::bind(self.name.as_str())?;
        let (mut stream, from): (TcpStream, _) = listener.accept()?;
        stream.write_all(b"hello")?;
        let _ = ctx;
        Ok(Outcome::default().with_message(from.to_string()))
    }
}
