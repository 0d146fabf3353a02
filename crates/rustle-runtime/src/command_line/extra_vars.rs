//! `--extra-vars`: `key=value` words, YAML, JSON, or a file.

use std::fs;

use rustle_template::trust;
use rustle_value::Map;
use rustle_value::coerce::parse_kv;

use crate::variables_file;

/// The variables of all `--extra-vars`; a later one wins. Text that holds a template is one.
///
/// # Errors
/// If one cannot be read, or is no dictionary.
pub fn parse(texts: &[String]) -> Result<Map, String> {
    let mut vars = Map::new();
    for text in texts {
        vars.extend_from(&one(text)?);
    }
    Ok(vars)
}

fn one(text: &str) -> Result<Map, String> {
    let text = text.trim();
    if let Some(path) = text.strip_prefix('@') {
        let content = fs::read_to_string(path)
            .map_err(|error| format!("the file of extra variables {path} cannot be read: {error}"))?;
        return variables_file::parse(&content, path).map_err(|error| error.to_string());
    }
    match text.chars().next() {
        None => Ok(Map::new()),
        Some('/' | '.') => Err(format!("Please prepend extra_vars filename '{text}' with '@'")),
        Some('{' | '[') => variables_file::parse(text, "--extra-vars").map_err(|error| error.to_string()),
        Some(_) => {
            let words = parse_kv(text, false).map_err(|error| error.to_string())?;
            if let Some(rest) = words.raw.filter(|rest| !rest.trim().is_empty()) {
                return Err(format!(
                    "Invalid extra vars data supplied. '{rest}' could not be made into a dictionary"
                ));
            }
            let marked =
                words.options.into_iter().map(|(key, value)| (key, trust::marked_text(value.into())));
            Ok(marked.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use rustle_value::Value;

    use super::*;

    fn vars(texts: &[&str]) -> Map {
        parse(&texts.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn words_are_text_and_json_keeps_its_types() {
        let vars = vars(&["a=1 b='two words' c={{a}}", r#"{"d": 1, "e": [true]}"#, "a=9"]);
        assert_eq!(vars.get("a"), Some(&Value::str("9")));
        assert_eq!(vars.get("b"), Some(&Value::str("two words")));
        assert_eq!(vars.get("c"), Some(&Value::Template("{{a}}".into())));
        assert_eq!(vars.get("d"), Some(&Value::Int(1)));
        assert_eq!(vars.get("e"), Some(&Value::list([Value::Bool(true)])));
    }

    #[test]
    fn files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vars.yml");
        fs::write(&path, "a: {b: 1}\n").unwrap();
        let vars = vars(&[&format!("@{}", path.display())]);
        assert_eq!(vars.get("a").and_then(|a| a.get("b")), Some(&Value::Int(1)));
    }

    #[test]
    fn what_is_no_dictionary_is_refused() {
        for text in ["word", "/etc/vars.yml", "@/nope", "[1]", "{"] {
            assert!(parse(&[text.to_string()]).is_err(), "{text}");
        }
    }
}
