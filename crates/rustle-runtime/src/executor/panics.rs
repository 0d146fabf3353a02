//! Panics of modules: each is one task's failure, and its message is kept.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use rustle_schema::outcome::Outcome;

use crate::secrets;

thread_local! {
    /// The message of the last panic, while one is awaited; outside of that, panics are printed as usual.
    static AWAITED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Has panics that are awaited kept instead of printed.
pub(crate) fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let awaited = AWAITED.with(|slot| {
                let Ok(mut slot) = slot.try_borrow_mut() else { return false };
                slot.as_mut().map(|message| *message = text(info)).is_some()
            });
            if awaited {
                return;
            }
            match secrets::redaction().is_active() {
                false => usual(info),
                true => secrets::standard_error::line(&format!("panicked: {}", text(info))),
            }
        }));
    });
}

/// Runs `work`; a panic in it is a failed outcome.
pub(crate) fn caught(work: impl FnOnce() -> Outcome) -> Outcome {
    AWAITED.with(|slot| slot.replace(Some(String::new())));
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    let message = AWAITED.with(RefCell::take).unwrap_or_default();
    outcome.unwrap_or_else(|_| Outcome::failed(format!("The module panicked: {message}")))
}

fn text(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    match info.location() {
        Some(place) => format!("{message} ({}:{})", place.file(), place.line()),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_with_its_message() {
        silence();
        let outcome = caught(|| panic!("number {}", 7));
        assert!(outcome.failed);
        let message = outcome.msg.unwrap_or_default();
        assert!(message.starts_with("The module panicked: number 7 ("), "{message}");
        assert!(!caught(Outcome::ok).failed);
    }
}
