//! TLS by rustls with ring, which the client alone has been given.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use onboarding_core::{BuildError, ClientBuilder, Method, NoDeclaredError, Operation, Retry};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::common::Vendor;

static GET: Operation = Operation::new("get", Method::GET, "/things");

/// Where the process that trusts the certificate is to call.
const CALLED: &str = "ONBOARDING_TEST_RING";
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/optional/certificate/certificate.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/optional/certificate/key.pem");

/// Serves one connection over TLS, and gives what was agreed on there and the first line of the request.
fn serve(listener: &TcpListener, protocols: &[&[u8]]) -> (Option<Vec<u8>>, String) {
    let certificate = CertificateDer::from_pem_file(CERTIFICATE).unwrap();
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_file(KEY).unwrap())
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let mut connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
    let (mut socket, _) = listener.accept().unwrap();
    let mut stream = rustls::Stream::new(&mut connection, &mut socket);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    // A client that speaks HTTP/2 or trusts nobody does not wait for it.
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7");
    let agreed = connection.alpn_protocol().map(<[u8]>::to_vec);
    (agreed, String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned())
}

async fn call(base_url: String) -> bool {
    let client = ClientBuilder::<Vendor>::default().base_url(base_url).retry(Retry::never()).build().unwrap().0;
    let call = client.request(&GET).returns_json::<i64, NoDeclaredError>();
    let is_answered = call.send().await.is_ok_and(|number| number == 7);
    assert!(CryptoProvider::get_default().is_none(), "nothing is installed for the whole process");
    is_answered
}

/// Whom the system trusts is said by the environment: this test runs itself again in another.
#[tokio::test]
async fn a_call_is_made_over_tls_to_whom_the_system_trusts() {
    if let Ok(called) = std::env::var(CALLED) {
        assert!(call(called).await, "the call was not answered");
        return;
    }
    let run = |protocols: &'static [&'static [u8]], trusted: bool| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let server = thread::spawn(move || serve(&listener, protocols));
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "ring::a_call_is_made_over_tls_to_whom_the_system_trusts"]).env(CALLED, base_url);
        if trusted {
            command.env("SSL_CERT_FILE", CERTIFICATE).env_remove("SSL_CERT_DIR");
        }
        (command.output().unwrap().status.success(), server.join().unwrap())
    };
    let get = "GET /things HTTP/1.1".to_owned();
    assert_eq!(run(&[b"http/1.1"], true), (true, (Some(b"http/1.1".to_vec()), get)));
    let (answered, (agreed, head)) = run(&[b"h2", b"http/1.1"], true);
    assert_eq!((answered, agreed.as_deref()), (false, Some(&b"h2"[..])), "{head}");
    let (answered, (_, head)) = run(&[b"http/1.1"], false);
    assert_eq!((answered, head.as_str()), (false, ""), "nobody trusts this certificate");
}

#[test]
fn a_set_up_of_the_services_own_is_refused_where_reqwest_would_panic() {
    let given = ClientBuilder::<Vendor>::default().base_url("https://localhost:1");
    let built = given.http_client_builder(reqwest::Client::builder()).build();
    if cfg!(any(feature = "rustls", feature = "native-tls")) {
        built.unwrap();
    } else {
        let error = built.unwrap_err();
        assert!(matches!(error, BuildError::MissingProvider), "{error:?}");
        assert!(error.to_string().contains("`rustls`"), "{error}");
    }
}
