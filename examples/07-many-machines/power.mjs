// One study whole, in four parts, and on the workers of a queue where REDIS_URL says where: the same rows.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mergeStudy, study } from 'glmm'
import { queue } from 'glmm/workers'

const from = fileURLToPath(new URL('power.json', import.meta.url))
const spec = JSON.parse(readFileSync(from, 'utf8'))

const whole = await study(spec, { from })
const same = ({ execution }) => (execution.rowsHash === whole.execution.rowsHash ? 'the same rows' : 'OTHER ROWS')
console.log('centres   power, % (Monte Carlo SE)')
for (const { condition, parameter, power, powerMcse } of whole.measures) {
  if (parameter !== 'treat') continue
  const centres = whole.conditions[condition]['groups.center']
  console.log(`${String(centres).padEnd(10)}${(100 * power).toFixed(1)} (${(100 * powerMcse).toFixed(1)})`)
}

const folder = mkdtempSync(join(tmpdir(), 'power-'))
const logs = []
for (let index = 1; index <= 4; index++) {
  const log = join(folder, `part${index}.ndjson`)
  await study(spec, { from, log, shard: { index, of: 4 } })
  logs.push(log)
}
console.log(`four parts, merged: ${same(await mergeStudy(logs))}`)
rmSync(folder, { recursive: true })

if (process.env.REDIS_URL !== undefined) {
  const executor = await queue({ redis: process.env.REDIS_URL, onNote: console.error })
  const queued = await study(spec, { from, executor })
  console.error(`${queued.execution.workers} workers of a queue: ${same(queued)}`)
  await executor.close()
}
