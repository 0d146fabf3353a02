//! Filters that choose at random.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::random::Random;
use crate::registry::Filter;
use crate::typed_arguments::integer;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("random", random), Filter::new("shuffle", shuffle)];

/// `value | random(start=0, step=1, seed=none)`: a number below an integer, or an item of a sequence. With a seed it is the
/// same that Python gives.
fn random(call: &mut Call<'_>) -> Result<Value, Error> {
    let start = call.given(0, "start").filter(Value::is_true);
    let step = call.given(1, "step").filter(Value::is_true);
    let seed = call.given(2, "seed");
    call.finish()?;
    let mut random = Random::new(seed.as_ref())?;
    if matches!(call.value, Value::Int(_) | Value::Bool(_)) {
        let end = integer(&call.value)?;
        let start = start.map_or(Ok(0), |it| integer(&it))?;
        let step = step.map_or(Ok(1), |it| integer(&it))?;
        let distance = BigInt::from(end) - start;
        let step = BigInt::from(step);
        let count = (&distance + &step - step.signum()) / &step;
        let Some(count) = count.to_u64().filter(|count| *count > 0) else {
            let width = end.wrapping_sub(start);
            return Err(Error::value_error(format!("empty range for randrange() ({start}, {end}, {width})")));
        };
        return Ok(Value::big(start + step * random.below(count)));
    }
    if !matches!(call.value, Value::List(_) | Value::Tuple(_) | Value::Str(_) | Value::Map(_)) {
        return Err(Error::type_error("random can only be used on sequences and integers"));
    }
    if start.is_some() || step.is_some() {
        return Err(Error::value_error("start and step can only be used with integer values"));
    }
    let items = call.value_items()?;
    if items.is_empty() {
        return Err(Error::value_error("Cannot choose from an empty sequence"));
    }
    let index = random.below(items.len() as u64);
    Ok(usize::try_from(index).ok().and_then(|index| items.get(index)).cloned().unwrap_or_default())
}

/// `value | shuffle(seed=none)`
fn shuffle(call: &mut Call<'_>) -> Result<Value, Error> {
    let seed = call.given(0, "seed").filter(Value::is_true);
    call.finish()?;
    let Ok(mut items) = call.value_items() else {
        return Ok(call.take_value());
    };
    if let Ok(mut random) = Random::new(seed.as_ref()) {
        random.shuffle(&mut items);
    }
    Ok(Value::from(items))
}
