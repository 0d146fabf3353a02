//! Listings on standard output.

use std::io::{self, Write};

use rustle_schema::plan::Plan;

use super::Refusal;
use crate::command_line::{Options, listing};
use crate::hosts::Hosts;

/// Prints what shall be listed.
pub(super) fn print(plan: &Plan, hosts: &Hosts<'_>, options: &Options) -> Result<u8, Refusal> {
    let text = listing::text(plan, hosts, &options.settings, &options.listings);
    // Whoever reads may have seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(0)
}
