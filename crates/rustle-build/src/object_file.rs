//! The bundle as an object file that the linker takes as it is. A compiler that is handed some hundred MiB as a constant
//! needs many times their memory; a linker copies them.

use std::fs::File;
use std::io;
use std::path::Path;

use object::write::{Object, StandardSection, Symbol, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, FileFlags, SectionKind, SymbolFlags, SymbolKind, SymbolScope, elf,
};
use rustle_spec::scan::Cfg;

use crate::output;

/// The symbol at which the bundle begins.
pub(crate) const SYMBOL: &str = "rustle_bundle";

/// Bundles that are longer than this are linked where nobody says how they are embedded. The compiler takes 15 times a
/// bundle's length in memory, and 30 ms a MiB; the linker next to nothing (docs/BUNDLE.md has the figures).
pub(crate) const THRESHOLD: u64 = 8 << 20;

/// What an object file is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    format: BinaryFormat,
    architecture: Architecture,
    endianness: Endianness,
    /// Flags that the linker compares with those of all other objects.
    flags: elf::FileFlags,
}

impl Form {
    /// What the target links; `None` for one that this program knows too little of.
    pub(crate) fn of(target: &Cfg) -> Option<Form> {
        let is = |name: &str, value: &str| target.has_value(name, value) == Some(true);
        let format = if is("target_vendor", "apple") {
            BinaryFormat::MachO
        } else if is("target_os", "windows") {
            BinaryFormat::Coff
        } else if ["linux", "android", "freebsd", "netbsd", "openbsd", "dragonfly", "illumos", "solaris"]
            .into_iter()
            .any(|system| is("target_os", system))
        {
            BinaryFormat::Elf
        } else {
            return None;
        };
        let none = elf::FileFlags(0);
        let known = [
            ("x86_64", Architecture::X86_64, none),
            ("x86", Architecture::I386, none),
            ("aarch64", Architecture::Aarch64, none),
            ("arm", Architecture::Arm, elf::EF_ARM_EABI_VER5),
            ("riscv64", Architecture::Riscv64, elf::EF_RISCV_RVC | elf::EF_RISCV_FLOAT_ABI_DOUBLE),
            ("s390x", Architecture::S390x, none),
        ];
        let (_, architecture, flags) = known.into_iter().find(|(name, ..)| is("target_arch", name))?;
        let big = is("target_endian", "big");
        let endianness = if big { Endianness::Big } else { Endianness::Little };
        Some(Form { format, architecture, endianness, flags })
    }
}

/// Writes to `out` an object file that holds the bundle `bundle` at [`SYMBOL`], unless that is what stands there.
///
/// # Errors
/// If the bundle cannot be read, or the object not written.
pub(crate) fn write(bundle: &Path, out: &Path, form: Form) -> io::Result<()> {
    let file = File::open(bundle)?;
    // SAFETY: the file was written by this process, lies in its own output folder, and Cargo runs one build script at a time
    // over it: nobody shortens or changes it while it is mapped.
    let content = unsafe { memmap2::Mmap::map(&file)? };
    let mut object = Object::new(form.format, form.architecture, form.endianness);
    if form.format == BinaryFormat::Elf {
        object.flags = FileFlags::Elf { os_abi: elf::OsAbi(0), abi_version: 0, e_flags: form.flags };
        // Without it a linker takes the object for one that wants an executable stack.
        object.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
    }
    let section = object.section_id(StandardSection::ReadOnlyData);
    object.set_section_data(section, &content[..], 16);
    object.add_symbol(Symbol {
        name: SYMBOL.into(),
        value: 0,
        size: content.len() as u64,
        kind: SymbolKind::Data,
        scope: SymbolScope::Linkage,
        weak: false,
        section: SymbolSection::Section(section),
        flags: SymbolFlags::None,
    });
    output::write_whole(out, |file| {
        object.write_stream(file).map_err(|error| io::Error::other(error.to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(os: &str, arch: &str) -> Cfg {
        Cfg::new().with("target_os", os).with("target_arch", arch).with("target_endian", "little")
    }

    #[test]
    fn every_system_has_its_form() {
        let form = Form::of(&target("linux", "x86_64")).unwrap();
        assert_eq!((form.format, form.architecture), (BinaryFormat::Elf, Architecture::X86_64));
        let apple = target("macos", "aarch64").with("target_vendor", "apple");
        assert_eq!(Form::of(&apple).unwrap().format, BinaryFormat::MachO);
        assert_eq!(Form::of(&target("windows", "x86_64")).unwrap().format, BinaryFormat::Coff);
        assert_eq!(Form::of(&target("linux", "hexagon")), None);
        assert_eq!(Form::of(&target("none", "x86_64")), None);
    }

    #[test]
    fn objects_hold_the_bundle_at_the_symbol() {
        let folder = tempfile::tempdir().unwrap();
        let (bundle, out) = (folder.path().join("bundle"), folder.path().join("plan.o"));
        let content = b"what is carried".repeat(1000);
        std::fs::write(&bundle, &content).unwrap();
        let apple = target("macos", "aarch64").with("target_vendor", "apple");
        for (target, begins) in [
            (target("linux", "x86_64"), &b"\x7fELF\x02\x01"[..]),
            (target("linux", "arm"), b"\x7fELF\x01\x01"),
            (target("windows", "x86_64"), b"\x64\x86"),
            (apple, b"\xcf\xfa\xed\xfe"),
        ] {
            write(&bundle, &out, Form::of(&target).unwrap()).unwrap();
            let object = std::fs::read(&out).unwrap();
            assert!(object.starts_with(begins));
            assert!(object.windows(content.len()).any(|part| part == content));
            assert!(object.windows(SYMBOL.len()).any(|part| part == SYMBOL.as_bytes()));
        }
    }
}
