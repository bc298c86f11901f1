//! Generated from `validator/spec/*/*.csv` by `validator/tests/generated.rs`. Do not edit.
//!
//! One constant per item, so that a wrong column is a compile error.

#![allow(missing_docs)]

/// All keys, sorted; a [`Key`](super::Key) is an index into this list.
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    "activity_end_time",
    "activity_start_time",
    "author_name",
    "author_name_care_manager",
    "author_name_center",
    "author_office_address",
    "author_office_name",
    "author_office_phone",
    "benefit_rate",
    "care_level",
    "care_level_changed_on",
    "caregiver_life",
    "category_limit_over_units",
    "category_limit_units",
    "category_limit_within_units",
    "center_name",
    "center_opinion",
    "certification_status",
    "certification_valid_from",
    "certification_valid_to",
    "certified_on",
    "checklist_hits_depression",
    "checklist_hits_exercise",
    "checklist_hits_homebound",
    "checklist_hits_memory",
    "checklist_hits_nutrition",
    "checklist_hits_oral_care",
    "checklist_on",
    "checklist_result",
    "consent_office_number",
    "consented_on",
    "consenter_name",
    "consultation_method",
    "consultation_method_other",
    "consultation_round",
    "consulted_on",
    "created_on",
    "csv_version",
    "daily_activity",
    "daily_life",
    "daily_living_current",
    "daily_living_intention",
    "daily_living_issue",
    "daily_living_issue_detail",
    "days_cumulative",
    "days_planned_this_month",
    "days_used_before_month",
    "dementia_independence",
    "detail_no",
    "disability_independence",
    "disability_intellectual",
    "disability_intractable",
    "disability_mental",
    "disability_note",
    "disability_physical",
    "discount_rate",
    "discounted_units",
    "disease_date_text",
    "disease_name",
    "economic_note",
    "emergency1_address",
    "emergency1_name",
    "emergency1_phone",
    "emergency1_relationship",
    "emergency2_address",
    "emergency2_name",
    "emergency2_phone",
    "emergency2_relationship",
    "emergency3_address",
    "emergency3_name",
    "emergency3_phone",
    "emergency3_relationship",
    "emergency4_address",
    "emergency4_name",
    "emergency4_phone",
    "emergency4_relationship",
    "end_time",
    "entered_by_code",
    "equipment_name",
    "family_image_file",
    "family_situation",
    "first_plan_created_on",
    "fixed_copay_unit_price",
    "formal_services",
    "frequency",
    "friends_community",
    "goal",
    "goal_proposal",
    "health_current",
    "health_intention",
    "health_issue",
    "health_issue_detail",
    "health_notes",
    "hobbies",
    "home_modification",
    "housing_type",
    "informal_services",
    "insurance_claim_amount",
    "insurance_coverage",
    "insured_number",
    "insured_or_community_service",
    "insurer_number",
    "issue",
    "issue_no",
    "life_goal_day",
    "life_goal_year",
    "life_history",
    "limit_period_end",
    "limit_period_start",
    "living_support_reason",
    "living_support_reason_other",
    "long_term_goal",
    "long_term_period",
    "managed_units",
    "medical_institution",
    "medical_phone",
    "mobility_current",
    "mobility_intention",
    "mobility_issue",
    "mobility_issue_detail",
    "non_weekly_service",
    "office_code_fixed",
    "outsourcing",
    "over_30_days",
    "overall_issue",
    "overall_policy",
    "pension_disability",
    "pension_employee",
    "pension_national",
    "physician_flag",
    "plan_author_name",
    "plan_category",
    "plan_created_on",
    "plan_manager_name",
    "plan_type",
    "previous_care_level",
    "previous_consulted_on",
    "program_depression",
    "program_exercise",
    "program_homebound",
    "program_memory",
    "program_nutrition",
    "program_oral_care",
    "progress",
    "proposal_intention",
    "prorated_days",
    "public_assistance",
    "record_identifier",
    "reference_no",
    "review_board_opinion",
    "room_floor",
    "satellite_no",
    "self_care_informal",
    "service_code",
    "service_content",
    "service_count",
    "service_date",
    "service_end_time",
    "service_kind",
    "service_office_name",
    "service_office_number",
    "service_period",
    "service_start_time",
    "service_type",
    "service_units_amount",
    "short_stay_days_before_month",
    "short_term_goal",
    "short_term_period",
    "social_current",
    "social_intention",
    "social_issue",
    "social_issue_detail",
    "start_time",
    "stay_days_before_month",
    "stay_days_cumulative",
    "support_content_no",
    "support_goal_no",
    "support_level",
    "support_office_address1",
    "support_office_address2",
    "support_office_name",
    "support_office_number",
    "support_office_postal_code",
    "support_plan_no",
    "support_point",
    "support_policy",
    "tais_code",
    "target_month",
    "time_text",
    "todokede_code",
    "total_cost_insured",
    "total_over_units",
    "treatment_note",
    "type1_limit_units",
    "type1_over_units",
    "type1_service_type",
    "type1_total_units",
    "type2_limit_units",
    "type2_over_units",
    "type2_service_type",
    "type2_total_units",
    "type3_limit_units",
    "type3_over_units",
    "type3_service_type",
    "type3_total_units",
    "type4_limit_units",
    "type4_over_units",
    "type4_service_type",
    "type4_total_units",
    "type5_limit_units",
    "type5_over_units",
    "type5_service_type",
    "type5_total_units",
    "type6_limit_units",
    "type6_over_units",
    "type6_service_type",
    "type6_total_units",
    "type7_limit_units",
    "type7_over_units",
    "type7_service_type",
    "type7_total_units",
    "type8_limit_units",
    "type8_over_units",
    "type8_service_type",
    "type8_total_units",
    "type9_limit_units",
    "type9_over_units",
    "type9_service_type",
    "type9_total_units",
    "type_limit_over_units",
    "type_limit_within_units",
    "unit_price",
    "units",
    "updated_by_office_number",
    "used_service_no",
    "user_address",
    "user_address1",
    "user_address2",
    "user_birth_date",
    "user_copay_full",
    "user_copay_insured",
    "user_family_intention",
    "user_fax",
    "user_life",
    "user_name",
    "user_name_kana",
    "user_phone",
    "user_postal_code",
    "user_sex",
    "user_situation",
    "user_situation_note",
    "visitor_address",
    "visitor_name",
    "visitor_phone",
    "visitor_relationship",
    "weekday",
];

pub mod dlt1kyo {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 居宅サービス計画作成（変更）日 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const PLAN_CREATED_ON: Key = Key(132);
}

pub mod dltjsk {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 削除対象年月 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const TARGET_MONTH: Key = Key(187);
    /// サービス事業者コード (202407: No.5, 202208: No.5, 202003: No.5)
    pub const SERVICE_OFFICE_NUMBER: Key = Key(160);
    /// サービス種類コード (202407: No.6, 202208: No.6, 202003: No.6)
    pub const SERVICE_TYPE: Key = Key(163);
}

pub mod dltkihon {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 相談日 (202407: No.4)
    pub const CONSULTED_ON: Key = Key(35);
}

