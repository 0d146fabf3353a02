//! Hashes of passwords, as they stand in `/etc/shadow`.

use base64ct::{Base64ShaCrypt, Encoding};
use rustle_value::Value;
use sha_crypt::{Params, sha256_crypt, sha512_crypt};

use crate::call::Call;
use crate::error::Error;
use crate::random::Random;
use crate::registry::Filter;
use crate::typed_arguments::{integer, length};

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("password_hash", password_hash)];

/// What a salt is made of, and how long one may be.
const SALT: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./";
const SALT_SIZE: usize = 16;

/// How many rounds a hash has that names none.
const IMPLICIT_ROUNDS: u32 = 5000;

/// `value | password_hash(hashtype='sha512', salt=none, salt_size=none, rounds=none, ident=none)`: of `sha512` and `sha256`
fn password_hash(call: &mut Call<'_>) -> Result<Value, Error> {
    let kind = call.text_arg(0, "hashtype", "sha512")?;
    let salt = call.text_given(1, "salt")?;
    let salt_size = call.given(2, "salt_size").map(|it| integer(&it)).transpose()?;
    let rounds = call.given(3, "rounds").map(|it| integer(&it)).transpose()?;
    call.given(4, "ident");
    call.finish()?;
    // The rounds are those of passlib, on which Ansible builds.
    let (ident, default_rounds) = match kind.as_str() {
        "sha512" | "sha512_crypt" => ("6", 656_000),
        "sha256" | "sha256_crypt" => ("5", 535_000),
        _ => {
            return Err(Error::value_error(format!(
                "{kind} is not in the list of supported algorithms: sha256, sha512"
            )));
        }
    };
    let rounds = rounds.map_or(Some(default_rounds), |rounds| u32::try_from(rounds).ok());
    let params = rounds.and_then(|rounds| Params::new(rounds).ok().map(|params| (rounds, params)));
    let Some((rounds, params)) = params else {
        return Err(Error::value_error("rounds must be from 1000 to 999999999"));
    };
    let salt = match salt {
        Some(salt) => salt,
        None => random_salt(salt_size.map_or(SALT_SIZE, length))?,
    };
    if salt.len() > SALT_SIZE {
        return Err(Error::value_error(format!(
            "salt too large ({kind}_crypt requires <= {SALT_SIZE} chars)"
        )));
    }
    if !salt.bytes().all(|byte| SALT.contains(&byte)) {
        return Err(Error::value_error(format!("invalid characters in {kind}_crypt salt")));
    }
    let password = call.value_text()?;
    let (password, salted) = (password.as_bytes(), salt.as_bytes());
    let hash = if ident == "6" {
        transposed(&sha512_crypt(password, salted, params), [1, 2, 0])
    } else {
        transposed(&sha256_crypt(password, salted, params), [2, 0, 1])
    };
    let hash = Base64ShaCrypt::encode_string(&hash);
    let rounds = if rounds == IMPLICIT_ROUNDS { String::new() } else { format!("rounds={rounds}$") };
    Ok(Value::from(format!("${ident}${rounds}{salt}${hash}")))
}

/// The bytes of a digest in the order in which crypt(3) writes them: three at a time, one of each third of the digest, which
/// change their places (`turn`) from one group to the next. What is left over comes last.
fn transposed(digest: &[u8], turn: [usize; 3]) -> Vec<u8> {
    let third = digest.len() / 3;
    let mut places = [0, third, 2 * third];
    let mut out = Vec::with_capacity(digest.len());
    for _ in 0..third {
        out.extend(places.iter().rev().filter_map(|place| digest.get(*place)));
        places = turn.map(|from| places.get(from).map_or(0, |place| place + 1));
    }
    out.extend(digest.iter().skip(3 * third));
    out
}

fn random_salt(size: usize) -> Result<String, Error> {
    let mut random = Random::new(None)?;
    let pick = |_| {
        let index = usize::try_from(random.below(SALT.len() as u64)).unwrap_or_default();
        SALT.get(index).copied().map(char::from)
    };
    Ok((0..size.min(SALT_SIZE)).filter_map(pick).collect())
}

#[cfg(test)]
mod tests {
    use rustle_value::Map;

    use super::*;
    use crate::Engine;

    fn hashed(args: &[Value], named: Map) -> Result<Value, Error> {
        Engine::new().call_filter("password_hash", Value::str("secret"), args.to_vec(), named, &Map::new())
    }

    /// Recorded from crypt(3).
    #[test]
    fn hashes_are_those_of_crypt() {
        let args = [Value::str("sha512"), Value::str("saltsalt")];
        assert_eq!(
            hashed(&args, Map::from([("rounds", 5000)])),
            Ok(Value::str(
                "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"
            ))
        );
        let args = [Value::str("sha256"), Value::str("saltsalt")];
        assert_eq!(
            hashed(&args, Map::from([("rounds", 1000)])),
            Ok(Value::str("$5$rounds=1000$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2"))
        );
    }

    #[test]
    fn salts_are_made_and_checked() {
        let named = || Map::from([("rounds", 1000)]);
        let hash = hashed(&[], named()).unwrap().to_string();
        let salt = hash.split('$').nth(3).unwrap();
        assert_eq!(salt.len(), SALT_SIZE, "{hash}");
        assert_ne!(hashed(&[], named()).unwrap().to_string(), hash);
        assert!(hashed(&[Value::str("sha512"), Value::str("no:salt")], named()).is_err());
        assert!(hashed(&[Value::str("bcrypt")], Map::new()).is_err());
        assert!(hashed(&[], Map::from([("rounds", 10)])).is_err());
    }
}
