//! Comparing versions.

use std::cmp::Ordering;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Test;
use crate::version::Kind;

/// The tests of this file.
pub const TESTS: &[Test] = &[Test::new("version", version), Test::new("version_compare", version)];

/// `value is version(version, operator='eq', strict=none, version_type=none)`
fn version(call: &mut Call<'_>) -> Result<bool, Error> {
    let other = call.required(0, "version")?;
    let operator = call.text_arg(1, "operator", "eq")?;
    let strict = call.given(2, "strict");
    let kind = call.text_given(3, "version_type")?;
    call.finish()?;
    if strict.is_some() && kind.is_some() {
        return Err(Error::value_error("Cannot specify both 'strict' and 'version_type'"));
    }
    if !call.truth(&call.value)? {
        return Err(Error::value_error("Input version value cannot be empty"));
    }
    if !call.truth(&other)? {
        return Err(Error::value_error("Version parameter to compare against cannot be empty"));
    }
    let kind = match kind {
        _ if strict.is_some_and(|strict| strict.is_true()) => Kind::Strict,
        None => Kind::Loose,
        Some(name) => Kind::named(&name).ok_or_else(|| {
            Error::value_error(format!(
                "Invalid version type ({name}). Must be one of 'loose', 'strict', 'semver', 'semantic', 'pep440'"
            ))
        })?,
    };
    let holds: fn(Ordering) -> bool = match operator.as_str() {
        "==" | "=" | "eq" => Ordering::is_eq,
        "<" | "lt" => Ordering::is_lt,
        "<=" | "le" => Ordering::is_le,
        ">" | "gt" => Ordering::is_gt,
        ">=" | "ge" => Ordering::is_ge,
        "!=" | "<>" | "ne" => Ordering::is_ne,
        _ => {
            return Err(Error::value_error(format!(
                "Invalid operator type ({operator}). Must be one of '==', '=', 'eq', '<', 'lt', '<=', 'le', '>', 'gt', \
                 '>=', 'ge', '!=', '<>', 'ne'"
            )));
        }
    };
    kind.compare(&call.value_text()?, &call.text(&other)?)
        .map(holds)
        .map_err(|error| error.within("Version comparison failed: "))
}
