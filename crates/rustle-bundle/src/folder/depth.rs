//! How deeply a text nests.
//!
//! Reading JSON, and whatever walks over what was read, calls itself for everything that stands in something else. A plan
//! may nest more deeply than serde_json reads without being told to. So the depth is bounded before a text is read, and the
//! work gets a stack that is large enough for that bound.

use std::thread;

/// How deep a value may nest, which is as deep as a plan may.
pub(super) const DEPTH: usize = 512;

/// How many brackets may stand in each other: a mapping with keys other than text takes three of them.
const BRACKETS: usize = 3 * DEPTH;

/// The stack for work on what [`check`] let pass. It is address space: only what is used takes memory.
const STACK: usize = 256 << 20;

/// What is said of what nests more deeply.
pub(super) const TOO_DEEP: &str = "it nests too deeply";

/// Does `work` where its calls may go as deep as [`check`] allows.
///
/// # Errors
/// If the operating system gives no thread.
pub(super) fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("folder".to_owned()).stack_size(STACK);
        match thread.spawn_scoped(scope, work)?.join() {
            Ok(done) => Ok(done),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Whether the JSON `text` can be read on the stack that [`with_deep_stack`] gives. Whatever else is wrong with it is its
/// reader's to say.
pub(super) fn check(text: &[u8]) -> Result<(), &'static str> {
    let mut open = 0_usize;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next().filter(|byte| **byte != b'"') {
                    if *byte == b'\\' {
                        bytes.next();
                    }
                }
            }
            _ => {}
        }
        if open > BRACKETS {
            return Err(TOO_DEEP);
        }
    }
    Ok(())
}
