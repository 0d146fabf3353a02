//! File modes: octal numbers and the symbols of `chmod`.

use super::CoerceError;
use crate::numbers;
use crate::python;
use crate::value::Value;

use num_traits::ToPrimitive;

/// The bits that a mode may have: permissions, set-user-id, set-group-id, sticky.
const ALL: u32 = 0o7777;

/// A mode as an argument gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The mode itself.
    Octal(u32),
    /// Changes to the mode that a file has.
    Symbolic(SymbolicMode),
}

/// A list of changes such as `u=rw,g+X,o-rwx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolicMode {
    clauses: Vec<Clause>,
}

/// What is done to some classes of users: `ug+x-w`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause {
    users: Vec<User>,
    /// No class was named: all of them, less what the umask holds.
    masked: bool,
    operations: Vec<(Operator, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    Owner,
    Group,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Remove,
    Set,
}

/// The mode that `value` means. Text is octal (`0644`, `644`, `0o644`) or symbolic; a number is the mode itself, so
/// that an unquoted `0644`, which YAML reads as octal, means 0644, while an unquoted `644` means 01204, as in Ansible.
///
/// # Errors
/// If it is neither, or has other bits than a mode.
pub fn mode(value: &Value) -> Result<Mode, CoerceError> {
    let number = match value {
        Value::Int(int) => Some(*int),
        Value::Bool(bool) => Some(i64::from(*bool)),
        Value::BigInt(_) => Some(i64::MAX),
        Value::Str(text) | Value::Template(text) => {
            numbers::parse_int(text, 8).map(|int| int.to_i64().unwrap_or(i64::MAX))
        }
        _ => return Err(CoerceError("mode must be in octal or symbolic form".into())),
    };
    match number {
        Some(number) => u32::try_from(number)
            .ok()
            .filter(|bits| bits & !ALL == 0)
            .map(Mode::Octal)
            .ok_or_else(|| CoerceError("Invalid mode supplied, only permission info is allowed".into())),
        None => SymbolicMode::parse(&python::str(value)).map(Mode::Symbolic),
    }
}

impl Mode {
    /// The mode of a file that has `current`, for a process with this `umask`.
    pub fn apply(&self, current: u32, is_dir: bool, umask: u32) -> u32 {
        match self {
            Mode::Octal(mode) => *mode,
            Mode::Symbolic(symbolic) => symbolic.apply(current, is_dir, umask),
        }
    }
}

impl SymbolicMode {
    /// Reads `text`.
    ///
    /// # Errors
    /// `bad symbolic permission for mode: …`, with the clause that cannot be read.
    pub fn parse(text: &str) -> Result<SymbolicMode, CoerceError> {
        let clauses = text.split(',').map(|clause| {
            Clause::parse(clause)
                .ok_or_else(|| CoerceError(format!("bad symbolic permission for mode: {clause}")))
        });
        Ok(SymbolicMode { clauses: clauses.collect::<Result<_, _>>()? })
    }

    fn apply(&self, current: u32, is_dir: bool, umask: u32) -> u32 {
        let mut mode = current & ALL;
        for clause in &self.clauses {
            for (operator, permissions) in &clause.operations {
                for user in &clause.users {
                    let umask = if clause.masked { umask } else { 0 };
                    let bits = permissions
                        .chars()
                        .fold(0, |bits, permission| bits | user.bits(permission, mode, is_dir, umask));
                    mode = match operator {
                        Operator::Add => mode | bits,
                        Operator::Remove => mode & !bits,
                        Operator::Set => (mode & !user.own()) | bits,
                    };
                }
            }
        }
        mode
    }
}

