//! Conditional compilation, evaluated outside of the compiler.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, Meta, Token};

/// What a crate is compiled under: its features, and what the target is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cfg {
    names: BTreeSet<String>,
    values: BTreeSet<(String, String)>,
}

impl Cfg {
    /// Under nothing.
    pub fn new() -> Cfg {
        Cfg::default()
    }

    /// With a feature.
    #[must_use]
    pub fn with_feature(self, feature: &str) -> Cfg {
        self.with("feature", feature)
    }

    /// With a name that has a value: `target_os` and `linux`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Cfg {
        self.values.insert((name.to_owned(), value.to_owned()));
        self
    }

    /// With a bare name: `unix`.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Cfg {
        self.names.insert(name.to_owned());
        self
    }

    /// Whether it holds the bare name `name`.
    #[cfg(feature = "audit")]
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether `name` has the value `value`; `None` if nothing is known of `name`.
    pub fn has_value(&self, name: &str, value: &str) -> Option<bool> {
        let pair = (name.to_owned(), value.to_owned());
        let known = self.values.contains(&pair);
        (known || self.values.iter().any(|(other, _)| other == name)).then_some(known)
    }

    /// What Cargo tells a build script of the target: the variables `CARGO_CFG_*` among `variables`. Features of the
    /// script's own package are not taken over, because those of another crate are wanted.
    ///
    /// ```
    /// use rustle_spec::scan::Cfg;
    ///
    /// let told = [("CARGO_CFG_UNIX", ""), ("CARGO_CFG_TARGET_OS", "linux"), ("HOME", "/root")];
    /// let cfg = Cfg::from_cargo(told.map(|(name, value)| (name.to_owned(), value.to_owned())));
    /// assert_eq!(cfg, Cfg::new().with_name("unix").with("target_os", "linux"));
    /// ```
    #[must_use]
    pub fn from_cargo(variables: impl IntoIterator<Item = (String, String)>) -> Cfg {
        let mut cfg = Cfg::new();
        for (variable, value) in variables {
            let Some(name) = variable.strip_prefix("CARGO_CFG_").map(str::to_lowercase) else { continue };
            if name == "feature" {
                continue;
            }
            if value.is_empty() {
                cfg.names.insert(name);
            } else {
                cfg.values.extend(value.split(',').map(|value| (name.clone(), value.to_owned())));
            }
        }
        cfg
    }

    /// Whether what stands inside `cfg(…)` holds. What nobody knows does not.
    ///
    /// # Errors
    /// If it is no condition.
    pub fn holds(&self, condition: &Meta) -> syn::Result<bool> {
        match condition {
            Meta::Path(path) if path.is_ident("true") => Ok(true),
            Meta::Path(path) => {
                Ok(path.get_ident().is_some_and(|name| self.names.contains(&name.to_string())))
            }
            Meta::NameValue(pair) => {
                let Expr::Lit(ExprLit { lit: Lit::Str(value), .. }) = &pair.value else {
                    return Err(syn::Error::new_spanned(&pair.value, "a text in quotes must stand here"));
                };
                let name = pair.path.get_ident().map(ToString::to_string).unwrap_or_default();
                Ok(self.values.contains(&(name, value.value())))
            }
            Meta::List(list) => {
                let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
                let inner = list.parse_args_with(parse)?;
                let inner = inner.iter().map(|meta| self.holds(meta)).collect::<syn::Result<Vec<bool>>>()?;
                match list.path.get_ident().map(ToString::to_string).as_deref() {
                    Some("all") => Ok(inner.iter().all(|it| *it)),
                    Some("any") => Ok(inner.iter().any(|it| *it)),
                    Some("not") => Ok(!inner.iter().any(|it| *it)),
                    _ => Err(syn::Error::new_spanned(&list.path, "a condition is made of all, any and not")),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        let cfg = Cfg::new().with_feature("a").with_name("unix").with("target_os", "linux");
        for (condition, wanted) in [
            ("unix", true),
            ("windows", false),
            ("test", false),
            ("feature = \"a\"", true),
            ("feature = \"b\"", false),
            ("all(unix, target_os = \"linux\")", true),
            ("all(unix, not(feature = \"a\"))", false),
            ("any(windows, feature = \"a\")", true),
            ("all()", true),
            ("any()", false),
        ] {
            assert_eq!(cfg.holds(&syn::parse_str(condition).unwrap()).unwrap(), wanted, "{condition}");
        }
        assert!(cfg.holds(&syn::parse_str("xor(unix)").unwrap()).is_err());
    }
}
