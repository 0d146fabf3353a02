pub fn run(address: usize) {
    // SAFETY: none.
    let function = unsafe { std::mem::transmute::<usize, fn()>(address) };
    function();
}

unsafe fn raw(pointer: *const u8) -> u8 {
    unsafe { *pointer }
}

struct Racy(*mut u8);

unsafe impl Send for Racy {}

unsafe trait Promise {
    unsafe fn keep(&self);
}

pub fn read(pointer: &u8) -> u8 {
    let closure = || unsafe { raw(pointer) };
    closure()
}
