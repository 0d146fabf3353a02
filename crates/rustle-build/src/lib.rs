//! prepare(): checks a playbook and embeds it, from build.rs
