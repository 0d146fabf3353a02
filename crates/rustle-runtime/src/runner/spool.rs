//! `--send-spool`: what earlier runs could not deliver.

use std::io::{self, Write};

use rustle_bundle::Bundle;

use super::{ERROR, Refusal, Who, refuse};
use crate::report::linked::{self, RunStart, Warn};
use crate::secrets;

/// Delivers what the spools of earlier runs hold.
pub(super) fn send(bundle: &Bundle, who: &Who<'_>) -> Result<u8, Refusal> {
    let mut sent = Err("there is no spool: rustle.toml has no table `[controller]`".to_owned());
    for linked in linked::wanted(bundle.settings()) {
        let start = RunStart {
            settings: bundle.settings(),
            runner: who.name,
            version: who.version,
            plan: "",
            digest: &bundle.digest(),
            host: "",
            check: false,
            secret: &|name| secrets::opened().text(name),
            warn: Warn::default(),
        };
        sent = (linked.send_spool)(&start);
    }
    let text = sent.map_err(refuse(ERROR))?;
    let _ = writeln!(io::stdout(), "{text}");
    Ok(0)
}
