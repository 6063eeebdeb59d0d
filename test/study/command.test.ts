import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectComplaint, folder, glmm, shell } from '../cli/call.js'
import { bootstrapOf, data, run, simulationOf } from './studies.js'

const own = (study: object, name = 'study.json'): { cwd: string; log: string } => {
  const cwd = folder({
    [name]: JSON.stringify({ ...study, data: 'betablocker.csv' }),
    'betablocker.csv': readFileSync(data, 'utf8'),
  })
  return { cwd, log: join(cwd, 'study.rows.ndjson') }
}

/** Sends a signal as soon as the log has so many bytes. */
const whenWritten = (log: string, bytes: number, signal: NodeJS.Signals) => (child: ChildProcess) => {
  const timer = setInterval(() => {
    if (!existsSync(log) || statSync(log).size < bytes) return
    clearInterval(timer)
    child.kill(signal)
  }, 2)
  child.on('close', () => clearInterval(timer))
}

describe('glmm study', () => {
  const study = bootstrapOf(3000)

  it('killed, and then interrupted, is gone on with to the same bits', async () => {
    const { cwd, log } = own(study)
    const killed = await glmm(['study', 'study.json', '--threads', '2'], {
      cwd,
      use: whenWritten(log, 20_000, 'SIGKILL'),
    })
    expect(killed.signal).toBe('SIGKILL')
    const rows = readFileSync(log, 'utf8')
    writeFileSync(log, rows.slice(0, -5)) // as if the kill had torn the last line
    const refused = await glmm(['study', 'study.json', '--json'], { cwd })
    expectComplaint(
      refused,
      'USAGE',
      /expected no rows of an earlier run, but study.rows.ndjson has some; go on with --resume/,
    )
    const interrupted = await glmm(['study', 'study.json', '--resume', '--json'], {
      cwd,
      use: whenWritten(log, 2 * rows.length, 'SIGINT'),
    })
    expectComplaint(interrupted, 'ABORTED', /expected 3022 rows, got \d+ .* go on with glmm study study.json --resume/)
    expect(interrupted.status).toBe(130)
    const done = await glmm(['study', 'study.json', '--threads', '2', '--resume', '--json'], { cwd })
    expect(done).toMatchObject({ status: 0, stderr: '' })
    const record = JSON.parse(done.stdout)
    expect(record.execution.resumed).toBeGreaterThan(100)
    expect(record.execution.rowsHash).toBe((await run(study)).execution.rowsHash)
    // Nobody asked for the log, and the record has the rows.
    expect(existsSync(log)).toBe(false)
    expect(record.execution.log).toBeNull()
  })

  it('in parts, merged without the data, and reported as text, Markdown and a page', async () => {
    const { cwd } = own(simulationOf(30, { conditions: { 'groups.center': [10, 22] } }))
    for (const i of [1, 2, 3]) {
      const part = await glmm(['study', 'study.json', '--shard', `${i}/3`, '--out', `part${i}.ndjson`], { cwd })
      expect(part.status).toBe(0)
    }
    const merged = await shell('$GLMM study merge part*.ndjson --out merged.json && $GLMM study study.json --json', cwd)
    expect(merged.status).toBe(0)
    expect(merged.stdout).toContain('Study: simulation')
    const whole = JSON.parse(merged.stdout.slice(merged.stdout.indexOf('\n{') + 1))
    const again = JSON.parse(readFileSync(join(cwd, 'merged.json'), 'utf8'))
    expect(again.measures).toEqual(whole.measures)
    expect(again.execution.rowsHash).toBe(whole.execution.rowsHash)
    expect(again.schema).toBe('glmm/study@1')
    const report = await shell(
      '$GLMM study merge part*.ndjson --out s.html; $GLMM study merge part*.ndjson --out s.md',
      cwd,
    )
    expect(report.status).toBe(0)
    expect(readFileSync(join(cwd, 's.html'), 'utf8')).toMatch(/coverage[\s\S]*sd\(center\)/)
    expect(readFileSync(join(cwd, 's.md'), 'utf8')).toMatch(/\| parameter/)
  })

  it('replays a row, and prints the schema', async () => {
    const { cwd } = own(study)
    const replay = await glmm(['study', 'replay', '0:2999', 'study.json', '--json'], { cwd })
    const { row, stream, error } = JSON.parse(replay.stdout)
    expect(row).toEqual((await run(study)).rows[2999])
    expect(stream).toEqual({ seed: 1, condition: 0, replicate: 2999 })
    expect(error).toBeNull()
    expect((await glmm(['study', 'replay', '1:0', 'study.json'], { cwd })).stdout).toMatch(
      /^row 1:0, seed 1, .*jackknife/,
    )
    expectComplaint(
      await glmm(['study', 'replay', '3:0', 'study.json', '--json'], { cwd }),
      'USAGE',
      /expected a row of the study \(0:0 to 0:2999, 1:0 to 1:21\), got '3:0'/,
    )
    expect(JSON.parse((await glmm(['study', 'schema'])).stdout).title).toBe('Study of glmm')
  })

  it('says what is wrong with a file, and where', async () => {
    const cwd = folder({ 'wrong.json': '{"kind": "bootstrap", "data": "x.csv", "formula": 1}', 'text.json': 'kind: x' })
    const of = (file: string) => glmm(['study', file, '--json'], { cwd })
    expectComplaint(await of('wrong.json'), 'USAGE', /\/formula: expected a text, got 1/)
    expectComplaint(await of('text.json'), 'FILE', /expected JSON in text.json/)
    expectComplaint(await of('none.json'), 'FILE', /expected a study in none.json, but there is no such file/)
  })
})
