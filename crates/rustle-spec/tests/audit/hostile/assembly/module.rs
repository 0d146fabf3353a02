use core::arch::asm as harmless;
use std::arch::{self, global_asm};

global_asm!(".global evil", "evil: ret");

pub fn run() -> u64 {
    let result: u64;
    unsafe {
        harmless!("syscall", inlateout("rax") 39_u64 => result);
        arch::asm!("nop");
    }
    result
}

#[unsafe(naked)]
pub extern "C" fn bare() {
    core::arch::naked_asm!("ret")
}
