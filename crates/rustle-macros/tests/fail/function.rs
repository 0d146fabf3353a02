use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub fn greet() {}

fn main() {}
