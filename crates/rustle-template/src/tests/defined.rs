//! Tests about what is undefined.

use crate::call::Call;
use crate::error::Error;
use crate::registry::Test;

/// The tests of this file.
pub const TESTS: &[Test] =
    &[Test::with_undefined("defined", defined), Test::with_undefined("undefined", undefined)];

/// `value is defined`
fn defined(call: &mut Call<'_>) -> Result<bool, Error> {
    call.finish()?;
    Ok(!call.value.is_undefined())
}

/// `value is undefined`
fn undefined(call: &mut Call<'_>) -> Result<bool, Error> {
    call.finish()?;
    Ok(call.value.is_undefined())
}
