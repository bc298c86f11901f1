//! Every fault, seen on the wire by a client that does TCP, TLS and HTTP by hand.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod bench;
mod body;
mod client;
mod http;
mod listener;
mod meaning;
mod rules;
mod tcp;
mod tls;

use std::collections::BTreeSet;

use renkei_mock_platform::faults::{Kind, Plan, card};

/// Makes a test of each scenario, and the table that the compiler holds complete.
macro_rules! scenarios {
    ($($kind:ident => $module:ident::$name:ident,)*) => {
        $(
            #[test]
            fn $name() {
                $module::$name(Kind::$kind);
            }
        )*

        fn scenario(kind: Kind) -> &'static str {
            match kind { $(Kind::$kind => stringify!($name),)* }
        }
    };
}

scenarios! {
    ResetOnConnect => tcp::a_connection_is_reset_before_a_byte,
    CloseOnConnect => tcp::a_connection_is_closed_before_a_byte,
    StallOnConnect => tcp::a_handshake_is_never_answered,
    ResetBeforeResponse => tcp::a_request_is_read_and_reset_without_being_executed,
    ResetWhileReadingRequest => tcp::a_request_is_reset_while_it_is_sent,
    ResetMidResponse => tcp::half_of_a_response_comes_before_the_reset,
    CloseAfterResponse => tcp::a_connection_ends_after_a_response_that_did_not_say_so,
    SlowResponse => tcp::a_response_trickles_and_the_next_one_does_not,
    StallBeforeResponse => tcp::silence_comes_in_place_of_a_response,
    StallMidResponse => tcp::silence_comes_after_half_of_a_response,
    AbortHandshake => tls::a_handshake_is_answered_with_an_alert,
    ServerCertificateExpired => tls::an_expired_server_certificate_is_shown,
    ServerCertificateNotYetValid => tls::a_server_certificate_of_the_future_is_shown,
    ServerCertificateWrongName => tls::a_server_certificate_of_another_name_is_shown,
    ServerCertificateOtherAuthority => tls::a_server_certificate_of_another_authority_is_shown,
    RefuseClientCertificate => tls::a_good_client_certificate_is_refused_after_the_handshake,
    OnlyTls13 => tls::an_old_client_is_told_the_version_and_a_new_one_notices_nothing,
    CloseWithoutNotify => tls::half_of_a_response_without_length_ends_without_close_notify,
    Status500 => http::status_500_comes_with_a_system_error,
    Status503 => http::status_503_tells_seconds_to_wait,
    RetryAfterAsDate => http::status_503_tells_a_date_of_the_past,
    Status429 => http::status_429_tells_seconds_to_wait,
    RequestTimeout408 => http::status_408_ends_the_connection,
    GatewayTimeout504 => http::status_504_comes_after_execution,
    UnknownStatus599 => http::status_599_comes_without_a_body,
    HtmlErrorPage => http::a_page_of_html_comes_in_place_of_json,
    Redirect => http::a_redirect_leads_to_the_other_name_of_this_machine_where_nothing_is,
    TokenDiesEarly => http::status_401_comes_though_the_token_lives,
    TruncatedBody => body::half_of_the_promised_length_comes,
    CorruptedBody => body::one_bit_in_the_middle_is_another,
    JsonCut => body::half_of_the_json_is_a_complete_response,
    JsonWithUnknownFields => body::every_object_has_a_field_more,
    JsonInShiftJis => body::json_comes_in_shift_jis,
    JsonWithBom => body::json_comes_behind_a_byte_order_mark,
    EmptyBody => body::the_head_comes_without_a_body,
    ChunkedInSingleBytes => body::each_byte_comes_in_its_own_chunk,
    WrongContentType => body::json_calls_itself_html,
    AcknowledgementLost => meaning::an_executed_request_is_reset_before_a_byte,
    AcknowledgementLate => meaning::an_executed_request_is_answered_late,
    DeliveredTwice => meaning::a_delivery_is_to_be_copied,
    VisibleLate => meaning::a_delivery_is_to_be_shown_late,
    LicenceExpired => meaning::a_licence_is_to_count_as_expired,
    DestinationUnregistered => meaning::a_destination_is_to_count_as_unregistered,
    VersionRefused => meaning::a_version_is_to_count_as_refused,
    FetchForgotten => meaning::a_fetch_is_to_be_forgotten,
    ListReversed => meaning::a_list_is_to_be_reversed,
    ListRepeatsLast => meaning::a_list_is_to_repeat_an_entry,
    ListEmpty => meaning::a_list_is_to_be_empty,
    Maintenance => meaning::maintenance_is_a_business_error,
}

#[test]
fn every_fault_has_a_scenario_of_its_own_and_a_card_whose_sample_is_it() {
    let scenarios: BTreeSet<_> = Kind::ALL.iter().map(|kind| scenario(*kind)).collect();
    assert_eq!(scenarios.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        let plan = Plan::parse(card(*kind).sample.as_bytes()).unwrap();
        assert_eq!(plan.steps().iter().map(|step| step.fault.kind()).collect::<Vec<_>>(), [*kind]);
    }
}
