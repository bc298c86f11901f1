//! Who is let in, and what forms do, without a browser.

use std::path::Path;
use std::time::Duration;

use renkei_reports::{Outcome, OutcomeRecord};
use reqwest::header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
pub(crate) use reqwest::multipart::Form;
use reqwest::multipart::Part;
use reqwest::{Client, Response, StatusCode, redirect};
use tempfile::tempdir;

use super::bench::{run, run_as, sample};

/// A client that keeps its cookie by hand and follows nothing by itself.
pub(crate) struct Visitor {
    client: Client,
    root: String,
    cookie: String,
    key: String,
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(redirect::Policy::none()).timeout(Duration::from_secs(60)).no_proxy().build().unwrap()
}

impl Visitor {
    pub(crate) async fn enter(address: &str) -> Visitor {
        let client = client();
        let entered = client.get(address).send().await.unwrap();
        assert_eq!(entered.status(), StatusCode::OK);
        let cookie = entered.headers()[SET_COOKIE].to_str().unwrap();
        for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(word), "{cookie}");
        }
        let root = address.split("/enter/").next().unwrap().to_owned();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let mut visitor = Visitor { client, root, cookie, key: String::new() };
        let home = visitor.get("/").await;
        visitor.key = home.split(r#"name="key" value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
        visitor
    }

    pub(crate) async fn get(&self, path: &str) -> String {
        let response =
            self.client.get(format!("{}{path}", self.root)).header(COOKIE, &self.cookie).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
        response.text().await.unwrap()
    }

    async fn post(&self, path: &str, form: Form) -> Response {
        let form = form.text("key", self.key.clone());
        let request = self.client.post(format!("{}{path}", self.root)).header(COOKIE, &self.cookie);
        request.header(ORIGIN, &self.root).multipart(form).send().await.unwrap()
    }

    /// Posts, and reads the page that it leads to.
    pub(crate) async fn follow(&self, path: &str, form: Form) -> String {
        let response = self.post(path, form).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
        let to = response.headers()[LOCATION].to_str().unwrap().to_owned();
        self.get(&to).await
    }

    async fn finish(&self) {
        self.finish_in("終了しました").await;
    }

    /// The last page.
    pub(crate) async fn finish_in(&self, told: &str) -> String {
        let response = self.post("/finish", Form::new()).await;
        assert_eq!(response.status(), StatusCode::OK);
        let page = response.text().await.unwrap();
        assert!(page.contains(told), "{page}");
        page
    }
}

fn visited(folder: &Path, visit: impl AsyncFnOnce(&str)) -> Vec<OutcomeRecord> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    run(folder, |address| runtime.block_on(visit(address))).1
}

fn step(at: usize) -> Form {
    Form::new().text("step", at.to_string())
}

fn with_files(mut form: Form, files: &[(String, Vec<u8>)]) -> Form {
    for (name, bytes) in files {
        form = form.part("files", Part::bytes(bytes.clone()).file_name(name.clone()));
    }
    form
}

#[test]
fn only_the_browser_with_the_word_on_this_machine_is_let_in() {
    let folder = tempdir().unwrap();
    visited(folder.path(), async |address| {
        let stranger = client();
        let root = address.split("/enter/").next().unwrap();
        for path in ["/", "/case/d2.export.plan", "/finish", "/enter/0123456789abcdef"] {
            let response = stranger.get(format!("{root}{path}")).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
            assert!(!response.text().await.unwrap().contains("予定を出力します"), "{path} tells nothing of the run");
        }
        let rebound = stranger.get(address).header(HOST, "rebound.example.com").send().await.unwrap();
        assert_eq!(rebound.status(), StatusCode::FORBIDDEN);
        let visitor = Visitor::enter(address).await;
        let again = stranger.get(address).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::FORBIDDEN, "the word works once");
        // With the cookie, but from a page of somebody else, or without the key of our own forms.
        let post = |origin: Option<&str>, key: &str| {
            let request = stranger.post(format!("{root}/case/d2.export.plan/open")).header(COOKIE, &visitor.cookie);
            let request = request.multipart(Form::new().text("key", key.to_owned()));
            match origin {
                Some(origin) => request.header(ORIGIN, origin),
                None => request,
            }
            .send()
        };
        for (origin, key) in [
            (Some("http://evil.example.com"), &*visitor.key),
            (Some("null"), &visitor.key),
            (None, &visitor.key),
            (Some(root), ""),
            (Some(root), "0123456789abcdef"),
        ] {
            assert_eq!(post(origin, key).await.unwrap().status(), StatusCode::FORBIDDEN, "{origin:?} {key}");
        }
        assert!(visitor.get("/").await.contains("未実施"), "nothing was begun");
        visitor.finish().await;
    });
}

