//! Files that hold variables: YAML or JSON, one mapping.

use rustle_template::trust;
use rustle_value::{Map, Value, yaml};

use crate::error::{Error, Result};

/// The variables of a file's `content`; text that holds a template is one, and is rendered where the variable is used. An
/// empty file has none.
///
/// # Errors
/// If it does not parse (with the line and column in `path`), is no mapping, or is encrypted.
pub fn parse(content: &str, path: &str) -> Result<Map> {
    if content.starts_with("$ANSIBLE_VAULT") {
        return Err(Error::new(format!("{path} is encrypted; a runner cannot open vaults")));
    }
    let nodes = yaml::parse(content)
        .map_err(|error| Error::new(format!("{path}:{}:{}: {}", error.line, error.column, error.message)))?;
    let Some(node) = nodes.first() else { return Ok(Map::new()) };
    let mut encrypted = Vec::new();
    let value = trust::trusted(node, &mut encrypted);
    if let Some(secret) = encrypted.first() {
        let at = secret.span.start;
        return Err(Error::new(format!(
            "{path}:{}:{}: an encrypted value; a runner cannot open vaults",
            at.line, at.column
        )));
    }
    match value {
        Value::Map(map) => Ok(map),
        Value::None => Ok(Map::new()),
        _ => Err(Error::new(format!("{path} must be stored as a dictionary/hash"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_hold_variables() {
        assert_eq!(parse("a: '{{ b }}'", "x").unwrap().get("a"), Some(&Value::Template("{{ b }}".into())));
        assert_eq!(parse(r#"{"a": 1}"#, "x").unwrap().get("a"), Some(&Value::Int(1)));
        assert_eq!(parse("", "x").unwrap(), Map::new());
    }

    #[test]
    fn what_is_no_mapping_is_told_with_its_place() {
        assert!(
            parse("[1]", "x.yml").unwrap_err().message().contains("x.yml must be stored as a dictionary")
        );
        assert!(parse("a: [", "x.yml").unwrap_err().message().starts_with("x.yml:"));
        assert!(parse("a: !vault x", "x.yml").unwrap_err().message().contains("x.yml:1:"));
    }
}
