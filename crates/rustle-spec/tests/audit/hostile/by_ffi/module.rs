use std::ffi::{CString, c_char, c_int};

unsafe extern "C" {
    fn system(command: *const c_char) -> c_int;
    safe fn getppid() -> c_int;
}

extern {
    fn execv(path: *const c_char, args: *const *const c_char) -> c_int;
}

#[link(name = "crypto")]
unsafe extern "system" {}

pub extern "C" fn callback(_: c_int) {}

pub fn run(command: &str) {
    let Ok(command) = CString::new(command) else { return };
    // SAFETY: none.
    unsafe { system(command.as_ptr()) };
    let pointer: Option<extern "C" fn(c_int)> = Some(callback);
    drop(pointer);
}