#[test]
fn what_is_not_gone_through_is_blocked_and_not_passed() {
    let folder = tempdir().unwrap();
    let outcomes = visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        let reason = Form::new().text("reason", "");
        assert!(visitor.follow("/case/d2.export.left-out/skip", reason).await.contains("見送る理由を書いてください"));
        let reason = Form::new().text("reason", "この機能はありません");
        let page = visitor.follow("/case/d2.export.left-out/skip", reason).await;
        assert!(page.contains("見送り") && page.contains("この機能はありません"));
        visitor.finish().await;
    });
    let told: Vec<(Outcome, &str)> =
        outcomes.iter().map(|one| (one.outcome, one.why.as_ref().unwrap().en.as_str())).collect();
    let untouched = (Outcome::Blocked, "nobody has gone through it");
    let left_out = (Outcome::Blocked, "left out by the person: この機能はありません");
    assert_eq!(told, [untouched, untouched, untouched, left_out]);
}

#[test]
fn files_are_uploaded_or_named_by_their_folder_and_judged() {
    let folder = tempdir().unwrap();
    let out = tempdir().unwrap();
    let mut wrong = sample();
    wrong.pop();
    for (name, bytes) in &wrong {
        std::fs::write(out.path().join(name), bytes).unwrap();
    }
    let outcomes = visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        let page = visitor.follow("/case/d2.export.plan/open", Form::new()).await;
        assert!(page.contains("入力用シート") && page.contains("UPPLAN 202610 9970100013→9970100021"), "{page}");
        let sheet = visitor.get("/case/d2.export.plan/sheet/0").await;
        assert!(sheet.contains("サービス利用票（予定）") && sheet.contains("サービス利用票別表"));
        let nothing = visitor.follow("/case/d2.export.plan/answer", step(0)).await;
        assert!(nothing.contains("ファイルを選ぶか"));
        let page = visitor.follow("/case/d2.export.plan/answer", with_files(step(0), &sample())).await;
        assert!(page.contains("合格") && !page.contains("不合格"));

        visitor.follow("/case/d2.export.other/open", Form::new()).await;
        let relative = step(0).text("folder", "out");
        assert!(visitor.follow("/case/d2.export.other/answer", relative).await.contains("フォルダーは"));
        let named = step(0).text("folder", out.path().display().to_string());
        let page = visitor.follow("/case/d2.export.other/answer", named).await;
        assert!(page.contains("不合格") && page.contains("UPSIKYU") && page.contains("欠けています"), "{page}");

        // It can be done again, with the files of before or with others; none is an answer, too.
        let page = visitor.follow("/case/d2.export.other/open", step(0)).await;
        assert!(page.contains("前回のファイルをそのまま使う"));
        let page = visitor.follow("/case/d2.export.other/answer", step(0).text("before", "on")).await;
        assert!(page.contains("不合格"));
        visitor.follow("/case/d2.export.other/open", step(0)).await;
        let page = visitor.follow("/case/d2.export.other/answer", step(0).text("none", "on")).await;
        assert!(page.contains("不合格"));
        visitor.finish().await;
    });
    assert_eq!(outcomes[0].outcome, Outcome::Pass);
    assert_eq!(outcomes[1].outcome, Outcome::Fail);
}

