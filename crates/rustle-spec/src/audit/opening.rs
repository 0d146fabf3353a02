//! Calls whose arguments or whose neighbours tell what they are for: how a file is opened, what a path is asked.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprLit, ExprMethodCall, ExprPath, Lit};

use super::Capability;
use super::doors;
use super::scopes::Written;
use super::tokens::names_any;
use super::walk::Walk;

/// Methods that open a file for writing.
const WRITING: [&str; 5] = ["write", "append", "truncate", "create", "create_new"];

/// Flags that open a file for writing.
const FLAGS: [&str; 10] =
    ["WRONLY", "RDWR", "CREATE", "TRUNC", "APPEND", "O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"];

/// Methods that only paths have, and that ask the file system.
const OF_PATHS: [&str; 6] =
    ["exists", "try_exists", "read_dir", "read_link", "canonicalize", "symlink_metadata"];

/// Methods that ask the file system if it is a path that has them.
const OF_PATHS_TOO: [&str; 4] = ["metadata", "is_file", "is_dir", "is_symlink"];

/// Methods that make a path of a path.
const KEEPING: [&str; 8] =
    ["join", "with_extension", "with_file_name", "as_path", "to_path_buf", "to_owned", "clone", "as_ref"];

impl Walk<'_, '_> {
    /// Notes how a call of a function that opens files by flags opens one.
    pub(super) fn opening_call(&mut self, call: &ExprCall) {
        if call.args.len() < 2 {
            return;
        }
        let (paths, start) = self.called(&call.func);
        let mut doors = paths.iter().filter_map(|path| doors::find(path));
        let by_flags = |door: &doors::Door| {
            door.certain == [Capability::FsRead] && door.possible == [Capability::FsWrite]
        };
        if !doors.any(|(door, _)| by_flags(door)) {
            return;
        }
        let flags = call.args.to_token_stream();
        if names_any(&flags, &["RDWR", "O_RDWR"]) {
            self.decided.insert(start, vec![Capability::FsRead, Capability::FsWrite]);
        } else if names_any(&flags, &FLAGS) {
            self.decided.insert(start, vec![Capability::FsWrite]);
        }
    }

    /// Judges what a method says of what it is called on.
    pub(super) fn method(&mut self, call: &ExprMethodCall) {
        let name = call.method.to_string();
        let name = name.as_str();
        let span = call.method.span();
        if name == "open" {
            return self.opened(call);
        }
        if name == "to_socket_addrs" {
            let how = self.notes();
            return self.push(span, Capability::NetConnect, "std::net::ToSocketAddrs", how, true);
        }
        if !OF_PATHS.contains(&name) && !OF_PATHS_TOO.contains(&name) {
            return;
        }
        let (base, methods) = chain(&call.receiver);
        let is_path = methods.iter().all(|it| KEEPING.iter().any(|keeping| it.method == keeping))
            && match base {
                Expr::Call(call) => {
                    self.called(&call.func).0.iter().any(|path| is_of(path, "path", &["Path", "PathBuf"]))
                }
                _ => false,
            };
        if is_path {
            let how = self.notes();
            self.push(span, Capability::FsRead, &format!("std::path::Path::{name}"), how, true);
        } else if OF_PATHS.contains(&name) {
            let how = Some("if that is a path".to_owned());
            self.push(span, Capability::FsRead, &format!(".{name}()"), how, false);
        }
    }

    /// Notes what a chain of calls that ends in `.open(…)` opens a file for.
    fn opened(&mut self, call: &ExprMethodCall) {
        let (base, methods) = chain(&call.receiver);
        let Expr::Call(base) = base else { return };
        let (paths, start) = self.called(&base.func);
        let opens = |path: &Vec<String>| match path.last().map(String::as_str) {
            Some("new") => is_of(path, "fs", &["OpenOptions"]),
            Some("options") => is_of(path, "fs", &["File"]),
            _ => false,
        };
        if !paths.iter().any(opens) {
            return;
        }
        let is_false =
            |expr: &Expr| matches!(expr, Expr::Lit(ExprLit { lit: Lit::Bool(it), .. }) if !it.value);
        let writes = methods.iter().any(|it| {
            WRITING.iter().any(|writing| it.method == writing) && !it.args.first().is_some_and(is_false)
        });
        if !writes {
            self.decided.insert(start, vec![Capability::FsRead]);
        }
    }

    /// What the function that `func` names can be outside of the crate, and where it stands.
    fn called(&mut self, func: &Expr) -> (Vec<Vec<String>>, (usize, usize)) {
        let Expr::Path(ExprPath { qself: None, path, .. }) = func else { return (Vec::new(), (0, 0)) };
        let outsides = self.outsides(self.scope, &Written::of(path));
        let start = path.span().start();
        let paths = outsides.iter().map(|outside| doors::canonical(&outside.path).into_owned()).collect();
        (paths, (start.line, start.column))
    }
}

/// Whether `path` is a function of one of these types of the standard library.
fn is_of(path: &[String], module: &str, types: &[&str]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(path[..], ["std", of, ty, _] if of == module && types.contains(&ty))
}

/// What a chain of method calls begins with, and the calls.
fn chain(expr: &Expr) -> (&Expr, Vec<&ExprMethodCall>) {
    let (mut base, mut methods) = (expr, Vec::new());
    loop {
        base = match base {
            Expr::MethodCall(call) => {
                methods.push(call);
                &call.receiver
            }
            Expr::Try(it) => &it.expr,
            Expr::Await(it) => &it.base,
            Expr::Paren(it) => &it.expr,
            Expr::Reference(it) => &it.expr,
            _ => return (base, methods),
        };
    }
}
