// This software's side of the comparison of samplers, in a process of its own: effective draws a CPU second, as JSON, of
// a first run and of the median of three later ones, when the code is compiled, each with a seed of its own.
// Usage: node samplers-draw.mjs NAME SAMPLER CHAINS WARMUP DRAWS
import { readTable, sample } from '../../dist/src/index.js'
import { inlineExecutor } from '../../dist/workers/index.js'
import { cases } from './samplers-cases.mjs'

const [name, sampler, ...counts] = process.argv.slice(2)
const [chains, warmup, draws] = counts.map(Number)
const { data, formula, family, priors } = cases.find((one) => one.name === name)
const table = await readTable(data)

async function run(seed) {
  const began = process.cpuUsage()
  const start = performance.now()
  const options = { family, priors, sampler, chains, warmup, draws, seed, executor: inlineExecutor }
  const { sample: drawn } = await sample(formula, table, options)
  const wall = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(began)
  const cpu = (user + system) / 1e6
  const sizes = drawn.summary.map(({ essBulk }) => essBulk).filter((size) => !Number.isNaN(size))
  const ess = Math.min(...sizes)
  return {
    ess,
    rhat: Math.max(...drawn.summary.map(({ rhat }) => rhat).filter((value) => !Number.isNaN(value))),
    cpu,
    // The sampling phase by its share of the wall time: planning and summary count as warm-up.
    sampling: ess / ((cpu * drawn.sampleSeconds) / wall),
    all: ess / cpu,
  }
}

const first = await run(1)
const later = []
// A run of half a minute has compiled its code early on.
if (first.cpu < 30) for (const seed of [2, 3, 4]) later.push(await run(seed))
const median = (field) => {
  const values = (later.length > 0 ? later : [first]).map((one) => one[field]).sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)]
}
console.log(
  JSON.stringify({
    ess: median('ess'),
    rhat: median('rhat'),
    sampling: median('sampling'),
    all: median('all'),
    firstSampling: first.sampling,
    firstAll: first.all,
  }),
)