pub mod dltplan {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 削除対象年月 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const TARGET_MONTH: Key = Key(187);
}

pub mod dltyobo {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 計画作成(変更)日 (202407: No.4)
    pub const PLAN_CREATED_ON: Key = Key(132);
}

pub mod up1kyo {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 作成年月日 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const CREATED_ON: Key = Key(36);
    /// 利用者郵便番号 (202407: No.5, 202208: No.5, 202003: No.5)
    pub const USER_POSTAL_CODE: Key = Key(247);
    /// 利用者住所１ (202407: No.6, 202208: No.6, 202003: No.6)
    pub const USER_ADDRESS1: Key = Key(236);
    /// 利用者住所２ (202407: No.7, 202208: No.7, 202003: No.7)
    pub const USER_ADDRESS2: Key = Key(237);
    /// 居宅サービス計画作成者氏名 (202407: No.8, 202208: No.8, 202003: No.8)
    pub const PLAN_AUTHOR_NAME: Key = Key(130);
    /// 介護支援事業者名 (202407: No.9, 202208: No.9, 202003: No.9)
    pub const SUPPORT_OFFICE_NAME: Key = Key(180);
    /// 介護支援事業者郵便番号 (202407: No.10, 202208: No.10, 202003: No.10)
    pub const SUPPORT_OFFICE_POSTAL_CODE: Key = Key(182);
    /// 介護支援事業者住所１ (202407: No.11, 202208: No.11, 202003: No.11)
    pub const SUPPORT_OFFICE_ADDRESS1: Key = Key(178);
    /// 介護支援事業者住所２ (202407: No.12, 202208: No.12, 202003: No.12)
    pub const SUPPORT_OFFICE_ADDRESS2: Key = Key(179);
    /// 介護支援事業者コード (202407: No.13, 202208: No.13, 202003: No.13)
    pub const SUPPORT_OFFICE_NUMBER: Key = Key(181);
    /// 居宅サービス計画作成（変更）日 (202407: No.14, 202208: No.14, 202003: No.14)
    pub const PLAN_CREATED_ON: Key = Key(132);
    /// 初回居宅サービス計画作成日 (202407: No.15, 202208: No.15, 202003: No.15)
    pub const FIRST_PLAN_CREATED_ON: Key = Key(81);
    /// 計画書区分 (202407: No.16, 202208: No.16, 202003: No.16)
    pub const PLAN_CATEGORY: Key = Key(131);
    /// 認定状況区分 (202407: No.17, 202208: No.17, 202003: No.17)
    pub const CERTIFICATION_STATUS: Key = Key(17);
    /// 認定日 (202407: No.18, 202208: No.18, 202003: No.18)
    pub const CERTIFIED_ON: Key = Key(20);
    /// 認定有効期間開始日 (202407: No.19, 202208: No.19, 202003: No.19)
    pub const CERTIFICATION_VALID_FROM: Key = Key(18);
    /// 認定有効期間終了日 (202407: No.20, 202208: No.20, 202003: No.20)
    pub const CERTIFICATION_VALID_TO: Key = Key(19);
    /// 要介護状態区分 (202407: No.21, 202208: No.21, 202003: No.21)
    pub const CARE_LEVEL: Key = Key(9);
    /// 利用者及び家族の生活に対する意向を踏まえた課題分析の結果 (202407: No.22, 202208: No.22, 202003: No.22)
    pub const USER_FAMILY_INTENTION: Key = Key(241);
    /// 介護認定審査会の意見及びサービスの種類の指定 (202407: No.23, 202208: No.23, 202003: No.23)
    pub const REVIEW_BOARD_OPINION: Key = Key(149);
    /// 総合的な援助の方針 (202407: No.24, 202208: No.24, 202003: No.24)
    pub const OVERALL_POLICY: Key = Key(125);
    /// 生活援助中心型の算定理由 (202407: No.25, 202208: No.25, 202003: No.25)
    pub const LIVING_SUPPORT_REASON: Key = Key(109);
    /// その他理由 (202407: No.26, 202208: No.26, 202003: No.26)
    pub const LIVING_SUPPORT_REASON_OTHER: Key = Key(110);
    /// 更新業者コード (202407: No.27, 202208: No.27, 202003: No.27)
    pub const UPDATED_BY_OFFICE_NUMBER: Key = Key(233);
    /// 識別子 (202407: No.28, 202208: No.28, 202003: No.28)
    pub const RECORD_IDENTIFIER: Key = Key(147);
}

pub mod up2kyo {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 居宅計画書作成年月日 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const CREATED_ON: Key = Key(36);
    /// 居宅サービス計画作成（変更）日 (202407: No.5, 202208: No.5, 202003: No.5)
    pub const PLAN_CREATED_ON: Key = Key(132);
    /// 課題ＮＯ (202407: No.6, 202208: No.6, 202003: No.6)
    pub const ISSUE_NO: Key = Key(103);
    /// 課題 (202407: No.7, 202208: No.7, 202003: No.7)
    pub const ISSUE: Key = Key(102);
    /// 援助目標ＮＯ (202407: No.8, 202208: No.8, 202003: No.8)
    pub const SUPPORT_GOAL_NO: Key = Key(176);
    /// 長期目標 (202407: No.9, 202208: No.9, 202003: No.9)
    pub const LONG_TERM_GOAL: Key = Key(111);
    /// 短期目標 (202407: No.10, 202208: No.10, 202003: No.10)
    pub const SHORT_TERM_GOAL: Key = Key(166);
    /// 長期期間 (202407: No.11, 202208: No.11, 202003: No.11)
    pub const LONG_TERM_PERIOD: Key = Key(112);
    /// 短期期間 (202407: No.12, 202208: No.12, 202003: No.12)
    pub const SHORT_TERM_PERIOD: Key = Key(167);
    /// 援助内容ＮＯ (202407: No.13, 202208: No.13, 202003: No.13)
    pub const SUPPORT_CONTENT_NO: Key = Key(175);
    /// サービス内容 (202407: No.14, 202208: No.14, 202003: No.14)
    pub const SERVICE_CONTENT: Key = Key(154);
    /// 保険対象区分 (202407: No.15, 202208: No.15, 202003: No.15)
    pub const INSURANCE_COVERAGE: Key = Key(98);
    /// サービス種別 (202407: No.16, 202208: No.16, 202003: No.16)
    pub const SERVICE_KIND: Key = Key(158);
    /// サービス事業者コード (202407: No.17, 202208: No.17, 202003: No.17)
    pub const SERVICE_OFFICE_NUMBER: Key = Key(160);
    /// サービス事業所名 (202407: No.18, 202208: No.18, 202003: No.18)
    pub const SERVICE_OFFICE_NAME: Key = Key(159);
    /// 頻度 (202407: No.19, 202208: No.19, 202003: No.19)
    pub const FREQUENCY: Key = Key(84);
    /// 実施期間 (202407: No.20, 202208: No.20, 202003: No.20)
    pub const SERVICE_PERIOD: Key = Key(161);
    /// 更新業者コード (202407: No.21, 202208: No.21, 202003: No.21)
    pub const UPDATED_BY_OFFICE_NUMBER: Key = Key(233);
    /// 識別子 (202407: No.22, 202208: No.22, 202003: No.22)
    pub const RECORD_IDENTIFIER: Key = Key(147);
}

