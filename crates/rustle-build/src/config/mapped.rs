//! Keys that some know by other names: those of the `[template]` table, which described the generation of a whole program.
//! Whoever writes one is told what it is here.

/// A key, and what stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The key.
    pub key: &'static str,
    /// What does the same here, or why nothing does.
    pub here: &'static str,
}

/// The table that they stood in.
pub const TABLE: &str = "template";

/// All of them.
pub const ALL: [Mapped; 12] = [
    Mapped {
        key: "engine",
        here: "nothing: a runner's code is the same for every playbook, so that no engine writes it; templates of the playbook are Jinja2, as Ansible means it",
    },
    Mapped {
        key: "cache_templates",
        here: "`RUSTLE_TEMPLATE_CACHE`: bases are kept, and a changed playbook is appended to one, unless it is `0`",
    },
    Mapped {
        key: "template_dir",
        here: "`RUSTLE_TEMPLATE_DIR`: the folder that `cargo rustle new` takes the crate of a runner from",
    },
    Mapped { key: "optimization_level", here: "`[build] profile`, and `cargo rustle build --release`" },
    Mapped {
        key: "generate_docs",
        here: "nothing: `cargo doc` documents a runner's crate, `cargo rustle doc MODULE` a module",
    },
    Mapped { key: "include_debug_info", here: "`[profile.release] debug` and `strip` of Cargo.toml" },
    Mapped {
        key: "compress_static_files",
        here: "`[build] compression`: files are always compressed, unless that makes them no smaller",
    },
    Mapped { key: "compression_algorithm", here: "`[build] compression_algorithm`" },
    Mapped {
        key: "embed_source_maps",
        here: "nothing: every task carries the file, line and column that it stands at, which costs next to nothing",
    },
    Mapped {
        key: "encrypt_secrets",
        here: "nothing: secrets are always encrypted; `cargo rustle secret` seals them",
    },
    Mapped {
        key: "encryption_algorithm",
        here: "nothing: it is AES-256-GCM, with a key of its own for each secret",
    },
    Mapped {
        key: "key_derivation",
        here: "an option of `cargo rustle secret`, for passphrases: Argon2id, or PBKDF2-HMAC-SHA256",
    },
];

/// What stands for `key`, wherever it was written.
pub(super) fn of(key: &str) -> Option<&'static Mapped> {
    ALL.iter().find(|mapped| mapped.key == key)
}
