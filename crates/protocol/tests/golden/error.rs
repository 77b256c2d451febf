//! Refusals.

use kith_protocol::*;

use crate::page::{Page, words};

pub(crate) fn write(page: &mut Page) {
    page.words(codes());
    page.both(everything(), refusal());
    page.both(Problem::from(everything()), Problem::from(refusal()));
}

fn codes() -> [ErrorCode; 10] {
    words![ErrorCode:
        Unauthorized, Forbidden, NotFound, Conflict, Invalid, TooLarge, RateLimited, Gone, Unavailable, Internal
    ]
}

fn everything() -> ErrorBody {
    ErrorBody {
        code: ErrorCode::TooLarge,
        message: "A text has at most 16000 characters.".into(),
        field: Some("text".into()),
        limit: Some(16_000),
        retry_after_ms: Some(1_500),
        seq: Some(Seq(7)),
    }
}

pub(crate) fn refusal() -> ErrorBody {
    ErrorBody {
        code: ErrorCode::NotFound,
        message: "There is no such thing.".into(),
        field: None,
        limit: None,
        retry_after_ms: None,
        seq: None,
    }
}

#[test]
fn a_code_is_the_same_word_in_json_and_in_rust() {
    for code in codes() {
        assert_eq!(serde_json::to_value(code).expect("codes are JSON"), code.as_str());
    }
}
