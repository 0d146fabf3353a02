pub use std::process::Command as start;
