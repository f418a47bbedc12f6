//! A webhook that refuses the first posts with given words, and takes the rest.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// Answers 400 with each word, then 200; one connection for each post.
pub(crate) struct Scripted {
    address: SocketAddr,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Scripted {
    pub(crate) fn start(words: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bodies);
        let mut words: Vec<&str> = words.to_vec();
        words.reverse();
        // The thread ends with the process; nothing waits for it.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                kept.lock().unwrap().push(body(&stream));
                let (status, word) = words
                    .pop()
                    .map_or(("200 OK", "ok"), |word| ("400 Bad Request", word));
                let length = word.len();
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                stream
                    .write_all(format!("{head}{word}").as_bytes())
                    .unwrap();
            }
        });
        Self { address, bodies }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/services/T00000000/B00000000/XXXX", self.address)
    }

    /// The documents posted, in order.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }
}

fn body(stream: &TcpStream) -> Value {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}
