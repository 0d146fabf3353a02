//! Signatures: Ed25519 (RFC 8032) over the run and the body as it is sent.

use base64ct::{Base64, Encoding};
use ring::signature::{Ed25519KeyPair, KeyPair};

/// What is signed begins with this line, so that no signature for anything else fits.
const DOMAIN: &str = "rustle-report-1\n";

/// What signs.
#[derive(Debug)]
pub(crate) struct Signer {
    pair: Ed25519KeyPair,
    id: String,
}

impl Signer {
    /// The signer of a key: PKCS #8 in PEM form, as `openssl genpkey -algorithm ed25519` writes it, or the 32 bytes of
    /// the seed in base64.
    ///
    /// # Errors
    /// If it is neither. The text says nothing of the key.
    pub(crate) fn new(text: &str) -> Result<Signer, String> {
        let wrong = || "it is no Ed25519 key: neither PKCS #8 in PEM form nor 32 bytes in base64".to_owned();
        let text = text.trim();
        let pem = text
            .strip_prefix("-----BEGIN PRIVATE KEY-----")
            .and_then(|rest| rest.split_once("-----END PRIVATE KEY-----"));
        let pair = match pem {
            Some((body, _)) => {
                let body = zeroize::Zeroizing::new(body.split_whitespace().collect::<String>());
                let der = zeroize::Zeroizing::new(Base64::decode_vec(&body).map_err(|_| wrong())?);
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            }
            None => {
                let seed = zeroize::Zeroizing::new(Base64::decode_vec(text).map_err(|_| wrong())?);
                Ed25519KeyPair::from_seed_unchecked(&seed)
            }
        };
        let pair = pair.map_err(|_| wrong())?;
        let digest = ring::digest::digest(&ring::digest::SHA256, pair.public_key().as_ref());
        let id = crate::hex(digest.as_ref().get(..8).unwrap_or_default());
        Ok(Signer { pair, id })
    }

    /// The value of `Rustle-Signature`.
    pub(crate) fn sign(&self, run: &str, body: &[u8]) -> String {
        let mut message = format!("{DOMAIN}{run}\n").into_bytes();
        message.extend_from_slice(body);
        let signature = self.pair.sign(&message);
        format!("keyid={}, ed25519={}", self.id, Base64::encode_string(signature.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    /// RFC 8032, 7.1, test 1.
    const SEED: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
        0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];
    const PUBLIC: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e,
        0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ];

    #[test]
    fn a_signature_is_over_the_run_and_the_body() {
        let signer = Signer::new(&Base64::encode_string(&SEED)).unwrap();
        let header = signer.sign("ab", b"{}");
        let (id, signature) = header.split_once(", ed25519=").unwrap();
        let signature = Base64::decode_vec(signature).unwrap();
        let public = UnparsedPublicKey::new(&ED25519, PUBLIC);
        assert!(public.verify(b"rustle-report-1\nab\n{}", &signature).is_ok());
        assert!(public.verify(b"rustle-report-1\nac\n{}", &signature).is_err());
        let digest = ring::digest::digest(&ring::digest::SHA256, &PUBLIC);
        assert_eq!(id, format!("keyid={}", crate::hex(&digest.as_ref()[..8])));
    }

    #[test]
    fn pkcs8_is_read_and_nothing_else_passes_for_a_key() {
        let der = [&b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"[..], &SEED].concat();
        let pem = |der: &[u8]| {
            format!(
                "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                Base64::encode_string(der)
            )
        };
        let signer = Signer::new(&pem(&der)).unwrap();
        assert_eq!(signer.sign("r", b""), Signer::new(&Base64::encode_string(&SEED)).unwrap().sign("r", b""));
        for text in [pem(&der[..40]), String::new(), Base64::encode_string(b"short"), "hunter2".into()] {
            let error = Signer::new(&text).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
