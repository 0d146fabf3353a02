use sys::Command;

pub fn run() {
    let _ = ::sys::Command::new("sh");
    let _ = Command::new("sh");
}
