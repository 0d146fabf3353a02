use libloading::{Library, Symbol};

pub fn run(path: &str) -> Option<u32> {
    // SAFETY: none.
    unsafe {
        let library = Library::new(path).ok()?;
        let function: Symbol<unsafe extern "C" fn() -> u32> = library.get(b"evil").ok()?;
        Some(function())
    }
}
