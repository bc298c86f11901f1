//! 利用者基本情報, with the day, the illnesses and the picture that belong to it.

use renkei_validator::spec::Key;
use renkei_validator::spec::keys::{upkihon as own, upkihon_sub1 as sub1, upkihon_sub2 as sub2};

use super::Source;
use super::filler::Filler;
use super::model::{Block, Cell, Field, Form, Grid, Part, Tr};

/// 利用者基本情報
pub(crate) fn basic(source: &Source<'_>, forms: &mut Vec<Form>) {
    for row in 0..source.document.rows.len() {
        let f = Filler::of(source, &[row]);
        let mut blocks = vec![
            Block::Line(vec![f.field(4, own::AUTHOR_NAME), f.choice(5, own::PLAN_TYPE), f.choice(3, own::OUTSOURCING)]),
            Block::Heading("基本情報".to_owned()),
            Block::Line(vec![f.field(6, own::INSURER_NUMBER), f.field(6, own::INSURED_NUMBER)]),
            Block::Line(vec![
                f.field(4, own::CONSULTED_ON),
                with(f.choice(8, own::CONSULTATION_METHOD), &f, &[own::CONSULTATION_METHOD_OTHER]),
            ]),
            Block::Line(vec![f.choice(6, own::CONSULTATION_ROUND), f.field(6, own::PREVIOUS_CONSULTED_ON)]),
            Block::Line(vec![with(f.choice(12, own::USER_SITUATION), &f, &[own::USER_SITUATION_NOTE])]),
            Block::Line(vec![f.field(6, own::USER_NAME_KANA), f.field(6, own::USER_NAME)]),
            Block::Line(vec![f.choice(5, own::USER_SEX), f.field(7, own::USER_BIRTH_DATE)]),
            Block::Line(vec![f.field(12, own::USER_ADDRESS)]),
            Block::Line(vec![f.field(6, own::USER_PHONE), f.field(6, own::USER_FAX)]),
            Block::Line(vec![f.choice(12, own::DISABILITY_INDEPENDENCE)]),
            Block::Line(vec![f.choice(12, own::DEMENTIA_INDEPENDENCE)]),
            Block::Line(vec![f.choice(12, own::CARE_LEVEL)]),
            Block::Line(vec![
                f.span(7, "認定有効期限開始日・終了日", own::CERTIFICATION_VALID_FROM, own::CERTIFICATION_VALID_TO),
                f.field(5, own::PREVIOUS_CARE_LEVEL),
            ]),
            Block::Line(vec![f.choice(8, own::CHECKLIST_RESULT), f.field(4, own::CHECKLIST_ON)]),
            Block::Line(vec![labelled(
                &f,
                "障害等認定",
                &[
                    ("身障", own::DISABILITY_PHYSICAL),
                    ("療育", own::DISABILITY_INTELLECTUAL),
                    ("精神", own::DISABILITY_MENTAL),
                    ("難病", own::DISABILITY_INTRACTABLE),
                    ("特記事項", own::DISABILITY_NOTE),
                ],
            )]),
            Block::Line(vec![f.choice(12, own::HOUSING_TYPE)]),
            Block::Line(vec![f.field(6, own::ROOM_FLOOR), f.choice(6, own::HOME_MODIFICATION)]),
            Block::Line(vec![labelled(
                &f,
                "経済状況",
                &[
                    ("国民年金", own::PENSION_NATIONAL),
                    ("厚生年金", own::PENSION_EMPLOYEE),
                    ("障害年金", own::PENSION_DISABILITY),
                    ("生活保護", own::PUBLIC_ASSISTANCE),
                    ("詳細", own::ECONOMIC_NOTE),
                ],
            )]),
            Block::Line(vec![f.field(8, own::VISITOR_NAME), f.field(4, own::VISITOR_RELATIONSHIP)]),
            Block::Line(vec![f.field(8, own::VISITOR_ADDRESS), f.field(4, own::VISITOR_PHONE)]),
        ];
        blocks.extend(contacts(&f, row));
        blocks.extend([
            Block::Line(vec![f.field(12, own::FAMILY_IMAGE_FILE)]),
            Block::Line(vec![f.tall(12, own::FAMILY_SITUATION)]),
            Block::Heading("介護予防に関する事項".to_owned()),
            Block::Line(vec![f.tall(12, own::LIFE_HISTORY)]),
            Block::Line(vec![f.tall(12, own::DAILY_LIFE)]),
            Block::Line(vec![f.tall(6, own::HOBBIES), f.tall(6, own::FRIENDS_COMMUNITY)]),
            Block::Heading("現在利用しているサービス".to_owned()),
            Block::Line(vec![f.tall(6, own::FORMAL_SERVICES), f.tall(6, own::INFORMAL_SERVICES)]),
            Block::Line(vec![f.field(5, own::CONSENTED_ON), f.field(7, own::CONSENTER_NAME)]),
        ]);
        forms.push(f.form("", "利用者基本情報", false, blocks));
    }
}

