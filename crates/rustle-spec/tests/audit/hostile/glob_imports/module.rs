use std::process::*;

mod inner {
    use super::*;
    use std::fs::*;

    pub fn run() {
        let _ = Command::new("sh");
        let _ = write("/tmp/x", "y");
        let _ = File::create("/tmp/z");
        let write = 1;
        drop(write);
    }
}

pub fn run() {
    use std::env::*;
    set_current_dir("/").ok();
    let _ = var("HOME");
    inner::run();
    exit(0);
}
