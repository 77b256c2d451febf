//! Accounts and sessions.

use kith_chat::{Audience, Clock, Imported, passwords::PasswordHash, sessions::Token, store::NewSession};
use kith_protocol::*;

use super::{Stage, stage::code};

fn register(username: &str, password: &str) -> Register {
    Register { username: username.into(), password: password.into(), display_name: None, grant: Grant::Token }
}

fn login(username: &str, password: &str) -> Login {
    Login { username: username.into(), password: password.into(), grant: Grant::Token }
}

pub async fn the_first_account_owns_the_server(stage: &Stage) {
    let ann = stage.chat.register(register("ann", "correct horse"), "a test").await.unwrap();
    let ben = stage.chat.register(register("ben", "battery staple"), "a test").await.unwrap();
    assert_eq!((ann.user.me.role, ben.user.me.role), (ServerRole::Owner, ServerRole::Member));
    let known = stage.chat.authenticate(&ben.token).await.unwrap();
    assert_eq!((known.user_id, known.session_id), (ben.user.me.profile.id, ben.session.id));
    let forged = Token::parse(&"A".repeat(43)).unwrap();
    assert_eq!(code(stage.chat.authenticate(&forged).await), ErrorCode::Unauthorized);
}

pub async fn usernames_are_unique_without_regard_to_case(stage: &Stage) {
    stage.chat.register(register("Straße", "correct horse"), "").await.unwrap();
    for taken in ["straße", "STRASSE", "ＳＴＲＡＳＳＥ"] {
        let refused = stage.chat.register(register(taken, "correct horse"), "").await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Conflict, "{taken}");
        assert_eq!(refused.into_body().field.as_deref(), Some("username"));
    }
    stage.chat.login(login("STRASSE", "correct horse"), "").await.unwrap();
    assert_eq!(code(stage.chat.login(login("Straße", "wrong horse"), "").await), ErrorCode::Unauthorized);
    assert_eq!(code(stage.chat.login(login("nobody", "correct horse"), "").await), ErrorCode::Unauthorized);
}

pub async fn sessions_end_and_are_limited(stage: &Stage) {
    let first = stage.chat.register(register("ann", "correct horse"), "first").await.unwrap();
    let ann = first.user.me.profile.id;
    let mut newest = first.clone();
    for _ in 0..limits::SESSIONS_MAX {
        stage.clock.advance_ms(1);
        newest = stage.chat.sign_in(first.user.clone(), "one more").await.unwrap();
    }
    let sessions = stage.chat.sessions(ann, Some(newest.session.id)).await.unwrap();
    assert_eq!(sessions.len(), limits::SESSIONS_MAX);
    assert!(sessions[0].current && sessions[0].id == newest.session.id);
    assert_eq!(code(stage.chat.authenticate(&first.token).await), ErrorCode::Unauthorized);

    let other = sessions[1].id;
    stage.heard();
    stage.chat.end_session(ann, other, Some(newest.session.id)).await.unwrap();
    let heard = stage.heard();
    assert_eq!(heard[0].to, Audience::Session(ann, other));
    let [ben] = stage.people(["ben"]).await;
    assert_eq!(code(stage.chat.end_session(ben, newest.session.id, None).await), ErrorCode::NotFound);
    stage.chat.end_sessions(ann, Some(newest.session.id)).await.unwrap();
    assert_eq!(stage.chat.sessions(ann, None).await.unwrap().len(), 1);
}

pub async fn a_new_password_ends_the_others(stage: &Stage) {
    let here = stage.chat.register(register("ann", "correct horse"), "here").await.unwrap();
    let there = stage.chat.login(login("ann", "correct horse"), "there").await.unwrap();
    let ann = here.user.me.profile.id;
    let change = |current: &str, new: &str| ChangePassword { current: current.into(), new: new.into() };
    let wrong = stage.chat.change_password(ann, change("wrong horse", "battery staple"), None).await;
    assert_eq!(code(wrong), ErrorCode::Forbidden);
    let kept = Some(here.session.id);
    stage.chat.change_password(ann, change("correct horse", "battery staple"), kept).await.unwrap();
    stage.chat.authenticate(&here.token).await.unwrap();
    assert_eq!(code(stage.chat.authenticate(&there.token).await), ErrorCode::Unauthorized);
    assert_eq!(code(stage.chat.login(login("ann", "correct horse"), "").await), ErrorCode::Unauthorized);
    stage.chat.login(login("ann", "battery staple"), "").await.unwrap();
}

pub async fn a_suspended_person_is_out(stage: &Stage) {
    let ann = stage.chat.register(register("ann", "correct horse"), "").await.unwrap();
    let id = ann.user.me.profile.id;
    stage.chat.suspend(id, true).await.unwrap();
    assert_eq!(code(stage.chat.authenticate(&ann.token).await), ErrorCode::Unauthorized);
    assert_eq!(code(stage.chat.login(login("ann", "correct horse"), "").await), ErrorCode::Forbidden);
    stage.chat.suspend(id, false).await.unwrap();
    stage.chat.login(login("ann", "correct horse"), "").await.unwrap();
}

