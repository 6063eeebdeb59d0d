// Studies: refits a second of a parametric bootstrap beside lme4::bootMer on as many cores, two threads beside one for rows of half
// a millisecond and of a second, and the memory of the coordinator over a million rows. Needs R with lme4 for the first.
// Ratios are of one run; on a machine with other work they are too low.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { study } from '../../dist/src/index.js'
import { planStudy } from '../../dist/src/study/run/plan-study.js'
import { rowText } from '../../dist/src/study/spec/row-text.js'
import { runStudy } from '../../dist/src/study/run/run-study.js'
import { threads } from '../../dist/workers/threads.js'

const data = fileURLToPath(new URL('../../examples/01-betablocker/betablocker.csv', import.meta.url))
const model = { seed: 1, data, family: 'binomial', formula: 'cbind(r, n - r) ~ treat + (1 | center)' }
const line = (...cells) => console.log(cells.join('  '))

/** Seconds of wall clock and of CPU, all threads together, that a study takes on warm threads. */
async function timed(spec, count) {
  const executor = threads({ threads: count })
  await study({ ...spec, seed: 2, replicates: Math.min(spec.replicates, 4 * count) }, { executor, keepRows: 0 })
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  const { execution } = await study(spec, { executor, keepRows: 0 })
  const used = process.cpuUsage(cpu)
  const seconds = (performance.now() - began) / 1000
  await executor.close()
  return { seconds, cpu: (used.user + used.system) / 1e6, rows: execution.rows, hash: execution.rowsHash }
}

async function beside() {
  const ours = await timed({ kind: 'bootstrap', ...model, replicates: 10_000 }, 2)
  const rate = ours.rows / ours.seconds
  line(`parametric bootstrap, 10,000 refits, 2 threads: ${Math.round(rate)} refits a second`)
  line(`  CPU: ${((1e6 * ours.cpu) / ours.rows).toFixed(0)} us a refit`)
  const script = `suppressMessages(library(lme4)); d <- read.csv("${data}")
    fit <- glmer(cbind(r, n - r) ~ treat + (1 | center), d, binomial); set.seed(1)
    t <- system.time(bootMer(fit, fixef, nsim = 200, parallel = "multicore", ncpus = 2))
    cat(t[["elapsed"]], sum(t[c(1, 2, 4, 5)], na.rm = TRUE))`
  const { stdout, status } = spawnSync('Rscript', ['-e', script], { encoding: 'utf8' })
  if (status !== 0) return line('  lme4 is not there to compare with')
  const [elapsed, cpu] = stdout.trim().split(/\s+/).map(Number)
  line(`lme4::bootMer, 200 refits, 2 cores: ${(200 / elapsed).toFixed(1)} refits a second`)
  line(`  CPU: ${((1e6 * cpu) / 200).toFixed(0)} us a refit`)
  line(
    `  ratio: ${((rate * elapsed) / 200).toFixed(0)} in refits a second, ${(cpu / 200 / (ours.cpu / ours.rows)).toFixed(0)} in CPU time`,
  )
}

async function speedup(name, spec) {
  const [one, two, oneAgain] = [await timed(spec, 1), await timed(spec, 2), await timed(spec, 1)]
  const single = Math.min(one.seconds, oneAgain.seconds)
  line(`${name}: ${((1000 * single) / one.rows).toFixed(2)} ms a row on 1 thread`)
  line(`  two threads: ${(single / two.seconds).toFixed(2)} times one; the same rows: ${one.hash === two.hash}`)
  line(`  CPU of two over CPU of one: ${(two.cpu / Math.min(one.cpu, oneAgain.cpu)).toFixed(3)}`)
}

/** Hands a million rows to the coordinator without making them, as workers would, and watches its memory. */
async function memory() {
  const rows = 1_000_000
  const folder = mkdtempSync(join(tmpdir(), 'glmm-bench-'))
  const log = join(folder, 'rows.ndjson')
  const truth = { fixed: { '(Intercept)': -2.2, treat: -0.26 }, random: { center: { sd: [0.5] } } }
  const planned = await planStudy({ kind: 'simulation', ...model, replicates: rows, truth })
  const text = rowText(planned.plan)
  const width = planned.plan.conditions[0].columns.length
  let most = 0
  const executor = {
    name: 'none',
    workers: 2,
    stream: async (_, __, jobs, take) => {
      for (const job of jobs) {
        const lines = []
        const values = []
        for (const { condition, from, to } of job.ranges) {
          for (let replicate = from; replicate < to; replicate++) {
            const own = Array.from({ length: width }, (_, j) => (j === 0 ? 1 : Math.sin(replicate + j)))
            lines.push(text.write(condition, replicate, { values: own, failure: null }))
            values.push(...own)
          }
        }
        const value = {
          lines: lines.join('\n'),
          values: Float64Array.from(values),
          ok: new Uint8Array(lines.length).fill(1),
          milliseconds: 60,
        }
        take({ ok: true, value }, job, 0)
        most = Math.max(most, process.memoryUsage.rss())
        await new Promise(setImmediate)
      }
    },
  }
  const { execution } = await runStudy(planned, executor, { log })
  line(
    `coordinator, ${execution.rows} rows, log of ${(statSync(log).size / 1e6).toFixed(0)} MB: ${(most / 1e6).toFixed(0)} MB at most`,
  )
  rmSync(folder, { recursive: true })
}

const truth = { fixed: { '(Intercept)': -2.2, treat: -0.26 }, random: { center: { sd: [0.5] } } }
const parts = {
  memory,
  beside,
  small: () =>
    speedup('rows of half a millisecond', { kind: 'bootstrap', ...model, fit: { nodes: 13 }, replicates: 12_000 }),
  large: () =>
    speedup('rows of a second', {
      kind: 'simulation',
      ...model,
      truth,
      groups: { center: 10_000 },
      methods: [{ name: 'agq', fit: { nodes: 25 } }],
      replicates: 12,
    }),
}
const wanted = process.argv.slice(2)
for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await part()
