import type {
  AccountConversation,
  AccountRows,
  Attachment,
  Cause,
  Conversation,
  ConversationChanged,
  ConversationChanges,
  ConversationSummary,
  Member,
  Message,
  MessagePage,
  Profile,
  Receipt,
  Role,
  ServerEvents,
  SyncAnswer,
} from '@/protocol';
import type { PushName } from '@/realtime';

/** A push on its way to one person. */
export type Push = { [Name in PushName]: readonly [Name, ServerEvents[Name]] }[PushName];

interface ModelConversation {
  shared: Omit<Conversation, 'members'>;
  members: Map<string, Member>;
  messages: Message[];
  /** Who reacted with what, by message. */
  reactions: Map<number, Map<string, string>>;
  receipts: Map<string, Receipt>;
  changedAt: number;
}

interface ModelAccount {
  version: number;
  rows: Map<string, AccountConversation>;
  hidden: { conversation_id: string; seq: number; account_version: number }[];
  blocks: Map<string, { blocked: boolean; account_version: number }>;
  /** When a row of a conversation last changed, on the same line of positions as `changedAt`. */
  changedAt: Map<string, number>;
  removedAt: Map<string, number>;
}

/**
 * The protocol's promises in a few hundred lines, without a network: what happens is committed at once and told in
 * pushes, one version each; answers are computed whenever they are asked for. Tests decide what arrives, and when.
 */
export class ModelServer {
  readonly people: readonly string[];
  readonly conversations = new Map<string, ModelConversation>();
  readonly #accounts = new Map<string, ModelAccount>();
  readonly #outboxes = new Map<string, Push[]>();
  #position = 0;
  #ids = 0;

