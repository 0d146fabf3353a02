use rustle_runtime::prelude::*;

/// Has variants with names of doors.
#[rustle_module(name = "acme.named_like_doors")]
pub struct NamedLikeDoors {
    /// What is worked on.
    name: String,
}

impl Module for NamedLikeDoors {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let kind = match self.name.as_str() {
            "command" => Kind::Command,
            "unsafe" => Kind::Unsafe,
            _ => Kind::TcpStream { connect: true },
        };
        let _ = (ctx, matches!(kind, Kind::TcpStream { connect } if connect), Kind::open());
        Ok(Outcome::default())
    }
}

enum Kind {
    Command,
    Unsafe,
    TcpStream { connect: bool },
}

impl Kind {
    fn open() -> Kind {
        Self::Command
    }
}
