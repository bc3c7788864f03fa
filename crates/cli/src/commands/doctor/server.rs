//! The server: its address, its version, its health, its secret.

use super::findings::{Findings, Grave, Verdict};
use crate::api::ApiError;
use crate::client::Client;
use crate::failure::told_api;
use crate::program::Start;
use crate::program::context::Context;
use crate::remote;

/// Whether it is worth to go on.
pub(super) async fn look_at(
    client: &Client,
    context: &Context,
    start: &Start,
    findings: &mut Findings,
) -> bool {
    let version = match client.version().await {
        Ok(version) => version,
        Err(error) => {
            let unreachable = Verdict::Fault(Grave::Unreachable);
            findings.add("endpoint", unreachable, error.to_string());
            findings.mend(
                "start the server (`howdah serve` or `howdah dev`), or correct endpoint in \
                 config.yaml, HASURA_GRAPHQL_ENDPOINT or --endpoint",
            );
            return false;
        }
    };
    findings.add("endpoint", Verdict::Well, client.endpoint());
    if version.is_served() {
        findings.add(
            "versions",
            Verdict::Well,
            format!("server {}, this program {}", version.text, start.version),
        );
    } else {
        findings.add(
            "versions",
            Verdict::FAILED,
            format!("the server is {}: only version 2 is spoken", version.text),
        );
        findings.mend("upgrade the server");
        return false;
    }
    match client.health().await {
        Ok((true, _)) => findings.add("health", Verdict::Well, "the server says it is well"),
        Ok((false, text)) => {
            findings.add("health", Verdict::FAILED, text);
            findings.mend("look at the server's log");
        }
        Err(error) => findings.add("health", Verdict::FAILED, error.to_string()),
    }
    look_at_secret(client, context, findings).await
}

async fn look_at_secret(client: &Client, context: &Context, findings: &mut Findings) -> bool {
    match remote::state(client).await {
        Ok(_) => {
            // Somebody without the secret must not get in.
            let open = anybody_is_admin(context).await;
            match open {
                Some(true) => {
                    findings.add(
                        "admin secret",
                        Verdict::Note,
                        "the server takes everybody for an administrator",
                    );
                    findings.mend("start the server with HASURA_GRAPHQL_ADMIN_SECRET");
                }
                _ => findings.add("admin secret", Verdict::Well, "is right"),
            }
            true
        }
        Err(error) => {
            findings.add("admin secret", Verdict::FAILED, told_api(&error));
            findings.mend(match client.target().has_secret() {
                true => "correct HASURA_GRAPHQL_ADMIN_SECRET, .env or admin_secret in config.yaml",
                false => "give it: HASURA_GRAPHQL_ADMIN_SECRET or --admin-secret-file",
            });
            false
        }
    }
}

/// Whether the server answers an administrator's question without a secret.
async fn anybody_is_admin(context: &Context) -> Option<bool> {
    let bare = Client::new(context.target().ok()?.without_secret()).ok()?;
    match remote::state(&bare).await {
        Ok(_) => Some(true),
        Err(ApiError::Refused(_)) => Some(false),
        Err(_) => None,
    }
}
