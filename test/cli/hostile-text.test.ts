import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { betablocker, expectComplaint, folder, formula, glmm, type Reply } from './call.js'

/** Steers a terminal: colours, a title, a bell, a C1 control, DEL; exchanges the order of what follows. */
const steering = '\u001b[31m\u001b]0;title\u0007\u009b5m\u007f'
const bidi = '\u202e\u2066\u200f\u061c'
const hostile = `x${steering}${bidi}y`
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/

const expectSafe = ({ stdout, stderr }: Reply): void => {
  expect(stdout).not.toMatch(acting)
  expect(stderr).not.toMatch(acting)
}

const rows = readFileSync(betablocker, 'utf8').trim().split('\n')
/** The betablocker data with hostile names of centres, and a column with a hostile name. */
const cwd = folder({
  'levels.csv': rows
    .map((line, i) => (i === 0 ? line : line.replace(/^[^,]*/, (cell) => `"${cell}${hostile}"`)))
    .join('\n'),
  'header.csv': rows.map((line, i) => `${line},${i === 0 ? `"${hostile}"` : i}`).join('\n'),
  'plain.csv': rows.join('\n'),
})
const grouped = rows[0].split(',')[0]

describe('text of others reaches the terminal without steering it', () => {
  it.each<readonly [string, readonly string[]]>([
    ['a formula, with the caret below it', ['fit', `${hostile} ~`, '--data', 'plain.csv']],
    ['a formula that names a column', ['fit', `r ~ \`${hostile}\``, '--data', 'plain.csv']],
    ['the header of a table', ['fit', 'r ~ absent', '--data', 'header.csv']],
    ['a coefficient', ['fit', `r ~ \`${hostile}\``, '--data', 'header.csv']],
    ['levels', ['fit', `cbind(r, n - r) ~ treat + (1 | ${grouped})`, '--data', 'levels.csv']],
    ['an option', ['fit', 'r ~ treat', '--data', 'plain.csv', `--${hostile}`]],
    ['the value of an option', ['fit', 'r ~ treat', '--data', 'plain.csv', '--family', hostile]],
    ['a command', [hostile]],
    ['a path', ['fit', 'r ~ treat', '--data', `${hostile}.csv`]],
    ['a path to write', ['fit', 'r ~ treat', '--data', 'plain.csv', '--out', `${hostile}.json`]],
    ['a prior', ['sample', 'r ~ treat', '--data', 'plain.csv', '--prior', `${hostile} ~ normal(0, 1)`]],
  ])('%s', async (_, args) => {
    for (const json of [[], ['--json']]) {
      const reply = await glmm([...args, ...json], { cwd })
      expectSafe(reply)
      expect(reply.stdout + reply.stderr).not.toBe('')
    }
  })

  it('and --json gives it back as it is', async () => {
    const { stdout } = await glmm(['fit', `r ~ \`${hostile}\``, '--data', 'header.csv', '--json'], { cwd })
    expect(JSON.parse(stdout).fixed[1].name).toContain(hostile)
    const { stdout: refused } = await glmm(['fit', 'r ~ treat', '--data', `${hostile}.csv`, '--json'], { cwd })
    expect(JSON.parse(refused).error.message).toContain(hostile)
  })

  it('warnings of --json on standard error', async () => {
    const document = JSON.parse((await glmm(['fit', formula, '--data', 'plain.csv', '--json'], { cwd })).stdout)
    const warning = { code: `W${hostile}`, message: `first ${hostile}\nsecond` }
    writeFileSync(join(cwd, 'warned.json'), JSON.stringify({ ...document, formula: hostile, warnings: [warning] }))
    for (const json of [[], ['--json']]) expectSafe(await glmm(['report', 'warned.json', ...json], { cwd }))
    const { stderr } = await glmm(['report', 'warned.json', '--json'], { cwd })
    expect(stderr).toMatch(/^glmm: warning: Wx[^\n]*: first [^\n]*second\n$/)
  })

  it('study files, and the rows of a study', async () => {
    const spec = {
      kind: 'bootstrap',
      data: 'header.csv',
      formula: `r ~ \`${hostile}\``,
      family: 'gaussian',
      replicates: 3,
    }
    writeFileSync(join(cwd, 'study.json'), JSON.stringify(spec))
    writeFileSync(join(cwd, 'wrong.json'), JSON.stringify({ ...spec, [hostile]: 1 }))
    for (const args of [
      ['study', 'study.json', '--no-log', '--threads', '1'],
      ['study', 'wrong.json'],
      ['study', 'replay', '0:1', 'study.json'],
    ]) {
      for (const json of [[], ['--json']]) expectSafe(await glmm([...args, ...json], { cwd }))
    }
  })

  it('what a Redis says', async () => {
    const server = createServer((socket) => {
      // An answer a command: several may come in one piece.
      socket
        .on('error', () => {})
        .on('data', (piece) => {
          const commands = piece.toString('latin1').match(/\*\d+\r\n\$/g)?.length ?? 0
          socket.write(`-NOAUTH ${hostile}\r\n`.repeat(Math.max(1, commands)))
        })
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    for (const args of [['worker'], ['study', 'study.json', '--json']]) {
      const reply = await glmm([...args, '--redis', `redis://127.0.0.1:${port}`], { cwd })
      expectSafe(reply)
      expect(reply.stderr).toMatch(/^glmm: QUEUE: .*NOAUTH x/)
    }
    server.close()
  })
})

describe('what was a fault of the program', () => {
  it.each([
    'r ~ I(cs(n))',
    'r ~ ar1(n)*treat',
    'cs(r) ~ treat',
    'r ~ log(us(n | center))',
    'r ~ diag(n | center):treat',
    'r ~ treat - cs(n | center)',
    'cbind(ar1(r), n) ~ treat',
    'r ~ poly(cs(n), 2)',
    'r ~ treat + (diag(n) | center)',
  ])('a structure of covariance elsewhere than around a random term: %s', async (text) => {
    expectComplaint(await glmm(['fit', text, '--data', betablocker, '--json']), 'FORMULA', /got|expected/, true)
  })

  it('links that lead in a circle, names too long, files for folders', async () => {
    symlinkSync('b.json', join(cwd, 'a.json'))
    symlinkSync('a.json', join(cwd, 'b.json'))
    const circle = /but its symbolic links lead in a circle/
    const long = `${'x'.repeat(300)}.json`
    const fit = ['fit', 'r ~ treat', '--data', 'plain.csv', '--json', '--out']
    expectComplaint(await glmm([...fit, 'a.json'], { cwd }), 'FILE', circle)
    expectComplaint(await glmm([...fit, 'a.json/fit.json'], { cwd }), 'FILE', circle)
    expectComplaint(await glmm(['report', 'a.json', '--json'], { cwd }), 'FILE', circle)
    expectComplaint(await glmm(['predict', 'a.json', '--data', 'plain.csv', '--json'], { cwd }), 'FILE', circle)
    expectComplaint(await glmm([...fit, long], { cwd }), 'FILE', /but the name is too long/)
    expectComplaint(await glmm(['report', 'plain.csv/x.json', '--json'], { cwd }), 'FILE', /no such file/)
    expect(existsSync(join(cwd, 'a.json'))).toBe(false)
  })

  it.each([
    'redis://%zz@host',
    'redis://user:100%@host:1',
    'redis://host/99999999999999999999',
    'redis://[::1',
    'redis://host:99999',
  ])('a broken URL of a Redis: %s', async (url) => {
    const reply = await glmm(['worker', '--redis', url])
    expect(reply.stderr).toMatch(/^glmm: USAGE: expected the URL of a Redis, got [^\n]*\n$/)
    expect(reply.status).toBe(2)
    expect(reply.stderr).not.toContain('100')
  })

  it('--shard 1/1000000000', async () => {
    writeFileSync(
      join(cwd, 'parts.json'),
      JSON.stringify({ kind: 'bootstrap', data: 'plain.csv', formula: 'r ~ treat', family: 'gaussian', replicates: 3 }),
    )
    for (const shard of ['1/1000000000', '1/50']) {
      expectComplaint(
        await glmm(['study', 'parts.json', '--shard', shard, '--json'], { cwd }),
        'USAGE',
        /expected (a part|at most as many parts)/,
      )
    }
    expect(existsSync(join(cwd, 'parts.1-of-50.rows.ndjson'))).toBe(false)
  })
})
