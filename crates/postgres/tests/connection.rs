//! Connection strings against servers that want what they want.
#![allow(clippy::unwrap_used)]

use howdah_error::{Code, Error};
use howdah_postgres::{Expected, Pool, SourceSettings, SslSettings};
use howdah_test_postgres::{Server, ServerOptions, database};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
};
use std::path::PathBuf;

async fn try_url(url: &str) -> Result<String, Error> {
    try_settings(SourceSettings::new(url)).await
}

async fn try_settings(mut settings: SourceSettings) -> Result<String, Error> {
    settings.pool.retries = 0;
    let sql = "select json_build_object('ssl', ssl, 'client', client_dn is not null)::text \
         from pg_stat_ssl where pid = pg_backend_pid()";
    let answer = Pool::new(settings)?
        .query_json(sql, &[], Expected::Nothing)
        .await?;
    Ok(String::from_utf8(answer.to_vec()).unwrap())
}

const TLS: &str = r#"{"ssl" : true, "client" : false}"#;
const TLS_CLIENT: &str = r#"{"ssl" : true, "client" : true}"#;
const PLAIN: &str = r#"{"ssl" : false, "client" : false}"#;

struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

fn params(name: &str, alternative_names: &[&str]) -> CertificateParams {
    let names: Vec<String> = alternative_names.iter().map(|n| (*n).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    let mut dn = DistinguishedName::new();
    dn.push(DnType::CommonName, name);
    params.distinguished_name = dn;
    params
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = params(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server whose certificate is for `localhost`, from an authority of its own.
async fn tls_server(hba: &str, names: &[&str], common_name: &str) -> (Server, Certificates) {
    let (ca, other) = (authority("ca"), authority("other"));
    let key = KeyPair::generate().unwrap();
    let certificate = params(common_name, names).signed_by(&key, &ca).unwrap();
    let client_key = KeyPair::generate().unwrap();
    let client = params("postgres", &[]).signed_by(&client_key, &ca).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("ca.crt", ca.pem()),
        ("other.crt", other.pem()),
        ("server.crt", certificate.pem()),
        ("client.crt", client.pem()),
        ("client.key", client_key.serialize_pem()),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let settings = [
        ("ssl", "on"),
        ("ssl_cert_file", "server.crt"),
        ("ssl_key_file", "server.key"),
        ("ssl_ca_file", "ca.crt"),
    ];
    let server = Server::start(ServerOptions {
        settings: settings.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec(),
        hba: Some(hba.to_owned()),
        files: vec![
            ("server.crt".into(), certificate.pem()),
            ("server.key".into(), key.serialize_pem()),
            ("ca.crt".into(), ca.pem()),
        ],
    })
    .await;
    (server, Certificates { folder })
}

fn url(server: &Server, host: &str, query: &str) -> String {
    format!(
        "postgres://postgres:{}@{host}:{}/postgres?{query}",
        server.password(),
        server.port()
    )
}

#[tokio::test]
async fn sslmode_means_what_libpq_says() {
    let (server, files) = tls_server(
        "local all all trust\nhost all all all md5\n",
        &["localhost"],
        "x",
    )
    .await;
    let (ca, other) = (files.path("ca.crt"), files.path("other.crt"));
    for (query, expected) in [
        ("sslmode=disable", Some(PLAIN)),
        ("sslmode=allow", Some(PLAIN)),
        ("sslmode=prefer", Some(TLS)),
        ("", Some(TLS)),
        ("sslmode=require", Some(TLS)),
        ("sslmode=require&sslrootcert=/nowhere", Some(TLS)),
        (&*format!("sslmode=require&sslrootcert={ca}"), Some(TLS)),
        (&format!("sslmode=require&sslrootcert={other}"), None),
        (&format!("sslmode=verify-ca&sslrootcert={ca}"), Some(TLS)),
        (&format!("sslmode=verify-ca&sslrootcert={other}"), None),
        (&format!("sslmode=verify-full&sslrootcert={ca}"), Some(TLS)),
        (&format!("sslmode=verify-full&sslrootcert={other}"), None),
        ("sslmode=verify-full&sslrootcert=/nowhere", None),
        ("sslrootcert=system", None),
        (
            "sslmode=require&ssl_min_protocol_version=TLSv1.3",
            Some(TLS),
        ),
        (
            "sslmode=require&ssl_max_protocol_version=TLSv1.2",
            Some(TLS),
        ),
        ("sslmode=require&channel_binding=disable", Some(TLS)),
    ] {
        let found = try_url(&url(&server, "localhost", query)).await;
        assert_eq!(found.as_deref().ok(), expected, "{query}: {found:?}");
    }
    // The name counts for verify-full only.
    let by_address = |mode: &str| {
        url(
            &server,
            "127.0.0.1",
            &format!("sslmode={mode}&sslrootcert={ca}"),
        )
    };
    assert_eq!(try_url(&by_address("verify-ca")).await.unwrap(), TLS);
    let error = try_url(&by_address("verify-full")).await.unwrap_err();
    assert_eq!(error.code(), &Code::PostgresError);
    assert!(!format!("{error:?}").contains(server.password()));
    // hostaddr says where, host says who.
    let elsewhere = format!("sslmode=verify-full&sslrootcert={ca}&hostaddr=127.0.0.1");
    assert_eq!(
        try_url(&url(&server, "localhost", &elsewhere))
            .await
            .unwrap(),
        TLS
    );
    assert!(
        try_url(&url(&server, "example.com", &elsewhere))
            .await
            .is_err()
    );
    // Sockets are never encrypted, whatever the mode.
    let socket = format!(
        "host={} port={} user=postgres dbname=postgres sslmode=verify-full sslrootcert={ca}",
        server.socket_folder().display(),
        server.port()
    );
    assert_eq!(try_url(&socket).await.unwrap(), PLAIN);
}

#[tokio::test]
async fn old_certificates_with_a_common_name_only_and_self_signed_ones_do() {
    let hba = "host all all all md5\n";
    let (server, files) = tls_server(hba, &[], "localhost").await;
    let ca = files.path("ca.crt");
    let full = format!("sslmode=verify-full&sslrootcert={ca}");
    assert_eq!(
        try_url(&url(&server, "localhost", &full)).await.unwrap(),
        TLS
    );
    assert!(try_url(&url(&server, "127.0.0.1", &full)).await.is_err());

    // The server's own certificate as the root, as `openssl req -x509` makes it.
    let ca = authority("localhost");
    let key_pem = ca.key().serialize_pem();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("self.crt");
    std::fs::write(&path, ca.pem()).unwrap();
    let server = Server::start(ServerOptions {
        settings: vec![("ssl".into(), "on".into())],
        hba: Some(hba.into()),
        files: vec![
            ("server.crt".into(), ca.pem()),
            ("server.key".into(), key_pem),
        ],
    })
    .await;
    for (mode, host, good) in [
        ("verify-ca", "127.0.0.1", true),
        ("verify-full", "localhost", true),
        ("verify-full", "127.0.0.1", false),
    ] {
        let query = format!("sslmode={mode}&sslrootcert={}", path.display());
        let found = try_url(&url(&server, host, &query)).await;
        assert_eq!(found.is_ok(), good, "{mode} {host}: {found:?}");
    }
    let stranger = files.path("ca.crt");
    let query = format!("sslmode=verify-ca&sslrootcert={stranger}");
    assert!(try_url(&url(&server, "localhost", &query)).await.is_err());
}

#[tokio::test]
async fn client_certificates_come_from_files_or_text() {
    let hba = "hostssl all all all cert\n";
    let (server, files) = tls_server(hba, &["localhost"], "x").await;
    let (certificate, key) = (files.path("client.crt"), files.path("client.key"));
    let with = format!("sslmode=require&sslcert={certificate}&sslkey={key}");
    assert_eq!(
        try_url(&url(&server, "localhost", &with)).await.unwrap(),
        TLS_CLIENT
    );
    assert!(
        try_url(&url(&server, "localhost", "sslmode=require"))
            .await
            .is_err()
    );

    let broken = format!("sslmode=require&sslcert={key}&sslkey={key}");
    let error = try_url(&url(&server, "localhost", &broken))
        .await
        .unwrap_err();
    assert_eq!(error.message(), "certificate error");
    let broken = format!("sslmode=require&sslcert={certificate}&sslkey={certificate}");
    let error = try_url(&url(&server, "localhost", &broken))
        .await
        .unwrap_err();
    assert_eq!(error.message(), "private-key error");
    let broken = format!("sslmode=verify-ca&sslrootcert={key}");
    let error = try_url(&url(&server, "localhost", &broken))
        .await
        .unwrap_err();
    assert_eq!(error.message(), "root certificate error");

    let read = |path: &str| Some(std::fs::read_to_string(path).unwrap());
    let mut settings = SourceSettings::new(url(&server, "localhost", "sslmode=disable"));
    settings.ssl = Some(SslSettings {
        mode: Some("verify-full".into()),
        root_certificate: read(&files.path("ca.crt")),
        certificate: read(&certificate),
        key: read(&key),
        password: None,
    });
    assert_eq!(try_settings(settings).await.unwrap(), TLS_CLIENT);
}

#[tokio::test]
async fn the_other_kind_of_connection_is_tried_where_the_mode_allows() {
    let only_plain = "hostnossl all all all md5\n";
    let (server, _files) = tls_server(only_plain, &["localhost"], "x").await;
    for (mode, expected) in [
        ("prefer", Some(PLAIN)),
        ("allow", Some(PLAIN)),
        ("require", None),
    ] {
        let found = try_url(&url(&server, "localhost", &format!("sslmode={mode}"))).await;
        assert_eq!(found.as_deref().ok(), expected, "{mode}: {found:?}");
    }
    let only_tls = "hostssl all all all md5\n";
    let (server, _files) = tls_server(only_tls, &["localhost"], "x").await;
    for (mode, expected) in [
        ("allow", Some(TLS)),
        ("prefer", Some(TLS)),
        ("disable", None),
    ] {
        let found = try_url(&url(&server, "localhost", &format!("sslmode={mode}"))).await;
        assert_eq!(found.as_deref().ok(), expected, "{mode}: {found:?}");
    }
    // A statement on an encrypted connection is cancelled like any other.
    let mut settings = SourceSettings::new(url(&server, "localhost", "sslmode=require"));
    settings.pool.max_connections = 1;
    let pool = Pool::new(settings).unwrap();
    let slow = pool.query_json("select to_json(pg_sleep(60)::text)", &[], Expected::Read);
    tokio::time::timeout(std::time::Duration::from_millis(300), slow)
        .await
        .unwrap_err();
    let next = tokio::time::timeout(std::time::Duration::from_secs(5), pool.health());
    next.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_server_without_tls_serves_prefer_only() {
    let database = database().await;
    assert_eq!(try_url(database.url()).await.unwrap(), PLAIN);
    let strict = format!("{}?sslmode=require", database.url());
    assert!(try_url(&strict).await.is_err());
}

#[tokio::test]
async fn hosts_are_tried_in_turn_until_one_fits() {
    let server = Server::start(ServerOptions {
        settings: vec![("default_transaction_read_only".into(), "on".into())],
        ..ServerOptions::default()
    })
    .await;
    let writable = database().await;
    let (_, rest) = writable.url().split_once("://").unwrap();
    let (credentials, rest) = rest.split_once('@').unwrap();
    let (writable_host, name) = rest.split_once('/').unwrap();
    // Nothing listens on port 1.
    let several = |query: &str| {
        format!("postgres://{credentials}@127.0.0.1:1,{writable_host}/{name}?{query}")
    };
    assert_eq!(try_url(&several("connect_timeout=3")).await.unwrap(), PLAIN);

    let folder = tempfile::tempdir().unwrap();
    let passwords: PathBuf = folder.path().join("pgpass");
    let (_, writable_password) = credentials.split_once(':').unwrap();
    let (_, writable_port) = writable_host.split_once(':').unwrap();
    std::fs::write(
        &passwords,
        format!(
            "127.0.0.1:{}:*:postgres:{}\n*:{writable_port}:*:*:{writable_password}\n",
            server.port(),
            server.password()
        ),
    )
    .unwrap();
    let pair = |attributes: &str| {
        format!(
            "host=127.0.0.1,127.0.0.1 port={},{writable_port} user=postgres dbname=postgres passfile={} \
             target_session_attrs={attributes}",
            server.port(),
            passwords.display()
        )
    };
    let port_of = async |attributes: &str| {
        let pool = Pool::new(SourceSettings::new(pair(attributes))).unwrap();
        let sql = "select current_setting('port')";
        let answer = pool.query_json(sql, &[], Expected::Nothing).await.unwrap();
        String::from_utf8(answer.to_vec()).unwrap()
    };
    let read_only = server.port().to_string();
    assert_eq!(port_of("any").await, read_only);
    assert_eq!(port_of("read-write").await, writable_port);
    assert_eq!(port_of("read-only").await, read_only);
    assert_eq!(port_of("primary").await, read_only);
    assert_eq!(port_of("prefer-standby").await, read_only);
    let none = Pool::new(SourceSettings::new(pair("standby"))).unwrap();
    let error = none.health().await.unwrap_err();
    assert!(
        format!("{:?}", error.internal()).contains("not in hot standby"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_an_error_that_does_not_show_it() {
    let database = database().await;
    let url = database.url_as("postgres", "wr0ng-secret");
    let pool = Pool::new(SourceSettings::new(&url)).unwrap();
    let error = pool.health().await.unwrap_err();
    assert_eq!((error.code(), error.status()), (&Code::PostgresError, 500));
    for text in [format!("{error:?}"), format!("{pool:?}"), error.to_string()] {
        assert!(!text.contains("wr0ng-secret"), "{text}");
    }
    let error = Pool::new(SourceSettings::new("postgres://u:wr0ng-secret%zz@h/")).unwrap_err();
    assert_eq!(error.code(), &Code::InvalidConfiguration);
    assert!(!format!("{error:?}").contains("wr0ng-secret"));
}

#[tokio::test]
async fn sessions_are_set_up_as_statements_need_them() {
    let database = database().await;
    database
        .run(&format!(
            "create schema \"Ext's\"; create extension citext schema \"Ext's\"; \
             alter database {} set standard_conforming_strings = off",
            database.name()
        ))
        .await;
    let mut settings = SourceSettings::new(format!(
        "{}?application_name=my%20app&options=-c%20timezone%3DAsia/Tokyo",
        database.url()
    ));
    settings.extensions_schema = "Ext's".into();
    let pool = Pool::new(settings).unwrap();
    let show = async |sql: &str| {
        let answer = pool.query_json(sql, &[], Expected::Nothing).await.unwrap();
        String::from_utf8(answer.to_vec()).unwrap()
    };
    assert_eq!(
        show("select current_setting('standard_conforming_strings')").await,
        "on"
    );
    assert_eq!(
        show("select current_setting('client_min_messages')").await,
        "warning"
    );
    assert_eq!(
        show("select current_setting('application_name')").await,
        "my app"
    );
    assert_eq!(
        show("select current_setting('timezone')").await,
        "Asia/Tokyo"
    );
    assert_eq!(show("select ('A'::citext = 'a')::text").await, "true");
    assert_eq!(show("select (current_schemas(false))[1]").await, "public");
}

#[tokio::test]
async fn a_link_out_of_the_folder_for_secrets_is_not_followed() {
    let database = database().await;
    let folder = tempfile::tempdir().unwrap();
    let secrets = folder.path().join("secrets");
    std::fs::create_dir(&secrets).unwrap();
    let outside = folder.path().join("url");
    std::fs::write(&outside, database.url()).unwrap();
    let inside = secrets.join("mounted");
    std::fs::write(&inside, database.url()).unwrap();
    let path = secrets.join("url");
    let mut settings = SourceSettings::new(format!("dynamic-from-file://{}", path.display()));
    settings.secrets_folder = Some(secrets.clone());
    settings.pool.retries = 0;
    let pool = Pool::new(settings).unwrap();
    // As orchestrators mount secrets.
    std::os::unix::fs::symlink("mounted", &path).unwrap();
    pool.get().await.unwrap().discard();
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&outside, &path).unwrap();
    let error = pool.get().await.unwrap_err();
    let text = error
        .internal()
        .map(ToString::to_string)
        .unwrap_or_default();
    assert!(text.contains("outside of the folder"), "{error:?}");
}

#[tokio::test]
async fn a_string_in_a_file_is_read_at_each_connect() {
    let (one, two) = (database().await, database().await);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    let mut settings = SourceSettings::new(format!("dynamic-from-file://{}", path.display()));
    settings.pool.retries = 0;
    let pool = Pool::new(settings).unwrap();
    assert!(pool.health().await.is_err());
    for database in [&one, &two] {
        std::fs::write(&path, format!("{}\n", database.url())).unwrap();
        let connection = pool.get().await.unwrap();
        let name = connection
            .query_json("select current_database()::text", &[], Expected::Nothing)
            .await
            .unwrap();
        assert_eq!(&*name, database.name().as_bytes());
        connection.discard();
    }
}
