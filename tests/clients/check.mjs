// What must hold when a conversation is over.

import assert from 'node:assert/strict'

/** Nothing is lost, nothing is there twice, and what each person holds is what the server has. */
export async function checkConversation(talk) {
  const { ann, ben } = talk.people
  for (const [where, id] of Object.entries(talk.places)) {
    const rows = plain(await ben.read(id))
    assert.deepEqual(
      rows.map((row) => row.seq),
      rows.map((_, index) => index + 1),
      `${where}: numbers without a gap`,
    )
    const said = talk.said.filter((entry) => entry.where === where)
    const spoken = rows.filter((row) => row.kind === 'text')
    assert.equal(spoken.length, said.length, `${where}: as many messages as were sent`)
    for (const person of [ann, ben]) {
      assert.deepEqual(
        spoken.filter((row) => row.sender_id === person.id).map((row) => row.text),
        said.filter((entry) => entry.by === person.id).map((entry) => entry.text),
        `${where}: what ${person.name} said, once and in order`,
      )
      await checkHeld(person, where, id, rows, hiddenFrom(person, said))
    }
  }
  for (const person of [ann, ben]) await checkUnread(person)
}

async function checkHeld(person, where, id, rows, hidden) {
  const visible = rows.filter((row) => !hidden.has(row.seq))
  assert.deepEqual(plain(await person.read(id)), visible, `${where}: what the server has for ${person.name}`)
  const held = person.held.get(id)
  const ordered = [...held.rows.values()].sort((one, other) => one.seq - other.seq)
  assert.deepEqual(ordered, visible, `${where}: what ${person.name} holds`)
  const { version } = await person.ask('conversation:changes', { conversation_id: id, since: held.version })
  assert.equal(held.version, version, `${where}: the version that ${person.name} holds`)
}

/** A list read from the beginning says what the pushes added up to. */
async function checkUnread(person) {
  const { conversations } = await person.ask('sync', { cursor: null })
  for (const { id, my } of conversations) {
    assert.equal(person.held.get(id).unread, my.unread, `what is unread for ${person.name}`)
  }
}

function hiddenFrom(person, said) {
  return new Set(said.filter((entry) => entry.hiddenBy === person.id).map((entry) => entry.seq))
}

/** Only answers say what the reader's own reaction is; pushes are the same for everyone. */
function plain(rows) {
  return rows.map(({ my_reaction: _, ...row }) => row)
}

/** The library used the transport that it was told to use, and no connection broke that nobody cut. */
export function checkConnections(person, transport) {
  const expected = { websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] }
  assert.deepEqual([...person.wire.transports].sort(), expected[transport], `the transports of ${person.name}`)
  assert.equal(person.arrivals, 1 + person.cuts, `the connections of ${person.name}`)
}