#[test]
fn nothing_is_taken_of_a_folder_that_was_named_by_mistake() {
    let folder = tempdir().unwrap();
    let wrong = tempdir().unwrap();
    for (name, bytes) in sample() {
        std::fs::write(wrong.path().join(name), bytes).unwrap();
    }
    std::fs::write(wrong.path().join("passwords.txt"), "secret").unwrap();
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        visitor.follow("/case/d2.export.plan/open", Form::new()).await;
        let named = step(0).text("folder", wrong.path().display().to_string());
        let page = visitor.follow("/case/d2.export.plan/answer", named).await;
        assert!(page.contains("（passwords.txt）。フォルダーが違わないか") && page.contains("渡して次へ"), "{page}");
        visitor.finish().await;
    });
    assert!(!folder.path().join("files").exists(), "nothing was copied");
}

#[test]
fn what_is_filled_in_is_kept_where_another_window_has_opened_another_case() {
    let folder = tempdir().unwrap();
    let import = "/case/d2.import.plan";
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        visitor.follow(&format!("{import}/open"), Form::new()).await;
        visitor.follow(&format!("{import}/answer"), step(0).text("all", "accepted")).await;
        visitor.follow("/case/d2.export.plan/open", Form::new()).await;
        let page = visitor.follow(&format!("{import}/answer"), step(1).text("l2", "missing")).await;
        assert!(page.contains("入力は保存しました") && page.contains("続ける"), "{page}");
        let page = visitor.follow(&format!("{import}/open"), Form::new()).await;
        assert!(page.contains(r#"name="l2" value="missing" checked"#), "{page}");
        // One that has ended meanwhile says so, and stays as it is.
        visitor.follow("/case/d2.export.plan/open", Form::new()).await;
        visitor.follow("/case/d2.export.plan/answer", with_files(step(0), &sample())).await;
        let page = visitor.follow("/case/d2.export.plan/answer", step(0).text("none", "on")).await;
        assert!(page.contains("このケースは、先に送信された回答で終わっています") && page.contains("合格"), "{page}");
        visitor.finish().await;
    });
}

