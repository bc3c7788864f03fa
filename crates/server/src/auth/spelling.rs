//! How a client wrote the names of its headers. Names mean the same in any case, and are kept in
//! lower case; a webhook that gets them in a body, though, finds them by the client's spelling, as
//! it always did.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request, Version};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use tokio::io::{AsyncReadExt, DuplexStream};

/// Bytes on their way at once.
const PIECE: usize = 16 * 1024;

/// Names of headers as they were written, by their lower-case form.
#[derive(Debug, Clone, Default)]
pub struct Spelling(HashMap<String, String>);

impl Spelling {
    /// As these names are spelled; of two spellings of one name the last counts.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let entry = |name: &str| (name.to_ascii_lowercase(), name.to_owned());
        Spelling(names.into_iter().map(entry).collect())
    }

    /// As an HTTP/1 request that was read with `preserve_header_case` spells them. In later versions
    /// of HTTP all names are in lower case.
    ///
    /// The library notes spellings where only itself can read them: when it writes a request that
    /// carries the note. So it is made to write one, into memory.
    pub(crate) async fn of_request<B>(request: &Request<B>) -> Self {
        if request.version() > Version::HTTP_11 {
            return Spelling::default();
        }
        let (ours, theirs) = tokio::io::duplex(PIECE);
        let Ok((mut sender, connection)) = http1::Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(ours))
            .await
        else {
            return Spelling::default();
        };
        let mut copy = Request::new(Empty::<Bytes>::new());
        copy.headers_mut().clone_from(request.headers());
        copy.extensions_mut().clone_from(request.extensions());
        let head = tokio::select! {
            head = read_head(theirs) => head,
            _ = async { tokio::join!(connection, sender.send_request(copy)) } => Vec::new(),
        };
        let text = String::from_utf8_lossy(&head);
        let lines = text.lines().skip(1);
        Spelling::of(lines.filter_map(|line| Some(line.split_once(':')?.0)))
    }

    /// Adds the names of another; those count.
    pub(crate) fn with(mut self, other: Spelling) -> Self {
        self.0.extend(other.0);
        self
    }

    /// A name as the client wrote it.
    pub(super) fn spell<'s>(&'s self, name: &'s HeaderName) -> &'s str {
        self.0.get(name.as_str()).map_or(name.as_str(), |s| s)
    }
}

/// What is written up to the empty line.
async fn read_head(mut stream: DuplexStream) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_buf(&mut head).await {
            Ok(count) if count > 0 => {}
            _ => break,
        }
    }
    head
}

/// All headers as an object, under the client's names; of one that comes several times the last
/// counts.
pub(super) fn as_json(
    headers: &HeaderMap,
    spelling: &Spelling,
) -> serde_json::Map<String, serde_json::Value> {
    headers
        .iter()
        .map(|(name, value)| {
            let name = spelling.spell(name).to_owned();
            (name, super::headers::text(value).into())
        })
        .collect()
}