pub mod up3kyo {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 週間サービス計画表作成年月日 (202407: No.4)
    pub const CREATED_ON: Key = Key(36);
    /// 居宅サービス計画作成（変更）日 (202407: No.5)
    pub const PLAN_CREATED_ON: Key = Key(132);
    /// 介護サービス内容 (202407: No.6)
    pub const SERVICE_CONTENT: Key = Key(154);
    /// 曜日 (202407: No.7)
    pub const WEEKDAY: Key = Key(255);
    /// 開始時間 (202407: No.8)
    pub const SERVICE_START_TIME: Key = Key(162);
    /// 終了時間 (202407: No.9)
    pub const SERVICE_END_TIME: Key = Key(157);
    /// 主な日常生活上の活動 (202407: No.10)
    pub const DAILY_ACTIVITY: Key = Key(38);
    /// 開始時間 (202407: No.11)
    pub const ACTIVITY_START_TIME: Key = Key(1);
    /// 終了時間 (202407: No.12)
    pub const ACTIVITY_END_TIME: Key = Key(0);
    /// 週単位以外のサービス (202407: No.13)
    pub const NON_WEEKLY_SERVICE: Key = Key(120);
}

pub mod uphosoku {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 居宅サービス計画作成（変更）日 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const PLAN_CREATED_ON: Key = Key(132);
    /// 利用者氏名フリガナ (202407: No.5, 202208: No.5, 202003: No.5)
    pub const USER_NAME_KANA: Key = Key(245);
    /// 利用者氏名 (202407: No.6, 202208: No.6, 202003: No.6)
    pub const USER_NAME: Key = Key(244);
    /// 利用者性別 (202407: No.7, 202208: No.7, 202003: No.7)
    pub const USER_SEX: Key = Key(248);
    /// 利用者生年月日 (202407: No.8, 202208: No.8, 202003: No.8)
    pub const USER_BIRTH_DATE: Key = Key(238);
    /// 利用者郵便番号 (202407: No.9, 202208: No.9, 202003: No.9)
    pub const USER_POSTAL_CODE: Key = Key(247);
    /// 利用者住所１ (202407: No.10, 202208: No.10, 202003: No.10)
    pub const USER_ADDRESS1: Key = Key(236);
    /// 利用者住所２ (202407: No.11, 202208: No.11, 202003: No.11)
    pub const USER_ADDRESS2: Key = Key(237);
    /// 利用者電話番号 (202407: No.12, 202208: No.12, 202003: No.12)
    pub const USER_PHONE: Key = Key(246);
    /// 認定日 (202407: No.13, 202208: No.13, 202003: No.13)
    pub const CERTIFIED_ON: Key = Key(20);
    /// 限度額適用開始年月日 (202407: No.14, 202208: No.14, 202003: No.14)
    pub const LIMIT_PERIOD_START: Key = Key(108);
    /// 限度額適用終了年月日 (202407: No.15, 202208: No.15, 202003: No.15)
    pub const LIMIT_PERIOD_END: Key = Key(107);
    /// 認定状況区分 (202407: No.16, 202208: No.16, 202003: No.16)
    pub const CERTIFICATION_STATUS: Key = Key(17);
    /// 要介護状態変更日 (202407: No.17, 202208: No.17, 202003: No.17)
    pub const CARE_LEVEL_CHANGED_ON: Key = Key(10);
    /// 要介護状態区分 (202407: No.18, 202208: No.18, 202003: No.18)
    pub const CARE_LEVEL: Key = Key(9);
    /// 区分支給限度基準額 (202407: No.19, 202208: No.19, 202003: No.19)
    pub const CATEGORY_LIMIT_UNITS: Key = Key(13);
    /// １サービス種類コード (202407: No.20, 202208: No.20, 202003: No.20)
    pub const TYPE1_SERVICE_TYPE: Key = Key(195);
    /// １支給限度基準額 (202407: No.21, 202208: No.21, 202003: No.21)
    pub const TYPE1_LIMIT_UNITS: Key = Key(193);
    /// １合計単位数 (202407: No.22, 202208: No.22, 202003: No.22)
    pub const TYPE1_TOTAL_UNITS: Key = Key(196);
    /// １限度超単位数 (202407: No.23, 202208: No.23, 202003: No.23)
    pub const TYPE1_OVER_UNITS: Key = Key(194);
    /// ２サービス種類コード (202407: No.24, 202208: No.24, 202003: No.24)
    pub const TYPE2_SERVICE_TYPE: Key = Key(199);
    /// ２支給限度基準額 (202407: No.25, 202208: No.25, 202003: No.25)
    pub const TYPE2_LIMIT_UNITS: Key = Key(197);
    /// ２合計単位数 (202407: No.26, 202208: No.26, 202003: No.26)
    pub const TYPE2_TOTAL_UNITS: Key = Key(200);
    /// ２限度超単位数 (202407: No.27, 202208: No.27, 202003: No.27)
    pub const TYPE2_OVER_UNITS: Key = Key(198);
    /// ３サービス種類コード (202407: No.28, 202208: No.28, 202003: No.28)
    pub const TYPE3_SERVICE_TYPE: Key = Key(203);
    /// ３支給限度基準額 (202407: No.29, 202208: No.29, 202003: No.29)
    pub const TYPE3_LIMIT_UNITS: Key = Key(201);
    /// ３合計単位数 (202407: No.30, 202208: No.30, 202003: No.30)
    pub const TYPE3_TOTAL_UNITS: Key = Key(204);
    /// ３限度超単位数 (202407: No.31, 202208: No.31, 202003: No.31)
    pub const TYPE3_OVER_UNITS: Key = Key(202);
    /// ４サービス種類コード (202407: No.32, 202208: No.32, 202003: No.32)
    pub const TYPE4_SERVICE_TYPE: Key = Key(207);
    /// ４支給限度基準額 (202407: No.33, 202208: No.33, 202003: No.33)
    pub const TYPE4_LIMIT_UNITS: Key = Key(205);
    /// ４合計単位数 (202407: No.34, 202208: No.34, 202003: No.34)
    pub const TYPE4_TOTAL_UNITS: Key = Key(208);
    /// ４限度超単位数 (202407: No.35, 202208: No.35, 202003: No.35)
    pub const TYPE4_OVER_UNITS: Key = Key(206);
    /// ５サービス種類コード (202407: No.36, 202208: No.36, 202003: No.36)
    pub const TYPE5_SERVICE_TYPE: Key = Key(211);
    /// ５支給限度基準額 (202407: No.37, 202208: No.37, 202003: No.37)
    pub const TYPE5_LIMIT_UNITS: Key = Key(209);
    /// ５合計単位数 (202407: No.38, 202208: No.38, 202003: No.38)
    pub const TYPE5_TOTAL_UNITS: Key = Key(212);
    /// ５限度超単位数 (202407: No.39, 202208: No.39, 202003: No.39)
    pub const TYPE5_OVER_UNITS: Key = Key(210);
    /// ６サービス種類コード (202407: No.40, 202208: No.40, 202003: No.40)
    pub const TYPE6_SERVICE_TYPE: Key = Key(215);
    /// ６支給限度基準額 (202407: No.41, 202208: No.41, 202003: No.41)
    pub const TYPE6_LIMIT_UNITS: Key = Key(213);
    /// ６合計単位数 (202407: No.42, 202208: No.42, 202003: No.42)
    pub const TYPE6_TOTAL_UNITS: Key = Key(216);
    /// ６限度超単位数 (202407: No.43, 202208: No.43, 202003: No.43)
    pub const TYPE6_OVER_UNITS: Key = Key(214);
    /// ７サービス種類コード (202407: No.44, 202208: No.44, 202003: No.44)
    pub const TYPE7_SERVICE_TYPE: Key = Key(219);
    /// ７支給限度基準額 (202407: No.45, 202208: No.45, 202003: No.45)
    pub const TYPE7_LIMIT_UNITS: Key = Key(217);
    /// ７合計単位数 (202407: No.46, 202208: No.46, 202003: No.46)
    pub const TYPE7_TOTAL_UNITS: Key = Key(220);
    /// ７限度超単位数 (202407: No.47, 202208: No.47, 202003: No.47)
    pub const TYPE7_OVER_UNITS: Key = Key(218);
    /// ８サービス種類コード (202407: No.48, 202208: No.48, 202003: No.48)
    pub const TYPE8_SERVICE_TYPE: Key = Key(223);
    /// ８支給限度基準額 (202407: No.49, 202208: No.49, 202003: No.49)
    pub const TYPE8_LIMIT_UNITS: Key = Key(221);
    /// ８合計単位数 (202407: No.50, 202208: No.50, 202003: No.50)
    pub const TYPE8_TOTAL_UNITS: Key = Key(224);
    /// ８限度超単位数 (202407: No.51, 202208: No.51, 202003: No.51)
    pub const TYPE8_OVER_UNITS: Key = Key(222);
    /// ９サービス種類コード (202407: No.52, 202208: No.52, 202003: No.52)
    pub const TYPE9_SERVICE_TYPE: Key = Key(227);
    /// ９支給限度基準額 (202407: No.53, 202208: No.53, 202003: No.53)
    pub const TYPE9_LIMIT_UNITS: Key = Key(225);
    /// ９合計単位数 (202407: No.54, 202208: No.54, 202003: No.54)
    pub const TYPE9_TOTAL_UNITS: Key = Key(228);
    /// ９限度超単位数 (202407: No.55, 202208: No.55, 202003: No.55)
    pub const TYPE9_OVER_UNITS: Key = Key(226);
    /// 合計限度超単位数 (202407: No.56, 202208: No.56, 202003: No.56)
    pub const TOTAL_OVER_UNITS: Key = Key(191);
    /// 入所前月迄利用日数 (202407: No.57, 202208: No.57, 202003: No.57)
    pub const STAY_DAYS_BEFORE_MONTH: Key = Key(173);
    /// 入所累積利用日数 (202407: No.58, 202208: No.58, 202003: No.58)
    pub const STAY_DAYS_CUMULATIVE: Key = Key(174);
    /// 前回要介護状態区分 (202407: No.59, 202208: No.59, 202003: No.59)
    pub const PREVIOUS_CARE_LEVEL: Key = Key(135);
    /// 同意書受付業者 (202407: No.60, 202208: No.60, 202003: No.60)
    pub const CONSENT_OFFICE_NUMBER: Key = Key(29);
    /// 更新業者コード (202407: No.61, 202208: No.61, 202003: No.61)
    pub const UPDATED_BY_OFFICE_NUMBER: Key = Key(233);
    /// 識別子 (202407: No.62, 202208: No.62, 202003: No.62)
    pub const RECORD_IDENTIFIER: Key = Key(147);
    /// 対象年月 (202407: No.63, 202208: No.63, 202003: No.63)
    pub const TARGET_MONTH: Key = Key(187);
}

