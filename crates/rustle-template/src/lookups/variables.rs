//! Lookups of variables, of the templates and of the environment.

use rustle_value::Value;

use super::no_more_options;
use crate::call::Call;
use crate::error::Error;
use crate::regex::{self, Flags};
use crate::registry::Lookup;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[
    Lookup { name: "env", run: env, takes_undefined: true },
    Lookup::new("vars", vars),
    Lookup::new("varnames", varnames),
    Lookup::new("inventory_hostnames", inventory_hostnames),
];

/// `env`: variables of the environment, or `default=''`
fn env(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let default = call.named("default").unwrap_or_else(|| Value::str(""));
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        let term = call.text(&call.defined(term)?)?;
        let Some(name) = term.split_whitespace().next() else {
            return Err(Error::value_error("list index out of range"));
        };
        out.push(match (call.world().env(name), &default) {
            (Some(value), _) => Value::from(value),
            (None, Value::Undefined(_)) => {
                Value::undefined(format!("The environment variable {:?} is not set.", Value::str(name)))
            }
            (None, default) => default.clone(),
        });
    }
    Ok(out)
}

/// `inventory_hostnames`: the hosts that patterns mean
fn inventory_hostnames(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        let hosts = call.world().hosts(&call.text(&term)?).map_err(Error::value_error)?;
        out.extend(hosts.into_iter().map(Value::from));
    }
    Ok(out)
}

/// `vars`: variables by name, or `default=`
fn vars(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let default = call.named("default").filter(|default| !default.is_none());
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        let Value::Str(name) = &term else {
            let kind = term.type_name();
            return Err(Error::type_error(format!("Variable name must be 'str' not '{kind}'.")));
        };
        // A variable that cannot be rendered is there all the same.
        let is_known = call.world().variable(name).is_some();
        out.push(match (is_known, &default) {
            (true, _) => call.variable(name)?,
            (false, Some(default)) => default.clone(),
            (false, None) => match call.variable(name)? {
                Value::Undefined(_) => Value::undefined(format!("No variable named {term:?} was found.")),
                found => found,
            },
        });
    }
    Ok(out)
}

/// `varnames`: the names of all variables in which one of the patterns is found
fn varnames(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    no_more_options(call)?;
    let mut names = call.world().variable_names();
    names.sort_unstable();
    let mut out = Vec::new();
    for term in call.rest(0) {
        let Value::Str(pattern) = &term else {
            return Err(Error::type_error(format!(
                "Invalid setting identifier, \"{term}\" is not a string, it is a <class '{}'>",
                term.type_name()
            )));
        };
        let regex = regex::compile(pattern, Flags::default())
            .map_err(|error| error.within(format!("Unable to use \"{pattern}\" as a search parameter: ")))?;
        for name in &names {
            if regex::matches(&regex, name)? {
                out.push(Value::Str(name.clone()));
            }
        }
    }
    Ok(out)
}
