// What a client of Kith does, whatever its library: `docs/protocol.md`, "The client's algorithm".

import { randomUUID } from 'node:crypto'

const PATIENCE_MS = 30_000
/** Refusals that mean: the same again, later. */
const REPEATED = new Set(['unavailable', 'rate_limited'])

export class Person {
  /**
   * Conversation id → `{ version, newest, unread, accountVersion, rows: Map<seq, message>, hidden: Set<seq>,
   * receipts: Map<user, receipt> }`.
   */
  held = new Map()
  typing = []
  present = new Map()
  /** How often the connection came to be, and how often it was cut. */
  arrivals = 0
  cuts = 0
  #agent
  #cursor = null
  #epoch
  #accountVersion = 0
  #online = false
  #outbox = []
  #folding = Promise.resolve()
  #watchers = new Set()
  #failed

  constructor(name, id, agent, wire) {
    Object.assign(this, { name, id, wire })
    this.#agent = agent
    agent.on('connected', () => this.#arrive(++this.arrivals))
    agent.on('disconnected', () => this.#leave())
    agent.on('push', (name, payload) => this.#fold(() => this.#hear(name, payload)))
    agent.on('exit', (code) => this.#fail(new Error(`the agent of ${this.name} ended with ${code}`)))
  }

  /** Whether the feed runs and nothing waits to be sent. */
  get settled() {
    return this.#online && this.#outbox.length === 0
  }

  connect(token, transport) {
    this.#agent.connect(this.wire.url, token, transport)
    return this.until(() => this.#online, 'the feed to start')
  }

  close() {
    this.#agent.close()
    this.wire.close()
  }

  /** Asks for a change, as often as it takes; each has the same effect however often it is asked. */
  ask(name, payload) {
    return new Promise((resolve, reject) => {
      const entry = { name, payload, resolve, reject }
      this.#outbox.push(entry)
      if (this.#online) this.#send(entry)
    })
  }

  /** Sends a message; answers its row. */
  async say(conversation_id, text, reply_to) {
    const payload = { conversation_id, client_id: randomUUID(), text, ...(reply_to && { reply_to }) }
    return (await this.ask('message:send', payload)).message
  }

  tell(name, payload) {
    this.#agent.tell(name, payload)
  }

  /** Waits until something holds of what this person has heard. */
  until(holds, what) {
    return new Promise((resolve, reject) => {
      const watcher = { look: () => (this.#failed ? done(this.#failed) : holds() && done()), what }
      const timer = setTimeout(() => done(new Error(`${this.name} waited in vain for ${what}`)), PATIENCE_MS)
      const done = (error) => {
        clearTimeout(timer)
        this.#watchers.delete(watcher)
        if (error) reject(error)
        else resolve()
      }
      this.#watchers.add(watcher)
      watcher.look()
    })
  }

  /** Everything of a conversation, as the server has it now. */
  async read(conversation_id) {
    const rows = []
    for (let after = 0, end = false; !end; ) {
      const page = await this.ask('message:page', { conversation_id, after, limit: 100 })
      rows.push(...page.messages)
      after = page.to_seq
      end = page.at_end
    }
    return rows
  }

  async #arrive(arrival) {
    await this.#fold(() => this.#sync())
    // Lost again meanwhile: the next arrival does it.
    if (arrival !== this.arrivals) return
    this.#online = true
    for (const entry of this.#outbox) this.#send(entry)
    this.#look()
  }

  #leave() {
    this.#online = false
    this.#look()
  }

  async #sync() {
    for (let more = true; more; ) {
      const answer = await this.#agent.ask('sync', { cursor: this.#cursor, epoch: this.#epoch })
      if (!answer) return
      refuse(answer)
      await this.#list(answer)
      more = answer.more
    }
  }

  async #list({ cursor, epoch, conversations, removed, account, reset }) {
    if (reset) {
      this.held.clear()
      this.#accountVersion = 0
    }
    this.#cursor = cursor
    this.#epoch = epoch
    for (const id of removed) this.held.delete(id)
    for (const summary of conversations) this.#summarize(summary)
    this.#takeAccount(account)
    // Also those that were behind before: the connection may have been lost while they were asked for, and the new
    // cursor says nothing of them.
    for (const [id, held] of this.held) if (held.version < held.newest) await this.#catchUp(id)
  }

  async #catchUp(conversation_id) {
    const held = this.#hold(conversation_id)
    for (let more = true; more; ) {
      const since = held.version
      const changes = await this.#agent.ask('conversation:changes', { conversation_id, since })
      if (!changes) return
      refuse(changes)
      if (changes.reset) held.rows.clear()
      for (const row of changes.messages) take(held, row)
      for (const receipt of changes.receipts) takeReceipt(held, receipt)
      // What is unread comes with it: the pushes that these changes forestall will not be counted.
      this.#summarize(changes.conversation)
      held.version = Math.max(held.version, changes.version)
      more = changes.more
    }
  }

  async #hear(name, payload) {
    switch (name) {
      case 'conversation:changed':
        return this.#change(payload)
      case 'receipt:updated':
        for (const receipt of payload.receipts) takeReceipt(this.#hold(payload.conversation_id), receipt)
        return
      case 'account:changed':
        if (payload.account_version > this.#accountVersion) this.#takeAccount(payload)
        return
      case 'typing':
        return void this.typing.push(payload)
      case 'presence':
        return void this.present.set(payload.user_id, payload.online)
      case 'resync':
        return this.#sync()
      case 'user:updated':
        return
      default:
        throw new Error(`${this.name} heard ${name}`)
    }
  }

  async #change({ conversation_id, version, cause, messages = [] }) {
    const held = this.#hold(conversation_id)
    held.newest = Math.max(held.newest, version)
    if (version > held.version + 1) return this.#catchUp(conversation_id)
    const news = version > held.version
    for (const row of messages) take(held, row)
    held.version = Math.max(held.version, version)
    if (news && cause.kind === 'sent') {
      const seq = cause.seq
      takeReceipt(held, { user_id: cause.actor_id, delivered_seq: seq, read_seq: seq, read_at: null })
      held.unread = cause.actor_id === this.id ? 0 : held.unread + 1
    }
  }

  /** A summary that is older than what is held is of no concern, nor is what it says of the account, if that is older. */
  #summarize({ id, version, my, account_version }) {
    const held = this.#hold(id)
    held.newest = Math.max(held.newest, version)
    if (version < held.version || account_version < held.accountVersion) return
    held.unread = my.unread
    held.accountVersion = account_version
  }

  #takeAccount({ account_version, conversations = [], hidden = [] }) {
    this.#accountVersion = Math.max(this.#accountVersion, account_version)
    for (const { conversation_id, unread } of conversations) {
      const held = this.#hold(conversation_id)
      if (account_version <= held.accountVersion) continue
      held.unread = unread
      held.accountVersion = account_version
    }
    for (const { conversation_id, seq } of hidden) {
      const held = this.#hold(conversation_id)
      held.hidden.add(seq)
      held.rows.delete(seq)
    }
  }

  #hold(id) {
    if (!this.held.has(id)) {
      const nothing = { version: 0, newest: 0, unread: 0, accountVersion: 0 }
      this.held.set(id, { ...nothing, rows: new Map(), hidden: new Set(), receipts: new Map() })
    }
    return this.held.get(id)
  }

  async #send(entry) {
    const answer = await this.#agent.ask(entry.name, entry.payload)
    const index = this.#outbox.indexOf(entry)
    // Lost: it stays in the outbox. Answered on an earlier connection: it has left it.
    if (!answer || index < 0) return
    if (REPEATED.has(answer.error?.code)) return setTimeout(() => this.#send(entry), answer.error.retry_after_ms ?? 100)
    this.#outbox.splice(index, 1)
    if (answer.ok) entry.resolve(answer)
    else entry.reject(refusal(answer))
    this.#look()
  }

  /** One thing after the other, in the order in which it was heard. */
  #fold(work) {
    this.#folding = this.#folding.then(work).catch((error) => this.#fail(error))
    return this.#folding.then(() => this.#look())
  }

  #look() {
    for (const watcher of [...this.#watchers]) watcher.look()
  }

  #fail(error) {
    this.#failed ??= error
    for (const entry of this.#outbox.splice(0)) entry.reject(error)
    this.#look()
  }
}

/** A row with a lower version than the one held is ignored. */
function take(held, { my_reaction: _, ...row }) {
  if (held.hidden.has(row.seq)) return
  if ((held.rows.get(row.seq)?.version ?? 0) <= row.version) held.rows.set(row.seq, row)
}

/** Pointers only move forward. */
function takeReceipt(held, { user_id, delivered_seq, read_seq, read_at }) {
  const old = held.receipts.get(user_id) ?? { delivered_seq: 0, read_seq: 0, read_at: null }
  held.receipts.set(user_id, {
    delivered_seq: Math.max(old.delivered_seq, delivered_seq),
    read_seq: Math.max(old.read_seq, read_seq),
    read_at: read_at ?? old.read_at,
  })
}

function refuse(answer) {
  if (!answer.ok) throw refusal(answer)
}

function refusal({ error }) {
  return new Error(`${error.code}: ${error.message} ${error.field ?? ''}`)
}
