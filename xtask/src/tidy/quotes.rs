//! What the README quotes stands elsewhere, where it is tested: messages in the gallery, modules in documentation that is
//! compiled and run.

use std::path::Path;

/// The documentation whose example the README shows.
const MODULE_EXAMPLE: &str = "crates/rustle-runtime/src/testing/mod.rs";

/// Every quotation that is not what stands elsewhere.
pub fn check(root: &Path) -> Vec<String> {
    let read =
        |path: &str| std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"));
    let (readme, example) = match (read("README.md"), read(MODULE_EXAMPLE)) {
        (Ok(readme), Ok(example)) => (readme, documentation(&example)),
        (Err(fault), _) | (_, Err(fault)) => return vec![fault],
    };
    let messages = messages(&root.join("tests/gallery"));
    let mut faults = Vec::new();
    for block in blocks(&readme) {
        let (stands, place) = match block.language {
            "text" => (messages.iter().any(|message| message.trim() == block.text.trim()), "tests/gallery"),
            "rust" => (example.contains(without_imports(&block.text).trim()), MODULE_EXAMPLE),
            _ => continue,
        };
        if stands {
            continue;
        }
        faults.push(format!("README.md:{}: what is quoted does not stand in {place}", block.line));
    }
    faults
}

/// One fenced block.
struct Block<'a> {
    line: usize,
    language: &'a str,
    text: String,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), inside, blocks.last_mut()) {
            (Some(_), true, _) => inside = false,
            (Some(language), false, _) => {
                blocks.push(Block { line: index + 1, language, text: String::new() });
                inside = true;
            }
            (None, true, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            _ => {}
        }
    }
    blocks
}

/// The expected messages of every case.
fn messages(gallery: &Path) -> Vec<String> {
    let cases = std::fs::read_dir(gallery).into_iter().flatten().flatten();
    cases.filter_map(|case| std::fs::read_to_string(case.path().join("expected.txt")).ok()).collect()
}

/// The text of a file's own documentation.
fn documentation(source: &str) -> String {
    let lines = source.lines().filter_map(|line| line.strip_prefix("//!"));
    lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

fn without_imports(source: &str) -> String {
    source.lines().filter(|line| !line.starts_with("use ")).map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_language_and_line() {
        let blocks = blocks("a\n```rust\nuse b;\n\nfn c() {}\n```\nd\n```\ne\n```\n");
        let found: Vec<_> = blocks.iter().map(|block| (block.line, block.language)).collect();
        assert_eq!(found, [(2, "rust"), (8, "")]);
        assert_eq!(without_imports(&blocks[0].text).trim(), "fn c() {}");
    }

    #[test]
    fn documentation_is_what_stands_in_comments() {
        assert_eq!(documentation("//! a\n//!\n//!  b\nuse c;\n"), "a\n\n b\n");
    }
}
