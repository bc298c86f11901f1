//! Digests of the page's own style and script, for its content security policy. Generated:
//! `RENKEI_UPDATE=1 cargo test -p renkei-reports --test html`.

pub(super) const STYLE: &str = "sha256-UEDTGbqJeFHHsRZ/agaeImJsYzOFCV8mJe6ql96lPdQ=";
pub(super) const SCRIPT: &str = "sha256-cUIipNyu8BJ30uaQ7pm4jt7EEjKxkez4f4h4iibtUDc=";
