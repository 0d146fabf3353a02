//! The methods of lists.

use std::sync::Arc;

use rustle_value::Value;

use super::super::State;
use super::super::arguments::Arguments;
use crate::error::Error;

/// What they are called.
pub(in crate::eval) const NAMES: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];

impl State<'_> {
    pub(in crate::eval) fn list_method(
        &self,
        items: Arc<Vec<Value>>,
        name: &str,
        mut args: Arguments,
    ) -> Result<Value, Error> {
        let label = format_args!("list.{name}").to_string();
        match name {
            "append" => {
                args.check(&label, 1, 1)?;
                let [item] = args.into_array();
                self.change_list(items, |items| items.extend(item));
            }
            "extend" => {
                args.check(&label, 1, 1)?;
                let more = self.items(&args.take(0, "iterable").unwrap_or_default())?;
                self.change_list(items, |items| items.extend(more.iter().cloned()));
            }
            "insert" => {
                args.check("insert", 2, 2)?;
                let [at, item] = args.into_array();
                let at = integer(&at.unwrap_or_default())?;
                self.change_list(items, |items| {
                    let at = place(at, items.len());
                    items.splice(at..at, item);
                });
            }
            "pop" => {
                args.check("pop", 0, 1)?;
                let at = args.take(0, "index").map_or(Ok(-1), |at| integer(&at))?;
                if items.is_empty() {
                    return Err(Error::value_error("pop from empty list"));
                }
                let index =
                    usize::try_from(if at < 0 { at.saturating_add_unsigned(items.len() as u64) } else { at })
                        .ok()
                        .filter(|index| *index < items.len())
                        .ok_or_else(|| Error::value_error("pop index out of range"))?;
                let popped = self.change_list(items, |items| items.remove(index));
                return self.reached(popped);
            }
            "remove" => {
                args.check(&label, 1, 1)?;
                let [item] = args.into_array();
                let settled = self.settled_list(&items)?;
                let index = settled
                    .iter()
                    .position(|it| Some(it) == item.as_ref())
                    .ok_or_else(|| Error::value_error("list.remove(x): x not in list"))?;
                self.change_list(items, |items| {
                    items.remove(index);
                });
            }
            "clear" => {
                args.check(&label, 0, 0)?;
                self.change_list(items, Vec::clear);
            }
            "reverse" => {
                args.check(&label, 0, 0)?;
                self.change_list(items, |items| items.reverse());
            }
            "sort" => {
                let reverse = match args.named.remove("reverse") {
                    Some(reverse) => self.truth(&reverse)?,
                    None => false,
                };
                args.named.remove("key").filter(|key| !key.is_none()).map_or(Ok(()), |_| {
                    Err(Error::type_error("list.sort() takes no key here; use the filter `sort`"))
                })?;
                args.check(&label, 0, 0)?;
                let mut sorted = self.settled_list(&items)?.to_vec();
                super::super::arithmetic::sort(&mut sorted, reverse)?;
                self.change_list(items, |items| *items = sorted);
            }
            "copy" => {
                args.check(&label, 0, 0)?;
                return Ok(Value::from(items.to_vec()));
            }
            _ => {
                let items = self.settled_list(&items)?;
                return sequence(&items, "list", name, args);
            }
        }
        Ok(Value::None)
    }

    fn settled_list(&self, items: &Arc<Vec<Value>>) -> Result<Arc<Vec<Value>>, Error> {
        match self.settle(Value::List(items.clone()))? {
            Value::List(items) => Ok(items),
            _ => Ok(items.clone()),
        }
    }
}

/// `count` and `index`, which lists and tuples have.
pub(super) fn sequence(items: &[Value], kind: &str, name: &str, mut args: Arguments) -> Result<Value, Error> {
    if name == "count" {
        args.check(&format!("{kind}.count"), 1, 1)?;
        let wanted = args.take(0, "value").unwrap_or_default();
        return Ok(Value::from(items.iter().filter(|item| **item == wanted).count()));
    }
    args.check("index", 1, 3)?;
    let [wanted, start, stop] = args.into_array();
    let bound = |bound: Option<Value>, default: usize| match bound {
        Some(bound) => integer(&bound).map(|at| place(at, items.len())),
        None => Ok(default),
    };
    let (start, stop) = (bound(start, 0)?, bound(stop, items.len())?);
    let wanted = wanted.unwrap_or_default();
    let found = items.get(start..stop).unwrap_or_default().iter().position(|item| *item == wanted);
    found.map(|at| Value::from(start + at)).ok_or_else(|| match kind {
        "list" => Error::value_error(format!("{wanted:?} is not in list")),
        _ => Error::value_error("tuple.index(x): x not in tuple"),
    })
}

fn integer(value: &Value) -> Result<i64, Error> {
    match value {
        Value::Int(int) => Ok(*int),
        Value::Bool(bool) => Ok(i64::from(*bool)),
        other => Err(Error::type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            other.type_name()
        ))),
    }
}

/// Where an index points to among `len` items; negative ones count from the end.
fn place(at: i64, len: usize) -> usize {
    match usize::try_from(at) {
        Ok(at) => at.min(len),
        Err(_) => len.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX)),
    }
}