pub mod upjsk {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 作成年月日 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const CREATED_ON: Key = Key(36);
    /// 対象年月 (202407: No.5, 202208: No.5, 202003: No.5)
    pub const TARGET_MONTH: Key = Key(187);
    /// プラン担当業者コード (202407: No.6, 202208: No.6, 202003: No.6)
    pub const SUPPORT_OFFICE_NUMBER: Key = Key(181);
    /// プラン担当者名 (202407: No.7, 202208: No.7, 202003: No.7)
    pub const PLAN_MANAGER_NAME: Key = Key(133);
    /// 単位数 (202407: No.8, 202208: No.8, 202003: No.8)
    pub const UNITS: Key = Key(232);
    /// 前月までの短期入所利用日数 (202407: No.9, 202208: No.9, 202003: No.9)
    pub const SHORT_STAY_DAYS_BEFORE_MONTH: Key = Key(165);
    /// サービス利用日 (202407: No.10, 202208: No.10, 202003: No.10)
    pub const SERVICE_DATE: Key = Key(156);
    /// 日割対象日 (202407: No.11, 202208: No.11, 202003: No.11)
    pub const PRORATED_DAYS: Key = Key(145);
    /// サービス開始時刻 (202407: No.12, 202208: No.12, 202003: No.12)
    pub const START_TIME: Key = Key(172);
    /// サービス終了時刻 (202407: No.13, 202208: No.13, 202003: No.13)
    pub const END_TIME: Key = Key(76);
    /// サービス回数 (202407: No.14, 202208: No.14, 202003: No.14)
    pub const SERVICE_COUNT: Key = Key(155);
    /// サービスコード (202407: No.15, 202208: No.15, 202003: No.15)
    pub const SERVICE_CODE: Key = Key(153);
    /// TAISコード (202407: No.16)
    pub const TAIS_CODE: Key = Key(186);
    /// 福祉用具届出コード (202407: No.17)
    pub const TODOKEDE_CODE: Key = Key(189);
    /// 用具名称（機種名） (202407: No.18)
    pub const EQUIPMENT_NAME: Key = Key(78);
    /// 明細判別コード (202407: No.19, 202208: No.16, 202003: No.16)
    pub const DETAIL_NO: Key = Key(48);
    /// サービス事業者コード (202407: No.20, 202208: No.17, 202003: No.17)
    pub const SERVICE_OFFICE_NUMBER: Key = Key(160);
    /// サービス事業所名 (202407: No.21, 202208: No.18, 202003: No.18)
    pub const SERVICE_OFFICE_NAME: Key = Key(159);
    /// サテライト枝番 (202407: No.22, 202208: No.19, 202003: No.19)
    pub const SATELLITE_NO: Key = Key(151);
    /// ３０日超区分 (202407: No.23, 202208: No.20, 202003: No.20)
    pub const OVER_30_DAYS: Key = Key(123);
    /// 更新業者コード (202407: No.24, 202208: No.21, 202003: No.21)
    pub const UPDATED_BY_OFFICE_NUMBER: Key = Key(233);
    /// 識別子 (202407: No.25, 202208: No.22, 202003: No.22)
    pub const RECORD_IDENTIFIER: Key = Key(147);
}

