#[path = "../share/notes.txt"]
mod notes;

#[cfg_attr(unix, path = "unix_impl.rs")]
mod implementation;

pub fn run() {
    notes::run();
    implementation::run();

    mod local {
        pub fn run() {
            let _ = std::process::Command::new("sh");
        }
    }
    local::run();
}
