//! Attributes as the compiler sees them: `cfg` evaluated, `cfg_attr` resolved.

use std::path::PathBuf;

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Path, Token};

use super::cfg::Cfg;

/// The attributes that stand there under `cfg`, `cfg_attr` resolved; `None` if the item does not.
///
/// # Errors
/// If a condition cannot be read.
pub fn active(attrs: &[Attribute], cfg: &Cfg) -> syn::Result<Option<Vec<Attribute>>> {
    let mut active = Vec::with_capacity(attrs.len());
    for attr in attrs {
        if attr.path().is_ident("cfg_attr") {
            let metas = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
            let mut metas = metas.into_iter();
            if let Some(condition) = metas.next()
                && cfg.holds(&condition)?
            {
                active.extend(metas.map(|meta| Attribute { meta, ..attr.clone() }));
            }
        } else {
            active.push(attr.clone());
        }
    }
    for attr in active.iter().filter(|attr| attr.path().is_ident("cfg")) {
        if !cfg.holds(&attr.parse_args::<Meta>()?)? {
            return Ok(None);
        }
    }
    Ok(Some(active))
}

/// Whether `path` ends in `name`: `rustle_runtime::rustle_module` is `rustle_module`.
pub fn is_called(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}

/// Whether `name` is among the derives.
pub fn derives(attrs: &[Attribute], name: &str) -> bool {
    let parse = Punctuated::<Path, Token![,]>::parse_terminated;
    let derives = attrs.iter().filter(|attr| attr.path().is_ident("derive"));
    derives
        .flat_map(|attr| attr.parse_args_with(parse).unwrap_or_default())
        .any(|path| is_called(&path, name))
}

/// The file that `#[path = "…"]` names.
pub fn path_of_file(attr: &Attribute) -> Option<PathBuf> {
    let Meta::NameValue(pair) = &attr.meta else { return None };
    match &pair.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if pair.path.is_ident("path") => {
            Some(PathBuf::from(text.value()))
        }
        _ => None,
    }
}

/// The attributes of an item.
pub fn of_item(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::ExternCrate(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::ForeignMod(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::TraitAlias(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Union(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}
