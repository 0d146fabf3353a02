use rustle_runtime::prelude::*;

/// Joins words.
#[rustle_module(name = "acme.tested_with_files")]
pub struct TestedWithFiles {
    /// What is worked on.
    name: String,
}

impl Module for TestedWithFiles {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = ctx;
        Ok(Outcome::default().with_message(joined(&self.name)))
    }
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    #[test]
    fn joins() {
        fs::write("/tmp/words", "a b").unwrap();
        let out = Command::new("cat").arg("/tmp/words").output().unwrap();
        assert_eq!(joined(&String::from_utf8(out.stdout).unwrap()), "a-b");
        unsafe { std::env::set_var("WORDS", "x") };
    }
}

#[test]
fn alone() {
    std::fs::remove_file("/tmp/words").unwrap();
}
