//! Reports of a runner to a controller over HTTPS, none lost.
//!
//! Every event of a run is written to a spool as soon as it happens. A thread of its own posts what lies there to one
//! address, in batches, and tries again what was not acknowledged; the run never waits for it. What is left at the end is
//! delivered by the next run, or by `--send-spool`. `docs/REPORT.md` is the wire format.
//!
//! The crate has no interface: it registers a reporter, which the runtime takes where the settings of a bundle have a
//! table `[controller]`.

mod backoff;
mod cleanup;
mod control;
mod event_json;
mod journal;
mod link;
mod outgoing;
mod reporter;
mod request;
mod sender;
mod source;
mod spool;
mod start;

use rustle_runtime::report::linked::{CONTROLLER, LinkedReporter, REPORTERS};

#[linkme::distributed_slice(REPORTERS)]
static REPORTER: LinkedReporter =
    LinkedReporter { table: CONTROLLER, open: start::open, send_spool: start::send_spool };

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
