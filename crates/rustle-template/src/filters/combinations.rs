//! Filters that put the items of sequences together: pairs, products, permutations.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;
use crate::typed_arguments::length;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("zip", zip),
    Filter::new("zip_longest", zip_longest),
    Filter::new("product", product),
    Filter::new("permutations", permutations),
    Filter::new("combinations", combinations),
];

/// The most results that a filter of this file gives.
const MAX_RESULTS: usize = 1_000_000;

/// The most sequences that a product is made of.
const MAX_COLUMNS: usize = 1000;

/// The sequences: the value and all positional arguments.
fn sequences(call: &mut Call<'_>) -> Result<Vec<Vec<Value>>, Error> {
    let others = call.rest(0);
    let mut sequences = vec![call.value_items()?];
    for other in &others {
        sequences.push(call.items_of(other)?);
    }
    Ok(sequences)
}

/// `value | zip(other, …, strict=false)`
fn zip(call: &mut Call<'_>) -> Result<Value, Error> {
    let strict = call.named("strict").is_some_and(|it| it.is_true());
    let sequences = sequences(call)?;
    call.finish()?;
    let shortest = sequences.iter().map(Vec::len).min().unwrap_or(0);
    if strict {
        let first = sequences.first().map_or(0, Vec::len);
        let odd = sequences.iter().position(|sequence| {
            // The argument that is found out is the first to end, or if that is the first of all, the next longer one.
            if first == shortest { sequence.len() > shortest } else { sequence.len() == shortest }
        });
        if let Some(index) = odd {
            let how = if first == shortest { "longer" } else { "shorter" };
            let others = if index == 1 { " 1".to_owned() } else { format!("s 1-{index}") };
            return Err(Error::value_error(format!(
                "zip() argument {} is {how} than argument{others}",
                index + 1
            )));
        }
    }
    Ok(rows(&sequences, shortest, &Value::None))
}

/// `value | zip_longest(other, …, fillvalue=none)`
fn zip_longest(call: &mut Call<'_>) -> Result<Value, Error> {
    let fill = call.named("fillvalue").unwrap_or_default();
    let sequences = sequences(call)?;
    call.finish()?;
    let longest = sequences.iter().map(Vec::len).max().unwrap_or(0);
    Ok(rows(&sequences, longest, &fill))
}

fn rows(sequences: &[Vec<Value>], count: usize, fill: &Value) -> Value {
    let row = |index| {
        Value::tuple(
            sequences.iter().map(|sequence: &Vec<Value>| sequence.get(index).unwrap_or(fill).clone()),
        )
    };
    (0..count).map(row).collect()
}

/// `value | product(other, …, repeat=1)`
fn product(call: &mut Call<'_>) -> Result<Value, Error> {
    let repeat = call.named("repeat").map_or(Ok(1), |it| crate::typed_arguments::integer(&it))?;
    let sequences = sequences(call)?;
    call.finish()?;
    if repeat < 0 {
        return Err(Error::value_error("repeat argument cannot be negative"));
    }
    if length(repeat).saturating_mul(sequences.len()) > MAX_COLUMNS {
        return Err(Error::value_error(format!("more than {MAX_COLUMNS} sequences")));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for sequence in std::iter::repeat_n(&sequences, length(repeat)).flatten() {
        check_count(rows.len().saturating_mul(sequence.len()))?;
        let extended = |row: &Vec<Value>| {
            let row = row.clone();
            sequence.iter().map(move |item| row.iter().chain([item]).cloned().collect::<Vec<_>>())
        };
        rows = rows.iter().flat_map(extended).collect();
    }
    Ok(rows.into_iter().map(Value::tuple).collect())
}

fn check_count(count: usize) -> Result<(), Error> {
    if count > MAX_RESULTS {
        Err(Error::value_error(format!("more than {MAX_RESULTS} results")))
    } else {
        Ok(())
    }
}

/// `value | permutations(r=none)`
fn permutations(call: &mut Call<'_>) -> Result<Value, Error> {
    choices(call, false)
}

/// `value | combinations(r)`
fn combinations(call: &mut Call<'_>) -> Result<Value, Error> {
    choices(call, true)
}

fn choices(call: &mut Call<'_>, ascending: bool) -> Result<Value, Error> {
    let size = call.given(0, "r");
    call.finish()?;
    if ascending && size.is_none() {
        return Err(Error::type_error("combinations() missing required argument 'r' (pos 2)"));
    }
    let items = call.value_items()?;
    let size = match size {
        Some(size) => crate::typed_arguments::integer(&size)?,
        None => i64::try_from(items.len()).unwrap_or(i64::MAX),
    };
    if size < 0 {
        return Err(Error::value_error("r must be non-negative"));
    }
    let mut found = Vec::new();
    let (count, size) = (items.len(), length(size));
    if size <= count {
        check_count(how_many(count, size, ascending))?;
        if ascending {
            found = ascending_choices(count, size);
        } else {
            choose(count, size, &mut Vec::new(), &mut found);
        }
    }
    let row =
        |indices: Vec<usize>| Value::tuple(indices.into_iter().filter_map(|index| items.get(index)).cloned());
    Ok(found.into_iter().map(row).collect())
}

/// How many choices there are of `size` among `count`, in every order or in one.
fn how_many(count: usize, size: usize, ascending: bool) -> usize {
    let size = if ascending { size.min(count - size) } else { size };
    let mut choices: usize = 1;
    for taken in 0..size {
        choices = choices.saturating_mul(count - taken);
        // Divided at once, so that what fits does not overflow on the way.
        if ascending && choices < usize::MAX {
            choices /= taken + 1;
        }
    }
    choices
}

/// Collects every choice of `size` indices below `count`, in the order of Python's `itertools.permutations`. Only where
/// `size` is small are there few enough of them.
fn choose(count: usize, size: usize, chosen: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    if chosen.len() == size {
        found.push(chosen.clone());
        return;
    }
    for index in 0..count {
        if !chosen.contains(&index) {
            chosen.push(index);
            choose(count, size, chosen, found);
            chosen.pop();
        }
    }
}

/// Every choice of `size` ascending indices below `count`.
fn ascending_choices(count: usize, size: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let mut indices: Vec<usize> = (0..size).collect();
    loop {
        found.push(indices.clone());
        // The last index that can still grow; those behind it follow it.
        let last =
            (0..size).rev().find(|at| indices.get(*at).is_some_and(|index| *index < at + count - size));
        let Some(at) = last else { return found };
        let first = indices.get(at).map_or(0, |index| index + 1);
        for (offset, index) in indices.iter_mut().skip(at).enumerate() {
            *index = first + offset;
        }
    }
}
