//! Rules over several arguments, as the attribute writes them.

use rustle_schema::module_spec::Rule;
use rustle_value::Value;
use syn::{Expr, ExprLit, ExprTuple, Lit, LitStr};

use crate::default;
use crate::errors::Errors;
use crate::meta::{self, Entry, peel};

/// The keys under which rules stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKey {
    /// `mutually_exclusive = [["a", "b"]]`.
    MutuallyExclusive,
    /// `required_together = [["a", "b"]]`.
    RequiredTogether,
    /// `required_one_of = [["a", "b"]]`.
    RequiredOneOf,
    /// `required_if = [("state", "absent", ["path"])]`, a fourth `true` if one of the list is enough.
    RequiredIf,
    /// `required_by = [("a", ["b"])]`.
    RequiredBy,
}

/// A rule, and the arguments that it names.
#[derive(Clone, Debug)]
pub struct WrittenRule {
    /// The rule.
    pub rule: Rule,
    /// The names in it, where they stand.
    pub names: Vec<LitStr>,
}

/// The keys of all rules.
pub const KEYS: [&str; 5] =
    ["mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by"];

impl RuleKey {
    /// The one that is written `key`.
    pub fn of(key: &str) -> Option<RuleKey> {
        Some(match key {
            "mutually_exclusive" => RuleKey::MutuallyExclusive,
            "required_together" => RuleKey::RequiredTogether,
            "required_one_of" => RuleKey::RequiredOneOf,
            "required_if" => RuleKey::RequiredIf,
            "required_by" => RuleKey::RequiredBy,
            _ => return None,
        })
    }
}

/// Reads the rules of one entry.
pub fn read(key: RuleKey, entry: &Entry, errors: &mut Errors) -> Vec<WrittenRule> {
    let form = match key {
        RuleKey::RequiredIf => "[(\"argument\", \"value\", [\"required\"])]",
        RuleKey::RequiredBy => "[(\"argument\", [\"required\"])]",
        _ => "[[\"a\", \"b\"]]",
    };
    let Some(Expr::Array(array)) = entry.value.as_ref().map(peel) else {
        errors.push(syn::Error::new(entry.span(), format!("write `{} = {form}`", entry.key)));
        return Vec::new();
    };
    let rules = array.elems.iter().filter_map(|item| match (key, peel(item)) {
        (RuleKey::RequiredIf, Expr::Tuple(tuple)) if matches!(tuple.elems.len(), 3 | 4) => {
            required_if(tuple, errors)
        }
        (RuleKey::RequiredBy, Expr::Tuple(tuple)) if tuple.elems.len() == 2 => {
            let arg = meta::text(&tuple.elems[0], errors)?;
            let required = meta::texts(&tuple.elems[1], errors);
            let rule = Rule::RequiredBy { arg: arg.value(), required: values(&required) };
            Some(WrittenRule { rule, names: [arg].into_iter().chain(required).collect() })
        }
        (RuleKey::MutuallyExclusive | RuleKey::RequiredTogether | RuleKey::RequiredOneOf, Expr::Array(_)) => {
            let names = meta::texts(item, errors);
            if names.len() < 2 {
                errors.at(item, "a rule over several arguments needs at least two");
            }
            let rule = match key {
                RuleKey::MutuallyExclusive => Rule::MutuallyExclusive(values(&names)),
                RuleKey::RequiredTogether => Rule::RequiredTogether(values(&names)),
                _ => Rule::RequiredOneOf(values(&names)),
            };
            Some(WrittenRule { rule, names })
        }
        (_, other) => {
            errors.at(other, format!("write `{} = {form}`", entry.key));
            None
        }
    });
    rules.collect()
}

fn required_if(tuple: &ExprTuple, errors: &mut Errors) -> Option<WrittenRule> {
    let arg = meta::text(&tuple.elems[0], errors)?;
    let value: Value = errors.take(default::literal(&tuple.elems[1]))?;
    let required = meta::texts(&tuple.elems[2], errors);
    let any = match tuple.elems.get(3).map(peel) {
        None => false,
        Some(Expr::Lit(ExprLit { lit: Lit::Bool(any), .. })) => any.value,
        Some(other) => {
            errors.at(other, "`true` if one of the list is enough, `false` or nothing if all are needed");
            false
        }
    };
    let rule = Rule::RequiredIf { arg: arg.value(), value, required: values(&required), any };
    Some(WrittenRule { rule, names: [arg].into_iter().chain(required).collect() })
}

fn values(names: &[LitStr]) -> Vec<String> {
    names.iter().map(LitStr::value).collect()
}
