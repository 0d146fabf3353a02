mod prelude;
mod sys;

use prelude::*;

pub fn direct() {
    let _ = crate::sys::run::new("sh");
    let _ = sys::deep::look("/etc/shadow");
}

pub fn through_a_glob() {
    let _ = Launcher::new("sh");
    let _ = files::write("/tmp/x", "y");
}
