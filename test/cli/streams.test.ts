import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { brokenSeal } from '../../samplers/files/draws-seal.js'
import { readRun } from '../../samplers/files/run-file.js'
import { readDraws } from '../../src/draws/files/read-draws.js'
import { betablocker, folder, formula, glmm, main, type Reply, shell } from './call.js'

const cwd = folder()
const fit = `$GLMM fit "${formula}" --data ${betablocker}`
const long = ['sample', formula, '--data', betablocker, '--draws', '2000000', '--out', 'draws.csv']
const noScript = !existsSync('/usr/bin/script')

describe.concurrent('standard output', () => {
  test.each([fit, `${fit} --json`, '$GLMM fit --help'])('closed early by a reader: %s', async (line) => {
    const { stderr } = await shell(`${line} | head -1 > /dev/null; echo "\${PIPESTATUS[0]}" >&2`, cwd)
    expect(stderr).toBe('0\n')
  })

  test('closed early, the file is still written', async () => {
    await shell(`${fit} --out early.json | true`, cwd)
    expect(readdirSync(cwd)).toContain('early.json')
  })

  test.each([fit, `${fit} --json`, '$GLMM fit --help', '$GLMM --version'])('a full device: %s', async (line) => {
    const { stderr, status } = await shell(`${line} > /dev/full`, cwd)
    expect(stderr).toMatch(/^glmm: FILE: expected to write .*standard output, but it is full; .*\n$/)
    expect(status).not.toBe(0)
  })

  test('an error on a full device is told once', async () => {
    const { stderr, status } = await shell('$GLMM fit --json > /dev/full', cwd)
    expect(stderr).toMatch(/^glmm: USAGE: .*\n$/)
    expect(status).toBe(2)
  })

  test('closed altogether', async () => {
    expect((await shell(`${fit} >&- 2>&-`, cwd)).status).toBe(0)
    expect((await shell('$GLMM fit >&- 2>&-', cwd)).status).toBe(2)
  })
})

describe('progress', () => {
  const call = `$GLMM sample '${formula}' --data ${betablocker} --chains 2 --draws 4000`

  test('standard error is silent where it is no terminal', async () => {
    expect((await shell(`${call} > /dev/null`, cwd)).stderr).toBe('')
  })

  test('a live line on a terminal, which is gone at the end', async ({ skip }) => {
    skip(noScript, 'needs script of util-linux for a terminal')
    const { stdout } = await shell(`script -qec "stty cols 80; ${call} > /dev/null" /dev/null < /dev/null`, cwd)
    expect(stdout).toMatch(/\d+\/10000 iterations \| [0-2]\/2 chains \| \d+ divergences \| \d+\/s/)
    const last = stdout.slice(stdout.lastIndexOf('\u001b[2K') + 4)
    expect(last.trim()).toBe('')
    expect(stdout).toContain('\u001b[?25h') // the cursor is back
    expect(stdout).toContain('\u001b[?7h') // and lines wrap again
  })
})