/// A field with further items behind its own.
fn with(mut field: Field, f: &Filler<'_>, keys: &[Key]) -> Field {
    for key in keys {
        let more = f.value(*key);
        if !more.is_empty() {
            field.parts.extend(more);
        }
    }
    field
}

/// A field of several items under short labels.
fn labelled(f: &Filler<'_>, label: &str, items: &[(&str, Key)]) -> Field {
    let mut parts = Vec::new();
    for (label, key) in items {
        parts.push(Part::Label((*label).to_owned()));
        parts.extend(f.value(*key));
    }
    Field { label: label.to_owned(), weight: 12, tall: false, rows: String::new(), parts }
}

/// 緊急連絡先, four of them.
fn contacts(f: &Filler<'_>, row: usize) -> Option<Block> {
    let contacts: [[Key; 4]; 4] = [
        [own::EMERGENCY1_NAME, own::EMERGENCY1_RELATIONSHIP, own::EMERGENCY1_ADDRESS, own::EMERGENCY1_PHONE],
        [own::EMERGENCY2_NAME, own::EMERGENCY2_RELATIONSHIP, own::EMERGENCY2_ADDRESS, own::EMERGENCY2_PHONE],
        [own::EMERGENCY3_NAME, own::EMERGENCY3_RELATIONSHIP, own::EMERGENCY3_ADDRESS, own::EMERGENCY3_PHONE],
        [own::EMERGENCY4_NAME, own::EMERGENCY4_RELATIONSHIP, own::EMERGENCY4_ADDRESS, own::EMERGENCY4_PHONE],
    ];
    let body = contacts.iter().enumerate().map(|(nth, keys)| {
        let mut cells = vec![Cell::head((nth + 1).to_string(), "nth")];
        cells.extend(keys.iter().map(|key| f.cell(row, *key, "")));
        Tr { class: "", rows: f.names(&[row]), cells }
    });
    let heads = [("緊急連絡先", "nth"), ("氏名", "kind"), ("続柄", "term"), ("住所", ""), ("電話番号", "office")];
    Some(Block::Grid(Grid {
        class: "contacts",
        caption: "緊急連絡先".to_owned(),
        columns: &[],
        head: vec![heads.map(|(text, class)| Cell::head(text, class)).to_vec()],
        body: body.collect(),
    }))
}

/// 1日の生活
pub(crate) fn day(source: &Source<'_>, forms: &mut Vec<Form>) {
    let columns = [(sub1::TIME_TEXT, "term"), (sub1::USER_LIFE, ""), (sub1::CAREGIVER_LIFE, "")];
    listed(source, "利用者基本情報（1日の生活・すごし方）", "1日の生活", &columns, forms);
}

/// 現病歴・既往歴と経過
pub(crate) fn illnesses(source: &Source<'_>, forms: &mut Vec<Form>) {
    let columns = [
        (sub2::DISEASE_DATE_TEXT, "term"),
        (sub2::DISEASE_NAME, ""),
        (sub2::MEDICAL_INSTITUTION, ""),
        (sub2::PHYSICIAN_FLAG, "term"),
        (sub2::MEDICAL_PHONE, "office"),
        (sub2::PROGRESS, "term"),
        (sub2::TREATMENT_NOTE, ""),
    ];
    listed(source, "利用者基本情報（現病歴・既往歴と経過）", "現病歴・既往歴", &columns, forms);
}

fn listed(source: &Source<'_>, title: &str, caption: &str, columns: &[(Key, &'static str)], forms: &mut Vec<Form>) {
    let sheet = [sub1::INSURER_NUMBER, sub1::INSURED_NUMBER, sub1::CONSULTED_ON];
    for rows in source.groups(&sheet) {
        let f = Filler::of(source, &rows);
        let line = |row: &usize| Tr {
            class: "",
            rows: f.names(&[*row]),
            cells: columns.iter().map(|(key, class)| f.cell(*row, *key, class)).collect(),
        };
        let grid = Grid {
            class: "listed",
            caption: caption.to_owned(),
            columns: &[],
            head: vec![columns.iter().map(|(key, class)| Cell::head(f.label(*key), class)).collect()],
            body: rows.iter().map(line).collect(),
        };
        let blocks = vec![Block::Line(sheet.iter().map(|key| f.field(4, *key)).collect()), Block::Grid(grid)];
        forms.push(f.form("", title, false, blocks));
    }
}

/// 家族構成 as a picture
pub(crate) fn image(source: &Source<'_>, forms: &mut Vec<Form>) {
    use base64::Engine;
    let picture = base64::engine::general_purpose::STANDARD.encode(&source.document.image);
    let f = Filler::of(source, &[]);
    let branch = source.document.parts.iter().find(|(segment, _)| segment.name() == "branch");
    let title = match branch {
        Some((_, branch)) => format!("利用者基本情報（家族構成画像 {branch}）"),
        None => "利用者基本情報（家族構成画像）".to_owned(),
    };
    forms.push(f.form("", &title, false, vec![Block::Picture(picture)]));
}
