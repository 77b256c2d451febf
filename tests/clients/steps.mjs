// What the steps of `conversation.json` do. Each ends when the other person has seen it.

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

const OFFLINE_MS = 200
/** Long enough for the server to commit and answer what was sent. */
const DEAF_MS = 150
const BETWEEN_MESSAGES_MS = 3

export class Talk {
  /** `direct` and `group` → id. */
  places = {}
  /** Everything that was said, as it should be now: `{ where, by, text, seq? }`, in the order of issue. */
  said = []
  #named = {}

  /** @param people `{ ann, ben }` */
  constructor(people) {
    this.people = people
  }

  async perform(step) {
    const who = Array.isArray(step.who) ? step.who.map((name) => this.people[name]) : this.people[step.who]
    await this[step.does](who, step)
  }

  async open(who, { where, title }) {
    const other = this.#other(who)
    const payload =
      where === 'direct' ? { user_id: other.id } : { client_id: randomUUID(), title, member_ids: [other.id] }
    const { conversation } = await who.ask('conversation:open', payload)
    this.places[where] = conversation.id
    for (const person of [who, other]) {
      await person.until(() => person.held.get(conversation.id)?.version >= conversation.version, title ?? where)
    }
  }

  async watch(who) {
    const other = this.#other(who)
    const { presences } = await who.ask('presence:watch', { user_ids: [other.id] })
    for (const { user_id, online } of presences) who.present.set(user_id, online)
    await who.until(() => who.present.get(other.id) === true, `${other.name} to be there`)
  }

  async type(who, { where }) {
    const conversation_id = this.places[where]
    const other = this.#other(who)
    who.tell('conversation:typing', { conversation_id, typing: true })
    const types = (heard) => heard.conversation_id === conversation_id && heard.user_ids.includes(who.id)
    await other.until(() => other.typing.some(types), `${who.name} to type`)
  }

  async say(who, { where, text, as: name, reply, unheard }) {
    const entry = { where, by: who.id, text }
    this.said.push(entry)
    if (name) this.#named[name] = entry
    const row = await who.say(this.places[where], text, this.#named[reply]?.seq)
    entry.seq = row.seq
    if (!unheard) await this.#seen(who, where, row)
  }

  async edit(who, { where, message, text, unheard }) {
    const entry = this.#named[message]
    const rows = () => who.held.get(this.places[where]).rows
    await who.until(() => rows().has(entry.seq), `${message} to be there`)
    const if_version = rows().get(entry.seq).version
    const answer = await who.ask('message:edit', { ...this.#address(entry), if_version, text })
    entry.text = text
    if (!unheard) await this.#seen(who, where, answer.message)
  }

  async react(who, { where, message, emoji, unheard }) {
    const answer = await who.ask('message:react', { ...this.#address(this.#named[message]), emoji })
    if (!unheard) await this.#seen(who, where, answer.message)
  }

  async unsend(who, { where, message, unheard }) {
    const entry = this.#named[message]
    const { version } = await who.ask('message:delete', { ...this.#address(entry), scope: 'everyone' })
    entry.text = ''
    if (!unheard) await this.#seen(who, where, { seq: entry.seq, version })
  }

  async hide(who, { message }) {
    const entry = this.#named[message]
    await who.ask('message:delete', { ...this.#address(entry), scope: 'me' })
    entry.hiddenBy = who.id
    const held = () => who.held.get(this.places[entry.where])
    await who.until(() => !held().rows.has(entry.seq), `${message} to be hidden`)
  }

  read(who, { where }) {
    return this.#receipt(who, where, 'conversation:read', 'read_seq')
  }

  deliver(who, { where }) {
    return this.#receipt(who, where, 'conversation:delivered', 'delivered_seq')
  }

  async cut(who) {
    await this.go(who)
    await pause(OFFLINE_MS)
    await this.return(who)
  }

  async go(who) {
    who.cuts += 1
    who.wire.cut()
    await who.until(() => !who.settled, 'the connection to be lost')
  }

  async return(who) {
    who.wire.mend()
    await who.until(() => who.settled, 'the connection to come back')
  }

  /** Everybody talks at once, nobody waits for an answer, and connections break in between. */
  async chatter(people, { where, times, text, cut, deaf = false }) {
    const under_way = []
    const breaks = new Map(cut.map((name, nth) => [Math.floor((times * (nth + 1)) / (cut.length + 1)), name]))
    for (let n = 1; n <= times; n++) {
      for (const person of people) under_way.push(this.say(person, { where, text: `${text} ${n}` }))
      if (breaks.has(n)) under_way.push(this.#interrupt(this.people[breaks.get(n)], deaf))
      await pause(BETWEEN_MESSAGES_MS)
    }
    await Promise.all(under_way)
  }

  async #interrupt(who, deaf) {
    const { swallowed } = who.wire
    if (deaf) {
      who.wire.deafen()
      await pause(DEAF_MS)
      if (who.wire.swallowed === swallowed) throw new Error('nothing was lost on the deaf wire')
    }
    await this.cut(who)
  }

  async #receipt(who, where, name, pointer) {
    const conversation_id = this.places[where]
    const seq = Math.max(...who.held.get(conversation_id).rows.keys())
    await who.ask(name, { conversation_id, seq })
    const other = this.#other(who)
    const moved = () => other.held.get(conversation_id).receipts.get(who.id)?.[pointer] >= seq
    await other.until(moved, `${name} of ${who.name}`)
  }

  /** Both hold the row, or a newer one. */
  async #seen(who, where, { seq, version }) {
    for (const person of [who, this.#other(who)]) {
      const row = () => person.held.get(this.places[where]).rows.get(seq)
      await person.until(() => row()?.version >= version, `message ${seq} of the ${where} conversation`)
    }
  }

  #address({ where, seq }) {
    return { conversation_id: this.places[where], seq }
  }

  #other(who) {
    return Object.values(this.people).find((person) => person !== who)
  }
}
