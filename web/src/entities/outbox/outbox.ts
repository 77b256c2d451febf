import type { UnknownAction } from '@reduxjs/toolkit';
import { ApiError } from '@/lib/api';
import type { TabNote, Tabs } from '@/lib/tabs';
import type { ClientId, ConversationId, Version } from '@/protocol';
import { backoff, type Realtime } from '@/realtime';
import type { LocalCache } from '../cache/cache';
import type { Host } from '../thunk';
import type { Files } from '../uploads/files';
import { uploadMoved, uploadsForgotten } from '../uploads/slice';
import type { Uploader } from '../uploads/uploader';
import { bodyOf, payloadOf } from './payload';
import {
  changeDropped,
  changeQueued,
  changeReleased,
  isHeld,
  messageDropped,
  messageMoved,
  messageQueued,
  outboxRestored,
  type PendingAttachment,
  type PendingChange,
  type PendingMessage,
  released,
} from './slice';

/** How long a change that the server took is shown as done before its push has come. */
const PUSH_AWAITED_MS = 3_000;

/** How long signing out waits for what is still to be sent. */
const FAREWELL_MAX_MS = 3_000;

/** How long the tab that leads may leave something lying that this one, which is connected, could send. */
const LEADER_PATIENCE_MS = 3_000;

export interface OutboxServices {
  realtime: Realtime;
  tabs: Tabs;
  cache: LocalCache;
  files: Files;
  uploader: Uploader;
}

/**
 * Sends what was written and done here, in the order in which it was, once: a message keeps its `client_id` through every
 * attempt, and the server answers a repeated one with the first. It is on disk before the first attempt, where there is
 * one; it leaves when the server has acknowledged it, or when its writer discards it.
 *
 * Of the tabs of one person one sends for all. Each shows what waits in any of them.
 */
export class Outbox {
  readonly #host: Host;
  readonly #services: OutboxServices;
  readonly #sending = new Set<ConversationId>();
  readonly #changing = new Set<ConversationId>();
  /** On their way to the disk: they are not sent before they are there. */
  readonly #storing = new Set<ClientId>();
  /** What may be on disk. A message leaves it when its ack comes, or its row by another way. */
  readonly #kept = new Map<ClientId, PendingMessage>();
  readonly #outcomes = new Map<ClientId, { resolve: () => void; reject: (error: ApiError) => void }>();
  #isStopped = false;