  constructor(people: readonly string[]) {
    this.people = people;
    for (const id of people) {
      this.#accounts.set(id, {
        version: 0,
        rows: new Map(),
        hidden: [],
        blocks: new Map(),
        changedAt: new Map(),
        removedAt: new Map(),
      });
      this.#outboxes.set(id, []);
    }
  }

  /** What was pushed to a person since the last call. */
  take(user: string): readonly Push[] {
    return this.#outboxes.get(user)?.splice(0) ?? [];
  }

  create(kind: 'direct' | 'group', members: readonly string[]): string {
    const [actor = ''] = members;
    const id = `conversation-${++this.#ids}`;
    const role = (user: string): Role => (kind === 'group' && user === actor ? 'owner' : 'member');
    this.conversations.set(id, {
      shared: {
        id,
        kind,
        title: kind === 'group' ? 'A group' : null,
        avatar: null,
        members_may_edit: true,
        version: 0,
        last_seq: 0,
        member_count: members.length,
        created_at: this.#now(),
      },
      members: new Map(
        members.map((user) => [
          user,
          { user_id: user, role: role(user), joined_at: this.#now(), version: 1 },
        ]),
      ),
      messages: [],
      reactions: new Map(),
      receipts: new Map(),
      changedAt: 0,
    });
    for (const user of members) this.#join(id, user);
    this.#commit(id, { kind: 'created', actor_id: actor }, { tellsShared: true });
    return id;
  }

  send(
    actor: string,
    id: string,
    text: string,
    replyTo: number | null = null,
    clientId?: string,
    attachments: Attachment[] = [],
  ): Message {
    const { shared } = this.#of(id);
    const quoted = replyTo === null ? undefined : this.#row(id, replyTo);
    const row = this.#newRow(actor, id, {
      text,
      attachments,
      client_id: clientId ?? `client-${++this.#ids}`,
      reply_to: quoted && quoted.unsent_at === null ? quoted.seq : null,
      entities: text.startsWith('@')
        ? [{ kind: 'mention', offset: 0, length: 2, user_id: text.slice(1) }]
        : [],
    });
    const mine = this.#rowOf(actor, id);
    mine.read_seq = shared.last_seq;
    const read_at = this.#of(id).receipts.get(actor)?.read_at ?? null;
    const seq = shared.last_seq;
    this.#of(id).receipts.set(actor, { user_id: actor, delivered_seq: seq, read_seq: seq, read_at });
    this.#commit(id, { kind: 'sent', actor_id: actor, seq: row.seq }, { rows: [row] });
    return row;
  }

  edit(actor: string, id: string, seq: number, text: string): void {
    const row = this.#row(id, seq);
    if (!row || row.sender_id !== actor || row.unsent_at !== null || row.kind !== 'text') return;
    this.#change(actor, id, 'edited', { ...row, text, edited_at: this.#now() });
  }

  unsend(actor: string, id: string, seq: number): void {
    const row = this.#row(id, seq);
    if (!row || row.sender_id !== actor || row.unsent_at !== null || row.kind !== 'text') return;
    this.#of(id).reactions.delete(seq);
    this.#change(actor, id, 'unsent', {
      ...row,
      text: '',
      entities: [],
      attachments: [],
      reply_to: null,
      reactions: [],
      edited_at: null,
      unsent_at: this.#now(),
      unsent_by: actor,
    });
    for (const user of this.#of(id).members.keys()) this.#tellCounts(user, id);
  }

  react(actor: string, id: string, seq: number, emoji: string | null): void {
    const row = this.#row(id, seq);
    if (!row || row.unsent_at !== null || row.kind !== 'text') return;
    const all = this.#of(id).reactions.get(seq) ?? new Map<string, string>();
    if (emoji === null) all.delete(actor);
    else all.set(actor, emoji);
    this.#of(id).reactions.set(seq, all);
    const emojis = [...new Set(all.values())];
    const reactions = emojis.map((each) => {
      const user_ids = [...all].filter(([, put]) => put === each).map(([user]) => user);
      return { emoji: each, count: user_ids.length, user_ids };
    });
    this.#change(actor, id, 'reacted', { ...row, reactions }, emoji === null ? {} : { emoji });
  }

  pin(actor: string, id: string, seq: number, pinned: boolean): void {
    const row = this.#row(id, seq);
    if (!row || row.unsent_at !== null) return;
    const { pinned_at: _before, ...rest } = row;
    this.#change(
      actor,
      id,
      pinned ? 'pinned' : 'unpinned',
      pinned ? { ...rest, pinned_at: this.#now() } : rest,
    );
  }

  rename(actor: string, id: string, title: string): void {
    const conversation = this.#of(id);
    conversation.shared = { ...conversation.shared, title };
    const row = this.#newRow(actor, id, {
      kind: 'system',
      client_id: null,
      system: { action: 'renamed', actor_id: actor, title },
    });
    this.#commit(id, { kind: 'renamed', actor_id: actor }, { rows: [row], tellsShared: true });
  }

  add(actor: string, id: string, user: string): void {
    const conversation = this.#of(id);
    if (conversation.members.has(user)) return;
    conversation.shared.member_count += 1;
    const member: Member = {
      user_id: user,
      role: 'member',
      joined_at: this.#now(),
      version: conversation.shared.version + 1,
    };
    conversation.members.set(user, member);
    this.#join(id, user);
    const cause = { kind: 'joined' as const, actor_id: actor, user_ids: [user] };
    this.#commit(id, cause, { members: [member], tellsShared: true });
  }

  remove(actor: string, id: string, user: string): void {
    const conversation = this.#of(id);
    const member = conversation.members.get(user);
    if (!member) return;
    conversation.members.delete(user);
    conversation.receipts.delete(user);
    conversation.shared.member_count -= 1;
    const left = { ...member, left_at: this.#now(), version: conversation.shared.version + 1 };
    const cause = { kind: 'removed' as const, actor_id: actor, user_ids: [user] };
    this.#commit(id, cause, { members: [left], tellsShared: true });
    const account = this.#account(user);
    account.rows.delete(id);
    account.hidden = account.hidden.filter((hidden) => hidden.conversation_id !== id);
    account.removedAt.set(id, this.#position);
    this.#push(user, ['conversation:removed', { conversation_id: id, reason: 'removed' }]);
  }

  setRole(actor: string, id: string, user: string, role: Role): void {
    const conversation = this.#of(id);
    const member = conversation.members.get(user);
    if (!member) return;
    const changed = { ...member, role, version: conversation.shared.version + 1 };
    conversation.members.set(user, changed);
    this.#commit(id, { kind: 'role_changed', actor_id: actor, user_ids: [user] }, { members: [changed] });
  }

  hide(actor: string, id: string, seq: number): void {
    const account = this.#account(actor);
    if (!this.#row(id, seq) || account.hidden.some((row) => row.conversation_id === id && row.seq === seq))
      return;
    account.version += 1;
    const hidden = { conversation_id: id, seq, account_version: account.version };
    account.hidden.push(hidden);
    this.#tellAccount(actor, id, { hidden: [hidden] });
  }

  clear(actor: string, id: string): void {
    this.#setRow(actor, id, { cleared_seq: this.#of(id).shared.last_seq });
  }

  read(actor: string, id: string, seq: number): void {
    const mine = this.#rowOf(actor, id);
    if (seq <= mine.read_seq) return;
    this.#setRow(actor, id, { read_seq: seq });
    const before = this.#of(id).receipts.get(actor);
    const receipt = {
      user_id: actor,
      delivered_seq: Math.max(before?.delivered_seq ?? 0, seq),
      read_seq: seq,
      read_at: this.#now(),
    };
    this.#of(id).receipts.set(actor, receipt);
    this.#of(id).changedAt = ++this.#position;
    for (const user of this.#of(id).members.keys()) {
      if (user !== actor) this.#push(user, ['receipt:updated', { conversation_id: id, receipts: [receipt] }]);
    }
  }

  mute(actor: string, id: string, until: number | null): void {
    this.#setRow(actor, id, { muted_until: until });
  }

  block(actor: string, user: string, blocked: boolean): void {
    const account = this.#account(actor);
    account.version += 1;
    account.blocks.set(user, { blocked, account_version: account.version });
    const row = { user_id: user, blocked, account_version: account.version };
    const ids = [...account.rows.keys()];
    const conversations = ids.map((id) => ({ ...this.#rowOf(actor, id), ...this.#counts(actor, id) }));
    this.#push(actor, [
      'account:changed',
      { account_version: account.version, blocks: [row], conversations },
    ]);
  }

  isMember(user: string, id: string): boolean {
    return this.#of(id).members.has(user);
  }

  sync(user: string, cursor: string | null): SyncAnswer {
    const since = cursor === null ? -1 : Number(cursor);
    const account = this.#account(user);
    const mine = [...this.conversations.values()].filter((conversation) => conversation.members.has(user));
    const changed = mine.filter(({ shared, changedAt }) => {
      return Math.max(changedAt, account.changedAt.get(shared.id) ?? 0) > since;
    });
    const removed = [...account.removedAt].filter(([id, at]) => at > since && !this.isMember(user, id));
    return {
      cursor: String(this.#position),
      epoch: 'epoch',
      server_time: 0,
      reset: false,
      conversations: changed.map(({ shared }) => this.#summary(user, shared.id)),
      removed: removed.map(([id]) => id),
      account: this.#accountRows(user, 0),
      users: this.#profiles(),
      more: false,
    };
  }

  /** `undefined` when the person is not in it: the real server says `not_found`. */
  changes(user: string, id: string, since: number): ConversationChanges | undefined {
    const conversation = this.#of(id);
    if (!conversation.members.has(user)) return undefined;
    const rows = this.visible(user, id).filter((row) => row.version > since);
    const reset = since === 0 || rows.length > 8;
    const messages = reset ? this.visible(user, id).slice(-8) : rows;
    return {
      version: conversation.shared.version,
      conversation: this.#summary(user, id),
      members: [...conversation.members.values()].filter((member) => member.version > since),
      messages,
      quotes: this.#quotes(user, id, messages),
      receipts: this.#receiptsFor(user, id),
      reset,
      users: this.#profiles(),
      more: false,
    };
  }

  page(user: string, id: string, at: { before?: number; after?: number; around?: number }, limit: number) {
    const conversation = this.#of(id);
    if (!conversation.members.has(user)) return undefined;
    const last = conversation.shared.last_seq;
    const [from, to] = rangeOf(at, limit, last);
    const messages = this.visible(user, id).filter(({ seq }) => seq >= from && seq <= to);
    const quotes = this.#quotes(user, id, messages);
    const page: MessagePage = {
      messages,
      quotes,
      from_seq: from,
      to_seq: to,
      at_start: from <= 1,
      at_end: to >= last,
      users: this.#profiles(),
    };
    return page;
  }

  accountChanges(user: string, since: number) {
    return { ...this.#accountRows(user, since), more: false };
  }

  /** Everything that this person can see of a conversation, with their own reactions. */
  visible(user: string, id: string): Message[] {
    const hidden = this.#account(user).hidden.filter((row) => row.conversation_id === id);
    const gone = new Set(hidden.map(({ seq }) => seq));
    const cleared = this.#rowOf(user, id).cleared_seq;
    return this.#of(id)
      .messages.filter(({ seq }) => seq > cleared && !gone.has(seq))
      .map((row) => this.#forReader(user, id, row));
  }

  #quotes(user: string, id: string, messages: readonly Message[]): Message[] {
    const shown = new Set(messages.map(({ seq }) => seq));
    const quoted = new Set(messages.flatMap(({ reply_to }) => reply_to ?? []));
    return this.visible(user, id).filter(({ seq }) => quoted.has(seq) && !shown.has(seq));
  }

  #forReader(user: string, id: string, row: Message): Message {
    const mine = this.#of(id).reactions.get(row.seq)?.get(user);
    return mine === undefined ? row : { ...row, my_reaction: mine };
  }

  #summary(user: string, id: string): ConversationSummary {
    const { shared, members } = this.#of(id);
    const { conversation_id: _id, account_version: _version, ...row } = this.#rowOf(user, id);
    return {
      ...shared,
      members: [...members.values()],
      receipts: this.#receiptsFor(user, id),
      account_version: this.#account(user).version,
      my: {
        ...row,
        ...this.#counts(user, id),
        role: members.get(user)?.role ?? 'member',
        last_message: this.visible(user, id).at(-1) ?? null,
      },
    };
  }

  #counts(user: string, id: string): { unread: number; mentions: number } {
    const { read_seq } = this.#rowOf(user, id);
    const { blocks } = this.#account(user);
    const unread = this.visible(user, id).filter(
      (row) =>
        row.seq > read_seq &&
        row.kind === 'text' &&
        row.sender_id !== user &&
        row.unsent_at === null &&
        !blocks.get(row.sender_id)?.blocked,
    );
    const mentions = unread.filter((row) => this.#isFor(user, id, row));
    return { unread: unread.length, mentions: mentions.length };
  }

  #isFor(user: string, id: string, row: Message): boolean {
    const quoted = row.reply_to === null ? undefined : this.#row(id, row.reply_to);
    return quoted?.sender_id === user || row.entities.some((entity) => entity.user_id === user);
  }

  #receiptsFor(user: string, id: string): Receipt[] {
    return [...this.#of(id).receipts.values()].filter((receipt) => receipt.user_id !== user);
  }

  #accountRows(user: string, since: number): AccountRows {
    const account = this.#account(user);
    return {
      account_version: account.version,
      conversations: [...account.rows]
        .filter(([, row]) => row.account_version > since)
        .map(([id, row]) => ({ ...row, ...this.#counts(user, id) })),
      hidden: account.hidden.filter((row) => row.account_version > since),
      blocks: [...account.blocks]
        .filter(([, block]) => block.account_version > since)
        .map(([user_id, block]) => ({ user_id, ...block })),
    };
  }

  #setRow(user: string, id: string, change: Partial<AccountConversation>): void {
    this.#account(user).version += 1;
    this.#tellAccount(user, id, {}, change);
  }

  /** `unread` changed otherwise than by one more message: a change of the account like any other. */
  #tellCounts(user: string, id: string): void {
    this.#setRow(user, id, {});
  }

  #tellAccount(
    user: string,
    id: string,
    rows: Partial<AccountRows>,
    change: Partial<AccountConversation> = {},
  ): void {
    const row = this.#touchRow(user, id, change);
    this.#push(user, [
      'account:changed',
      { account_version: row.account_version, ...rows, conversations: [row] },
    ]);
  }

  #touchRow(user: string, id: string, change: Partial<AccountConversation>): AccountConversation {
    const account = this.#account(user);
    const row = this.#rowOf(user, id);
    Object.assign(row, change, { account_version: account.version });
    Object.assign(row, this.#counts(user, id));
    account.changedAt.set(id, ++this.#position);
    return { ...row };
  }

  #join(id: string, user: string): void {
    this.#account(user).rows.set(id, {
      conversation_id: id,
      account_version: this.#account(user).version,
      read_seq: 0,
      unread: 0,
      mentions: 0,
      muted_until: null,
      pinned: false,
      archived: false,
      marked_unread: false,
      cleared_seq: 0,
      draft: null,
    });
  }

  #newRow(actor: string, id: string, part: Partial<Message>): Message {
    const { shared, messages } = this.#of(id);
    shared.last_seq += 1;
    const row: Message = {
      seq: shared.last_seq,
      version: shared.version + 1,
      client_id: null,
      sender_id: actor,
      kind: 'text',
      text: '',
      entities: [],
      attachments: [],
      reply_to: null,
      reactions: [],
      created_at: this.#now(),
      edited_at: null,
      unsent_at: null,
      unsent_by: null,
      ...part,
    };
    messages.push(row);
    return row;
  }

  #change(actor: string, id: string, kind: Cause['kind'], row: Message, cause: Partial<Cause> = {}): void {
    const { shared, messages } = this.#of(id);
    const changed = { ...row, version: shared.version + 1 };
    messages[changed.seq - 1] = changed;
    this.#commit(id, { kind, actor_id: actor, seq: changed.seq, ...cause }, { rows: [changed] });
  }

  #commit(
    id: string,
    cause: Cause,
    told: { rows?: Message[]; members?: Member[]; tellsShared?: boolean },
  ): void {
    const conversation = this.#of(id);
    conversation.shared = { ...conversation.shared, version: conversation.shared.version + 1 };
    conversation.changedAt = ++this.#position;
    const { shared, members } = conversation;
    const quoted = (told.rows ?? []).flatMap((row) => this.#row(id, row.reply_to ?? 0) ?? []);
    const push: ConversationChanged = {
      conversation_id: id,
      version: shared.version,
      cause,
      ...(told.tellsShared ? { conversation: { ...shared, members: [...members.values()] } } : {}),
      ...(told.members ? { members: told.members } : {}),
      ...(told.rows ? { messages: told.rows } : {}),
      ...(quoted.length > 0 ? { quotes: quoted } : {}),
    };
    for (const user of members.keys()) this.#push(user, ['conversation:changed', push]);
  }

  #push(user: string, push: Push): void {
    this.#outboxes.get(user)?.push(structuredClone(push));
  }

  #of(id: string): ModelConversation {
    const conversation = this.conversations.get(id);
    if (!conversation) throw new Error(`no conversation ${id}`);
    return conversation;
  }

  #row(id: string, seq: number): Message | undefined {
    return this.#of(id).messages[seq - 1];
  }

  #rowOf(user: string, id: string): AccountConversation {
    const row = this.#account(user).rows.get(id);
    if (!row) throw new Error(`${user} is not in ${id}`);
    return row;
  }

  #account(user: string): ModelAccount {
    const account = this.#accounts.get(user);
    if (!account) throw new Error(`nobody is ${user}`);
    return account;
  }

  #profiles(): Profile[] {
    return this.people.map((id) => ({
      id,
      username: id,
      display_name: id,
      about: '',
      avatar: null,
      deleted: false,
    }));
  }

  #now(): number {
    return ++this.#position;
  }
}

function rangeOf(
  at: { before?: number; after?: number; around?: number },
  limit: number,
  last: number,
): [number, number] {
  if (at.before !== undefined) return [Math.max(1, at.before - limit), at.before - 1];
  if (at.after !== undefined) return [at.after + 1, Math.min(last, at.after + limit)];
  if (at.around !== undefined) {
    const from = Math.max(1, at.around - Math.floor(limit / 2));
    return [from, Math.min(last, from + limit - 1)];
  }
  return [Math.max(1, last - limit + 1), last];
}
