// A wire between a client and the server that can be cut, as networks are.

import { createServer, connect } from 'node:net'

export class Wire {
  /** Which transports were asked for over this wire. */
  transports = new Set()
  /** How many bytes of the server's were lost on it. */
  swallowed = 0
  #server
  #pairs = new Set()
  #deaf = false
  #down = false

  /** Lays a wire to a port of this machine. */
  static async to(port) {
    const wire = new Wire()
    wire.#server = createServer((near) => wire.#join(near, port))
    await new Promise((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    return wire
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`
  }

  /** From now on nothing that the server says arrives; what the client says still does. */
  deafen() {
    this.#deaf = true
  }

  /** Resets every connection. Nothing connects until the wire is mended. */
  cut() {
    this.#down = true
    for (const pair of this.#pairs) drop(pair)
  }

  mend() {
    this.#down = false
    this.#deaf = false
  }

  close() {
    this.cut()
    this.#server.close()
  }

  #join(near, port) {
    if (this.#down) return near.resetAndDestroy()
    const far = connect(port, '127.0.0.1')
    const pair = [near, far]
    this.#pairs.add(pair)
    near.setNoDelay().on('data', (bytes) => {
      for (const [, transport] of bytes.toString('latin1').matchAll(/[?&]transport=(\w+)/g)) {
        this.transports.add(transport)
      }
      far.write(bytes)
    })
    far.setNoDelay().on('data', (bytes) => {
      if (this.#deaf) this.swallowed += bytes.length
      else near.write(bytes)
    })
    near.on('end', () => far.end())
    far.on('end', () => near.end())
    for (const end of pair) {
      end.on('error', () => drop(pair))
      end.on('close', () => this.#pairs.delete(pair))
    }
  }
}

function drop(pair) {
  for (const end of pair) if (!end.destroyed) end.resetAndDestroy()
}
