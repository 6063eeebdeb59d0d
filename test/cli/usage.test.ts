import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { betablocker, expectComplaint, folder, formula, glmm, headerless } from './call.js'

const cwd = folder({ 'kept.json': 'kept', 'data.csv': readFileSync(betablocker, 'utf8') })
mkdirSync(join(cwd, 'sub'))
const fit = ['fit', formula, '--data', 'data.csv']
const sample = ['sample', formula, '--data', 'data.csv']

describe.concurrent('a call that is not understood', () => {
  test.each<[string, string[], RegExp]>([
    ['no command', [], /expected a command \(fit, sample, check\), got none|got '--json'/],
    ['an unknown command', ['ftt'], /expected a command .*got 'ftt'; did you mean glmm fit\?/],
    ['an unknown command like none', ['frobnicate'], /got 'frobnicate'; see glmm --help/],
    [
      'an unknown option',
      [...fit, '--node', '3'],
      /expected an option of glmm fit, got '--node'; did you mean --nodes\?/,
    ],
    ['an option of another command', [...fit, '--chains', '3'], /got '--chains'; see glmm fit --help/],
    ['a mistyped --data', ['fit', formula, '--dta', 'x'], /got '--dta'; did you mean --data\?/],
    ['no --data', ['fit', formula], /got no --data/],
    ['no formula', ['fit', '--data', 'data.csv'], /expected a formula, got none; give it in quotes/],
    [
      'a formula in pieces',
      ['fit', 'y', '~', 'x', '--data', 'data.csv'],
      /expected 1 argument .*got 3; put the formula in/,
    ],
    ['no means', ['means', 'fit.json'], /expected what to have means of, got none; give it in quotes/],
    ['no fit', ['predict'], /expected the file of a fit, got none/],
    ['nothing to predict', ['predict', 'fit.json'], /--data or a grid after --at, got neither/],
    ['an option without its value', [...fit, '--nodes'], /expected .*--nodes/],
    ['an empty --data', ['fit', formula, '--data', ''], /expected a value after --data, got an empty one/],
    ['an empty --family', [...fit, '--family', ''], /after --family/],
    ['an empty --link', [...fit, '--link', ''], /after --link/],
    ['an empty --weights', [...fit, '--weights', ''], /after --weights/],
    ['--weights without a meaning', [...fit, '--weights', 'r'], /three things; .*--trials .*--frequency .*--precision/],
    ['an unknown kind of intervals', [...fit, '--intervals', 'exact'], /wald or profile for --intervals, got exact/],
    ['a level in per cent', [...fit, '--level', '95'], /between 0 and 1, got 95/],
    [
      'nodes for levels that are not there',
      [...fit, '--nodes', '7,5'],
      /nested factors for 2 numbers of nodes, got center/,
    ],
    ['an empty --offset', [...fit, '--offset', ''], /after --offset/],
    ['an empty --out', [...fit, '--out', ''], /after --out/],
    ['no nodes', [...fit, '--nodes', '0'], /from 1 to 101, or auto, got 0/],
    ['too many nodes', [...fit, '--nodes', '102'], /from 1 to 101, or auto, got 102/],
    ['half a node', [...fit, '--nodes', '1.5'], /from 1 to 101, or auto, after --nodes, got '1.5'/],
    ['nodes in words', [...fit, '--nodes', 'abc'], /got 'abc'/],
    ['empty nodes', [...fit, '--nodes', ''], /after --nodes, got ''/],
    ['a negative seed', [...sample, '--seed', '-1'], /expected a seed from 0 to 4294967295, got -1/],
    ['a seed with an exponent', [...sample, '--seed', '1e20'], /expected a whole number after --seed, got '1e20'/],
    ['a large seed', [...sample, '--seed', '4294967296'], /expected a seed from 0 to 4294967295, got 4294967296/],
    ['a seed in words', [...sample, '--seed', 'abc'], /got 'abc'/],
    ['no threads', [...sample, '--threads', '0'], /threads .*got 0/],
    ['no chains', [...sample, '--chains', '0'], /expected chains from 1 to 1000, got 0/],
    ['one draw', [...sample, '--draws', '1'], /expected draws from 4 .*got 1/],
    ['a rate above one', [...sample, '--target-accept', '1.5'], /between 0 and 1, got 1.5/],
    ['a rate in words', [...sample, '--target-accept', 'high'], /expected a number after --target-accept, got 'high'/],
    ['an unknown family', [...fit, '--family', 'binomal'], /expected a family \(binomial, .*poisson, .*got 'binomal'/],
    ['a family of every object', [...fit, '--family', 'constructor'], /expected a family .*got 'constructor'/],
    ['an unknown link', [...fit, '--link', 'lgit'], /expected a link .*\(logit, probit, cloglog.*got 'lgit'/],
    [
      'an unknown sampler',
      [...sample, '--sampler', 'nut'],
      /expected a sampler \(auto, nuts.*quadrature\).*got 'nut'; did you mean nuts\?/,
    ],
    ['--no-header alone', [...fit, '--no-header'], /expected --names with --no-header/],
    ['--names alone', [...fit, '--names', 'a,b'], /expected --names only with --no-header/],
    ['data and --out in one', [...fit, '--out', './data.csv'], /expected --out to name a file other than the data/],
  ])('%s', async (_, args, says) => {
    expectComplaint(await glmm([...args, '--json'], { cwd }), 'USAGE', says)
  })

  test.each<[string, string]>([
    ['', "got ''"],
    ['b', "got 'b'"],
    ['b_treat ~ normal(0, 1)', 'write its target as b.treat'],
    ['b ~ norml(0, 1)', "normal, student_t.*got 'norml' in .*did you mean normal\\?"],
    ['b ~ normal(0, -1)', 'expected a positive sd'],
    ['sd ~ half_normal(0)', 'with 2 numbers'],
    ['sd ~ normal(0, 1)', 'positive numbers for sd'],
    ['x ~ normal(0, 1)', "got 'x'"],
    ['b ~ normal(0, 1', 'got'],
  ])('the prior %j', async (prior, says) => {
    expectComplaint(await glmm([...sample, '--prior', prior, '--json'], { cwd }), 'PRIOR', new RegExp(says))
  })

  test.each<[string, string[], RegExp]>([
    ['a missing folder', [...fit, '--out', 'no/x.json'], /there is no folder no/],
    ['a file for a folder', [...fit, '--out', 'data.csv/x.json'], /there is no folder data.csv/],
    ['a folder', [...fit, '--out', 'sub'], /sub is a folder/],
    ['a folder with a stroke', [...fit, '--out', 'sub/'], /sub\/ is a folder/],
    ['draws as text', [...sample, '--out', 'x.txt'], /named .csv or .parquet, got x.txt/],
    ['draws without ending', [...sample, '--out', 'x'], /name it x.csv or x.parquet/],
  ])('--out with %s is refused before the data is read', async (_, args, says) => {
    const unread = args.map((word) => (word === 'data.csv' ? 'absent.csv' : word))
    expectComplaint(await glmm([...unread, '--json'], { cwd }), 'FILE', says)
  })

  test('an --out folder that may not be written to', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write everywhere')
    const locked = join(cwd, 'locked')
    mkdirSync(locked, { mode: 0o555 })
    expectComplaint(await glmm([...fit, '--out', 'locked/x.json', '--json'], { cwd }), 'FILE', /may not be written to/)
  })

  test('without --json nothing is on standard output', async () => {
    const { stdout, stderr, status } = await glmm(['fit', formula, '--data', 'absent.csv'], { cwd })
    expect([stdout, status]).toEqual(['', 2])
    expect(stderr).toMatch(/^glmm: FILE: .*\n$/)
  })

  test('a value of any length and with line breaks stays one line', async () => {
    const said = await glmm([...fit, '--nodes', `${'9\n'.repeat(5000)}x`, '--json'], { cwd })
    expect(said.stderr.length).toBeLessThan(300)
    expectComplaint(said, 'USAGE', /got '9 9 9/)
    expectComplaint(await glmm(['fit', '--fam\nily', '--json'], { cwd }), 'USAGE', /--fam ily/)
  })
})

describe.concurrent('a failed job', () => {
  // Two variances that only their sum shows: a slope on a constant, uncorrelated with the intercept.
  const rows = Array.from(
    { length: 24 },
    (_, i) => `${3 + Math.floor(i / 4) + 2 * Math.sin(2.3 * i)},2,g${Math.floor(i / 4)}`,
  )
  const unidentified = ['y,two,g', ...rows, ''].join('\n')
  const model = 'y ~ 1 + (1 + two || g)'

  test('leaves no file and no document but the error', async () => {
    writeFileSync(join(cwd, 'unidentified.csv'), unidentified)
    const call = ['fit', model, '--data', 'unidentified.csv', '--family', 'gaussian', '--json', '--out']
    expectComplaint(await glmm([...call, 'new.json'], { cwd }), 'NO_CONVERGENCE', /expected to reach a maximum/)
    expect(() => readFileSync(join(cwd, 'new.json'))).toThrow('ENOENT')
    expectComplaint(await glmm([...call, 'kept.json'], { cwd }), 'NO_CONVERGENCE', /expected to reach a maximum/)
    expect(readFileSync(join(cwd, 'kept.json'), 'utf8')).toBe('kept')
  })

  test('shows people where it stopped', async () => {
    writeFileSync(join(cwd, 'stopped.csv'), unidentified)
    const call = ['fit', model, '--data', 'stopped.csv', '--family', 'gaussian']
    const { stdout, stderr, status } = await glmm(call, { cwd })
    expect(stdout).toContain('NOT CONVERGED')
    expect(stderr).toMatch(/^glmm: NO_CONVERGENCE: .*\n$/)
    expect(status).toBe(1)
  })
})

describe.concurrent('a call that is understood', () => {
  test('an option given twice: the last holds', async () => {
    const { stdout, status } = await glmm([...fit, '--nodes', '3', '--json', '--json', '--nodes', '5'], { cwd })
    expect([JSON.parse(stdout).nodes, status]).toEqual([5, 0])
  })

  test('a text without header gives what the CSV gives', async () => {
    const names = ['--no-header', '--names', 'r, n, treat, center', '--json']
    const plain = JSON.parse((await glmm(['fit', formula, '--data', headerless, ...names])).stdout)
    const csv = JSON.parse((await glmm([...fit, '--json'], { cwd })).stdout)
    for (const key of ['fixed', 'random', 'logLik', 'modes', 'residuals']) expect(plain[key]).toEqual(csv[key])
    expect(plain.call).toMatchObject({ data: headerless, header: false, names: ['r', 'n', 'treat', 'center'] })
    expect(csv.call).toMatchObject({ data: 'data.csv', header: true, names: null })
  })

  test('the wrong count of names', async () => {
    const call = ['fit', formula, '--data', headerless, '--no-header', '--json', '--names']
    expectComplaint(await glmm([...call, 'r,n,treat']), 'TABLE', /3 .*got 4/)
    expectComplaint(await glmm([...call, 'r,n,treat,']), 'TABLE', /column 4/)
    expectComplaint(await glmm([...call, 'r,n,treat,r']), 'TABLE', /r twice/)
  })

  test('--version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    for (const flag of ['--version', '-V']) {
      expect(await glmm([flag])).toMatchObject({ stdout: `${version}\n`, stderr: '', status: 0 })
    }
  })

  test.each(['fit', 'sample', 'check'])('%s --help lists every option and a call that works', async (name) => {
    const { stdout, stderr, status } = await glmm([name, '--help'])
    expect([stderr, status]).toEqual(['', 0])
    const model = [
      'data',
      'no-header',
      'names',
      'family',
      'link',
      'trials',
      'weights',
      'frequency',
      'precision',
      'offset',
      'json',
      'out',
    ]
    const sampling = ['prior', 'sampler', 'chains', 'warmup', 'draws', 'target-accept', 'max-depth', 'seed', 'threads']
    const own = name === 'fit' ? ['nodes'] : sampling
    for (const option of [...model, ...own, 'help']) expect(stdout).toMatch(new RegExp(`^ .*--${option} .*\\w`, 'm'))
    expect(stdout).toMatch(new RegExp(`\nExample:\n  glmm ${name} "cbind`))
    expect(stdout).toMatch(/[^\n]\n$/)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('--help lists every command', async () => {
    const { stdout, status } = await glmm(['--help'])
    expect(status).toBe(0)
    for (const name of ['fit', 'sample', 'check']) expect(stdout).toMatch(new RegExp(`^  ${name} .*\\w`, 'm'))
    expect(stdout).toMatch(/Example:\n {2}glmm check .*[^\n]\n$/)
  })
})
