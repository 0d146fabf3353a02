//! A certificate authority that lives as long as a test.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Connection;

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, Default)]
pub struct Leaf {
    /// The only name that it is for, in place of `localhost` and `127.0.0.1`.
    pub name: Option<String>,
    /// It is of the year 2001.
    pub expired: bool,
}

/// A certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// A new one, that nobody believes yet.
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Rustle test authority");
        let key = KeyPair::generate().expect("a key");
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect("a certificate") }
    }

    /// Its certificate, in PEM form.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes [`Authority::pem`] to a file, for those who want to be told by file.
    pub fn write_pem(&self, path: &Path) {
        std::fs::write(path, self.pem()).expect("a writable file");
    }

    /// A certificate for `localhost` and `127.0.0.1`, and its key, in PEM form: for servers that are other programs.
    pub fn server_pem(&self) -> String {
        let key = KeyPair::generate().expect("a key");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let params = CertificateParams::new(names).expect("valid names");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        format!("{}{}", certificate.pem(), key.serialize_pem())
    }

    pub(super) fn acceptor(
        &self,
        leaf: &Leaf,
    ) -> impl Fn(TcpStream) -> io::Result<Box<dyn Connection>> + Send + Sync + 'static + use<> {
        let key = KeyPair::generate().expect("a key");
        let names = match &leaf.name {
            Some(name) => vec![name.clone()],
            None => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
        };
        let mut params = CertificateParams::new(names).expect("valid names");
        if leaf.expired {
            params.not_before = rcgen::date_time_ymd(2001, 1, 1);
            params.not_after = rcgen::date_time_ymd(2001, 12, 31);
        }
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a key that fits");
        let config = Arc::new(config);
        move |stream| {
            let connection = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
            Ok(Box::new(Polite(StreamOwned::new(connection, stream))))
        }
    }
}

/// Says goodbye, as TLS wants it.
struct Polite(StreamOwned<ServerConnection, TcpStream>);

impl Read for Polite {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Polite {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Drop for Polite {
    fn drop(&mut self) {
        self.0.conn.send_close_notify();
        let _ = self.0.flush();
    }
}
