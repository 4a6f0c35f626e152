//! An end that nobody notices. A process that is asked to stop says so to the balancer, takes what still comes in for a while, answers everything
//! that it has begun, and goes. Another process takes over on the same port or behind the same balancer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

/// So long without a request under way, and the last answer has left.
const QUIET: Duration = Duration::from_millis(300);
const STEP: Duration = Duration::from_millis(20);

/// Whether this process was asked to stop, and what it is still busy with.
#[derive(Clone, Debug, Default)]
pub struct Stopping {
    begun: Arc<AtomicBool>,
    under_way: Arc<AtomicUsize>,
}

impl Stopping {
    pub fn announce(&self) {
        self.begun.store(true, Ordering::SeqCst);
    }

    pub fn is_announced(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// A request is under way until what this returns is dropped.
    pub fn request(&self) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        UnderWay(self.under_way.clone())
    }

    /// Returns when no request has been under way for a while. A connection that is merely held open is not waited for: whoever is at its other
    /// end connects again.
    pub async fn quiet(&self) {
        let mut quiet = Duration::ZERO;
        while quiet < QUIET {
            tokio::time::sleep(STEP).await;
            quiet = if self.under_way.load(Ordering::SeqCst) == 0 { quiet + STEP } else { Duration::ZERO };
        }
    }
}

#[derive(Debug)]
pub struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Returns when the operator or the system asks the process to stop.
pub async fn asked() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
