import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { betablocker, expectComplaint, folder, formula, glmm, shell } from './call.js'

const plain = readFileSync(betablocker, 'utf8')
const semicolons = plain.replaceAll(',', ';')
const cwd = folder({
  'data.csv': plain,
  'titled.csv': `Beta blockers, 22 centres\n\n${plain}`,
  'comments.csv': `# beta blockers, 22 centres, and more\n${plain.replace('\n', '\n# first\n')}`,
  'decimals.csv': semicolons.replaceAll(/;(\d);(\d+)$/gm, ';$1,0;$2'),
  'codes.csv': plain.replace('3,39,0,1', '-99,39,0,1').replace('3,38,1,1', '.,38,1,1'),
  'more.csv': plain.replace('3,39,0,1', '3,39,N/A,1').replace('3,38,1,1', '3,38,-99,1'),
})
writeFileSync(join(cwd, 'data.csv.gz'), gzipSync(plain))
writeFileSync(join(cwd, 'bomb.csv.gz'), gzipSync(Buffer.alloc(120e6, 'r,n,treat,center\n')))
copyFileSync(
  fileURLToPath(new URL('../reference/faults/hang_116.parquet', import.meta.url)),
  join(cwd, 'hang_116.parquet'),
)
const fitted = (data: string, ...flags: string[]) => glmm(['fit', formula, '--data', data, ...flags, '--json'], { cwd })
const estimates = ({ stdout }: { stdout: string }): unknown => {
  const { fixed, random, nobs } = JSON.parse(stdout)
  return [fixed[1].estimate, random[0].sd, nobs]
}
const wanted = fitted('data.csv').then(estimates)

