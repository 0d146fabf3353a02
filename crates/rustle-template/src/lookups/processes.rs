//! What processes print.

use rustle_value::{Value, strings};

use super::no_more_options;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::registry::Lookup;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("pipe", pipe), Lookup::new("lines", lines)];

fn output(call: &Call<'_>, term: &Value) -> Result<String, Error> {
    let command = call.text(term)?;
    let output = call.world().run(&command).map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?;
    Ok(String::from_utf8_lossy(&output).into_owned())
}

/// `pipe`: the output of commands, without white space at its end
fn pipe(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    no_more_options(call)?;
    let terms = call.rest(0);
    let text = |term: &Value| Ok(Value::str(output(call, term)?.trim_end_matches(strings::is_space)));
    terms.iter().map(text).collect()
}

/// `lines`: the lines of the output of commands
fn lines(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        out.extend(output(call, &term)?.lines().map(Value::str));
    }
    Ok(out)
}
