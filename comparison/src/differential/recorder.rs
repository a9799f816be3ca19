//! A server on loopback that writes down what it receives. Each operation is called below a path of its own name.

use std::io::{self, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result};

/// A request as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Recorded {
    /// The first segment of the path, which is no part of the request proper.
    pub(crate) operation: String,
    pub(crate) method: String,
    /// Path and query without that segment.
    pub(crate) target: String,
    /// The headers, their names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

type Requests = Arc<Mutex<Vec<Recorded>>>;

/// The server.
pub(crate) struct Recorder {
    address: SocketAddr,
    requests: Requests,
}

impl Recorder {
    /// Starts to listen. It does so until this process ends.
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
        let address = listener.local_addr()?;
        let requests = Requests::default();
        let recorder = Self { address, requests: requests.clone() };
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let requests = requests.clone();
                // A connection that breaks leaves a request out, which is then found missing.
                thread::spawn(move || serve(&connection, &requests).ok());
            }
        });
        Ok(recorder)
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came until now.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(connection: &TcpStream, requests: &Requests) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    while let Some(request) = read(&mut reader)? {
        requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let mut writer = connection;
        writer.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")?;
    }
    Ok(())
}

/// The next request; `None` when the connection has ended. Bodies have a length, as both sides send them whole.
fn read(reader: &mut impl io::BufRead) -> io::Result<Option<Recorded>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut parts = line.split(' ');
    let method = parts.next().unwrap_or_default();
    let target = parts.next().unwrap_or_default().trim_start_matches('/');
    let end = target.find(['/', '?']).unwrap_or(target.len());
    let mut request = Recorded {
        operation: target[..end].to_owned(),
        method: method.to_owned(),
        target: target[end..].to_owned(),
        ..Recorded::default()
    };
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = request.headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(Ok(0), |(_, value)| value.parse()).map_err(io::Error::other)?;
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn requests_are_read_one_after_the_other() {
        let text = "POST /create_thing/things?a=1 HTTP/1.1\r\nContent-Length: 2\r\nX-Key: it: is\r\n\r\n{}GET /get_thing HTTP/1.1\r\n\r\n";
        let mut reader = text.as_bytes();
        let first = read(&mut reader).expect("it is whole").expect("it is there");
        assert_eq!((first.operation.as_str(), first.target.as_str()), ("create_thing", "/things?a=1"));
        assert_eq!(first.headers[1], ("x-key".to_owned(), "it: is".to_owned()));
        assert_eq!(first.body, b"{}");
        let second = read(&mut reader).expect("it is whole").expect("it is there");
        assert_eq!((second.method.as_str(), second.target.as_str()), ("GET", ""));
        assert_eq!(read(&mut reader).expect("nothing follows"), None);
    }
}
