//! What opens the sealed secrets of a runner when it starts.
//!
//! Linking this crate registers an [`Opener`]: it adds the options that say where a key comes from, tries every key that
//! was brought, and gives the runner its secrets and a [`redactor::Redactor`] that keeps them out of what is told.
//! `docs/SECRETS.md` describes what an operator sees of it.

mod delivery;
mod opening;
mod options;
pub mod redactor;
mod values;

use rustle_runtime::__private::linkme;
use rustle_runtime::secrets::{OPENERS, Opener};

#[linkme::distributed_slice(OPENERS)]
#[linkme(crate = linkme)]
static OPENER: Opener = Opener { options: options::add, carry: delivery::carry, open: opening::open };
