//! Conditional compilation, for whoever looks for what a crate may do.
//!
//! The scan for modules takes what nobody knows for false. Here that would hide code behind a condition that is made up, so
//! that what nobody knows counts as either: `#[cfg(debug_assertions)]` and its opposite are both looked at, unless the
//! [`Cfg`] says which it is. Another operating system than the one that it names is out, and so are tests.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

use crate::scan::Cfg;

/// Names that hold in nothing that a runner is made of.
const NEVER: [&str; 8] = ["test", "doc", "doctest", "clippy", "miri", "rust_analyzer", "rustfmt", "loom"];

/// Names of families of operating systems.
const FAMILIES: [&str; 2] = ["unix", "windows"];

/// What a condition can be: whether it can hold, and whether it can fail.
#[derive(Clone, Copy)]
struct Answer {
    holds: bool,
    fails: bool,
}

const YES: Answer = Answer { holds: true, fails: false };
const NO: Answer = Answer { holds: false, fails: true };
const EITHER: Answer = Answer { holds: true, fails: true };

/// The attributes that may stand there under `cfg`, `cfg_attr` resolved; `None` if the item cannot. A condition that
/// cannot be read may hold.
pub fn may_be_active(attrs: &[Attribute], cfg: &Cfg) -> Option<Vec<Attribute>> {
    let mut active = Vec::new();
    for attr in attrs {
        resolve(attr.clone(), cfg, &mut active);
    }
    let is_out = |attr: &Attribute| {
        let condition = attr.parse_args::<Meta>();
        attr.path().is_ident("cfg") && condition.is_ok_and(|condition| !may_hold(&condition, cfg))
    };
    let is_test = |attr: &Attribute| attr.path().is_ident("test") || attr.path().is_ident("bench");
    (!active.iter().any(|attr| is_out(attr) || is_test(attr))).then_some(active)
}

/// Whether an item with these attributes cannot be there under `cfg`.
pub fn is_out(attrs: &[Attribute], cfg: &Cfg) -> bool {
    // Most attributes are documentation.
    let matters = |attr: &Attribute| {
        let path = attr.path();
        ["cfg", "cfg_attr", "test", "bench"].iter().any(|it| path.is_ident(it))
    };
    attrs.iter().any(matters) && may_be_active(attrs, cfg).is_none()
}

/// `attr`, or what a `cfg_attr` stands for.
fn resolve(attr: Attribute, cfg: &Cfg, active: &mut Vec<Attribute>) {
    if !attr.path().is_ident("cfg_attr") {
        active.push(attr);
        return;
    }
    let metas = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
    let mut metas = metas.into_iter();
    if metas.next().is_some_and(|condition| may_hold(&condition, cfg)) {
        for meta in metas {
            resolve(Attribute { meta, ..attr.clone() }, cfg, active);
        }
    }
}

/// Whether `condition` can hold.
pub fn may_hold(condition: &Meta, cfg: &Cfg) -> bool {
    answer(condition, cfg).holds
}

fn answer(condition: &Meta, cfg: &Cfg) -> Answer {
    match condition {
        Meta::Path(path) => {
            let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
            match name.as_str() {
                "true" => YES,
                "false" => NO,
                name if NEVER.contains(&name) => NO,
                name if cfg.has_name(name) => YES,
                name if FAMILIES.contains(&name) && FAMILIES.iter().any(|it| cfg.has_name(it)) => NO,
                _ => EITHER,
            }
        }
        Meta::NameValue(pair) => {
            let name = pair.path.get_ident().map(ToString::to_string).unwrap_or_default();
            let Expr::Lit(ExprLit { lit: Lit::Str(value), .. }) = &pair.value else { return EITHER };
            match cfg.has_value(&name, &value.value()) {
                Some(true) => YES,
                Some(false) => NO,
                // Which features there are is known, even if there are none.
                None if name == "feature" => NO,
                None => EITHER,
            }
        }
        Meta::List(list) => {
            let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let Ok(inner) = inner else { return EITHER };
            let mut inner = inner.iter().map(|it| answer(it, cfg));
            match list.path.get_ident().map(ToString::to_string).as_deref() {
                Some("all") => inner.fold(YES, |all, it| Answer {
                    holds: all.holds && it.holds,
                    fails: all.fails || it.fails,
                }),
                Some("any") => inner.fold(NO, |any, it| Answer {
                    holds: any.holds || it.holds,
                    fails: any.fails && it.fails,
                }),
                Some("not") => inner.next().map_or(EITHER, |it| Answer { holds: it.fails, fails: it.holds }),
                _ => EITHER,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_is_either() {
        let cfg = Cfg::new().with_feature("a").with_name("unix").with("target_os", "linux");
        for (condition, wanted) in [
            ("unix", true),
            ("windows", false),
            ("not(windows)", true),
            ("test", false),
            ("not(test)", true),
            ("made_up", true),
            ("not(made_up)", true),
            ("all(made_up, windows)", false),
            ("any(made_up, windows)", true),
            ("not(any(made_up, unix))", false),
            ("feature = \"a\"", true),
            ("feature = \"b\"", false),
            ("target_os = \"macos\"", false),
            ("target_env = \"musl\"", true),
            ("not(target_env = \"musl\")", true),
            ("all(test, feature = \"a\")", false),
            ("nonsense(1 2 3)", true),
        ] {
            assert_eq!(may_hold(&syn::parse_str(condition).unwrap(), &cfg), wanted, "{condition}");
        }
        assert!(may_hold(&syn::parse_str("windows").unwrap(), &Cfg::new()));
    }
}
