//! Exchanges with real sockets: limits, redirects, addresses that may not be called, TLS.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use howdah_http_client::{
    Egress, HttpClient, HttpError, Limits, Outgoing, Received, Redirects, Trust,
};
use http::header::{AUTHORIZATION, HeaderValue};
use http::{HeaderMap, Method};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(5),
    max_bytes: 1000,
    redirects: Redirects::Return,
};

/// A server that gives one answer per path and remembers the heads of requests.
#[derive(Clone)]
struct Peer {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    async fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Peer {
            address: listener.local_addr().unwrap(),
            heads: Arc::default(),
        };
        let heads = Arc::clone(&peer.heads);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&heads), Arc::clone(&answer)));
            }
        });
        peer
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    heads: Arc<Mutex<Vec<String>>>,
    answer: Arc<impl Fn(&str) -> String>,
) {
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    while !seen.windows(4).any(|w| w == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(n) if n > 0 => seen.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&seen).into_owned();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    heads.lock().unwrap().push(head);
    let text = answer(&path);
    if text.is_empty() {
        std::future::pending::<()>().await;
    }
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn moved(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

async fn ask(egress: Egress, url: &str, limits: Limits) -> Result<Received, HttpError> {
    ask_with(HttpClient::new(egress).unwrap(), url, limits).await
}

async fn ask_with(client: HttpClient, url: &str, limits: Limits) -> Result<Received, HttpError> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer t"));
    let request = Outgoing {
        method: Method::GET,
        url: Url::parse(url).unwrap(),
        headers,
        body: Bytes::new(),
    };
    client.send(request, limits).await
}

async fn failure(url: &str, limits: Limits) -> HttpError {
    ask(Egress::default(), url, limits).await.err().unwrap()
}

#[tokio::test]
async fn an_answer_comes_whole_and_credentials_of_the_url_stay() {
    let peer = Peer::start(|_| ok("hello")).await;
    let url = format!("http://user:secret@{}/a?b=c#d", peer.address);
    let got = ask(Egress::default(), &url, LIMITS).await.unwrap();
    assert_eq!((got.status.as_u16(), &got.body[..]), (200, &b"hello"[..]));
    let head = &peer.heads()[0];
    assert!(head.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: Bearer t\r\n") && !head.contains("secret"));
}

#[tokio::test]
async fn limits_hold() {
    let peer = Peer::start(|path| match path {
        "/slow" => String::new(),
        "/long" => ok(&"x".repeat(1001)),
        "/endless" => format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
            "x".repeat(5000)
        ),
        _ => "not http at all\r\n\r\n".into(),
    })
    .await;
    let quick = Limits {
        timeout: Duration::from_millis(200),
        ..LIMITS
    };
    assert_eq!(
        failure(&peer.url("/slow"), quick).await,
        HttpError::Timeout(quick.timeout)
    );
    for path in ["/long", "/endless"] {
        assert_eq!(
            failure(&peer.url(path), LIMITS).await,
            HttpError::TooLong(1000),
            "{path}"
        );
    }
    assert!(matches!(
        failure(&peer.url("/"), LIMITS).await,
        HttpError::Broken { .. }
    ));
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let error = failure(&format!("http://{nobody}/?token=s3cret"), LIMITS).await;
    assert!(matches!(error, HttpError::Connect { .. }), "{error:?}");
    assert!(!error.to_string().contains("s3cret"));
    assert_eq!(failure("ftp://127.0.0.1/", LIMITS).await, HttpError::BadUrl);
}

#[tokio::test]
async fn redirects_are_returned_or_followed_within_bounds() {
    let elsewhere = Peer::start(|_| ok("there")).await;
    let target = elsewhere.url("/x");
    let peer = Peer::start(move |path| match path {
        "/loop" => moved("/loop"),
        "/metadata" => moved("http://169.254.169.254/latest"),
        _ => moved(&target),
    })
    .await;
    let returned = ask(Egress::default(), &peer.url("/"), LIMITS)
        .await
        .unwrap();
    assert_eq!(returned.status, 302);
    let follow = Limits {
        redirects: Redirects::Follow(3),
        ..LIMITS
    };
    let followed = ask(Egress::default(), &peer.url("/"), follow)
        .await
        .unwrap();
    assert_eq!(followed.body, "there");
    assert!(
        !elsewhere.heads()[0].contains("authorization"),
        "not for another origin"
    );
    let looped = ask(Egress::default(), &peer.url("/loop"), follow)
        .await
        .unwrap();
    assert_eq!(looped.status, 302);
    assert_eq!(
        failure(&peer.url("/metadata"), follow).await,
        HttpError::Forbidden("169.254.169.254".into())
    );
}

#[tokio::test]
async fn forbidden_addresses_are_not_called_however_they_are_written() {
    for host in [
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "[::ffff:169.254.169.254]",
    ] {
        let error = failure(&format!("http://{host}/"), LIMITS).await;
        assert!(
            matches!(error, HttpError::Forbidden(_)),
            "{host}: {error:?}"
        );
    }
    let peer = Peer::start(|_| ok("hello")).await;
    let by_name = format!("http://localhost:{}/", peer.address.port());
    let public = || Egress::parse("public").unwrap();
    for url in [&by_name, &peer.url("/")] {
        let error = ask(public(), url, LIMITS).await.err().unwrap();
        assert!(matches!(error, HttpError::Forbidden(_)), "{url}: {error:?}");
    }
    assert!(peer.heads().is_empty());
    let excepted = Egress::parse("public,127.0.0.1").unwrap();
    assert_eq!(ask(excepted, &by_name, LIMITS).await.unwrap().body, "hello");
}

/// Runs in a process of its own, where `SSL_CERT_FILE` decides whom TLS trusts.
#[tokio::test]
#[ignore = "the child of the test below"]
async fn child_asks_over_tls() {
    let url = std::env::var("PEER_URL").unwrap();
    match HttpClient::new(Egress::default()) {
        Err(untrusted) => println!("result: {untrusted}"),
        Ok(_) => match ask(Egress::default(), &url, LIMITS).await {
            Ok(got) => println!("result: {}", String::from_utf8_lossy(&got.body)),
            Err(error) => println!("result: {error}"),
        },
    }
}

#[tokio::test]
async fn tls_trusts_what_ssl_cert_file_names() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let trusted = file("ca.pem", &key.cert.pem());
    let empty = file("empty.pem", "");
    let port = tls_peer(&key).await;
    let result = |certificates: std::path::PathBuf| async move {
        let output = tokio::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_asks_over_tls", "--ignored", "--nocapture"])
            .env("SSL_CERT_FILE", certificates)
            .env_remove("SSL_CERT_DIR")
            .env("PEER_URL", format!("https://localhost:{port}/"))
            .output()
            .await
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let good = result(trusted).await;
    assert!(good.contains("result: hello over tls"), "{good}");
    let bad = result(empty).await;
    assert!(
        bad.contains("result: the trusted certificates cannot be read"),
        "{bad}"
    );
    let system = ask(
        Egress::default(),
        &format!("https://localhost:{port}/"),
        LIMITS,
    )
    .await;
    assert!(matches!(system.err().unwrap(), HttpError::Connect { .. }));
}

/// Time passes at once here where nothing else happens.
#[tokio::test(start_paused = true)]
async fn who_takes_connections_and_says_nothing_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    let patient = Limits {
        timeout: Duration::from_secs(24 * 60 * 60),
        ..LIMITS
    };
    let trust_all = Egress::parse("all").unwrap();
    let error = ask(trust_all, &url, patient).await.unwrap_err();
    assert!(matches!(error, HttpError::Connect { .. }), "{error:?}");
}

