import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { betablocker, betablockerAnd, betablockerWith, expectComplaint, folder, formula, glmm, shell } from './call.js'

const cwd = folder({
  'data.csv': readFileSync(betablocker, 'utf8'),
  'empty.csv': '',
  'blank.csv': '\n \n',
  'header.csv': 'r,n,treat,center\n',
  'ragged.csv': betablockerWith(4, '7,114,1'),
  'quote.csv': betablockerWith(4, '7,"114,1,2'),
  'above.csv': betablockerWith(4, '115,114,1,2'),
  'negative.csv': betablockerWith(4, '-7,114,1,2'),
  'broken.csv': betablockerWith(4, '7.5,114,1,2'),
  'text.csv': betablockerWith(4, '7,114,yes,2'),
  'infinite.csv': betablockerWith(4, '7,114,Inf,2'),
  'missing.csv': betablockerWith(4, '7,114,NA,2'),
  'more.csv': betablockerAnd('one,same,double', ([, , treat]) => `a,7,${2 * Number(treat)}`),
  'gone.csv': 'r,n,treat,center\n1,2,NA,1\nNA,3,0,2\n',
})
mkdirSync(join(cwd, 'sub'))
const fitted = (text: string, data: string, ...flags: string[]) =>
  glmm(['fit', text, '--data', data, ...flags, '--json'], { cwd })

describe.concurrent('data that states no model', () => {
  test.each<[string, string, string, string, RegExp, boolean?]>([
    ['a missing file', formula, 'dta.csv', 'FILE', /expected at dta.csv, it does not exist; did you mean data.csv\?/],
    ['a file in a missing folder', formula, 'no/x.csv', 'FILE', /whose folder no does not exist/],
    ['a folder', formula, 'sub', 'FILE', /sub is a directory/],
    ['an empty file', formula, 'empty.csv', 'FILE', /empty.csv is empty/],
    ['/dev/null', formula, '/dev/null', 'FILE', /\/dev\/null is empty/],
    ['a blank file', formula, 'blank.csv', 'TABLE', /blank.csv is empty/],
    ['a header alone', formula, 'header.csv', 'TABLE', /rows were expected below the header of header.csv, got none/],
    ['a short row', formula, 'ragged.csv', 'TABLE', /4 fields .*got 3 on line 4/],
    ['an open quote', formula, 'quote.csv', 'TABLE', /quote/],
    ['r > n', formula, 'above.csv', 'RESPONSE', /r = 115, n = 114\) in row 3 \(line 4 of above.csv\)/, true],
    ['a negative count', formula, 'negative.csv', 'RESPONSE', /-7.* in row 3/, true],
    ['a broken count', formula, 'broken.csv', 'RESPONSE', /7\.5.* in row 3/, true],
    ['text among numbers', formula, 'text.csv', 'COLUMN', /numbers .* treat.* got "yes" in row 3 \(line 4/, true],
    ['an infinite number', formula, 'infinite.csv', 'COLUMN', /finite .* treat, got Inf in row 3 \(line 4/],
    ['a factor of one level', `${formula} + one`, 'more.csv', 'COLUMN', /two levels .* one, got only "a"/, true],
    ['a group of one level', 'cbind(r, n - r) ~ (1 | same)', 'more.csv', 'COLUMN', /two groups .* same/, true],
    ['no row left', formula, 'gone.csv', 'MODEL', /rows/],
    ['a column it lacks', 'cbind(r, n - r) ~ teat', 'data.csv', 'COLUMN', /no column teat; did you mean treat\?/, true],
    ['a column of every object', 'cbind(r, n - r) ~ toString', 'data.csv', 'COLUMN', /no column toString;/, true],
  ])('%s', async (_, text, data, code, says, caret) => {
    expectComplaint(await fitted(text, data), code, says, caret)
  })

  test('a weights column it lacks', async () => {
    expectComplaint(await fitted(formula, 'data.csv', '--weights', 'm'), 'COLUMN', /weights .*no column m/)
  })

  test('--data and --out in one, through another name', async () => {
    execFileSync('ln', ['-s', 'data.csv', join(cwd, 'link.csv')])
    expectComplaint(await fitted(formula, 'link.csv', '--out', 'data.csv'), 'USAGE', /other than the data/)
  })
})

describe.concurrent('a formula that states no model', () => {
  const long = `r ~ ${'x + '.repeat(25_000)}x`
  test.each<[string, string, string, RegExp, boolean, string[]?]>([
    ['empty', '', 'FORMULA', /got an empty text/, true],
    ['an open bracket', 'cbind(r, n - r) ~ treat + (1 | center', 'FORMULA', /closing \)/, true],
    [
      'an open bracket in the response',
      'cbind(r, n - r ~ treat',
      'FORMULA',
      /a closing \) was expected for this \(, the response ends first/,
      true,
    ],
    ['a line break in it', 'cbind(r, n - r) ~\ntreat +\n(1 | center', 'FORMULA', /closing \)/, true],
    ['shell', 'r ~ $(rm -rf x); `ls` > "a" && b', 'FORMULA', /got \$/, true],
    ['100,000 characters', long, 'FORMULA', /2400/, true],
    ['100,000 brackets', `r ~ ${'('.repeat(100_000)}x`, 'FORMULA', /2400/, true],
    ['no ~', 'treat + (1 | center)', 'FORMULA', /a ~ was expected/, true],
    ['no response', '~ treat + (1 | center)', 'FORMULA', /a response was expected before ~/, true],
    ['no response, family given', '~ treat', 'FORMULA|RESPONSE|MODEL', /response/, true, ['--family', 'binomial']],
    ['the response on both sides', 'r ~ r + treat', 'FORMULA', /r on both sides/, true, ['--family', 'poisson']],
    [
      'nodes for crossed factors',
      'cbind(r, n - r) ~ (1 | center) + (1 | treat)',
      'MODEL',
      /one factor, or of nested ones.*got.*treat/,
      false,
      ['--nodes', '5'],
    ],
  ])('%s', async (_, text, code, says, caret, flags = []) => {
    const said = await fitted(text, 'data.csv', ...flags)
    expect(said.stderr.length).toBeLessThan(600)
    const met = said.stderr.match(/^glmm: (\w+)/)?.[1]
    expect(met).toMatch(new RegExp(`^(${code})$`))
    expectComplaint(said, met!, says, caret)
  })

  test('check without random effects', async () => {
    const said = await glmm(['check', 'cbind(r, n - r) ~ treat', '--data', 'data.csv', '--json'], { cwd })
    expectComplaint(said, 'MODEL', /expected a random term .*`glmm fit` is exact/)
  })

  test('a random term alone is a model', async () => {
    const { stdout, status } = await fitted('cbind(r, n - r) ~ (1 | center)', 'data.csv')
    expect(status).toBe(0)
    expect(JSON.parse(stdout).fixed.map(({ name }: { name: string }) => name)).toEqual(['(Intercept)'])
  })
})

