// Fits of this software beside lme4's and glmmTMB's, on one machine in one run: CPU time, medians, ratios. Each fit has
// a process of its own on either side. `--large` adds two models that take minutes, `--only TEXT` picks models by
// name, `--limit SECONDS` bounds every process (default 900).
import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cases } from './peers-cases.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { values: flags } = parseArgs({
  options: { large: { type: 'boolean' }, only: { type: 'string' }, limit: { type: 'string', default: '900' } },
})
const chosen = cases.filter(({ name, large }) =>
  flags.only === undefined ? !large || flags.large : name.includes(flags.only),
)

/** What a process prints as JSON; null where it fails or takes too long. */
function measured(command, args) {
  const limit = Number(flags.limit)
  const { status, stdout, error } = spawnSync(command, args, { encoding: 'utf8', timeout: limit * 1000 })
  if (error?.code === 'ETIMEDOUT') return { problem: `over ${limit} s` }
  return status === 0 ? JSON.parse(stdout) : { problem: 'failed' }
}

/** The version of an R package, or null. */
function installed(name) {
  const { status, stdout } = spawnSync('Rscript', ['-e', `cat(as.character(packageVersion("${name}")))`], {
    encoding: 'utf8',
  })
  return status === 0 ? stdout : null
}

const versions = { lme4: installed('lme4'), glmmTMB: installed('glmmTMB') }
const known = Object.entries(versions).map(([name, version]) =>
  version === null ? `${name} skipped (not installed; Debian: r-cran-${name.toLowerCase()})` : `${name} ${version}`,
)
console.log(`${cpus().length} x ${cpus()[0].model}; Node ${process.version.slice(1)}; ${known.join('; ')}`)
console.log(
  'CPU milliseconds of a fit, median (range); ratio: how many times ours; logLik: ours less theirs (Laplace, ML, REML)\n',
)

const short = (value) => (value >= 1000 ? value.toFixed(0) : value.toPrecision(3))
const show = ({ problem, median, min, max, fits }) =>
  problem ?? (fits > 1 ? `${short(median)} (${short(min)} to ${short(max)})` : short(median))
const memory = ({ problem, resident, peak }) =>
  problem || resident === null ? '' : `; ${resident.toFixed(0)} MB before it, ${peak.toFixed(0)} MB at its peak`

const folder = mkdtempSync(join(tmpdir(), 'peers-'))
try {
  for (const one of chosen) {
    const { name, formula, family, nodes = 1, reml = false, factors, simulate } = one
    const ours = measured(process.execPath, ['--expose-gc', here('peers-fit.mjs'), name])
    console.log(`${name}\n  glmm     ${show(ours)}${one.large ? memory(ours) : ''}`)
    const peers = one.peers.filter((peer) => versions[peer] !== null)
    let { data } = one
    if (simulate && peers.length > 0) {
      data = join(folder, 'simulated.csv')
      await pipeline(Readable.from(csvOf(simulate())), createWriteStream(data))
    }
    for (const peer of peers) {
      const args = [here('peers.R'), peer, data, formula, family, String(nodes), String(reml), factors.join(',')]
      const theirs = measured('Rscript', args)
      const ratio = theirs.median && ours.median ? `; ratio ${(theirs.median / ours.median).toFixed(1)}` : ''
      const difference = nodes === 1 && ratio !== '' ? `; logLik ${(ours.logLik - theirs.logLik).toExponential(1)}` : ''
      console.log(`  ${peer.padEnd(8)} ${show(theirs)}${ratio}${difference}${one.large ? memory(theirs) : ''}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** The lines of a table in pieces. */
function* csvOf(columns) {
  const names = Object.keys(columns)
  yield `${names.join(',')}\n`
  const rows = columns[names[0]].length
  for (let from = 0; from < rows; from += 10_000) {
    let text = ''
    for (let i = from; i < Math.min(rows, from + 10_000); i++)
      text += `${names.map((name) => columns[name][i]).join(',')}\n`
    yield text
  }
}