/// As people make certificates for their own servers: one that is its own authority.
#[tokio::test]
async fn certificates_that_a_person_names_are_taken_as_they_are() {
    let made = |name: &str, until: i32| {
        let mut wanted = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        wanted.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        wanted.not_after = rcgen::date_time_ymd(until, 1, 1);
        let signing_key = rcgen::KeyPair::generate().unwrap();
        let cert = wanted.self_signed(&signing_key).unwrap();
        rcgen::CertifiedKey { cert, signing_key }
    };
    let asked = |port: u16, named: &rcgen::Certificate| {
        let trust = Trust {
            authorities: Some(named.pem().into_bytes()),
            anybody: false,
        };
        let client = HttpClient::trusting(Egress::default(), &trust).unwrap();
        let url = format!("https://localhost:{port}/");
        async move { ask_with(client, &url, LIMITS).await.map(|got| got.body) }
    };
    let own = made("localhost", 4000);
    let other = made("localhost", 4000);
    let port = tls_peer(&own).await;
    assert_eq!(asked(port, &own.cert).await.unwrap(), "hello over tls");
    let told = |refused: Result<Bytes, HttpError>| format!("{:?}", refused.unwrap_err());
    let stranger = told(asked(port, &other.cert).await);
    assert!(stranger.contains("certificate"), "{stranger}");
    let elsewhere = made("elsewhere", 4000);
    let name = told(asked(tls_peer(&elsewhere).await, &elsewhere.cert).await);
    assert!(name.contains("not valid for name"), "{name}");
    let old = made("localhost", 2020);
    let time = told(asked(tls_peer(&old).await, &old.cert).await);
    assert!(time.contains("expired"), "{time}");
    // And what such a certificate has signed.
    let issuer = rcgen::CertificateParams::new(vec!["authority".to_owned()]).map(|mut wanted| {
        wanted.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        wanted
    });
    let (issuer, key) = (issuer.unwrap(), rcgen::KeyPair::generate().unwrap());
    let authority = issuer.self_signed(&key).unwrap();
    let signing_key = rcgen::KeyPair::generate().unwrap();
    let wanted = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let issuer = rcgen::Issuer::new(issuer, key);
    let cert = wanted.signed_by(&signing_key, &issuer).unwrap();
    let port = tls_peer(&rcgen::CertifiedKey { cert, signing_key }).await;
    assert_eq!(asked(port, &authority).await.unwrap(), "hello over tls");
}

