//! Whose certificates are believed.

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::connect::SharedTls;

/// One set of authorities, with the configuration that is made of it on first use.
#[derive(Debug, Clone)]
pub(super) struct Authorities {
    pub(super) config: TlsConfig,
    pub(super) tls: SharedTls,
}

impl Authorities {
    /// Those that browsers believe.
    pub(super) fn public() -> Self {
        Self { config: TlsConfig::builder().root_certs(RootCerts::WebPki).build(), tls: SharedTls::default() }
    }

    /// Those of a PEM text, and no others.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, if it holds no certificate or a broken one.
    pub(super) fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let mut certificates: Vec<Certificate<'static>> = Vec::new();
        for item in parse_pem(pem) {
            match item {
                Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
                Ok(PemItem::PrivateKey(_)) => {
                    return Err("it holds a private key; only certificates belong here".to_owned());
                }
                Ok(_) => {}
                Err(error) => return Err(format!("not PEM: {error}")),
            }
        }
        if certificates.is_empty() {
            return Err("it holds no certificate in PEM form".to_owned());
        }
        let config = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&certificates)).build();
        Ok(Self { config, tls: SharedTls::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert!(Authorities::from_pem(b"").is_err());
        assert!(Authorities::from_pem(b"hello").is_err());
        assert!(
            Authorities::from_pem(b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n").is_err()
        );
    }
}