/** Bytes of draws on disk, in the files without a name that a process has open; null before its chains run. */
function drawn({ pid }: ChildProcess): number | null {
  try {
    const files = readdirSync(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`)
    const scratch = files.filter((file) => /\.scratch \(deleted\)$/.test(readlinkSync(file)))
    return scratch.length === 0 ? null : scratch.reduce((sum, file) => sum + statSync(file).size, 0)
  } catch {
    return null // a file that was closed meanwhile
  }
}

/** Processor seconds that a process has had: a clock that runs slower where the machine is busy. */
function processorSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

describe('a run that is stopped', () => {
  /** So many seconds of the processor after its chains began, or have so many bytes of draws. */
  const stop = async (signal: NodeJS.Signals, more: readonly string[] = [], bytes = 0, seconds = 1.5) => {
    let sent = 0
    const reply = await glmm([...long, ...more, '--json'], {
      cwd,
      use: (child) => {
        const began = performance.now()
        let since: number | null = null
        const watching = setInterval(() => {
          if (existsSync('/proc/self/stat')) {
            if (since === null && (drawn(child) ?? -1) >= bytes) since = processorSeconds(child)
            if (since === null || processorSeconds(child) < since + seconds) return
          } else if (performance.now() < began + 4000) return // where there is no /proc, time has to do
          clearInterval(watching)
          sent = performance.now()
          child.kill(signal)
        }, 20)
        child.on('close', () => clearInterval(watching))
      },
    })
    return { ...reply, after: performance.now() - sent }
  }

  test('Ctrl-C ends it with what it drew', async () => {
    const { stdout, stderr, status } = await stop('SIGINT', ['--warmup', '20'], 1, 0.3)
    expect(status).toBe(130)
    const record = JSON.parse(stdout)
    const kept = record.draws
    expect(kept).toBeGreaterThan(100)
    const told = new RegExp(`the run was stopped; kept are ${kept} of 2000000 draws of chains? [1-4, ]+ of 4;`)
    expect(record.warnings[0]).toMatchObject({ code: 'STOPPED', message: expect.stringMatching(told) })
    expect(stderr).toMatch(/^glmm: wrote draws.csv\nglmm: warning: STOPPED: the run was stopped/)
    const read = await readDraws(join(cwd, 'draws.csv'))
    expect([read.draws.ndraws, read.draws.values.length]).toEqual([kept, record.chains])
    expect(
      readdirSync(cwd)
        .filter((name) => name.includes('draws'))
        .sort(),
    ).toEqual(['draws.csv', 'draws.csv.run'])
    for (const name of ['draws.csv', 'draws.csv.run']) rmSync(join(cwd, name))
  })

  test('Ctrl-C in the warm-up ends it within a second with word of what was done', async () => {
    const { stdout, stderr, status, after } = await stop('SIGINT', ['--warmup', '2000000'])
    expect(after).toBeLessThan(1000)
    expect(status).toBe(130)
    expect(stderr).toMatch(/^glmm: ABORTED: expected 16000000 iterations, warm-up included, got [1-9]\d* before .*\n$/)
    expect(JSON.parse(stdout).error.code).toBe('ABORTED')
    expect(readdirSync(cwd).filter((name) => name.includes('draws'))).toEqual([])
  })

  test('SIGTERM ends it at once', async () => {
    const { stdout, status, signal, after } = await stop('SIGTERM')
    expect(after).toBeLessThan(1000)
    expect([stdout, status, signal]).toEqual(['', null, 'SIGTERM'])
    expect(readdirSync(cwd).filter((name) => name.includes('draws'))).toEqual([])
  })

  /** Signals sent, one after the other, while draws are written. */
  const whileWriting = async (own: string, signals: readonly NodeJS.Signals[]): Promise<Reply> =>
    glmm([...long.with(5, '25000'), '--chains', '2', '--warmup', '200', '--sampler', 'random-walk'], {
      cwd: own,
      use: (child) => {
        const watching = setInterval(() => {
          if (!readdirSync(own).some((name) => name.endsWith('.tmp'))) return
          clearInterval(watching)
          signals.forEach((signal, i) => void setTimeout(() => child.kill(signal), 30 * i))
        }, 5)
        child.on('close', () => clearInterval(watching))
      },
    })

  test('Ctrl-C while draws are written keeps them', async () => {
    const own = folder()
    const reply = await whileWriting(own, ['SIGINT'])
    expect(readdirSync(own).sort()).toEqual(['draws.csv', 'draws.csv.run'])
    const read = await readDraws(join(own, 'draws.csv'))
    expect(read.draws.ndraws).toBe(25_000)
    expect(reply.stderr).toMatch(
      /^glmm: (keeps the draws|writes draws.csv to its end) first; Ctrl-C once more [^\n]*\nglmm: wrote draws.csv\n$/,
    )
    expect(reply.status).toBe(130)
    const { seal } = await readRun(join(own, 'draws.csv.run'))
    expect(brokenSeal(seal, read.draws, read.statistics)).toBeNull()
  })

  test('a second Ctrl-C while draws are written leaves none of them', async () => {
    const own = folder()
    const reply = await whileWriting(own, ['SIGINT', 'SIGINT'])
    expect(readdirSync(own)).toEqual([])
    expect(reply.stderr).toMatch(/\nglmm: ABORTED: expected to write draws.csv, but the command was stopped .*\n$/)
    expect(reply.status).toBe(130)
  })

  test('SIGTERM while draws are written leaves none of them', async () => {
    const own = folder()
    expect(await whileWriting(own, ['SIGTERM'])).toMatchObject({ status: null, signal: 'SIGTERM' })
    expect(readdirSync(own)).toEqual([])
  })

  test('what a kill left behind is swept by the next that writes there, and nothing else is', async () => {
    const own = folder()
    expect((await whileWriting(own, ['SIGKILL'])).signal).toBe('SIGKILL')
    const left = readdirSync(own).filter((name) => /^\.draws\.csv\..*\.tmp$/.test(name))
    expect(left).toHaveLength(1)
    // One of a process that is alive, and one of another machine's.
    const alive = left[0].replace(/-\d+-/, `-${process.pid}-`)
    const elsewhere = left[0].replace(/[0-9a-f]{8}-/, '00000000-')
    for (const name of [alive, elsewhere, '.mine.tmp', 'notes.tmp']) writeFileSync(join(own, name), '')
    const { status } = await glmm(['fit', formula, '--data', betablocker, '--out', 'fit.json'], { cwd: own })
    expect(status).toBe(0)
    expect(readdirSync(own).sort()).toEqual(['.mine.tmp', 'fit.json', 'notes.tmp', alive, elsewhere].sort())
  })

  test('Ctrl-C on a terminal gives the terminal back as it was', async ({ skip }) => {
    skip(noScript, 'needs script of util-linux for a terminal')
    const inside = `stty cols 80; ${process.execPath} ${main} sample '${formula}' --data ${betablocker} --draws 2000000`
    const line = `script -qec "${inside} & sleep 4; kill -INT \\$!; wait \\$!; echo status \\$?" /dev/null < /dev/null`
    const { stdout } = await shell(line, cwd)
    expect(stdout.slice(stdout.lastIndexOf('\u001b[2K') + 4)).toMatch(/the run was stopped[\s\S]*\nstatus 130\r?\n$/)
    expect(stdout).toContain('\u001b[?25h')
  })
})