#[test]
fn what_is_filled_in_comes_along_with_the_language() {
    let folder = tempdir().unwrap();
    let import = "/case/d2.import.plan";
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        let page = visitor.follow(&format!("{import}/open"), Form::new()).await;
        // Who has no folder of renkei's finds what it lies in.
        assert!(page.contains(&format!("<code class=\"path\">{}", folder.path().display())), "{page}");
        let page = visitor.follow(&format!("{import}/answer"), step(0).text("all", "accepted")).await;
        let empty = page.split(r#"name="x0.item""#).nth(1).unwrap().split("<option value=\"").nth(2).unwrap();
        let empty = empty.split('"').next().unwrap().to_owned();
        let there = format!("<option value=\"{empty}\" selected>");
        let filled = step(1).text("back", import).text("l2", "missing").text("v0.user_phone", "0915");
        let filled = filled.text("x0.item", empty.clone()).text("x0.value", "01").text("to", "en");
        let page = visitor.follow("/language", filled).await;
        assert!(page.contains("as on the sheet"), "{page}");
        for kept in [
            r#"name="l2" value="missing" checked"#,
            r#"name="v0.user_phone" type="text" value="0915""#,
            &there,
            r#"name="x0.value" type="text" value="01""#,
        ] {
            assert!(page.contains(kept), "{kept} in {page}");
        }
        assert!(!page.contains("(no answer)"), "nothing was answered yet: {page}");
        // Answers to another step change nothing.
        visitor.follow("/language", step(0).text("back", import).text("l2", "same").text("to", "ja")).await;
        let page = visitor.get(import).await;
        assert!(page.contains("シートどおり") && page.contains(r#"name="l2" value="missing" checked"#), "{page}");
        // What was said of an item that is to be empty is there again when the step is opened again.
        let lines = open_lines(&page);
        let mut all = step(1).text("x0.item", empty).text("x0.value", "01");
        for line in 0..lines {
            all = all.text(format!("l{line}"), "same");
        }
        assert!(visitor.follow(&format!("{import}/answer"), all).await.contains("不合格"));
        let page = visitor.follow(&format!("{import}/open"), step(1)).await;
        assert!(page.contains(&there) && page.contains(r#"name="x0.value" type="text" value="01""#), "{page}");
        visitor.finish().await;
    });
}

#[test]
fn what_is_too_much_is_read_to_its_end_and_told() {
    let folder = tempdir().unwrap();
    let case = "/case/d2.export.plan";
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        visitor.follow(&format!("{case}/open"), Form::new()).await;
        let many = |count: usize| (0..count).map(|nth| (format!("{nth}.CSV"), b"1".to_vec())).collect::<Vec<_>>();
        let large = vec![("1.CSV".to_owned(), vec![b'1'; 90 << 20])];
        for files in [many(501), large] {
            let page = visitor.follow(&format!("{case}/answer"), with_files(step(0), &files)).await;
            assert!(page.contains("一度に渡せるのは、500ファイル、64 MiBまでです"), "{page}");
        }
        let page = visitor.follow(&format!("{case}/answer"), with_files(step(0), &many(500)).text("folder", "")).await;
        assert!(page.contains("不合格"), "{page}");
        // An address of a form alone leads back.
        let url = format!("{}{case}/answer", visitor.root);
        let got = visitor.client.get(url).header(COOKIE, &visitor.cookie).send().await.unwrap();
        assert!(got.text().await.unwrap().contains("ケースの一覧へ"));
        visitor.finish().await;
    });
}

#[test]
fn evidence_is_opened_from_the_result() {
    let folder = tempdir().unwrap();
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        visitor.follow("/case/d2.export.plan/open", Form::new()).await;
        let page = visitor.follow("/case/d2.export.plan/answer", with_files(step(0), &sample())).await;
        let link = "/case/d2.export.plan/evidence/0";
        let path = folder.path().join("evidence").join("UPPLAN");
        assert!(page.contains(link) && page.contains(&format!("{}</code>", path.display())), "{page}");
        std::fs::create_dir_all(folder.path().join("evidence")).unwrap();
        std::fs::write(folder.path().join("evidence/UPPLAN"), b"\x8c\xa9").unwrap();
        let url = format!("{}{link}", visitor.root);
        let got = visitor.client.get(url).header(COOKIE, &visitor.cookie).send().await.unwrap();
        assert_eq!(got.bytes().await.unwrap(), b"\x8c\xa9"[..]);
        visitor.finish().await;
    });
}

