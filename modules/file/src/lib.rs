//! Modules for files: file, copy, template, stat, lineinfile, blockinfile, replace, slurp, tempfile, find

pub mod blockinfile;
pub mod copy;
mod encoding;
pub mod file;
pub mod find;
pub mod lineinfile;
pub mod pattern;
pub mod replace;
pub mod slurp;
pub mod stat;
pub mod tempfile;
pub mod template;
