//! The trace that a request belongs to, as triggers read it from `hasura.tracecontext`.

use howdah_ir::Session;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The context as JSON: `trace_id` as the client sent it (`traceparent`, or the B3 headers) or a
/// new one, and a `span_id` of this request.
pub(super) fn context(session: &Session) -> String {
    let parent = session.header("traceparent").and_then(trace_parent);
    let zipkin = || {
        let id = session.header("x-b3-traceid")?;
        hexadecimal(id, &[16, 32]).then(|| (id.to_owned(), session.header("x-b3-sampled")))
    };
    let (trace_id, sampled) = parent
        .or_else(zipkin)
        .unwrap_or_else(|| (Uuid::new_v4().simple().to_string(), None));
    let mut span_id = Uuid::new_v4().simple().to_string();
    span_id.truncate(16);
    let mut context = Map::new();
    context.insert("trace_id".into(), Value::String(trace_id));
    context.insert("span_id".into(), Value::String(span_id));
    if let Some(sampled) = sampled.filter(|s| matches!(*s, "0" | "1")) {
        context.insert("sampling_state".into(), sampled.into());
    }
    Value::Object(context).to_string()
}

/// `00-<trace>-<span>-<flags>` of the W3C.
fn trace_parent(text: &str) -> Option<(String, Option<&'static str>)> {
    let mut parts = text.split('-');
    let version = parts.next()?;
    let (trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?);
    let known = version != "ff"
        && hexadecimal(version, &[2])
        && hexadecimal(trace, &[32])
        && trace.bytes().any(|b| b != b'0')
        && hexadecimal(span, &[16])
        && hexadecimal(flags, &[2]);
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
    known.then(|| (trace.to_owned(), Some(if sampled { "1" } else { "0" })))
}

fn hexadecimal(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)]) -> Value {
        let headers = headers
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let session = Session::admin().with_headers(headers.collect());
        serde_json::from_str(&context(&session)).unwrap()
    }

    #[test]
    fn a_trace_goes_on_where_the_client_began_one() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let parent = format!("00-{trace}-00f067aa0ba902b7-01");
        let context = read(&[("traceparent", &parent)]);
        assert_eq!(context["trace_id"], trace);
        assert_eq!(context["sampling_state"], "1");
        assert_ne!(context["span_id"], "00f067aa0ba902b7");
        let context = read(&[("x-b3-traceid", "a3ce929d0e0e4736"), ("x-b3-sampled", "0")]);
        assert_eq!(context["trace_id"], "a3ce929d0e0e4736");
        assert_eq!(context["sampling_state"], "0");
    }

    #[test]
    fn what_is_no_trace_is_not_passed_on() {
        for bad in ["", "00-x-y-01", "'; drop table t", "ff-0-0-0"] {
            let context = read(&[("traceparent", bad), ("x-b3-traceid", bad)]);
            assert_eq!(context["trace_id"].as_str().unwrap().len(), 32, "{bad}");
            assert!(context.get("sampling_state").is_none());
        }
    }
}
