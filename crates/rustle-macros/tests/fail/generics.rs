use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet<T> {
    /// Who.
    who: T,
}

fn main() {}