impl Clause {
    fn parse(text: &str) -> Option<Clause> {
        let operators = ['+', '-', '='];
        let start = text.find(operators).unwrap_or(text.len());
        let (who, mut rest) = text.split_at(start);
        let masked = who.is_empty();
        let users = if masked || who == "a" { "ugo" } else { who };
        let users = users.chars().map(|c| match c {
            'u' => Some(User::Owner),
            'g' => Some(User::Group),
            'o' => Some(User::Other),
            _ => None,
        });
        let mut operations = Vec::new();
        while let Some(operator) = rest.chars().next() {
            let operator = match operator {
                '+' => Operator::Add,
                '-' => Operator::Remove,
                _ => Operator::Set,
            };
            let tail = &rest[1..];
            let (permissions, next) = tail.split_at(tail.find(operators).unwrap_or(tail.len()));
            if !permissions.chars().all(|c| "rwxXstugo".contains(c)) {
                return None;
            }
            operations.push((operator, permissions.to_owned()));
            rest = next;
        }
        Some(Clause { users: users.collect::<Option<_>>()?, masked, operations })
    }
}

impl User {
    /// How far the user's bits are shifted to the left.
    fn shift(self) -> u32 {
        match self {
            User::Owner => 6,
            User::Group => 3,
            User::Other => 0,
        }
    }

    /// What `=` clears: the user's three bits and the special bit that belongs to them.
    fn own(self) -> u32 {
        0o7 << self.shift() | self.special()
    }

    fn special(self) -> u32 {
        match self {
            User::Owner => 0o4000,
            User::Group => 0o2000,
            User::Other => 0o1000,
        }
    }

    /// The bits that one letter means for this user, given the mode so far.
    fn bits(self, permission: char, mode: u32, is_dir: bool, umask: u32) -> u32 {
        let own = |bit: u32| bit << self.shift();
        let copied = |from: User| (mode >> from.shift() & 0o7) << self.shift();
        match permission {
            'r' => own(4) & !umask,
            'w' => own(2) & !umask,
            'x' => own(1) & !umask,
            'X' if is_dir || mode & 0o111 != 0 => own(1),
            's' if self != User::Other => self.special(),
            't' if self == User::Other => self.special(),
            'u' => copied(User::Owner),
            'g' => copied(User::Group),
            'o' => copied(User::Other),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, current: u32, is_dir: bool) -> u32 {
        mode(&Value::str(text)).unwrap().apply(current, is_dir, 0o022)
    }

    #[test]
    fn octal_modes() {
        for text in ["0644", "644", " 0o644 "] {
            assert_eq!(mode(&Value::str(text)), Ok(Mode::Octal(0o644)), "{text}");
        }
        assert_eq!(mode(&Value::Int(420)), Ok(Mode::Octal(0o644)));
        assert_eq!(mode(&Value::Int(644)), Ok(Mode::Octal(0o1204)));
        assert!(mode(&Value::str("10644")).is_err());
        assert!(mode(&Value::Int(-1)).is_err());
        assert!(mode(&Value::Float(1.0)).is_err());
    }

    /// Recorded from AnsibleModule._symbolic_mode_to_octal with umask 022.
    #[test]
    fn symbolic_modes() {
        for (text, current, is_dir, wanted) in [
            ("u=rw,g+X,o-rwx", 0o777, false, 0o670),
            ("u=rwX,g=rX,o=rX", 0o600, true, 0o755),
            ("u=rwX,g=rX,o=rX", 0o600, false, 0o644),
            ("+x", 0o644, false, 0o755),
            ("+w", 0o444, false, 0o644),
            ("a+w", 0o444, false, 0o666),
            ("g=u", 0o640, false, 0o660),
            ("o=", 0o1777, true, 0o770),
            ("u+s,g+s,o+t", 0o755, true, 0o7755),
            ("u=rw-x+X,g=r-x+X,o=r-x+X", 0o777, false, 0o755),
            ("=rw", 0o777, false, 0o644),
            ("", 0o640, false, 0o640),
        ] {
            assert_eq!(applied(text, current, is_dir), wanted, "{text:?} on {current:o}: wanted {wanted:o}");
        }
    }

    #[test]
    fn what_is_no_mode() {
        assert_eq!(mode(&Value::str("u=rw,q+x")).unwrap_err().0, "bad symbolic permission for mode: q+x");
        assert!(mode(&Value::str("u=z")).is_err());
        assert!(mode(&Value::str("ua+x")).is_err());
    }
}
