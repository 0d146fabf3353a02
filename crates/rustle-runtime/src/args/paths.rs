//! Paths on this host: `~`, `~user` and `$VAR` are expanded, as Python does.

use std::collections::BTreeMap;

use rustle_schema::module_spec::{ArgSpec, ArgType};
use rustle_value::coerce;
use rustle_value::{Map, Value};

use crate::fs::users;

/// Expands every path among `values`, nested ones included.
///
/// # Errors
/// If a value that should be a path is none.
pub(super) fn expand_all(
    args: &[ArgSpec],
    values: &mut Map,
    environment: &BTreeMap<String, String>,
) -> Result<(), String> {
    for arg in args {
        if !has_path(&arg.kind) {
            continue;
        }
        if let Some(value) = values.get_mut(&arg.name)
            && !value.is_none()
        {
            *value = expanded(&arg.kind, value, environment)?;
        }
    }
    Ok(())
}

fn has_path(kind: &ArgType) -> bool {
    match kind {
        ArgType::Path => true,
        ArgType::List(of) | ArgType::Map(of) => has_path(of),
        ArgType::Options(args, _) => args.iter().any(|arg| has_path(&arg.kind)),
        _ => false,
    }
}

fn expanded(kind: &ArgType, value: &Value, environment: &BTreeMap<String, String>) -> Result<Value, String> {
    Ok(match (kind, value) {
        (ArgType::Path, value) => Value::from(expand(value, environment)?),
        (ArgType::List(of), Value::List(items)) => {
            let items = items.iter().map(|item| expanded(of, item, environment));
            Value::from(items.collect::<Result<Vec<Value>, _>>()?)
        }
        (ArgType::Map(of), Value::Map(map)) => {
            let entries = map.iter().map(|(key, item)| Ok((key.clone(), expanded(of, item, environment)?)));
            Value::Map(entries.collect::<Result<Vec<_>, String>>()?.into_iter().collect())
        }
        (ArgType::Options(args, _), Value::Map(map)) => {
            let mut map = map.clone();
            expand_all(args, &mut map, environment)?;
            Value::Map(map)
        }
        (_, other) => other.clone(),
    })
}

/// Expands one path, with `environment` over that of the process.
///
/// # Errors
/// If the value is none.
pub(super) fn expand(value: &Value, environment: &BTreeMap<String, String>) -> Result<String, String> {
    let variable = |name: &str| environment.get(name).cloned().or_else(|| std::env::var(name).ok());
    let home = |user: Option<&str>| match user {
        None => variable("HOME")
            .or_else(|| users::user_by_id(rustix::process::getuid().as_raw()).map(|user| user.home)),
        Some(user) => users::user(user).map(|user| user.home),
    };
    coerce::path(value, variable, home).map_err(|error| error.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_paths_are_expanded_once() {
        let environment: BTreeMap<_, _> =
            [("A".to_owned(), "$B".to_owned()), ("B".to_owned(), "b".to_owned())].into();
        let args = [
            ArgSpec { name: "p".into(), kind: ArgType::Path, ..ArgSpec::default() },
            ArgSpec {
                name: "o".into(),
                kind: ArgType::Options(
                    vec![ArgSpec {
                        name: "l".into(),
                        kind: ArgType::List(Box::new(ArgType::Path)),
                        ..ArgSpec::default()
                    }],
                    vec![],
                ),
                ..ArgSpec::default()
            },
        ];
        let inner = Map::from([("l", Value::list([Value::str("${B}/c")]))]);
        let mut values = Map::from([("p", Value::str("/$A")), ("o", Value::Map(inner))]);
        expand_all(&args, &mut values, &environment).unwrap();
        assert_eq!(values.get("p"), Some(&Value::str("/$B")));
        assert_eq!(values.get("o").unwrap().get("l"), Some(&Value::list([Value::str("b/c")])));
    }

    #[test]
    fn homes_come_from_the_user_database() {
        assert_eq!(expand(&Value::str("~root/x"), &BTreeMap::new()).unwrap(), "/root/x");
    }
}