describe.concurrent('data that need a word', () => {
  test('missing cells are dropped, counted and told', async () => {
    const { stdout, stderr, status } = await fitted(formula, 'missing.csv')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ nobs: 43, dropped: 1, warnings: [{ code: 'ROWS_DROPPED' }] })
    expect(stderr).toMatch(/^glmm: warning: ROWS_DROPPED: 1 of 44 rows dropped: missing in treat \(1\)\n$/)
    const text = await glmm(['fit', formula, '--data', 'missing.csv'], { cwd })
    expect(text.stdout).toMatch(/43 rows.*1 .*dropped/)
  })

  test('aliased columns are named and left out', async () => {
    const { stdout, stderr } = await fitted('cbind(r, n - r) ~ treat + double + (1 | center)', 'more.csv')
    const record = JSON.parse(stdout)
    expect(record.aliased).toEqual(['double'])
    expect(record.fixed.map(({ name }: { name: string }) => name)).toEqual(['(Intercept)', 'treat'])
    expect(stderr).toMatch(/^glmm: warning: ALIASED: .*double\n$/)
    expect((await glmm(['fit', 'cbind(r, n - r) ~ treat + double', '--data', 'more.csv'], { cwd })).stdout).toMatch(
      /ALIASED|double/,
    )
  })
})

describe.concurrent('data in strange clothes', () => {
  const rows = readFileSync(betablocker, 'utf8').trim().split('\n').slice(1)
  const odd = rows.map((row, i) => {
    const [r, n, treat, center] = row.split(',')
    return `${r};${n};${treat};c${center};${i % 3}\r\n`
  })
  writeFileSync(join(cwd, 'odd.csv'), `\uFEFF"r x";n;treat;constructor;__proto__\r\n${odd.join('')}`)
  const estimates = async (reply: Promise<{ stdout: string }>) => {
    const { fixed, random } = JSON.parse((await reply).stdout)
    return [fixed[1].estimate, random[0].sd[0]]
  }
  const plain = () => estimates(fitted(formula, 'data.csv'))

  test('a byte order mark, CRLF, semicolons, names with spaces, names of every object', async () => {
    const record = await fitted('cbind(`r x`, n - `r x`) ~ treat + (1 | constructor)', 'odd.csv')
    const [treat, sd] = await estimates(Promise.resolve(record))
    const [exactTreat, exactSd] = await plain()
    expect(treat).toBeCloseTo(exactTreat, 7)
    expect(sd).toBeCloseTo(exactSd, 7)
    expect(JSON.parse(record.stdout).groups).toEqual({ constructor: 22 })
  })

  test('a column __proto__', async () => {
    const { stdout, status } = await fitted('cbind(`r x`, n - `r x`) ~ `__proto__` + (1 | constructor)', 'odd.csv')
    expect(status).toBe(0)
    expect(JSON.parse(stdout).fixed).toHaveLength(2)
    const grouped = await fitted('cbind(`r x`, n - `r x`) ~ treat + (1 | `__proto__`)', 'odd.csv')
    expect(Object.values(JSON.parse(grouped.stdout).groups)).toEqual([3])
  })

  test('a formula over several lines', async () => {
    expect(await estimates(fitted('cbind(r, n - r) ~\r\n\ttreat +\n (1 | center)\n', 'data.csv'))).toEqual(
      await plain(),
    )
  })

  test('from standard input', async () => {
    const line = `cat data.csv | $GLMM fit "${formula}" --data /dev/stdin --json`
    expect(await estimates(shell(line, cwd))).toEqual(await plain())
  })

  test('from a pipe with a name', async () => {
    const line = `mkfifo pipe && (cat data.csv > pipe &) && $GLMM fit "${formula}" --data pipe --json`
    expect(await estimates(shell(line, cwd))).toEqual(await plain())
  })
})
