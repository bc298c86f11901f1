//! The accept loop of the platform with certificates of its own authority.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use renkei_mock_platform::faults::Engine;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// What a client needs to connect.
pub(crate) struct Face {
    pub(crate) address: SocketAddr,
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) old_config: Arc<ClientConfig>,
}

pub(crate) fn start(runtime: &Runtime, engine: Engine, router: Router) -> Face {
    let made = renkei_mock_platform::tls::standin::make();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(renkei_mock_platform::tls::standin::serve(listener, made.config, Arc::new(engine), router));
    let mut roots = RootCertStore::empty();
    roots.add(made.root).unwrap();
    let roots = Arc::new(roots);
    let config = |versions| {
        Arc::new(
            ClientConfig::builder_with_protocol_versions(versions)
                .with_root_certificates(roots.clone())
                .with_no_client_auth(),
        )
    };
    Face {
        address,
        config: config(&[&rustls::version::TLS13, &rustls::version::TLS12]),
        old_config: config(&[&rustls::version::TLS12]),
    }
}