pub async fn a_deleted_account_keeps_or_loses_its_words(stage: &Stage) {
    let [ben] = stage.people(["ben"]).await;
    for keep_messages in [true, false] {
        let ann = stage.chat.register(register("ann", "correct horse"), "").await.unwrap();
        let ann = ann.user.me.profile.id;
        let (direct, group) = (stage.direct(ann, ben).await, stage.group(ann, &[ben]).await);
        for conversation in [direct, group] {
            stage.say(ann, conversation, "said by ann").await;
        }
        let private = SettingsChange { read_receipts: Some(false), ..Default::default() };
        stage
            .chat
            .set_account(ann, SetAccount { settings: Some(private), ..Default::default() })
            .await
            .unwrap();
        let seq = stage.say(ben, direct, "read in private").await.seq;
        stage.chat.mark_read(ann, MarkRead { conversation_id: direct, seq }).await.unwrap();
        let goodbye = |password: &str| DeleteAccount { password: password.into(), keep_messages };
        assert_eq!(code(stage.chat.delete_account(ann, goodbye("wrong horse")).await), ErrorCode::Forbidden);
        stage.chat.delete_account(ann, goodbye("correct horse")).await.unwrap();

        let text = if keep_messages { "said by ann" } else { "" };
        assert_eq!(stage.texts(ben, direct).await, [text, "read in private"], "{keep_messages}");
        assert_eq!(stage.texts(ben, group).await, [text], "{keep_messages}");
        let receipts = stage.summary(ben, direct).await.receipts;
        let receipt = receipts.iter().find(|receipt| receipt.user_id == ann).unwrap();
        assert!(receipt.read_seq < seq && receipt.read_at.is_none(), "what was private stays so");
        let profile = &stage.chat.profiles(vec![ann]).await.unwrap()[0];
        assert!(profile.deleted && profile.username.is_empty() && profile.display_name.is_empty());
        assert_eq!(stage.summary(ben, group).await.my.role, Role::Owner);
        assert_eq!(code(stage.send(ben, stage.text(direct, "hello?")).await), ErrorCode::Forbidden);
        assert_eq!(code(stage.chat.login(login("ann", "correct horse"), "").await), ErrorCode::Unauthorized);
        assert_eq!(code(stage.chat.me(ann).await), ErrorCode::NotFound);
    }
}

pub async fn people_are_found_by_name(stage: &Stage) {
    let [ann, yuki] = stage.people(["ann_fisher", "田中ゆき"]).await;
    let change = UpdateProfile { display_name: Some("Jörg Äpfel".into()), about: None };
    let [jorg] = stage.people(["joerg"]).await;
    stage.chat.update_profile(jorg, change).await.unwrap();
    let found = async |query: &str| {
        let users = stage.chat.search_users(ann, query).await.unwrap().users;
        users.into_iter().map(|user| user.id).collect::<Vec<_>>()
    };
    assert_eq!(found("ゆき").await, [yuki]);
    assert_eq!(found("äPFEL").await, [jorg]);
    assert_eq!(found("JOERG").await, [jorg]);
    assert_eq!(found("%").await, []);
    assert_eq!(found("_").await, [], "one does not find oneself");
}

pub async fn a_bcrypt_hash_is_accepted_and_replaced(stage: &Stage) {
    // bcrypt of "brought along" at cost 4, as bcryptjs writes it.
    let hash = "$2b$04$OCsnslFNNTyapIazyfR1vulDDYHC1HrgbV5XuW4HZ/Gd7QY4MhLnC";
    let account = Imported {
        username: "ann".into(),
        display_name: None,
        password: Some(Err(PasswordHash::parse(hash).unwrap())),
    };
    let user = stage.chat.add_user(account).await.unwrap();
    let id = user.me.profile.id;
    assert_eq!(code(stage.chat.login(login("ann", "brought alonf"), "").await), ErrorCode::Unauthorized);
    stage.chat.login(login("ann", "brought along"), "").await.unwrap();
    assert!(stage.store.password(id).await.unwrap().as_str().starts_with("$argon2id$"));
    stage.chat.login(login("ann", "brought along"), "").await.unwrap();
}

/// A session to be, by the password's hash as it is now.
async fn session_by_password(stage: &Stage, user_id: UserId) -> NewSession {
    let password = Some(stage.store.password(user_id).await.unwrap());
    let (id, token) =
        (SessionId(stage.chat.entropy().id(stage.clock.now())), Token::random(stage.chat.entropy()));
    NewSession { id, user_id, token: token.hash(), device: String::new(), password }
}

pub async fn a_password_that_was_changed_meanwhile_lets_nobody_in(stage: &Stage) {
    let ann = stage.chat.register(register("ann", "correct horse"), "").await.unwrap().user.me.profile.id;
    let verified = session_by_password(stage, ann).await;
    stage.chat.reset_password(ann, "battery staple".into()).await.unwrap();
    let outcome = stage.store.create_session(verified, stage.clock.now()).await;
    assert_eq!(code(outcome), ErrorCode::Conflict);
    assert_eq!(stage.chat.sessions(ann, None).await.unwrap(), []);
    let current = session_by_password(stage, ann).await;
    stage.store.create_session(current, stage.clock.now()).await.unwrap();
}

pub async fn who_is_suspended_meanwhile_is_not_let_in(stage: &Stage) {
    let ann = stage.chat.register(register("ann", "correct horse"), "").await.unwrap().user.me.profile.id;
    let verified = session_by_password(stage, ann).await;
    stage.chat.suspend(ann, true).await.unwrap();
    assert_eq!(code(stage.store.create_session(verified, stage.clock.now()).await), ErrorCode::Forbidden);
}
