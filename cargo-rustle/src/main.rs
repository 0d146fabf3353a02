//! cargo-rustle
fn main() {}