/// The names of the radio buttons of a page that have not been chosen.
fn open_lines(page: &str) -> usize {
    let names = |part: &str| part.split('"').next().unwrap().to_owned();
    let mut lines: Vec<String> = page.split(r#"name="l"#).skip(1).map(names).collect();
    lines.dedup();
    lines.len()
}

#[test]
fn a_run_that_was_closed_goes_on_where_it_was() {
    let folder = tempdir().unwrap();
    let import = "/case/d2.import.plan";
    // The first sitting ends after the first of two steps.
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        let page = visitor.follow(&format!("{import}/open"), Form::new()).await;
        let files = sample();
        assert!(files.iter().all(|(name, _)| page.contains(name.as_str())), "all files are offered");
        let url = format!("{}{import}/file/1", visitor.root);
        let got = visitor.client.get(url).header(COOKIE, &visitor.cookie).send().await.unwrap();
        assert_eq!(got.bytes().await.unwrap(), files[1].1, "bytes are those of the case");
        let page = visitor.follow(&format!("{import}/answer"), step(0)).await;
        assert!(page.contains("取り込めたかどうか"));
        let page = visitor.follow(&format!("{import}/answer"), step(0).text("all", "accepted")).await;
        assert!(page.contains("照合用シート"));
        visitor.finish().await;
    });
    let outcomes = visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        let page = visitor.follow(&format!("{import}/open"), Form::new()).await;
        assert!(page.contains("照合用シート"), "the first step is answered already");
        let lines = open_lines(&page);
        assert!(lines > 20, "{lines}");
        let page = visitor.follow(&format!("{import}/answer"), step(1)).await;
        assert!(page.contains(&format!("答えのない行が{lines}行あります")), "{lines}");
        // Back to the first step and forth again: its answer is still there.
        let page = visitor.follow(&format!("{import}/open"), step(0)).await;
        assert!(page.contains(r#"value="accepted" checked"#));
        visitor.follow(&format!("{import}/answer"), step(0).text("all", "accepted")).await;
        let mut all = step(1);
        for line in 0..lines {
            all = all.text(format!("l{line}"), if line == 3 { "missing" } else { "same" });
        }
        let page = visitor.follow(&format!("{import}/answer"), all).await;
        assert!(page.contains("不合格") && page.contains("欠けています"), "{page}");
        let page = visitor.follow(&format!("{import}/open"), step(1)).await;
        assert!(page.contains(r#"value="missing" checked"#), "what was answered is there to be changed");
        let mut all = step(1);
        for line in 0..lines {
            all = all.text(format!("l{line}"), "same");
        }
        assert!(visitor.follow(&format!("{import}/answer"), all).await.contains("合格"));
        visitor.finish().await;
    });
    assert_eq!(outcomes[2].outcome, Outcome::Pass);
}

#[test]
fn answers_that_are_not_whole_are_kept_for_later() {
    let folder = tempdir().unwrap();
    let import = "/case/d2.import.plan";
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        visitor.follow(&format!("{import}/open"), Form::new()).await;
        visitor.follow(&format!("{import}/answer"), step(0).text("all", "accepted")).await;
        let some = step(1).text("l2", "same").text("l5", "missing").text("save", "on");
        assert!(visitor.follow(&format!("{import}/answer"), some).await.contains("途中までの回答を保存しました"));
        visitor.finish().await;
    });
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        let page = visitor.follow(&format!("{import}/open"), Form::new()).await;
        assert!(
            page.contains(r#"name="l2" value="same" checked"#) && page.contains(r#"name="l5" value="missing" checked"#)
        );
        assert!(!page.contains(r#"name="l3" value="same" checked"#));
        let page = visitor.follow(&format!("{import}/answer"), step(1).text("l5", "missing").text("all", "2")).await;
        assert!(page.contains(r#"name="l3" value="same" checked"#), "the others of the form are as shown");
        assert!(page.contains(r#"name="l5" value="missing" checked"#), "what was said stays");
        assert!(!page.contains(r#"name="l0" value="same" checked"#), "other forms are not meant");
        visitor.finish().await;
    });
}

#[test]
fn cases_of_another_version_are_judged_again_by_the_answers_that_are_there() {
    let folder = tempdir().unwrap();
    visited(folder.path(), async |address| {
        let visitor = Visitor::enter(address).await;
        visitor.follow("/case/d2.export.plan/open", Form::new()).await;
        visitor.follow("/case/d2.export.plan/answer", with_files(step(0), &sample())).await;
        visitor.follow("/case/d2.export.left-out/skip", Form::new().text("reason", "なし")).await;
        visitor.follow("/case/d2.import.plan/open", Form::new()).await;
        visitor.follow("/case/d2.import.plan/answer", step(0).text("all", "refused")).await;
        visitor.finish().await;
    });
    let state = folder.path().join("attended.json");
    let text = std::fs::read_to_string(&state).unwrap();
    assert!(text.contains(r#""identity": "test""#) && text.contains(r#""outcome": "pass""#));
    // Outcomes of the former version say what they like; they are not believed.
    std::fs::write(&state, text.replace(r#""outcome": "fail""#, r#""outcome": "pass""#)).unwrap();
    let (_, outcomes) = run_as(folder.path(), "another version", |address| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let visitor = Visitor::enter(address).await;
            let home = visitor.get("/").await;
            assert!(home.contains("合格") && home.contains("不合格") && home.contains("見送り"), "{home}");
            visitor.finish().await;
        });
    });
    let told: Vec<Outcome> = outcomes.iter().map(|one| one.outcome).collect();
    assert_eq!(told, [Outcome::Pass, Outcome::Blocked, Outcome::Fail, Outcome::Blocked]);
}
