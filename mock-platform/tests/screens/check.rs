//! The page that checks files, where nobody was handed in who judges them. With one it is tested where
//! there is one: beside `renkei serve`.

use axum::http::Request;
use axum::http::header::CONTENT_TYPE;

use crate::bench::Bench;

#[tokio::test]
async fn without_an_inspector_there_is_no_page_that_checks_files() {
    let mut browser = Bench::new().await.browser();
    for path in ["/check", "/check/report"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    let request = Request::post("/check/report").header(CONTENT_TYPE, "multipart/form-data; boundary=xx");
    assert_eq!(browser.send(request, "--xx--\r\n").await.status, 404);
    assert!(!browser.get("/").await.text().contains("/check"));
}
