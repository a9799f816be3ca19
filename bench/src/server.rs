//! The server: it responds at once with bodies that it was built with.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The bodies that it responds with.
pub(crate) const LIST: &str = include_str!("../bodies/list_legal_persons.response.json");
pub(crate) const CREATED: &str = include_str!("../bodies/create_legal_person.response.json");
/// Where it tells what it received last.
pub(crate) const LAST_REQUEST: &str = "/last-request";

type LastRequest = Arc<Mutex<String>>;

/// Prints its address and responds until standard input ends, which it does with the program that started this one.
pub fn serve() -> io::Result<()> {
    crate::processor::stay_on(1);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(io::stdout(), "{}", listener.local_addr()?)?;
    thread::spawn(move || {
        let last = LastRequest::default();
        for connection in listener.incoming().flatten() {
            let last = last.clone();
            // A connection ends with an error when its client goes, which is how every run ends.
            thread::spawn(move || response(&connection, &last).ok());
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn response(connection: &TcpStream, last: &LastRequest) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let legal_persons = compact(LIST)?;
    let created = compact(CREATED)?;
    let mut reader = BufReader::new(connection);
    let (mut head, mut body) = (String::new(), Vec::new());
    loop {
        head.clear();
        let mut length = 0;
        loop {
            let start = head.len();
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
            let line = head[start..].trim_end();
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.parse().map_err(io::Error::other)?;
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        if head.starts_with("GET") && head.contains(LAST_REQUEST) {
            let text = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
            write(connection, "200 OK", &text)?;
            continue;
        }
        // The last request is asked for only before anything is measured; keeping it costs both sides nothing.
        *last.lock().unwrap_or_else(PoisonError::into_inner) = format!("{head}{}", String::from_utf8_lossy(&body));
        if head.starts_with("POST") {
            write(connection, "201 Created", &created)?;
        } else {
            write(connection, "200 OK", &legal_persons)?;
        }
    }
}

fn write(mut connection: &TcpStream, status: &str, body: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    connection.write_all(format!("{head}{body}").as_bytes())
}

/// The body without the space that makes it readable: as vendors send it.
fn compact(text: &str) -> io::Result<String> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    Ok(value.to_string())
}
