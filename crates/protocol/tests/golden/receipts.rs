//! Receipts.

use kith_protocol::*;

use crate::page::Page;
use crate::users::profile;
use crate::values::*;

pub(crate) fn write(page: &mut Page) {
    page.both(receipt(), Receipt { user_id: cid(), delivered_seq: Seq(0), read_seq: Seq(0), read_at: None });
    page.one(MarkDelivered { conversation_id: walks(), seq: Seq(7) });
    page.one(MarkRead { conversation_id: walks(), seq: Seq(7) });
    page.one(ReceiptList { receipts: vec![receipt()], users: vec![profile()], more: false });
}

pub(crate) fn receipt() -> Receipt {
    Receipt { user_id: ben(), delivered_seq: Seq(7), read_seq: Seq(6), read_at: Some(NOON) }
}
