//! `--send-spool`: what earlier runs could not deliver.

use std::io::{self, Write};

use rustle_bundle::Bundle;
use rustle_schema::settings::SecretSource;

use super::{ERROR, Refusal, Who, refuse};
use crate::report::linked::{self, RunStart, Warn};
use crate::secrets;

/// Delivers what the spools of earlier runs hold. `open` opens the secrets, if that needs one.
pub(super) fn send(
    bundle: &Bundle,
    who: &Who<'_>,
    open: impl FnOnce() -> Result<Vec<String>, String>,
) -> Result<u8, Refusal> {
    let given = bundle.settings().controller.iter().flat_map(|it| [&it.token, &it.key]);
    if given.flatten().any(|it| matches!(it, SecretSource::Secret(_))) {
        for warning in open().map_err(refuse(ERROR))? {
            secrets::standard_error::line(&format!("[WARNING]: {warning}"));
        }
    }
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
            job: false,
            warn: Warn::default(),
        };
        sent = (linked.send_spool)(&start);
    }
    let text = sent.map_err(refuse(ERROR))?;
    let _ = writeln!(io::stdout(), "{text}");
    Ok(0)
}
