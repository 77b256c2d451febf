// A messenger as one writes it first with Socket.IO: it relays what is sent to everyone in the conversation, and keeps it or
// does not. It answers the events that the load generator sends, with the fields that it reads.
//
//     node server.js relay|normal|full [FOLDER]

import { createServer } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Server } from 'socket.io'

const [how, folder] = process.argv.slice(2)
const keep = how === 'relay' ? () => Date.now() : keeper(how)

const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false })

io.on('connection', (socket) => {
  for (const id of socket.handshake.auth.token.split(' ')) socket.join(id)
  socket.on('message:send', (message, answer) => {
    const seq = keep(message)
    io.to(message.conversation_id).emit('conversation:changed', { messages: [{ seq, text: message.text }] })
    answer({ ok: true, seq })
  })
})

http.listen(0, '127.0.0.1', () => console.log(`ready: http://127.0.0.1:${http.address().port}`))

/** Keeps a message and answers its number; what was sent before is not kept twice. */
function keeper(synchronous) {
  const database = new Database(join(folder, 'peer.db'))
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.exec(`
    CREATE TABLE messages (
      num INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, conversation TEXT NOT NULL, text TEXT NOT NULL,
      created_at INTEGER NOT NULL
    );
    CREATE INDEX messages_conversation ON messages (conversation, num);
  `)
  const insert = database.prepare(
    'INSERT INTO messages (client_id, conversation, text, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  return ({ client_id, conversation_id, text }) =>
    insert.run(client_id, conversation_id, text, Date.now()).lastInsertRowid
}
