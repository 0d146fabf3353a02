//! Documentation comments, taken apart.

use rustle_schema::module_spec::ReturnSpec;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// What the documentation of a module says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doc {
    /// The first paragraph, on one line.
    pub summary: String,
    /// The rest, without the sections that are taken apart.
    pub description: String,
    /// The YAML below `# Examples`.
    pub examples: String,
    /// The list below `# Returns`.
    pub returns: Vec<ReturnSpec>,
}

/// The text of the documentation comments among `attrs`; empty if there are none.
pub fn text(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attrs {
        let Meta::NameValue(pair) = &attr.meta else { continue };
        if !pair.path.is_ident("doc") {
            continue;
        }
        if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value {
            lines.extend(text.value().lines().map(str::to_owned).collect::<Vec<_>>());
            if text.value().is_empty() {
                lines.push(String::new());
            }
        }
    }
    let indent = |line: &String| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(common..).unwrap_or("").trim_end()).collect();
    lines.join("\n").trim().to_owned()
}

/// Takes a module's documentation apart.
pub fn read(text: &str) -> Doc {
    let mut doc = Doc::default();
    let mut description: Vec<&str> = Vec::new();
    let mut section = "";
    let mut fenced = false;
    let mut section_lines: Vec<&str> = Vec::new();
    let (summary, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    doc.summary = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in rest.lines().chain(["# "]) {
        fenced ^= line.trim_start().starts_with("```");
        let Some(heading) = line.strip_prefix("# ").filter(|_| !fenced) else {
            if section.is_empty() {
                description.push(line)
            } else {
                section_lines.push(line)
            }
            continue;
        };
        match section {
            "Examples" => doc.examples = yaml(&section_lines),
            "Returns" => doc.returns = returns(&section_lines),
            _ => {}
        }
        section_lines.clear();
        section = match heading.trim() {
            "Example" | "Examples" => "Examples",
            "Returns" => "Returns",
            "" => "",
            _ => {
                description.push(line);
                ""
            }
        };
    }
    doc.description = description.join("\n").trim().to_owned();
    doc
}

/// What stands in the fenced YAML blocks, one after the other.
fn yaml(lines: &[&str]) -> String {
    let mut blocks: Vec<String> = Vec::new();
    let mut open: Option<(bool, Vec<&str>)> = None;
    for line in lines {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some((matches!(language.trim(), "yaml" | "yml" | ""), Vec::new()));
            }
            (Some(_), Some((is_yaml, block))) => {
                if *is_yaml {
                    blocks.push(block.join("\n"));
                }
                open = None;
            }
            (None, Some((_, block))) => block.push(line),
            (None, None) => {}
        }
    }
    blocks.join("\n\n")
}

/// Lines of the form ``- `name` (type): text``, each with the lines that continue it.
fn returns(lines: &[&str]) -> Vec<ReturnSpec> {
    let mut list: Vec<ReturnSpec> = Vec::new();
    for line in lines {
        if let Some(entry) = return_line(line) {
            list.push(entry);
        } else if let (Some(last), true) = (list.last_mut(), line.starts_with("  ")) {
            last.doc.push(' ');
            last.doc.push_str(line.trim());
        }
    }
    list
}

fn return_line(line: &str) -> Option<ReturnSpec> {
    let rest = line.strip_prefix("- `").or_else(|| line.strip_prefix("* `"))?;
    let (name, rest) = rest.split_once('`')?;
    let (kind, doc) = match rest.trim_start().strip_prefix('(') {
        Some(rest) => rest.split_once(')')?,
        None => ("", rest),
    };
    let doc = doc.trim_start().strip_prefix(':').unwrap_or(doc).trim();
    Some(ReturnSpec { name: name.to_owned(), kind: kind.trim().to_owned(), doc: doc.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_is_taken_apart() {
        let item: syn::ItemStruct = syn::parse_quote! {
            /// Greets somebody
            /// in a file.
            ///
            /// More words.
            ///
            /// # Returns
            /// - `path` (str): where it went,
            ///   always
            /// - `n` (int): how often
            ///
            /// # Examples
            /// ```yaml
            /// - name: Greet
            ///   acme.greet:
            ///     # a comment
            ///     path: /tmp/x
            /// ```
            ///
            /// # Notes
            /// Still description.
            struct Greet;
        };
        let doc = read(&text(&item.attrs));
        assert_eq!(doc.summary, "Greets somebody in a file.");
        assert_eq!(doc.description, "More words.\n\n# Notes\nStill description.");
        assert_eq!(doc.examples, "- name: Greet\n  acme.greet:\n    # a comment\n    path: /tmp/x");
        let returned: Vec<_> = doc.returns.iter().map(|it| (&*it.name, &*it.kind, &*it.doc)).collect();
        assert_eq!(returned, [("path", "str", "where it went, always"), ("n", "int", "how often")]);
    }
}
