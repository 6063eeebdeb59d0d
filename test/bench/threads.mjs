// How many times the draws a second of one chain on one thread two chains on two threads make: each pair is timed one
// after the other, and the median of the ratios is told. Planning and the start of the threads are left out: the clock
// runs from the first progress of any chain to the end of the last one. Arguments: repeats, draws a chain.
import { fileURLToPath } from 'node:url'
import { readTable, sample } from '../../dist/src/index.js'
import { threads } from '../../dist/workers/index.js'

const [repeats = '7', draws = '20000'] = process.argv.slice(2)
const data = fileURLToPath(new URL('../../examples/01-betablocker/betablocker.csv', import.meta.url))
const table = await readTable(data)
const executor = threads({ threads: 2 })

/** Draws a second of wall time, and of processor time of the whole process, of so many chains at once. */
async function rate(chains) {
  const before = process.cpuUsage()
  const result = await sample('cbind(r, n - r) ~ treat + (1 | center)', table, {
    chains,
    warmup: 200,
    draws: Number(draws),
    seed: 1,
    sampler: 'nuts',
    executor,
  })
  const cpu = process.cpuUsage(before)
  // Chains side by side take as long as the longest; their mean is less noisy, and as chains are alike the same.
  const seconds = result.timing.sampleSeconds / chains
  return { wall: (chains * Number(draws)) / seconds, cpu: (cpu.user + cpu.system) / 1e6 }
}

await rate(2)
const ratios = []
for (let r = 0; r < Number(repeats); r++) {
  const one = await rate(1)
  const two = await rate(2)
  ratios.push({ wall: two.wall / one.wall, cpu: (2 * one.cpu) / two.cpu })
}
await executor.close()
const median = (of) =>
  ratios
    .map(of)
    .sort((a, b) => a - b)
    [Math.floor(ratios.length / 2)].toFixed(2)
console.log(
  `2 chains on 2 threads make ${median(({ wall }) => wall)} times the draws a second of one (median of ${repeats})`,
)
console.log(`processor time of one chain twice, beside that of two at once: ${median(({ cpu }) => cpu)} (1 is no loss)`)
