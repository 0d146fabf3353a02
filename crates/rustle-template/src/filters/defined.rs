//! Filters about what is undefined.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] =
    &[Filter::with_undefined("default", default), Filter::with_undefined("d", default)];

/// `value | default(default_value='', boolean=false)`
fn default(call: &mut Call<'_>) -> Result<Value, Error> {
    let other = call.arg(0, "default_value").unwrap_or_else(|| Value::str(""));
    let falsy_too = call.arg(1, "boolean").is_some_and(|it| it.is_true());
    call.finish()?;
    let value = std::mem::take(&mut call.value);
    Ok(if value.is_undefined() || (falsy_too && !value.is_true()) { other } else { value })
}