pub mod upkihon {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 相談日 (202407: No.4)
    pub const CONSULTED_ON: Key = Key(35);
    /// 計画種類 (202407: No.5)
    pub const PLAN_TYPE: Key = Key(134);
    /// 委託の有無 (202407: No.6)
    pub const OUTSOURCING: Key = Key(122);
    /// 作成担当者 (202407: No.7)
    pub const AUTHOR_NAME: Key = Key(2);
    /// 相談方法 (202407: No.8)
    pub const CONSULTATION_METHOD: Key = Key(32);
    /// 相談方法(その他の内容) (202407: No.9)
    pub const CONSULTATION_METHOD_OTHER: Key = Key(33);
    /// 相談回数 (202407: No.10)
    pub const CONSULTATION_ROUND: Key = Key(34);
    /// 前回相談日 (202407: No.11)
    pub const PREVIOUS_CONSULTED_ON: Key = Key(136);
    /// 利用者の現況 (202407: No.12)
    pub const USER_SITUATION: Key = Key(249);
    /// 利用者の現況(状況補足) (202407: No.13)
    pub const USER_SITUATION_NOTE: Key = Key(250);
    /// 利用者氏名ﾌﾘｶﾞﾅ (202407: No.14)
    pub const USER_NAME_KANA: Key = Key(245);
    /// 利用者氏名 (202407: No.15)
    pub const USER_NAME: Key = Key(244);
    /// 利用者性別 (202407: No.16)
    pub const USER_SEX: Key = Key(248);
    /// 利用者生年月日 (202407: No.17)
    pub const USER_BIRTH_DATE: Key = Key(238);
    /// 利用者住所 (202407: No.18)
    pub const USER_ADDRESS: Key = Key(235);
    /// 利用者電話番号 (202407: No.19)
    pub const USER_PHONE: Key = Key(246);
    /// 利用者Fax番号 (202407: No.20)
    pub const USER_FAX: Key = Key(242);
    /// 障害高齢者の日常生活自立度 (202407: No.21)
    pub const DISABILITY_INDEPENDENCE: Key = Key(49);
    /// 認知症高齢者の日常生活自立度 (202407: No.22)
    pub const DEMENTIA_INDEPENDENCE: Key = Key(47);
    /// 要介護状態区分 (202407: No.23)
    pub const CARE_LEVEL: Key = Key(9);
    /// 認定有効期限開始日 (202407: No.24)
    pub const CERTIFICATION_VALID_FROM: Key = Key(18);
    /// 認定有効期間終了日 (202407: No.25)
    pub const CERTIFICATION_VALID_TO: Key = Key(19);
    /// 前回の介護度 (202407: No.26)
    pub const PREVIOUS_CARE_LEVEL: Key = Key(135);
    /// 基本チェックリスト記入結果 (202407: No.27)
    pub const CHECKLIST_RESULT: Key = Key(28);
    /// 基本チェックリスト記入日 (202407: No.28)
    pub const CHECKLIST_ON: Key = Key(27);
    /// 障害等認定(身障) (202407: No.29)
    pub const DISABILITY_PHYSICAL: Key = Key(54);
    /// 障害等認定(療育) (202407: No.30)
    pub const DISABILITY_INTELLECTUAL: Key = Key(50);
    /// 障害等認定(精神) (202407: No.31)
    pub const DISABILITY_MENTAL: Key = Key(52);
    /// 障害等認定(難病) (202407: No.32)
    pub const DISABILITY_INTRACTABLE: Key = Key(51);
    /// 障害等認定特記事項 (202407: No.33)
    pub const DISABILITY_NOTE: Key = Key(53);
    /// 居住形態 (202407: No.34)
    pub const HOUSING_TYPE: Key = Key(95);
    /// 自室の階数 (202407: No.35)
    pub const ROOM_FLOOR: Key = Key(150);
    /// 住宅改修の有無 (202407: No.36)
    pub const HOME_MODIFICATION: Key = Key(94);
    /// 経済状況(国民年金) (202407: No.37)
    pub const PENSION_NATIONAL: Key = Key(128);
    /// 経済状況(厚生年金) (202407: No.38)
    pub const PENSION_EMPLOYEE: Key = Key(127);
    /// 経済状況(障害年金) (202407: No.39)
    pub const PENSION_DISABILITY: Key = Key(126);
    /// 経済状況(生活保護) (202407: No.40)
    pub const PUBLIC_ASSISTANCE: Key = Key(146);
    /// 経済状況詳細 (202407: No.41)
    pub const ECONOMIC_NOTE: Key = Key(59);
    /// 来所者(相談者)氏名 (202407: No.42)
    pub const VISITOR_NAME: Key = Key(252);
    /// 来所者(相談者)住所 (202407: No.43)
    pub const VISITOR_ADDRESS: Key = Key(251);
    /// 来所者(相談者)電話番号 (202407: No.44)
    pub const VISITOR_PHONE: Key = Key(253);
    /// 来所者(相談者)続柄 (202407: No.45)
    pub const VISITOR_RELATIONSHIP: Key = Key(254);
    /// 1 緊急連絡先(氏名) (202407: No.46)
    pub const EMERGENCY1_NAME: Key = Key(61);
    /// 1 緊急連絡先(続柄) (202407: No.47)
    pub const EMERGENCY1_RELATIONSHIP: Key = Key(63);
    /// 1 緊急連絡先(住所) (202407: No.48)
    pub const EMERGENCY1_ADDRESS: Key = Key(60);
    /// 1 緊急連絡先(電話番号) (202407: No.49)
    pub const EMERGENCY1_PHONE: Key = Key(62);
    /// 2 緊急連絡先(氏名) (202407: No.50)
    pub const EMERGENCY2_NAME: Key = Key(65);
    /// 2 緊急連絡先(続柄) (202407: No.51)
    pub const EMERGENCY2_RELATIONSHIP: Key = Key(67);
    /// 2 緊急連絡先(住所) (202407: No.52)
    pub const EMERGENCY2_ADDRESS: Key = Key(64);
    /// 2 緊急連絡先(電話番号) (202407: No.53)
    pub const EMERGENCY2_PHONE: Key = Key(66);
    /// 3 緊急連絡先(氏名) (202407: No.54)
    pub const EMERGENCY3_NAME: Key = Key(69);
    /// 3 緊急連絡先(続柄) (202407: No.55)
    pub const EMERGENCY3_RELATIONSHIP: Key = Key(71);
    /// 3 緊急連絡先(住所) (202407: No.56)
    pub const EMERGENCY3_ADDRESS: Key = Key(68);
    /// 3 緊急連絡先(電話番号) (202407: No.57)
    pub const EMERGENCY3_PHONE: Key = Key(70);
    /// 4 緊急連絡先(氏名) (202407: No.58)
    pub const EMERGENCY4_NAME: Key = Key(73);
    /// 4 緊急連絡先(続柄) (202407: No.59)
    pub const EMERGENCY4_RELATIONSHIP: Key = Key(75);
    /// 4 緊急連絡先(住所) (202407: No.60)
    pub const EMERGENCY4_ADDRESS: Key = Key(72);
    /// 4 緊急連絡先(電話番号) (202407: No.61)
    pub const EMERGENCY4_PHONE: Key = Key(74);
    /// 家族構成 画像ファイル名 (202407: No.62)
    pub const FAMILY_IMAGE_FILE: Key = Key(79);
    /// 家族関係等の状況 (202407: No.63)
    pub const FAMILY_SITUATION: Key = Key(80);
    /// 今までの生活 (202407: No.64)
    pub const LIFE_HISTORY: Key = Key(106);
    /// １日の生活・すごし方(生活全般) (202407: No.65)
    pub const DAILY_LIFE: Key = Key(39);
    /// 趣味・楽しみ・特技 (202407: No.66)
    pub const HOBBIES: Key = Key(93);
    /// 友人・地域との関係 (202407: No.67)
    pub const FRIENDS_COMMUNITY: Key = Key(85);
    /// 現在利用している公的サービス (202407: No.68)
    pub const FORMAL_SERVICES: Key = Key(83);
    /// 現在利用している非公的サービス (202407: No.69)
    pub const INFORMAL_SERVICES: Key = Key(96);
    /// 同意日 (202407: No.70)
    pub const CONSENTED_ON: Key = Key(30);
    /// 同意者氏名 (202407: No.71)
    pub const CONSENTER_NAME: Key = Key(31);
}

