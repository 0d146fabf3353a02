use rustle_runtime::prelude::*;

/// Knits nets.
#[rustle_module(name = "acme.own_net")]
pub struct OwnNet {
    /// What is worked on.
    name: String,
}

impl Module for OwnNet {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let net = net::TcpStream::connect(&self.name);
        let _ = (ctx, net, self::net::TcpListener::bind("x"));
        Ok(Outcome::default())
    }
}

mod net {
    pub type TcpListener = TcpStream;

    pub struct TcpStream;

    impl TcpStream {
        pub fn connect(_: &str) -> Self {
            TcpStream
        }

        pub fn bind(_: &str) -> Self {
            Self::connect("")
        }
    }
}
