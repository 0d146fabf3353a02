use r#std::r#process as r#async;

pub mod r#type {
    pub use r#std::r#fs::r#remove_file as r#match;
}

pub fn run() {
    let _ = r#async::r#Command::new("sh");
    let _ = crate::r#type::r#match("/x");
    let _ = std::r#env::r#var("HOME");
}
