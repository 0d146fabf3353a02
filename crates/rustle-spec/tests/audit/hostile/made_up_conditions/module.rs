#[cfg(innocent)]
pub fn run() {
    let _ = std::fs::read("/etc/shadow");
}

#[cfg(not(innocent))]
pub fn run() {
    let _ = std::process::Command::new("sh");
}

#[cfg_attr(surely, unsafe(no_mangle))]
#[cfg(any(debug_assertions, feature = "absent"))]
pub fn both() {
    if cfg!(test) {
        let _ = std::env::vars();
    }
}

#[cfg(all(innocent, test))]
fn test_only() {
    let _ = std::fs::write("a", "b");
}