pub mod upkihon_sub1 {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 相談日 (202407: No.4)
    pub const CONSULTED_ON: Key = Key(35);
    /// 時間 (202407: No.5)
    pub const TIME_TEXT: Key = Key(188);
    /// 本人の生活状況 (202407: No.6)
    pub const USER_LIFE: Key = Key(243);
    /// 介護者・家族の生活状況 (202407: No.7)
    pub const CAREGIVER_LIFE: Key = Key(11);
}

pub mod upkihon_sub2 {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 相談日 (202407: No.4)
    pub const CONSULTED_ON: Key = Key(35);
    /// 年月日 (202407: No.5)
    pub const DISEASE_DATE_TEXT: Key = Key(57);
    /// 病名 (202407: No.6)
    pub const DISEASE_NAME: Key = Key(58);
    /// 医療機関・医師名 (202407: No.7)
    pub const MEDICAL_INSTITUTION: Key = Key(114);
    /// 主治医・意見作成者フラグ (202407: No.8)
    pub const PHYSICIAN_FLAG: Key = Key(129);
    /// 医療機関・医師電話番号 (202407: No.9)
    pub const MEDICAL_PHONE: Key = Key(115);
    /// 経過 (202407: No.10)
    pub const PROGRESS: Key = Key(143);
    /// 治療中の内容 (202407: No.11)
    pub const TREATMENT_NOTE: Key = Key(192);
}

pub mod upplan {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 作成年月日 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const CREATED_ON: Key = Key(36);
    /// 対象年月 (202407: No.5, 202208: No.5, 202003: No.5)
    pub const TARGET_MONTH: Key = Key(187);
    /// プラン担当業者コード (202407: No.6, 202208: No.6, 202003: No.6)
    pub const SUPPORT_OFFICE_NUMBER: Key = Key(181);
    /// プラン担当者名 (202407: No.7, 202208: No.7, 202003: No.7)
    pub const PLAN_MANAGER_NAME: Key = Key(133);
    /// 単位数 (202407: No.8, 202208: No.8, 202003: No.8)
    pub const UNITS: Key = Key(232);
    /// 前月までの短期入所利用日数 (202407: No.9, 202208: No.9, 202003: No.9)
    pub const SHORT_STAY_DAYS_BEFORE_MONTH: Key = Key(165);
    /// サービス利用日 (202407: No.10, 202208: No.10, 202003: No.10)
    pub const SERVICE_DATE: Key = Key(156);
    /// 日割対象日 (202407: No.11, 202208: No.11, 202003: No.11)
    pub const PRORATED_DAYS: Key = Key(145);
    /// サービス開始時刻 (202407: No.12, 202208: No.12, 202003: No.12)
    pub const START_TIME: Key = Key(172);
    /// サービス終了時刻 (202407: No.13, 202208: No.13, 202003: No.13)
    pub const END_TIME: Key = Key(76);
    /// サービス回数 (202407: No.14, 202208: No.14, 202003: No.14)
    pub const SERVICE_COUNT: Key = Key(155);
    /// サービスコード (202407: No.15, 202208: No.15, 202003: No.15)
    pub const SERVICE_CODE: Key = Key(153);
    /// TAISコード (202407: No.16)
    pub const TAIS_CODE: Key = Key(186);
    /// 福祉用具届出コード (202407: No.17)
    pub const TODOKEDE_CODE: Key = Key(189);
    /// 用具名称（機種名） (202407: No.18)
    pub const EQUIPMENT_NAME: Key = Key(78);
    /// 明細判別コード (202407: No.19, 202208: No.16, 202003: No.16)
    pub const DETAIL_NO: Key = Key(48);
    /// サービス事業者コード (202407: No.20, 202208: No.17, 202003: No.17)
    pub const SERVICE_OFFICE_NUMBER: Key = Key(160);
    /// サービス事業所名 (202407: No.21, 202208: No.18, 202003: No.18)
    pub const SERVICE_OFFICE_NAME: Key = Key(159);
    /// サテライト枝番 (202407: No.22, 202208: No.19, 202003: No.19)
    pub const SATELLITE_NO: Key = Key(151);
    /// ３０日超区分 (202407: No.23, 202208: No.20, 202003: No.20)
    pub const OVER_30_DAYS: Key = Key(123);
    /// 更新業者コード (202407: No.24, 202208: No.21, 202003: No.21)
    pub const UPDATED_BY_OFFICE_NUMBER: Key = Key(233);
    /// 識別子 (202407: No.25, 202208: No.22, 202003: No.22)
    pub const RECORD_IDENTIFIER: Key = Key(147);
}

