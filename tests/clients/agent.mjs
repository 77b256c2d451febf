// A stock client in a process of its own.

import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { createInterface } from 'node:readline'

/** Emits `connected`, `disconnected`, `refused` (with a reason) and `push` (with a name and a payload). */
export class Agent extends EventEmitter {
  #child
  #lines
  #asked = new Map()
  #next = 1

  /** @param {string[]} command the program and its arguments */
  constructor([program, ...args]) {
    super()
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.on('exit', (code, signal) => this.emit('exit', code ?? signal))
    this.#lines = createInterface({ input: this.#child.stdout })
    this.#lines.on('line', (line) => this.#hear(JSON.parse(line)))
  }

  connect(url, token, transport) {
    this.#order({ do: 'connect', url, token, transport })
  }

  /** Resolves to the ack; to `null` when the connection was lost before it came. */
  ask(name, payload) {
    const id = this.#next++
    this.#order({ do: 'ask', id, name, payload })
    return new Promise((resolve) => this.#asked.set(id, resolve))
  }

  /** Sends an event that takes no ack. */
  tell(name, payload) {
    this.#order({ do: 'tell', name, payload })
  }

  /** What it still says is not heard: it may end in the middle of a line. */
  close() {
    this.removeAllListeners('exit')
    this.#lines.removeAllListeners('line')
    this.#child.stdin.end()
  }

  #order(order) {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`)
  }

  #hear({ event, id, answer = null, name, payload, reason }) {
    if (event === 'answer' || event === 'lost') {
      this.#asked.get(id)?.(answer)
      this.#asked.delete(id)
    } else if (event === 'push') {
      this.emit('push', name, payload)
    } else {
      this.emit(event, reason)
    }
  }
}