describe.concurrent('files as people have them', () => {
  test.each<[string, string, ...string[]]>([
    ['gzip', 'data.csv.gz'],
    ['titles', 'titled.csv', '--skip', '2'],
    ['comments', 'comments.csv', '--comment', '#'],
    ['decimal commas', 'decimals.csv'],
    ['decimal commas that are told', 'decimals.csv', '--decimal', ','],
  ])('%s', async (_, data, ...flags) => {
    const reply = await fitted(data, ...flags)
    expect([reply.status, reply.stderr]).toEqual([0, ''])
    expect(estimates(reply)).toEqual(await wanted)
  })

  test('standard input', async () => {
    const input = await glmm(['fit', formula, '--data', '-', '--json'], { cwd, input: plain })
    expect(estimates(input)).toEqual(await wanted)
    expect(JSON.parse(input.stdout).call.data).toBe('standard input')
    const packed = await shell(`cat data.csv.gz | $GLMM fit "${formula}" --data - --json`, cwd)
    expect(estimates(packed)).toEqual(await wanted)
    const none = await glmm(['fit', formula, '--data', '-', '--json'], { cwd })
    expectComplaint(none, 'FILE', /standard input is empty/)
  })

  test('codes of missing values', async () => {
    const reply = await fitted('codes.csv', '--na', '., -99')
    expect(JSON.parse(reply.stdout)).toMatchObject({ nobs: 42, dropped: 2, call: { na: ['.', '-99'] } })
    expectComplaint(await fitted('more.csv'), 'COLUMN', /"N\/A" in 1 of 44 cells .*--na "N\/A"/, true)
    expect(JSON.parse((await fitted('more.csv', '--na', 'N/A,-99')).stdout).nobs).toBe(42)
  })

  test('a saved fit knows how its data were read', async () => {
    const call = `$GLMM fit "${formula}" --data titled.csv --skip 2 --na 99 --out titled.json`
    expect((await shell(call, cwd)).status).toBe(0)
    const predicted = await glmm(
      ['predict', 'titled.json', '--data', 'titled.csv', '--skip', '2', '--kind', 'conditional', '--json'],
      { cwd },
    )
    expect(predicted.stderr).toBe('')
    const { nobs, call: said } = JSON.parse(predicted.stdout)
    expect([nobs, said.skip]).toEqual([44, 2])
    const drawn = await glmm(['simulate', 'titled.json', '--json'], { cwd })
    expect(JSON.parse(drawn.stdout).nobs ?? 44).toBe(44)
    expect((await shell(`cat data.csv | $GLMM fit "${formula}" --data - --out piped.json`, cwd)).status).toBe(0)
    expectComplaint(await glmm(['simulate', 'piped.json', '--json'], { cwd }), 'FILE', /came from standard input/)
  })

  test('a study reads as it says', async () => {
    const study = { kind: 'bootstrap', seed: 1, replicates: 3, formula, family: 'binomial', data: 'titled.csv' }
    writeFileSync(join(cwd, 'study.json'), JSON.stringify({ ...study, read: { skip: 2, na: [99] } }))
    writeFileSync(join(cwd, 'plain.json'), JSON.stringify({ ...study, data: 'data.csv' }))
    writeFileSync(join(cwd, 'wrong.json'), JSON.stringify({ ...study, read: { skipped: 2 } }))
    const [told, simple, wrong] = await Promise.all(
      ['study.json', 'plain.json', 'wrong.json'].map((path) =>
        glmm(['study', path, '--threads', '1', '--no-log', '--json'], { cwd }),
      ),
    )
    expect(JSON.parse(told.stdout).rows).toEqual(JSON.parse(simple.stdout).rows)
    expectComplaint(wrong, 'USAGE', /skipped.*it may have comment, skip/)
  })

  test('options that make no sense', async () => {
    expectComplaint(await fitted('data.csv', '--decimal', ';'), 'USAGE', /a comma or a point after --decimal/)
    expectComplaint(await fitted('data.csv', '--skip', '-1'), 'USAGE', /lines from 0 on/)
    expectComplaint(await fitted('data.csv', '--skip', '1.5'), 'USAGE', /a whole number after --skip/)
    expectComplaint(await fitted('data.csv', '--max-bytes', '0'), 'USAGE', /bytes from 1 on/)
    expectComplaint(await fitted('data.csv', '--comment', 'abc'), 'USAGE', /a sign such as #/)
  })
})

describe.concurrent('reading ends, and says why', () => {
  test.each<[string, string, RegExp, string[]?]>([
    ['/dev/zero', '/dev/zero', /\/dev\/zero is binary/],
    ['/dev/urandom', '/dev/urandom', /binary|has other letters/],
    ['/dev/full', '/dev/full', /\/dev\/full is binary/],
    [
      'a file beyond the bound',
      'data.csv',
      /at most 100 bytes were expected of data.csv, got more; .*--max-bytes 1000/,
      ['--max-bytes', '100'],
    ],
    ['a gzip bomb', 'bomb.csv.gz', /at most 100000000 bytes were expected of bomb.csv.gz, uncompressed, got more/],
    ['a damaged Parquet', 'hang_116.parquet', /a readable Parquet file was expected, got in hang_116.parquet: no end/],
  ])('%s', async (_, data, says, flags = []) => {
    expectComplaint(await fitted(data, ...flags), 'FILE', says)
  })

  test('text without end from a pipe, in bounded memory', async () => {
    const line = `yes 1,2,3,4 | (ulimit -v 8000000; $GLMM fit "${formula}" --data - --json)`
    expectComplaint(await shell(line, cwd), 'FILE', /at most 100000000 bytes were expected of standard input/)
  })

  test('a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [join(cwd, 'idle')])
    expectComplaint(await fitted('idle'), 'FILE', /from the pipe idle, got none: nothing writes to it/)
  })

  test('links that lead nowhere, or back to themselves, and sockets', async () => {
    execFileSync('ln', ['-s', 'loop.csv', join(cwd, 'loop.csv')])
    execFileSync('ln', ['-s', 'gone.csv', join(cwd, 'dangling.csv')])
    expectComplaint(await fitted('loop.csv'), 'FILE', /a link that leads back to itself/)
    expectComplaint(await fitted('dangling.csv'), 'FILE', /expected at dangling.csv, it does not exist/)
    expectComplaint(await fitted('data.csv/x'), 'FILE', /does not exist/)
    expectComplaint(await fitted('x'.repeat(5000)), 'FILE', /the name is too long/)
  })
})
