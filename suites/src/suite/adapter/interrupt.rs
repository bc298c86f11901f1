//! Ctrl-C. A program in a group of its own does not hear it, so it is told here. Knows nothing of what is
//! ended by it.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use renkei_validator::text::Text;

static ASKED: AtomicBool = AtomicBool::new(false);
static WATCHED: Once = Once::new();

/// Whether somebody has pressed Ctrl-C since [`watch`].
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// What is said of whatever it has cut short.
pub fn text() -> Text {
    Text { ja: "中断されました", en: "it was interrupted" }
}

/// Begins to listen for Ctrl-C: the first is told by [`asked`], so that what runs can be ended and what is done
/// be written down; the second ends renkei at once. Where the system does not let it listen, Ctrl-C does what it
/// always does.
pub fn watch() {
    WATCHED.call_once(|| {
        thread::spawn(|| {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
            runtime.block_on(async {
                if tokio::signal::ctrl_c().await.is_ok() {
                    ASKED.store(true, Ordering::Relaxed);
                    if tokio::signal::ctrl_c().await.is_ok() {
                        std::process::exit(130);
                    }
                }
            });
        });
    });
}
