//! The lookup of sealed secrets that stand for values of vaults.

use rustle_value::Value;

use super::no_more_options;
use crate::call::Call;
use crate::error::Error;
use crate::registry::Lookup;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("rustle.secret", secret)];

/// `rustle.secret`: secrets by their names in a seal, with the templates in them rendered
///
/// The build writes it in place of what was encrypted. Nobody needs to write it.
fn secret(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    no_more_options(call)?;
    let mut out = Vec::new();
    for term in call.rest(0) {
        let name = call.text(&term)?;
        let Some(value) = call.world().secret(&name) else {
            return Err(Error::value_error(format!(
                "there is no secret {name} here; one of another host cannot be opened, and before a run none can"
            )));
        };
        out.push(call.resolve(&value)?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;
    use std::sync::Arc;

    use rustle_value::Map;

    use crate::{Engine, FileKind, Variable, World};

    use super::*;

    /// Variables, of which those that begin with `vault:` are secrets.
    struct Sealed(Map);

    impl World for Sealed {
        fn variable(&self, name: &str) -> Option<Variable> {
            self.0.variable(name)
        }

        fn variable_names(&self) -> Vec<Arc<str>> {
            self.0.variable_names()
        }

        fn find_file(&self, name: &str, kind: FileKind) -> io::Result<String> {
            self.0.find_file(name, kind)
        }

        fn read_file(&self, path: &Path) -> io::Result<Arc<[u8]>> {
            self.0.read_file(path)
        }

        fn glob(&self, pattern: &str) -> Vec<String> {
            self.0.glob(pattern)
        }

        fn run(&self, command: &str) -> io::Result<Vec<u8>> {
            self.0.run(command)
        }

        fn env(&self, name: &str) -> Option<String> {
            self.0.env(name)
        }

        fn secret(&self, name: &str) -> Option<Value> {
            self.0.get(name).filter(|_| name.starts_with("vault:")).cloned()
        }
    }

    fn rendered(template: &str) -> Result<Value, Error> {
        let nested = Value::list([Value::Template("{{ user }}".into()), Value::Int(1)]);
        let world = Sealed(Map::from([
            ("vault:1", Value::Template("{{ user }}:pw".into())),
            ("vault:2", nested),
            ("vault:3", Value::Template("{{ itself }}".into())),
            ("itself", Value::Template("{{ lookup('rustle.secret', 'vault:3') }}".into())),
            ("user", "bob".into()),
        ]));
        Engine::new().resolve(&Value::Template(template.into()), &world)
    }

    #[test]
    fn a_secret_is_a_value_whose_templates_are_rendered() {
        let get = |name: &str| rendered(&format!("{{{{ lookup('rustle.secret', '{name}') }}}}"));
        assert_eq!(get("vault:1").unwrap(), Value::str("bob:pw"));
        assert_eq!(get("vault:2").unwrap(), Value::list([Value::str("bob"), Value::Int(1)]));
        assert!(get("user").unwrap_err().message().contains("there is no secret user here"));
    }

    #[test]
    fn a_secret_that_needs_itself_is_an_error_and_no_endless_loop() {
        assert!(rendered("{{ itself }}").is_err());
        assert!(rendered("{{ lookup('rustle.secret', 'vault:3') }}").is_err());
    }
}
