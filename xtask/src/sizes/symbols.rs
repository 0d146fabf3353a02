//! How much of an executable is each module's own, by the names of its symbols.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use object::read::elf::ElfFile64;
use object::{Object, ObjectSymbol};

use super::Packages;

/// What a crate takes by module.
type Shares = BTreeMap<String, BTreeMap<String, u64>>;

/// The bytes of each module of `packages` in `executable`, which is an ELF file with symbols. A symbol is a module's if
/// its name begins below that, or if it was made for one of its types.
pub(crate) fn shares(executable: &[u8], packages: &Packages) -> io::Result<Shares> {
    let file = ElfFile64::<object::Endianness>::parse(executable).map_err(io::Error::other)?;
    // Every module is there, one that is nothing but constants too.
    let named = packages.iter().map(|(package, modules)| {
        (package.clone(), modules.iter().map(|module| (module.clone(), 0)).collect())
    });
    let mut shares: Shares = named.collect();
    // Two functions of the same code have one place.
    let mut places = BTreeSet::new();
    for symbol in file.symbols().filter(|symbol| symbol.size() > 0 && places.insert(symbol.address())) {
        let Ok(name) = symbol.name() else { continue };
        let owner = packages.iter().find_map(|(package, modules)| {
            let module = module_in(name, &package.replace('-', "_"))?;
            // A file is named as its module, where that is no word of the language.
            let module = modules.get(module).or_else(|| modules.get(module.trim_end_matches('_')))?;
            Some((package, module))
        });
        if let Some((package, module)) = owner
            && let Some(bytes) = shares.get_mut(package).and_then(|modules| modules.get_mut(module))
        {
            *bytes += symbol.size();
        }
    }
    Ok(shares)
}

/// The Rust module of `krate` that the mangled `name` speaks of first: a length stands before each part of a path
/// (`18rustle_module_file4copy`), and in the names of types two dots between them (`rustle_module_file..copy..Copy`).
fn module_in<'a>(name: &'a str, krate: &str) -> Option<&'a str> {
    let (_, rest) = name.split_once(krate)?;
    if let Some(rest) = rest.strip_prefix("..") {
        return rest.split("..").next();
    }
    let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
    let (length, rest) = rest.split_at_checked(digits)?;
    rest.get(..length.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_every_way_in_which_they_are_mangled() {
        let of = |name| module_in(name, "rustle_module_file");
        assert_eq!(of("_ZN18rustle_module_file4copy5apply17h0123456789abcdefE"), Some("copy"));
        assert_eq!(
            of("_ZN69_$LT$rustle_module_file..find..Find$u20$as$u20$x..Module$GT$5apply17hE"),
            Some("find")
        );
        assert_eq!(of("_RNvMs_NtCs8kXq_18rustle_module_file8tempfileNtB4_8Tempfile4make"), Some("tempfile"));
        assert_eq!(of("_ZN14rustle_runtime6runner4main17hE"), None);
        assert_eq!(of("_ZN18rustle_module_file99xE"), None);
        assert_eq!(of("_ZN18rustle_module_file"), None);
    }

    #[test]
    fn what_is_no_executable_is_refused() {
        assert!(shares(b"#!/bin/sh\n", &BTreeMap::new()).is_err());
    }
}
