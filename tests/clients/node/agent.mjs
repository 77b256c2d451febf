// `socket.io-client` at the end of a pipe: orders come in as lines of JSON, what it hears goes out as such.

import { createInterface } from 'node:readline'
import { io } from 'socket.io-client'

const TRANSPORTS = { websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] }

let socket

const orders = {
  connect({ url, token, transport }) {
    socket = io(url, {
      auth: { token },
      transports: TRANSPORTS[transport],
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    })
    socket.on('connect', () => tell({ event: 'connected' }))
    socket.on('disconnect', (reason) => tell({ event: 'disconnected', reason }))
    socket.on('connect_error', (error) => tell({ event: 'refused', reason: error.message }))
    socket.onAny((name, payload) => tell({ event: 'push', name, payload }))
  },

  async ask({ id, name, payload }) {
    // Without a connection the library would keep it and send it later, before what has to come first.
    if (!socket.connected) return tell({ event: 'lost', id })
    try {
      const answer = await socket.timeout(10_000).emitWithAck(name, payload)
      tell({ event: 'answer', id, answer })
    } catch {
      tell({ event: 'lost', id })
    }
  },

  tell({ name, payload }) {
    socket.emit(name, payload)
  },
}

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const order = JSON.parse(line)
  orders[order.do](order)
})
lines.on('close', () => process.exit())
