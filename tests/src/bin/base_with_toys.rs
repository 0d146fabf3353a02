//! A runner with every builtin module and some that treat what they are given badly: the tests of secrets append bundles
//! to it.

use rustle_module_command as _;
use rustle_module_control as _;
use rustle_module_file as _;
use rustle_module_system as _;
use rustle_secrets as _;

use rustle_runtime::prelude::*;
use rustle_runtime::runner::Embedded;

/// Panics with what it is given, as a careless `expect` does.
#[rustle_module(name = "acme.panics")]
struct Panics {
    /// What it panics with.
    data: String,
}

impl Module for Panics {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        panic!("cannot connect with {:?}", self.data);
    }
}

/// Panics in a thread of its own, where nobody awaits it, and goes on.
#[rustle_module(name = "acme.thread")]
struct Thread {
    /// What it panics with.
    data: String,
}

impl Module for Thread {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        let data = self.data.clone();
        let _ = std::thread::spawn(move || panic!("cannot connect with {data}")).join();
        Ok(Outcome::ok())
    }
}

/// Says what it is given on standard error.
#[rustle_module(name = "acme.says")]
struct Says {
    /// What it says.
    data: String,
}

impl Module for Says {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        eprintln!("said: {}", self.data);
        Ok(Outcome::ok())
    }
}

/// Ends the process that applies it, with a core dump where those are allowed.
#[rustle_module(name = "acme.aborts")]
struct Aborts {
    /// What stands in its memory.
    data: String,
}

impl Module for Aborts {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        std::hint::black_box(&self.data);
        std::process::abort();
    }
}

fn main() -> std::process::ExitCode {
    rustle_runtime::runner::main(&Embedded::base("base", env!("CARGO_PKG_VERSION")))
}
