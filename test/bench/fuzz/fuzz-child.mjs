// The process that runs inputs: node fuzz-child.mjs KIND SEED FROM END.
import { randomOf } from './random.mjs'

const [kind, seed, from, end] = process.argv.slice(2)
const { make, attempt } = await import(kind.endsWith('.mjs') ? kind : `./${kind}.mjs`)

const name = kind.replace(/^.*\/|\.mjs$/g, '')
const cpuSeconds = ({ user, system }) => (user + system) / 1e6

/** An input that hangs would keep a message that is still on its way. */
const sent = (message) => new Promise((resolve) => process.send(message, resolve))

async function outcomeOf(input) {
  try {
    const label = await attempt(input)
    return { outcome: typeof label === 'string' ? label : 'result', detail: '' }
  } catch (error) {
    const known = error?.name === 'GlmmError' && error.code !== 'INTERNAL'
    const detail = known
      ? error.message
      : String(error?.stack ?? error)
          .split('\n')
          .slice(0, 4)
          .join(' ')
    return { outcome: known ? error.code : 'INTERNAL', detail }
  }
}

for (let index = Number(from); index < Number(end); index++) {
  const input = make(randomOf(`${name} ${seed} ${index}`))
  await sent({ begun: index })
  const before = process.cpuUsage()
  const told = await outcomeOf(input)
  const used = cpuSeconds(process.cpuUsage(before))
  await sent({ ended: { index, ...told, cpuSeconds: used, peak: process.resourceUsage().maxRSS * 1024 } })
}
process.disconnect()
