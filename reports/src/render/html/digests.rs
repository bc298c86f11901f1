//! Digests of the page's own style and script, for its content security policy. Generated:
//! `RENKEI_UPDATE=1 cargo test -p renkei-reports --test html`.

pub(super) const STYLE: &str = "sha256-mcdSRiEiRLuQ7ZahhrXGg5eyzfP8Fg/ZURz/cX1huN8=";
pub(super) const SCRIPT: &str = "sha256-8nTLLACGWTdHw3yfsgIqZEUJQ3c6OPDM6Nj6FZXEyvU=";
