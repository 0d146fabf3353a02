//! What a deployment said.

use std::collections::BTreeMap;

use rustle_schema::report::Recap;

/// A deployment that has ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// The hosts of the recap, in its order.
    pub fn hosts(&self) -> Vec<String> {
        lines(&self.out).map(|(host, _)| host).collect()
    }

    /// The recap.
    pub fn recap(&self) -> BTreeMap<String, Recap> {
        recap_of(&self.out)
    }
}

/// The numbers of the last recap in `text`, Ansible's or Rustle's.
///
/// # Panics
/// If a line of it is none.
pub fn recap_of(text: &str) -> BTreeMap<String, Recap> {
    lines(text).collect()
}

fn lines(text: &str) -> impl Iterator<Item = (String, Recap)> + '_ {
    let (_, recap) = text.rsplit_once("PLAY RECAP").unwrap_or_default();
    recap.lines().skip(1).take_while(|line| !line.trim().is_empty()).map(|line| {
        let (host, numbers) = line.rsplit_once(" : ").unwrap_or_else(|| panic!("no line of a recap: {line}"));
        let mut recap = Recap::default();
        for word in numbers.split_whitespace() {
            let (name, number) = word.split_once('=').unwrap_or_else(|| panic!("no number: {word}"));
            let number: u32 = number.parse().unwrap_or_else(|_| panic!("no number: {word}"));
            match name {
                "ok" => recap.ok = number,
                "changed" => recap.changed = number,
                "unreachable" => recap.unreachable = number,
                "failed" => recap.failed = number,
                "skipped" => recap.skipped = number,
                "rescued" => recap.rescued = number,
                "ignored" => recap.ignored = number,
                _ => panic!("nothing of a recap: {name}"),
            }
        }
        (host.trim().to_owned(), recap)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recap_is_read() {
        let text = "PLAY RECAP ****\nweb1    : ok=3    changed=1    unreachable=0    failed=0    skipped=2    rescued=0    ignored=0   \n\nlost: x\n";
        let recap = recap_of(text);
        assert_eq!(recap["web1"], Recap { ok: 3, changed: 1, skipped: 2, ..Recap::default() });
        assert_eq!(recap.len(), 1);
    }
}
