use serde::Deserialize;

#[derive(Deserialize)]
pub struct Options {
    #[serde(default = "std::env::temp_dir")]
    folder: std::path::PathBuf,
    #[serde(default, deserialize_with = "crate::own")]
    name: String,
}

#[made_up(run = std::process::Command::new("sh"))]
pub fn run() {}

#[doc = include_str!("/etc/shadow")]
pub fn documented() {}

fn own() {}