async fn tls_peer(key: &rcgen::CertifiedKey<rcgen::KeyPair>) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let secret = rustls::pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], secret)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                let answer = Arc::new(|_: &str| ok("hello over tls"));
                tokio::spawn(converse(stream, Arc::default(), answer));
            }
        }
    });
    port
}

/// A server that answers everything with the same bytes.
async fn answering(answer: Vec<u8>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    Url::parse(&url).unwrap()
}

#[tokio::test]
async fn packed_answers_are_unpacked_within_the_bound() {
    let packed = |body: &[u8]| {
        use std::io::Write;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(body).unwrap();
        let body = packer.finish().unwrap();
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        answer.extend(body);
        answer
    };
    let client = HttpClient::new(Egress::default()).unwrap();
    let ask = async |answer: Vec<u8>| {
        let request = Outgoing {
            method: Method::GET,
            url: answering(answer).await,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        client.send(request, LIMITS).await
    };
    let received = ask(packed(b"{\"keys\": []}")).await.unwrap();
    assert_eq!(&received.body[..], b"{\"keys\": []}");
    assert!(received.headers.get("content-encoding").is_none());
    let bomb = ask(packed(&[0; 100_000])).await;
    assert!(matches!(bomb, Err(HttpError::TooLong(1000))), "{bomb:?}");
    let mut broken = packed(b"hello");
    let end = broken.len() - 12;
    broken[end] ^= 0xff;
    assert!(ask(broken).await.is_err());
}
