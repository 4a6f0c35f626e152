//! A network that cannot be trusted: it stands between the kiosks and the processes, as a balancer does, and delays, loses, doubles, reorders and
//! cuts what goes through it. What happens to a request is drawn by whoever sends it, from a seed, and stands in a header that goes no further.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// The header that holds what was drawn.
pub const FATE: &str = "x-fate";
/// How long a process may take over one request.
const PATIENCE: Duration = Duration::from_secs(40);

/// What the network does to a request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Passes,
    IsDelayed,
    IsLost,
    LosesItsAnswer,
    ArrivesTwice,
    ArrivesAgainLater,
    IsOvertaken,
    HasItsAnswerCut,
    Dribbles,
}

impl Fate {
    fn drawn(number: u64) -> Self {
        match number % 100 {
            0..70 => Self::Passes,
            70..76 => Self::IsDelayed,
            76..80 => Self::IsLost,
            80..86 => Self::LosesItsAnswer,
            86..89 => Self::ArrivesTwice,
            89..92 => Self::ArrivesAgainLater,
            92..95 => Self::IsOvertaken,
            95..97 => Self::HasItsAnswerCut,
            _ => Self::Dribbles,
        }
    }
}

#[derive(Clone)]
pub struct Network {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    backends: Vec<u16>,
    turn: AtomicUsize,
    calm: AtomicBool,
    requests: AtomicU64,
    disturbed: AtomicU64,
}

impl Network {
    pub async fn before(backends: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            backends,
            turn: AtomicUsize::new(0),
            calm: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            disturbed: AtomicU64::new(0),
        });
        let ours = shared.clone();
        tokio::spawn(async move {
            while let Ok((kiosk, _)) = listener.accept().await {
                tokio::spawn(serve(kiosk, ours.clone()));
            }
        });
        Self { url, shared }
    }

    /// From now on everything passes.
    pub fn calm(&self) {
        self.shared.calm.store(true, Ordering::Relaxed);
    }

    /// How many requests came through, and how many of them were disturbed.
    pub fn counts(&self) -> (u64, u64) {
        (self.shared.requests.load(Ordering::Relaxed), self.shared.disturbed.load(Ordering::Relaxed))
    }
}

async fn serve(mut kiosk: TcpStream, shared: Arc<Shared>) {
    while let Some(request) = read_message(&mut kiosk).await {
        shared.requests.fetch_add(1, Ordering::Relaxed);
        let fate = fate(&request, &shared);
        if !matches!(fate, Fate::Passes) {
            shared.disturbed.fetch_add(1, Ordering::Relaxed);
        }
        let milliseconds = Duration::from_millis(50 + number(&request) / 100 % 700);
        let answer = match fate {
            Fate::Passes | Fate::HasItsAnswerCut => shared.pass_on(&request, false).await,
            Fate::Dribbles => shared.pass_on(&request, true).await,
            Fate::IsDelayed => {
                sleep(milliseconds).await;
                shared.pass_on(&request, false).await
            }
            Fate::IsLost => return,
            Fate::LosesItsAnswer => {
                shared.pass_on(&request, false).await;
                return;
            }
            Fate::ArrivesTwice => {
                let (first, _) = tokio::join!(shared.pass_on(&request, false), shared.pass_on(&request, false));
                first
            }
            Fate::ArrivesAgainLater => {
                let (shared, request) = (shared.clone(), request.clone());
                let answer = shared.pass_on(&request, false).await;
                tokio::spawn(async move {
                    sleep(milliseconds * 2).await;
                    shared.pass_on(&request, false).await;
                });
                answer
            }
            // The kiosk hears nothing and asks again, and only then does this one arrive.
            Fate::IsOvertaken => {
                tokio::spawn(async move {
                    sleep(milliseconds * 2).await;
                    shared.pass_on(&request, false).await;
                });
                return;
            }
        };
        let Some(answer) = answer else { return };
        if matches!(fate, Fate::HasItsAnswerCut) {
            let _ = kiosk.write_all(answer.get(..answer.len() / 2).unwrap_or_default()).await;
            return;
        }
        if kiosk.write_all(&answer).await.is_err() {
            return;
        }
    }
}

fn fate(request: &[u8], shared: &Shared) -> Fate {
    if shared.calm.load(Ordering::Relaxed) { Fate::Passes } else { Fate::drawn(number(request)) }
}

/// What the sender drew; a browser draws nothing, and its requests pass.
fn number(request: &[u8]) -> u64 {
    header(request, FATE).and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn header(message: &[u8], name: &str) -> Option<String> {
    let head = String::from_utf8_lossy(head(message)?).into_owned();
    let value = head.lines().filter_map(|line| line.split_once(':')).find(|(found, _)| found.eq_ignore_ascii_case(name));
    value.map(|(_, value)| value.trim().to_owned())
}

fn head(message: &[u8]) -> Option<&[u8]> {
    message.windows(4).position(|four| four == b"\r\n\r\n").and_then(|end| message.get(..end + 4))
}

/// A whole request or answer, by its declared length.
async fn read_message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut read, mut buffer) = (Vec::new(), [0_u8; 16 * 1024]);
    loop {
        if let Some(head) = head(&read) {
            let body = header(&read, "content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
            if read.len() >= head.len() + body {
                return Some(read);
            }
        }
        match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => read.extend_from_slice(&buffer[..n]),
        }
    }
}

impl Shared {
    /// Sends a request to the next process that listens, and answers what it said.
    async fn pass_on(&self, request: &[u8], slowly: bool) -> Option<Vec<u8>> {
        for _ in 0..self.backends.len() {
            let port = self.backends[self.turn.fetch_add(1, Ordering::Relaxed) % self.backends.len()];
            let Ok(mut process) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
            let _ = process.set_nodelay(true);
            let (first, rest) = request.split_at(if slowly { request.len() / 2 } else { 0 });
            process.write_all(first).await.ok()?;
            if slowly {
                sleep(Duration::from_millis(200)).await;
            }
            process.write_all(rest).await.ok()?;
            return timeout(PATIENCE, read_message(&mut process)).await.ok().flatten();
        }
        None
    }
}
