pub fn value() {
    // What the root of a crate calls a crate can be named everywhere.
    let _ = ::alloc2::process::Command::new("sh");
    let _ = alloc2::env::var("HOME");
}
