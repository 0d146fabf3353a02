//! Lists as sets. Python gives such sets in no order; here it is that of the operands.

use rustc_hash::FxHashSet;
use rustle_value::Value;

use super::order::{is_hashable, without_repetitions};
use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("union", union),
    Filter::new("intersect", |call| kept(call, true)),
    Filter::new("difference", |call| kept(call, false)),
    Filter::new("symmetric_difference", symmetric_difference),
];

fn operands(call: &mut Call<'_>) -> Result<(Vec<Value>, Vec<Value>), Error> {
    let other = call.required(0, "b")?;
    call.finish()?;
    Ok((call.value_items()?, call.items_of(&other)?))
}

/// Those of `items` that are in `others`, or that are not.
fn partitioned(items: Vec<Value>, others: &[Value], inside: bool) -> Vec<Value> {
    if others.iter().all(is_hashable) {
        let others: FxHashSet<&Value> = others.iter().collect();
        return items.into_iter().filter(|item| others.contains(item) == inside).collect();
    }
    items.into_iter().filter(|item| others.contains(item) == inside).collect()
}

/// `value | union(other)`
fn union(call: &mut Call<'_>) -> Result<Value, Error> {
    let (mut items, others) = operands(call)?;
    items.extend(others);
    Ok(Value::from(without_repetitions(items)))
}

/// `value | intersect(other)` and `value | difference(other)`
fn kept(call: &mut Call<'_>, inside: bool) -> Result<Value, Error> {
    let (items, others) = operands(call)?;
    Ok(Value::from(without_repetitions(partitioned(items, &others, inside))))
}

/// `value | symmetric_difference(other)`
fn symmetric_difference(call: &mut Call<'_>) -> Result<Value, Error> {
    let (items, others) = operands(call)?;
    let mut all = partitioned(items.clone(), &others, false);
    all.extend(partitioned(others, &items, false));
    Ok(Value::from(without_repetitions(all)))
}
