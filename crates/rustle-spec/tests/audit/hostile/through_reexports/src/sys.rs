pub use std::process::Command as run;

pub mod deep {
    pub use super::super::sys::other::read as look;
}

mod other {
    pub use std::fs::*;
}