pub mod upsikyu {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1, 202208: No.1, 202003: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2, 202208: No.2, 202003: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3, 202208: No.3, 202003: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 作成年月日 (202407: No.4, 202208: No.4, 202003: No.4)
    pub const CREATED_ON: Key = Key(36);
    /// 対象年月 (202407: No.5, 202208: No.5, 202003: No.5)
    pub const TARGET_MONTH: Key = Key(187);
    /// サービス事業所名 (202407: No.6, 202208: No.6, 202003: No.6)
    pub const SERVICE_OFFICE_NAME: Key = Key(159);
    /// サービス事業所コード (202407: No.7, 202208: No.7, 202003: No.7)
    pub const SERVICE_OFFICE_NUMBER: Key = Key(160);
    /// サテライト枝番 (202407: No.8, 202208: No.8, 202003: No.8)
    pub const SATELLITE_NO: Key = Key(151);
    /// サービスコード (202407: No.9, 202208: No.9, 202003: No.9)
    pub const SERVICE_CODE: Key = Key(153);
    /// TAISコード (202407: No.10)
    pub const TAIS_CODE: Key = Key(186);
    /// 福祉用具届出コード (202407: No.11)
    pub const TODOKEDE_CODE: Key = Key(189);
    /// 用具名称（機種名） (202407: No.12)
    pub const EQUIPMENT_NAME: Key = Key(78);
    /// 単位数 (202407: No.13, 202208: No.10, 202003: No.10)
    pub const UNITS: Key = Key(232);
    /// 割引後率 (202407: No.14, 202208: No.11, 202003: No.11)
    pub const DISCOUNT_RATE: Key = Key(55);
    /// 割引後単位数 (202407: No.15, 202208: No.12, 202003: No.12)
    pub const DISCOUNTED_UNITS: Key = Key(56);
    /// 回数／日数 (202407: No.16, 202208: No.13, 202003: No.13)
    pub const SERVICE_COUNT: Key = Key(155);
    /// サービス単位金額 (202407: No.17, 202208: No.14, 202003: No.14)
    pub const SERVICE_UNITS_AMOUNT: Key = Key(164);
    /// 給付管理単位数 (202407: No.18, 202208: No.15, 202003: No.15)
    pub const MANAGED_UNITS: Key = Key(113);
    /// 種類支給限度基準超単位数 (202407: No.19, 202208: No.16, 202003: No.16)
    pub const TYPE_LIMIT_OVER_UNITS: Key = Key(229);
    /// 種類支給限度基準内単位数 (202407: No.20, 202208: No.17, 202003: No.17)
    pub const TYPE_LIMIT_WITHIN_UNITS: Key = Key(230);
    /// 区分支給限度基準超単位数 (202407: No.21, 202208: No.18, 202003: No.18)
    pub const CATEGORY_LIMIT_OVER_UNITS: Key = Key(12);
    /// 区分支給限度基準内単位数 (202407: No.22, 202208: No.19, 202003: No.19)
    pub const CATEGORY_LIMIT_WITHIN_UNITS: Key = Key(14);
    /// 単位数単価 (202407: No.23, 202208: No.20, 202003: No.20)
    pub const UNIT_PRICE: Key = Key(231);
    /// 費用総額保険／事業対象分 (202407: No.24, 202208: No.21, 202003: No.21)
    pub const TOTAL_COST_INSURED: Key = Key(190);
    /// 給付率 (202407: No.25, 202208: No.22, 202003: No.22)
    pub const BENEFIT_RATE: Key = Key(8);
    /// 保険／事業費請求額 (202407: No.26, 202208: No.23, 202003: No.23)
    pub const INSURANCE_CLAIM_AMOUNT: Key = Key(97);
    /// 定額利用者負担単価金額 (202407: No.27, 202208: No.24, 202003: No.24)
    pub const FIXED_COPAY_UNIT_PRICE: Key = Key(82);
    /// 利用者負担保険／事業対象分 (202407: No.28, 202208: No.25, 202003: No.25)
    pub const USER_COPAY_INSURED: Key = Key(240);
    /// 利用者負担（全額負担分） (202407: No.29, 202208: No.26, 202003: No.26)
    pub const USER_COPAY_FULL: Key = Key(239);
    /// 前月までの利用日数 (202407: No.30, 202208: No.27, 202003: No.27)
    pub const DAYS_USED_BEFORE_MONTH: Key = Key(46);
    /// 当月の計画利用日数 (202407: No.31, 202208: No.28, 202003: No.28)
    pub const DAYS_PLANNED_THIS_MONTH: Key = Key(45);
    /// 累積利用日数 (202407: No.32, 202208: No.29, 202003: No.29)
    pub const DAYS_CUMULATIVE: Key = Key(44);
    /// ３０日超区分 (202407: No.33, 202208: No.30, 202003: No.30)
    pub const OVER_30_DAYS: Key = Key(123);
    /// 事業所コード (202407: No.34, 202208: No.31, 202003: No.31)
    pub const OFFICE_CODE_FIXED: Key = Key(121);
    /// 入力者コード (202407: No.35, 202208: No.32, 202003: No.32)
    pub const ENTERED_BY_CODE: Key = Key(77);
    /// 更新業者コード (202407: No.36, 202208: No.33, 202003: No.33)
    pub const UPDATED_BY_OFFICE_NUMBER: Key = Key(233);
    /// 識別子 (202407: No.37, 202208: No.34, 202003: No.34)
    pub const RECORD_IDENTIFIER: Key = Key(147);
}

