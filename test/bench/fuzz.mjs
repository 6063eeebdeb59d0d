// Seeded fuzzing: `npm run bench:fuzz -- [KIND...] [--seed 1] [--count 2000] [--from 0]`. A kind is a file of the folder
// fuzz. Every mutated input has to end in a result or in a GlmmError, within two seconds of CPU time and 300 MB. A fault
// is printed with its index: `-- KIND --seed S --from INDEX --count 1` makes that input again.
import { parseArgs } from 'node:util'
import { fuzzKinds, runFuzz } from './fuzz/run-fuzz.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '2000' },
    from: { type: 'string', default: '0' },
  },
})
const unknown = positionals.find((kind) => !fuzzKinds.includes(kind))
if (unknown !== undefined) throw new Error(`expected one of ${fuzzKinds.join(', ')}, got ${unknown}`)

let faults = 0
for (const kind of positionals.length > 0 ? positionals : fuzzKinds) {
  const began = performance.now()
  const options = { seed: Number(values.seed), count: Number(values.count), from: Number(values.from) }
  const report = await runFuzz(kind, options)
  const tally = Object.entries(report.outcomes).sort(([, a], [, b]) => b - a)
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(
    `${kind}: ${report.count} inputs in ${seconds} s, slowest ${report.slowest.seconds.toFixed(2)} s of CPU (index ${report.slowest.index}), peak ${(report.peak / 2 ** 20).toFixed(0)} MB; ${tally.map(([outcome, n]) => `${outcome} ${n}`).join(', ')}`,
  )
  for (const { index, outcome, detail } of report.faults) console.log(`  FAULT ${kind} ${index}: ${outcome}: ${detail}`)
  faults += report.faults.length
}
process.exitCode = faults > 0 ? 1 : 0
