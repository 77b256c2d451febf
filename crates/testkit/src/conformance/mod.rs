//! What every store must do, as tests: each scenario goes through [`Chat`], the one door, and looks at what was answered
//! and what was told. A store passes by naming how it is opened:
//!
//! ```text
//! kith_testkit::store_conformance!(|bus, entropy| open_my_store(bus, entropy));
//! ```

#![expect(clippy::unwrap_used, reason = "a scenario is a test: a surprise shall end it")]

pub mod stage;
pub use stage::{Kept, MemoryBlobs, Stage};

#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod account;
#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod attachments;
#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod conversations;
#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod members;
#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod messages;
#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod receipts;
#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod search;
#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod sync;
#[expect(missing_docs, reason = "the name of a scenario is what it asserts")]
pub mod users;

/// Makes a test of every scenario, on a store opened by `$open`: a function of the bus and the entropy to a
/// [`Kept`](crate::conformance::Kept).
#[macro_export]
macro_rules! store_conformance {
    ($open:expr) => {
        $crate::store_conformance! { @nouns $open;
            account: [
                settings_change_and_are_told, preferences_are_limited, blocking_stops_messages_and_unread,
                a_draft_a_mute_and_a_pin_are_on_all_devices, changes_come_in_pages, pins_are_limited_and_can_be_repeated, clearing_hides_the_past_for_oneself,
            ]
            attachments: [
                a_photo_is_read_through_whatever_shows_it, bytes_are_abandoned_when_the_last_message_goes,
                unused_uploads_are_collected_after_a_day, only_ones_own_uploads_can_be_sent, pending_uploads_are_limited,
                a_picture_is_for_everyone, bytes_that_cannot_be_removed_are_in_nobodys_way,
            ]
            conversations: [
                a_direct_conversation_is_found_again, notes_to_oneself_have_one_member, a_group_is_made_once_per_client_id,
                who_is_no_member_finds_nothing, a_group_changes_in_one_version_each, a_direct_conversation_cannot_be_arranged,
            ]
            members: [
                who_joins_sees_everything_as_read, who_leaves_loses_everything, the_owner_has_a_successor, roles_are_given_by_the_owner,
                a_group_has_a_limit, plain_members_arrange_only_if_they_may, removal_is_told_to_both_sides,
            ]
            messages: [
                numbers_are_dense, a_clock_that_jumps_neither_ends_nor_lengthens_a_hold,
                a_send_follows_whatever_went_before_it, a_repeated_send_returns_the_first, another_request_under_a_client_id_is_refused,
                an_edit_replaces_the_text_once, unsending_leaves_a_tombstone, hiding_is_for_oneself, a_quote_goes_through_the_readers_door,
                a_forward_is_a_copy, mentions_must_be_members, reactions_count_and_are_limited, pins_are_kept_and_limited,
                a_page_says_what_it_covers, a_page_stays_within_its_bytes, bad_requests_change_nothing, reactions_come_in_pages,
            ]
            receipts: [
                pointers_only_move_forward, sending_reads, reading_is_private_if_one_wants, a_private_reader_joins_privately, a_large_group_keeps_receipts_to_oneself,
                unread_follows_the_formula, mentions_are_counted, receipts_that_are_shown_again_are_told_at_once,
                receipts_come_in_pages,
            ]
            search: [
                any_script_is_found, what_is_gone_is_not_found, filters_narrow, only_ones_own_conversations,
                a_search_looks_at_so_many_messages_and_goes_on_when_asked,
            ]
            sync: [
                a_cursor_brings_only_what_changed, a_long_list_comes_in_pages, a_useless_cursor_begins_anew, removed_conversations_are_named,
                a_block_reaches_the_counts_of_who_was_away, an_answer_has_room_for_everyone_one_has_blocked,
                changes_of_a_conversation_or_its_newest_page, a_profile_change_reaches_who_was_away,
                who_left_and_came_back_while_away_begins_anew, a_late_row_of_the_account_brings_nothing_back,
            ]
            users: [
                the_first_account_owns_the_server, usernames_are_unique_without_regard_to_case, sessions_end_and_are_limited,
                a_new_password_ends_the_others, a_suspended_person_is_out, a_deleted_account_keeps_or_loses_its_words, people_are_found_by_name,
                a_bcrypt_hash_is_accepted_and_replaced, a_password_that_was_changed_meanwhile_lets_nobody_in,
                who_is_suspended_meanwhile_is_not_let_in,
            ]
        }
    };
    (@nouns $open:expr; $($noun:ident: [$($scenario:ident),* $(,)?])*) => {
        $(mod $noun {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
            async fn $scenario() {
                $crate::conformance::$noun::$scenario(&$crate::conformance::Stage::open($open)).await;
            })*
        })*
    };
}
