#[cfg(windows)]
pub fn run() {
    let _ = std::process::Command::new("cmd");
}

#[cfg(unix)]
pub fn run() {
    let _ = std::fs::read("/etc/shadow");
}

pub fn both() {
    #[cfg(target_os = "macos")]
    let _ = std::net::TcpStream::connect("a:1");
    #[cfg(target_os = "macos")]
    {
        let _ = std::env::vars();
    }
    match 1 {
        #[cfg(windows)]
        1 => drop(std::fs::write("a", "b")),
        _ => {}
    }
}