  constructor(host: Host, services: OutboxServices) {
    this.#host = host;
    this.#services = services;
    services.realtime.listen({ caughtUp: () => this.#sendAll(), folded: () => this.#forgetSettled() });
    services.tabs.listen({ heard: (note) => this.#heard(note), led: () => void this.#led() });
  }

  /**
   * Takes a message with its files. It is in the state when this returns, and its words outlast the page; the promise is
   * kept when all of it is on disk.
   */
  async send(message: PendingMessage, files: ReadonlyMap<string, File>): Promise<void> {
    this.#isStopped = false;
    this.#storing.add(message.client_id);
    const stored = [...files].map(([localId, file]) => this.#services.files.put(localId, file));
    stored.push(this.#keepMessage(message));
    this.#host.dispatch(messageQueued(message));
    await Promise.all(stored);
    this.#storing.delete(message.client_id);
    this.#services.tabs.share({ action: messageQueued(message), files });
    void this.#sendMessages(message.conversation_id);
    this.#watchLeader();
  }

  /** Takes a change. The promise is kept when the server has taken it, and broken with its refusal. */
  async change(change: PendingChange): Promise<void> {
    this.#isStopped = false;
    this.#supersede(change);
    const stored = this.#services.cache.putOutbox({ kind: 'change', change });
    this.#host.dispatch(changeQueued(change));
    const outcome = new Promise<void>((resolve, reject) =>
      this.#outcomes.set(change.id, { resolve, reject }),
    );
    await stored;
    const current = this.#change(change.conversation_id, change.id);
    if (!current) return outcome;
    this.#services.tabs.share({ action: changeQueued(current) });
    this.#changed(current);
    this.#watchLeader();
    return outcome;
  }

  /** Sends a change now that could have been taken back until later. */
  release(conversationId: ConversationId, id: ClientId): void {
    const change = this.#change(conversationId, id);
    if (change?.held_until === undefined) return;
    this.#tell(changeReleased({ conversationId, id }));
    void this.#services.cache.putOutbox({ kind: 'change', change: released(change) });
    void this.#sendChanges(conversationId);
    this.#watchLeader();
  }

  /** Takes a change back. Nothing happens when it is not held any more. */
  withdraw(conversationId: ConversationId, id: ClientId): void {
    const change = this.#change(conversationId, id);
    if (!change || !isHeld(change, Date.now())) return;
    this.#tell(changeDropped({ conversationId, id, isWithdrawn: true }));
    void this.#services.cache.dropOutbox(id);
    this.#conclude(id);
  }

  /** Tries a message again that the server had refused. */
  async retry(conversationId: ConversationId, clientId: ClientId): Promise<void> {
    this.#move(conversationId, clientId, { state: 'queued', problem: null });
    await this.#sendMessages(conversationId);
  }

  /** Gives a message up that has not been sent. */
  discard(conversationId: ConversationId, clientId: ClientId): void {
    const message = this.#message(conversationId, clientId);
    if (!message || message.state === 'sent') return;
    this.#tell(messageDropped({ conversationId, clientId }));
    this.#forget(message);
  }

  /** Takes up what an earlier visit of this person left, with its files. Who has begun to read it already says so. */
  async restore(user: string, reading = this.#services.cache.readOutbox()): Promise<void> {
    const records = await reading;
    const messages = records
      .flatMap((record) => (record.kind === 'message' ? [record.message] : []))
      .filter((message) => message.user_id === user);
    const changes = records
      .flatMap((record) => (record.kind === 'change' ? [record.change] : []))
      .filter((change) => change.user_id === user);
    for (const message of messages) this.#kept.set(message.client_id, message);
    const localIds = messages.flatMap((message) => message.attachments.map(({ localId }) => localId));
    await Promise.all(localIds.map((localId) => this.#services.files.get(localId)));
    this.#host.dispatch(outboxRestored({ messages: messages.map(asQueued), changes }));
    for (const change of changes) this.#changed(change);
  }

  /**
   * Somebody is about to sign out: nothing can be taken back any more. The promise is kept when the server has taken all that
   * waits; without a line, and with one that is slow, sooner. It says how much was not sent, refused messages included.
   */
  async finish(): Promise<number> {
    for (const change of Object.values(this.#host.getState().outbox.changes).flat()) {
      this.release(change.conversation_id, change.id);
    }
    const isOver = () => this.#host.getState().connection.status !== 'online' || this.#isEmpty();
    if (isOver()) return this.#countUnsent();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, FAREWELL_MAX_MS);
      const unsubscribe = this.#host.subscribe(() => isOver() && done());
      function done() {
        clearTimeout(timer);
        unsubscribe();
        resolve();
      }
    });
    return this.#countUnsent();
  }

  /** Somebody signed out: nothing more is sent. */
  stop(): void {
    this.#isStopped = true;
    for (const { reject } of this.#outcomes.values()) {
      reject(new ApiError({ code: 'unauthorized', message: 'Signed out.' }));
    }
    this.#outcomes.clear();
    this.#kept.clear();
  }

  #sendAll(): void {
    this.#isStopped = false;
    const { messages, changes } = this.#host.getState().outbox;
    for (const id of Object.keys(messages)) void this.#sendMessages(id);
    for (const id of Object.keys(changes)) void this.#sendChanges(id);
    this.#watchLeader();
  }

  /** This tab sends from now on: also what the one before it had stored and told nobody of. */
  async #led(): Promise<void> {
    const { me } = this.#host.getState().session;
    if (this.#isStopped || !me) return;
    await this.restore(me.id);
    this.#sendAll();
  }

  /** Something happened to the outbox in another tab. */
  #heard({ action, files }: TabNote): void {
    if (messageQueued.match(action)) this.#take(action.payload, files);
    else if (messageMoved.match(action)) this.#moved(action);
    else if (changeQueued.match(action)) {
      this.#host.dispatch(action);
      this.#changed(action.payload);
    } else if (changeReleased.match(action)) {
      this.#host.dispatch(action);
      void this.#sendChanges(action.payload.conversationId);
    } else if (changeDropped.match(action)) void this.#dropped(action.payload);
    else if (messageDropped.match(action)) this.#host.dispatch(action);
  }

  #take(message: PendingMessage, files: TabNote['files']): void {
    const { conversation_id: id, client_id: clientId } = message;
    const rows = this.#host.getState().messages.timelines[id]?.rows ?? {};
    if (Object.values(rows).some((row) => row.client_id === clientId)) return;
    if (files) this.#services.files.hold(files);
    this.#kept.set(clientId, message);
    this.#host.dispatch(messageQueued(message));
    void this.#sendMessages(id);
  }

  #moved(action: ReturnType<typeof messageMoved>): void {
    this.#host.dispatch(action);
    const { conversationId, clientId, change } = action.payload;
    const version = this.#host.getState().conversations.byId[conversationId]?.shared.version ?? 0;
    // Its row may have been here before the word of it, which then nothing would take away again.
    if (change.became && change.became.version <= version) {
      this.#host.dispatch(messageDropped({ conversationId, clientId }));
      this.#forgetSettled();
    }
    if (change.state === 'queued') void this.#sendMessages(conversationId);
  }

  async #dropped(payload: ReturnType<typeof changeDropped>['payload']): Promise<void> {
    const { conversationId, id, refusal, isWithdrawn } = payload;
    const done = refusal || isWithdrawn ? undefined : this.#change(conversationId, id);
    if (done?.kind === 'delete') await this.#pushed(done, undefined);
    this.#host.dispatch(changeDropped(payload));
    this.#conclude(id, refusal && new ApiError(refusal));
  }

  /** Sees to it that the tab that leads does not sleep over what this one could send. */
  #watchLeader(): void {
    if (this.#services.tabs.isLeader) return;
    const waiting = this.#waiting();
    if (waiting.size === 0) return;
    setTimeout(() => {
      const { connection, session } = this.#host.getState();
      if (this.#isStopped || connection.status !== 'online' || !session.me) return;
      const isStuck = [...this.#waiting()].some((id) => waiting.has(id));
      if (isStuck) this.#services.tabs.takeOver(session.me.id);
    }, LEADER_PATIENCE_MS);
  }

  /** Whether nothing is to be sent; what was refused waits for its writer only. */
  #isEmpty(): boolean {
    const { messages, changes } = this.#host.getState().outbox;
    const isSettled = ({ state }: PendingMessage) => state === 'failed' || state === 'sent';
    return Object.keys(changes).length === 0 && Object.values(messages).flat().every(isSettled);
  }

  #countUnsent(): number {
    const { messages, changes } = this.#host.getState().outbox;
    const unsent = Object.values(messages)
      .flat()
      .filter(({ state }) => state !== 'sent');
    return unsent.length + Object.values(changes).flat().length;
  }

  /** What is next in each conversation and not on its way. */
  #waiting(): ReadonlySet<ClientId> {
    const { messages, changes } = this.#host.getState().outbox;
    const heads = Object.values(messages).map((all) => all.find(({ state }) => state !== 'failed'));
    const queued = heads.flatMap((head) => (head?.state === 'queued' ? [head.client_id] : []));
    return new Set([...queued, ...Object.values(changes).flatMap((all) => firstDue(all)?.id ?? [])]);
  }

  /** Sends a conversation's messages one after another. A refused one is marked and does not hold up the others. */
  async #sendMessages(id: ConversationId): Promise<void> {
    if (this.#sending.has(id)) return;
    this.#sending.add(id);
    let failures = 0;
    try {
      for (let next = this.#nextMessage(id); next; next = this.#nextMessage(id)) {
        const isDone = await this.#attempt(next);
        failures = isDone ? 0 : failures + 1;
        if (!isDone && this.#maySend()) await wait(backoff(failures));
      }
    } finally {
      this.#sending.delete(id);
    }
  }

  /** Whether the message is through, one way or the other. */
  async #attempt(message: PendingMessage): Promise<boolean> {
    const { conversation_id: id, client_id: clientId } = message;
    this.#move(id, clientId, { state: 'sending', problem: null });
    try {
      const attachment_ids = await this.#uploadAll(message);
      if (!this.#message(id, clientId)) return true;
      const answer = await this.#services.realtime.request(
        'message:send',
        payloadOf(message, attachment_ids),
      );
      const { seq, version } = answer.message;
      this.#move(id, clientId, { state: 'sent', became: { seq, version } });
      this.#services.realtime.fold({ kind: 'answer:message', conversationId: id, message: answer.message });
      this.#forget(message);
      return true;
    } catch (error) {
      return this.#failed(message, ApiError.from(error));
    }
  }

  #failed(message: PendingMessage, error: ApiError): boolean {
    const { conversation_id: id, client_id: clientId } = message;
    if (error.isTransient) {
      this.#move(id, clientId, { state: 'queued' });
      return false;
    }
    this.#move(id, clientId, { state: 'failed', problem: bodyOf(error) });
    const failed = this.#message(id, clientId);
    if (failed) void this.#keepMessage(failed);
    return true;
  }

