// Peak resident memory of `glmm sample --out draws.parquet` with 4 chains x 10,000 draws x 2,000 parameters: 640 MB of
// doubles, to be had in less than 700 MB with everything else. Arguments: draws a chain, levels (1,997 of them make 2,000
// parameters), ending (parquet, csv). Linux only: the peak is the kernel's own (VmHWM).
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [draws = '10000', levels = '1997', ending = 'parquet'] = process.argv.slice(2)
const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'glmm-memory-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

// Two rows a level; the pattern has no meaning but is always the same.
const rows = ['y,x,g']
for (let i = 0; i < 2 * Number(levels); i++)
  rows.push(`${(i * 7919) % 5},${((i * 104729) % 101) / 50 - 1},g${i % Number(levels)}`)
writeFileSync(join(folder, 'data.csv'), `${rows.join('\n')}\n`)

const out = join(folder, `draws.${ending}`)
const call = ['sample', 'y ~ x + (1 | g)', '--family', 'poisson', '--data', join(folder, 'data.csv')]
const settings = [
  '--sampler',
  'nuts',
  '--chains',
  '4',
  '--warmup',
  '200',
  '--max-depth',
  '3',
  '--draws',
  draws,
  '--out',
  out,
  '--json',
]
const began = performance.now()
const child = spawn(process.execPath, [main, ...call, ...settings], { stdio: ['ignore', 'ignore', 'inherit'] })
let peak = 0
const watching = setInterval(() => {
  try {
    peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peak)
  } catch {
    // it has ended
  }
}, 50)
child.on('close', (status) => {
  clearInterval(watching)
  const parameters = Number(levels) + 3
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0)
  console.log(
    `4 chains x ${draws} draws x ${parameters} parameters: ${megabytes(32 * Number(draws) * parameters)} MB of doubles`,
  )
  console.log(
    `exit status ${status}, ${((performance.now() - began) / 1000).toFixed(0)} s, file of ${megabytes(statSync(out).size)} MB`,
  )
  console.log(`peak resident memory ${megabytes(1024 * peak)} MB`)
  process.exitCode = status === 0 ? 0 : 1
})
