//! Modules for files: file, copy, template, stat, lineinfile, blockinfile, replace, slurp, tempfile, find

pub mod pattern;