  /** Uploads what is not up yet, in order. What is up stays up when a later one fails. */
  async #uploadAll(message: PendingMessage): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const pending of message.attachments) {
      const attachment = pending.attachment ?? (await this.#upload(message, pending));
      ids.push(attachment.id);
    }
    return ids;
  }

  async #upload(message: PendingMessage, pending: PendingAttachment) {
    const { localId } = pending;
    const file = await this.#services.files.get(localId);
    if (!file) throw new ApiError({ code: 'gone', message: 'The file is not on this device any more.' });
    const told = (progress: number) =>
      this.#host.dispatch(uploadMoved({ localId, upload: { progress, state: 'uploading' } }));
    told(0);
    const attachment = await this.#services.uploader.upload(file, pending.alt, told, {
      url: pending.upload,
      began: (upload) => this.#noteUpload(message, localId, { upload }),
    });
    this.#host.dispatch(uploadMoved({ localId, upload: { progress: 1, state: 'done' } }));
    this.#noteUpload(message, localId, { attachment });
    return attachment;
  }

  #noteUpload(
    message: PendingMessage,
    localId: string,
    news: Partial<Pick<PendingAttachment, 'upload' | 'attachment'>>,
  ): void {
    const { conversation_id: id, client_id: clientId } = message;
    const current = this.#message(id, clientId);
    if (!current) return;
    const attachments = current.attachments.map((other) =>
      other.localId === localId ? { ...other, ...news } : other,
    );
    this.#move(id, clientId, { attachments });
    void this.#keepMessage({ ...current, attachments });
  }

  /** There is a change: it is sent now, or when it can no longer be taken back. */
  #changed(change: PendingChange): void {
    const { conversation_id: id, held_until: until = 0 } = change;
    void this.#sendChanges(id);
    if (isHeld(change, Date.now())) setTimeout(() => void this.#sendChanges(id), until - Date.now());
  }

  async #sendChanges(id: ConversationId): Promise<void> {
    if (this.#changing.has(id)) return;
    this.#changing.add(id);
    let failures = 0;
    try {
      for (let next = this.#nextChange(id); next; next = this.#nextChange(id)) {
        const isDone = await this.#attemptChange(next);
        failures = isDone ? 0 : failures + 1;
        if (!isDone && this.#maySend()) await wait(backoff(failures));
      }
    } finally {
      this.#changing.delete(id);
    }
  }

  async #attemptChange(change: PendingChange): Promise<boolean> {
    try {
      await this.#submit(change);
      this.#settle(change);
      return true;
    } catch (error) {
      const refusal = ApiError.from(error);
      if (refusal.isTransient) return false;
      this.#settle(change, refusal);
      return true;
    }
  }

  async #submit(change: PendingChange): Promise<void> {
    const { realtime } = this.#services;
    const { conversation_id, seq } = change;
    if (change.kind === 'delete') {
      const answer = await realtime.request('message:delete', { conversation_id, seq, scope: change.scope });
      return this.#pushed(change, answer.version);
    }
    const { message } =
      change.kind === 'react'
        ? await realtime.request('message:react', { conversation_id, seq, emoji: change.emoji })
        : await realtime.request('message:edit', {
            conversation_id,
            seq,
            if_version: change.if_version,
            text: change.text,
            mentions: [...change.mentions],
          });
    realtime.fold({ kind: 'answer:message', conversationId: conversation_id, message });
  }

  /** Waits until the state shows what the server took, so that a deleted message does not flash up again. */
  async #pushed(change: PendingChange, version: Version | undefined): Promise<void> {
    const isShown = () => this.#shows(change, version);
    if (isShown()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, PUSH_AWAITED_MS);
      const unlisten = this.#services.realtime.listen({ folded: () => isShown() && done() });
      function done() {
        clearTimeout(timer);
        unlisten();
        resolve();
      }
    });
  }

  #shows({ conversation_id, seq }: PendingChange, version: Version | undefined): boolean {
    const state = this.#host.getState();
    const timeline = state.messages.timelines[conversation_id];
    if (version !== undefined) return (timeline?.version ?? version) >= version;
    return timeline?.rows[seq] === undefined;
  }

  #settle(change: PendingChange, refusal?: ApiError): void {
    const { conversation_id: conversationId, id } = change;
    this.#tell(changeDropped({ conversationId, id, ...(refusal ? { refusal: bodyOf(refusal) } : {}) }));
    void this.#services.cache.dropOutbox(id);
    this.#conclude(id, refusal);
  }

  #conclude(id: ClientId, refusal?: ApiError): void {
    const outcome = this.#outcomes.get(id);
    this.#outcomes.delete(id);
    if (refusal) outcome?.reject(refusal);
    else outcome?.resolve();
  }

  /** An earlier change of the same kind to the same message is not worth sending any more. */
  #supersede(change: PendingChange): void {
    const earlier = this.#host
      .getState()
      .outbox.changes[change.conversation_id]?.find(
        (other) => other.seq === change.seq && other.kind === change.kind,
      );
    if (earlier) this.#settle(earlier);
  }

  #nextMessage(id: ConversationId): PendingMessage | undefined {
    if (!this.#maySend()) return undefined;
    const next = this.#host
      .getState()
      .outbox.messages[id]?.find((message) => message.state === 'queued' || message.state === 'sending');
    return next && !this.#storing.has(next.client_id) ? next : undefined;
  }

  #nextChange(id: ConversationId): PendingChange | undefined {
    return this.#maySend() ? firstDue(this.#host.getState().outbox.changes[id] ?? []) : undefined;
  }

  #maySend(): boolean {
    return (
      !this.#isStopped && this.#services.tabs.isLeader && this.#host.getState().connection.status === 'online'
    );
  }

  #change(conversationId: ConversationId, id: ClientId): PendingChange | undefined {
    return this.#host.getState().outbox.changes[conversationId]?.find((change) => change.id === id);
  }

  #message(id: ConversationId, clientId: ClientId): PendingMessage | undefined {
    return this.#host.getState().outbox.messages[id]?.find((message) => message.client_id === clientId);
  }

  #move(
    conversationId: ConversationId,
    clientId: ClientId,
    change: Parameters<typeof messageMoved>[0]['change'],
  ): void {
    this.#tell(messageMoved({ conversationId, clientId, change }));
  }

  /** Here and in the other tabs. */
  #tell(action: UnknownAction): void {
    this.#host.dispatch(action);
    this.#services.tabs.share({ action });
  }

  async #keepMessage(message: PendingMessage): Promise<void> {
    this.#kept.set(message.client_id, message);
    await this.#services.cache.putOutbox({ kind: 'message', message });
  }

  #forgetSettled(): void {
    for (const message of this.#kept.values()) {
      if (!this.#message(message.conversation_id, message.client_id)) this.#forget(message);
    }
  }

  #forget(message: PendingMessage): void {
    this.#kept.delete(message.client_id);
    const localIds = message.attachments.map((attachment) => attachment.localId);
    void this.#services.cache.dropOutbox(message.client_id);
    this.#services.files.drop(localIds);
    if (localIds.length > 0) this.#host.dispatch(uploadsForgotten(localIds));
  }
}

/** Nothing waits for what may still be taken back. */
function firstDue(changes: readonly PendingChange[]): PendingChange | undefined {
  return changes.find((change) => !isHeld(change, Date.now()));
}

/** What was on its way when the page went is to be sent again; a refused one still waits for its writer. */
function asQueued(message: PendingMessage): PendingMessage {
  return message.state === 'failed' ? message : { ...message, state: 'queued', became: null };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
