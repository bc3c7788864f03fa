//! Standard output, shared by people and by programs that read log lines: lines are held back
//! until the text for people is out.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Standard output for log lines; clones are the same.
#[derive(Debug, Clone)]
pub struct HeldOutput {
    /// What waits; nothing waits any more once it is `None`.
    waiting: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Default for HeldOutput {
    fn default() -> Self {
        HeldOutput {
            waiting: Arc::new(Mutex::new(Some(Vec::new()))),
        }
    }
}

impl HeldOutput {
    /// Writes what waits; from now on nothing does.
    pub fn release(&self) {
        if let Some(lines) = self.lock().take() {
            write(&lines);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<u8>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for HeldOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *self.lock() {
            Some(waiting) => waiting.extend_from_slice(bytes),
            None => return io::stdout().write(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Writes a text for people.
pub fn print(text: &str) {
    write(text.as_bytes());
}

/// Nobody who reads is no reason not to serve.
fn write(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}
