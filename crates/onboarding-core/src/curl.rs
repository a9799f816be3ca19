//! A call as a command line, for a ticket: what was sent where, and nothing that is private.

use std::fmt::Write as _;

use url::Position;

use crate::request::Request;

const REDACTED: &str = "[redacted]";

impl Request {
    /// The call as a command line of `curl`, to be put into a ticket: method, host, the path with its placeholders, and the names of
    /// what is sent in the query and in headers. No value of a parameter, header or body is shown, nor the path of the base URL.
    ///
    /// What the signer and hooks add is not in it.
    pub fn curl(&self) -> String {
        let shared = &self.client.shared;
        let base = &shared.base_url;
        let mut url = base[..Position::BeforePath].to_owned();
        if base.path() != "/" {
            url.push_str("/[base]");
        }
        url.push_str(self.operation.path);
        let mut separator = '?';
        let given = self.query_text().split(['?', '&']).filter_map(|pair| pair.split('=').next());
        let signing_in = shared.sign_in_query.iter().map(|(name, _)| *name).filter(|_| self.operation.authenticated);
        for name in given.filter(|name| !name.is_empty()).chain(signing_in) {
            let _ = write!(url, "{separator}{name}={REDACTED}");
            separator = '&';
        }
        let mut command = format!("curl -X {} {}", self.operation.method, quoted(&url));
        let mut header = |name: &str, value: &str| {
            let _ = write!(command, " -H {}", quoted(&format!("{name}: {value}")));
        };
        header("accept", self.operation.accept);
        for name in shared.headers.keys() {
            header(name.as_str(), REDACTED);
        }
        if self.operation.authenticated {
            let renewed = shared.authenticate.iter().flat_map(|authenticate| authenticate.header_names());
            for name in shared.sign_in_headers.names().cloned().chain(renewed) {
                header(name.as_str(), REDACTED);
            }
        }
        for (name, _) in &self.headers {
            header(name.as_str(), REDACTED);
        }
        if let Some((media_type, body)) = &self.body {
            header("content-type", media_type.to_str().unwrap_or_default());
            let _ = write!(command, " --data-binary '[redacted: {} bytes]'", body.length());
        }
        command
    }
}

/// A word of a shell's command line.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
