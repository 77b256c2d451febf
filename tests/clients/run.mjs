// Stock clients hold one conversation, against the real program. `cargo xtask test clients` calls this:
//
//   node tests/clients/run.mjs --kith PROGRAM --python PROGRAM --rust PROGRAM [--only WORDS]
//
// It reports in the words of `cargo test`.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { Agent } from './agent.mjs'
import { checkConversation, checkConnections } from './check.mjs'
import { register, startKith } from './kith.mjs'
import { Person } from './person.mjs'
import { Talk } from './steps.mjs'
import { Wire } from './wire.mjs'

const { values: options } = parseArgs({
  options: {
    kith: { type: 'string' },
    python: { type: 'string' },
    rust: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})

const AGENTS = {
  node: [process.execPath, beside('node/agent.mjs')],
  python: [options.python, beside('python/agent.py')],
  rust: [options.rust],
}

const TRANSPORTS = ['websocket', 'polling', 'upgrade']

/** Each library with itself over each transport; then each with each other, over different ones. */
const CASES = [
  ...Object.keys(AGENTS).flatMap((library) =>
    TRANSPORTS.map((transport) => [
      { library, transport },
      { library, transport },
    ]),
  ),
  [
    { library: 'node', transport: 'websocket' },
    { library: 'python', transport: 'polling' },
  ],
  [
    { library: 'python', transport: 'upgrade' },
    { library: 'rust', transport: 'websocket' },
  ],
  [
    { library: 'rust', transport: 'polling' },
    { library: 'node', transport: 'upgrade' },
  ],
]

const { steps } = JSON.parse(await readFile(beside('conversation.json'), 'utf8'))
const kith = await startKith(options.kith)
const results = []
for (const [number, ends] of CASES.entries()) {
  const name = ends.map(({ library, transport }) => `${library} over ${transport}`).join(' with ')
  if (name.includes(options.only)) results.push(await run(number, name, ends))
}
await kith.stop()
summarize(results)

async function run(number, name, ends) {
  const begun = performance.now()
  const people = {}
  try {
    for (const [index, who] of ['ann', 'ben'].entries()) {
      const { library, transport } = ends[index]
      const account = await register(kith.port, `${who}${number}`)
      people[who] = new Person(who, account.id, new Agent(AGENTS[library]), await Wire.to(kith.port))
      await people[who].connect(account.token, transport)
    }
    const talk = new Talk(people)
    for (const step of steps) await talk.perform(step)
    await checkConversation(talk)
    checkConnections(people.ann, ends[0].transport)
    checkConnections(people.ben, ends[1].transport)
    const cuts = people.ann.cuts + people.ben.cuts
    const swallowed = people.ann.wire.swallowed + people.ben.wire.swallowed
    console.log(`test ${name} ... ok`)
    console.log(
      `  ${talk.said.length} messages, ${cuts} reconnects, ${swallowed} bytes of answers lost, ${seconds(begun)} s`,
    )
    return true
  } catch (error) {
    console.log(`test ${name} ... FAILED`)
    console.log(error)
    return false
  } finally {
    for (const person of Object.values(people)) person.close()
  }
}

function summarize(results) {
  const passed = results.filter(Boolean).length
  const failed = results.length - passed
  const word = failed === 0 ? 'ok' : 'FAILED'
  console.log(`test result: ${word}. ${passed} passed; ${failed} failed; 0 ignored`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

function seconds(begun) {
  return ((performance.now() - begun) / 1000).toFixed(1)
}

function beside(path) {
  return fileURLToPath(new URL(path, import.meta.url))
}
