// The program, on a free port and a folder of its own.

import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Starts `binary`; resolves when it says that it is ready. */
export async function startKith(binary) {
  const folder = await mkdtemp(join(tmpdir(), 'kith-clients-'))
  const child = spawn(binary, ['serve', '--data', folder, '--listen', '127.0.0.1:0', '--disk-reserve-bytes', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const port = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = line.match(/^Kith is ready: .*:(\d+)$/)
      if (ready) resolve(Number(ready[1]))
    })
    ended.then((code) => reject(new Error(`kith ended with ${code} before it was ready`)))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    const code = await ended
    await rm(folder, { recursive: true, force: true })
    if (code !== 0) throw new Error(`kith ended with ${code}`)
  }
  return { port, stop }
}

/** Makes an account; answers its id and a token. */
export async function register(port, username) {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: 'correct horse battery', grant: 'token' }),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const { user, token } = await response.json()
  return { id: user.id, token }
}