pub mod upyobo {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 計画作成(変更)日 (202407: No.4)
    pub const PLAN_CREATED_ON: Key = Key(132);
    /// 計画種類 (202407: No.5)
    pub const PLAN_TYPE: Key = Key(134);
    /// 委託の有無 (202407: No.6)
    pub const OUTSOURCING: Key = Key(122);
    /// 整理番号 (202407: No.7)
    pub const REFERENCE_NO: Key = Key(148);
    /// 利用者名 (202407: No.8)
    pub const USER_NAME: Key = Key(244);
    /// 認定年月日 (202407: No.9)
    pub const CERTIFIED_ON: Key = Key(20);
    /// 認定有効期間開始日 (202407: No.10)
    pub const CERTIFICATION_VALID_FROM: Key = Key(18);
    /// 認定有効期間終了日 (202407: No.11)
    pub const CERTIFICATION_VALID_TO: Key = Key(19);
    /// 計画書区分 (202407: No.12)
    pub const PLAN_CATEGORY: Key = Key(131);
    /// 認定状況区分 (202407: No.13)
    pub const CERTIFICATION_STATUS: Key = Key(17);
    /// 要支援状態区分 (202407: No.14)
    pub const SUPPORT_LEVEL: Key = Key(177);
    /// 計画作成者氏名（地域包括支援センター担当者名） (202407: No.15)
    pub const AUTHOR_NAME_CENTER: Key = Key(4);
    /// 計画作成者氏名（担当介護支援専門員名） (202407: No.16)
    pub const AUTHOR_NAME_CARE_MANAGER: Key = Key(3);
    /// 計画作成者事業者・事業所名 (202407: No.17)
    pub const AUTHOR_OFFICE_NAME: Key = Key(6);
    /// 計画作成者事業者・事業所住所 (202407: No.18)
    pub const AUTHOR_OFFICE_ADDRESS: Key = Key(5);
    /// 計画作成者事業者・事業所電話番号 (202407: No.19)
    pub const AUTHOR_OFFICE_PHONE: Key = Key(7);
    /// 初回作成日 (202407: No.20)
    pub const FIRST_PLAN_CREATED_ON: Key = Key(81);
    /// 担当地域包括支援センター (202407: No.21)
    pub const CENTER_NAME: Key = Key(15);
    /// 目標とする生活(1日) (202407: No.22)
    pub const LIFE_GOAL_DAY: Key = Key(104);
    /// 目標とする生活(1年) (202407: No.23)
    pub const LIFE_GOAL_YEAR: Key = Key(105);
    /// 【運動・移動】現在の状況 (202407: No.24)
    pub const MOBILITY_CURRENT: Key = Key(116);
    /// 【運動・移動】本人・家族の意欲・意向 (202407: No.25)
    pub const MOBILITY_INTENTION: Key = Key(117);
    /// 【運動・移動】領域における課題の有無 (202407: No.26)
    pub const MOBILITY_ISSUE: Key = Key(118);
    /// 【運動・移動】領域における課題（背景・原因） (202407: No.27)
    pub const MOBILITY_ISSUE_DETAIL: Key = Key(119);
    /// 【日常生活(家庭生活)】現在の状況 (202407: No.28)
    pub const DAILY_LIVING_CURRENT: Key = Key(40);
    /// 【日常生活(家庭生活)】本人・家族の意欲・意向 (202407: No.29)
    pub const DAILY_LIVING_INTENTION: Key = Key(41);
    /// 【日常生活(家庭生活)】領域における課題の有無 (202407: No.30)
    pub const DAILY_LIVING_ISSUE: Key = Key(42);
    /// 【日常生活(家庭生活)】領域における課題（背景・原因） (202407: No.31)
    pub const DAILY_LIVING_ISSUE_DETAIL: Key = Key(43);
    /// 【社会参加、対人関係・コミュニケーション】現在の状況 (202407: No.32)
    pub const SOCIAL_CURRENT: Key = Key(168);
    /// 【社会参加、対人関係・コミュニケーション】本人・家族の意欲・意向 (202407: No.33)
    pub const SOCIAL_INTENTION: Key = Key(169);
    /// 【社会参加、対人関係・コミュニケーション】領域における課題の有無 (202407: No.34)
    pub const SOCIAL_ISSUE: Key = Key(170);
    /// 【社会参加、対人関係・コミュニケーション】領域における課題（背景・原因） (202407: No.35)
    pub const SOCIAL_ISSUE_DETAIL: Key = Key(171);
    /// 【健康管理】現在の状況 (202407: No.36)
    pub const HEALTH_CURRENT: Key = Key(88);
    /// 【健康管理】本人・家族の意欲・意向 (202407: No.37)
    pub const HEALTH_INTENTION: Key = Key(89);
    /// 【健康管理】領域における課題の有無 (202407: No.38)
    pub const HEALTH_ISSUE: Key = Key(90);
    /// 【健康管理】領域における課題（背景・原因） (202407: No.39)
    pub const HEALTH_ISSUE_DETAIL: Key = Key(91);
    /// 健康状態の留意点 (202407: No.40)
    pub const HEALTH_NOTES: Key = Key(92);
    /// 妥当な支援の実施に向けた方針 (202407: No.41)
    pub const SUPPORT_POLICY: Key = Key(185);
    /// 総合的な方針 (202407: No.42)
    pub const OVERALL_POLICY: Key = Key(125);
    /// 基本チェックリストの該当数(運動不足) (202407: No.43)
    pub const CHECKLIST_HITS_EXERCISE: Key = Key(22);
    /// 基本チェックリストの該当数(栄養改善) (202407: No.44)
    pub const CHECKLIST_HITS_NUTRITION: Key = Key(25);
    /// 基本チェックリストの該当数(口腔内ケア) (202407: No.45)
    pub const CHECKLIST_HITS_ORAL_CARE: Key = Key(26);
    /// 基本チェックリストの該当数(閉じこもり予防) (202407: No.46)
    pub const CHECKLIST_HITS_HOMEBOUND: Key = Key(23);
    /// 基本チェックリストの該当数(物忘れ予防) (202407: No.47)
    pub const CHECKLIST_HITS_MEMORY: Key = Key(24);
    /// 基本チェックリストの該当数(うつ予防) (202407: No.48)
    pub const CHECKLIST_HITS_DEPRESSION: Key = Key(21);
    /// 事業プログラムの要否(運動不足) (202407: No.49)
    pub const PROGRAM_EXERCISE: Key = Key(138);
    /// 事業プログラムの要否(栄養改善) (202407: No.50)
    pub const PROGRAM_NUTRITION: Key = Key(141);
    /// 事業プログラムの要否(口腔内ケア) (202407: No.51)
    pub const PROGRAM_ORAL_CARE: Key = Key(142);
    /// 事業プログラムの要否(閉じこもり予防) (202407: No.52)
    pub const PROGRAM_HOMEBOUND: Key = Key(139);
    /// 事業プログラムの要否(物忘れ予防) (202407: No.53)
    pub const PROGRAM_MEMORY: Key = Key(140);
    /// 事業プログラムの要否(うつ予防) (202407: No.54)
    pub const PROGRAM_DEPRESSION: Key = Key(137);
    /// 地域包括支援センター意見 (202407: No.55)
    pub const CENTER_OPINION: Key = Key(16);
    /// 同意日 (202407: No.56)
    pub const CONSENTED_ON: Key = Key(30);
    /// 同意者氏名 (202407: No.57)
    pub const CONSENTER_NAME: Key = Key(31);
}

pub mod upyobo_sub {
    use crate::spec::Key;
    /// CSVバージョン (202407: No.1)
    pub const CSV_VERSION: Key = Key(37);
    /// 保険者番号 (202407: No.2)
    pub const INSURER_NUMBER: Key = Key(101);
    /// 被保険者番号 (202407: No.3)
    pub const INSURED_NUMBER: Key = Key(99);
    /// 計画作成(変更)日 (202407: No.4)
    pub const PLAN_CREATED_ON: Key = Key(132);
    /// 課題ＮＯ (202407: No.5)
    pub const ISSUE_NO: Key = Key(103);
    /// 総合的課題 (202407: No.6)
    pub const OVERALL_ISSUE: Key = Key(124);
    /// 課題に対する目標と具体策の提案 (202407: No.7)
    pub const GOAL_PROPOSAL: Key = Key(87);
    /// 具体策についての意向本人・家族 (202407: No.8)
    pub const PROPOSAL_INTENTION: Key = Key(144);
    /// 目標 (202407: No.9)
    pub const GOAL: Key = Key(86);
    /// 支援計画ＮＯ (202407: No.10)
    pub const SUPPORT_PLAN_NO: Key = Key(183);
    /// 【支援計画】目標についての支援のポイント (202407: No.11)
    pub const SUPPORT_POINT: Key = Key(184);
    /// 【支援計画】本人等のセルフケアや家族の支援、インフォーマルサービス（民間サービス） (202407: No.12)
    pub const SELF_CARE_INFORMAL: Key = Key(152);
    /// 【支援計画】介護保険サービス又は地域支援事業（総合事業のサービス） (202407: No.13)
    pub const INSURED_OR_COMMUNITY_SERVICE: Key = Key(100);
    /// 利用サービスＮＯ (202407: No.14)
    pub const USED_SERVICE_NO: Key = Key(234);
    /// 【利用サービス】サービス種別 (202407: No.15)
    pub const SERVICE_KIND: Key = Key(158);
    /// 【利用サービス】事業所(利用先) (202407: No.16)
    pub const SERVICE_OFFICE_NAME: Key = Key(159);
    /// 【利用サービス】期間 (202407: No.17)
    pub const SERVICE_PERIOD: Key = Key(161);
}
