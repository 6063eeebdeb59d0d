// Samplers of this software beside rstanarm's, on one machine in one run: effective draws a CPU second, the smallest bulk
// size over all parameters, random effects included. Each run has a process of its own. `--only TEXT` picks models by
// name, `--large` adds VerbAgg (minutes), `--samplers nuts,marginal` picks samplers, `--draws N` our draws a chain.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cases } from './samplers-cases.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { values: flags } = parseArgs({
  options: {
    large: { type: 'boolean' },
    only: { type: 'string' },
    samplers: { type: 'string', default: 'nuts,marginal,independence' },
    draws: { type: 'string', default: '1000' },
    limit: { type: 'string', default: '1200' },
  },
})
const chosen = cases.filter(({ name, large }) =>
  flags.only === undefined ? !large || flags.large : name.includes(flags.only),
)
const counts = ['4', '1000', '1000']

function measured(command, args) {
  const limit = Number(flags.limit)
  const { status, stdout, error } = spawnSync(command, args, { encoding: 'utf8', timeout: limit * 1000 })
  if (error?.code === 'ETIMEDOUT') return { problem: `over ${limit} s` }
  return status === 0 ? JSON.parse(stdout) : { problem: 'failed or refused' }
}

const hasPeer = spawnSync('Rscript', ['-e', 'library(rstanarm)'], { stdio: 'ignore' }).status === 0
if (!hasPeer) console.log('rstanarm skipped (not installed; Debian: r-cran-rstanarm)')
console.log('4 chains, 1000 iterations of warm-up, 1000 draws; smallest bulk ESS over all parameters a CPU second')
console.log('sampling: warm-up left out; all: planning, warm-up and summary included; first: before code is compiled\n')
const short = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
for (const { name, data, formula, family, factors, scale, target } of chosen) {
  const args = [data, formula, family, factors.join(','), ...counts, String(scale)]
  const theirs = hasPeer ? measured('Rscript', [here('samplers.R'), ...args]) : null
  console.log(name)
  if (theirs) {
    const { problem, ess, rhat, sampling, all, version } = theirs
    console.log(
      `  rstanarm ${problem ?? `${version}  ESS ${short(ess)}, R-hat ${rhat}; sampling ${short(sampling)}, all ${short(all)}`}`,
    )
  }
  for (const sampler of flags.samplers.split(',')) {
    const ours = measured(process.execPath, [here('samplers-draw.mjs'), name, sampler, '4', '1000', flags.draws])
    const ratio = (ours, theirs) => (ours && theirs ? ` (${(ours / theirs).toFixed(1)} times)` : '')
    console.log(
      ours.problem
        ? `  ${sampler.padEnd(8)} ${ours.problem}`
        : `  ${sampler.padEnd(8)} ESS ${short(ours.ess)}, R-hat ${ours.rhat.toFixed(4)}; sampling ${short(ours.sampling)}${ratio(ours.sampling, theirs?.sampling)}, ` +
            `all ${short(ours.all)}${ratio(ours.all, theirs?.all)}; first: sampling ${short(ours.firstSampling)}${ratio(ours.firstSampling, theirs?.sampling)}, ` +
            `all ${short(ours.firstAll)}${ratio(ours.firstAll, theirs?.all)}; target ${target}`,
    )
  }
}
