mod inner;
mod sys {
    pub use std::process::Command;
}
