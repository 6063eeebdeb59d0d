import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { families } from '../../src/families/registry.js'
import { printed } from './doc-blocks.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const runFile = promisify(execFile)

/** Standard output of a command run in the checkout. */
const outputOf = async (file: string, args: readonly string[]): Promise<string> =>
  (await runFile(file, args, { cwd: root, maxBuffer: 1e8 })).stdout

const number = /[+-]?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?/g
const wordsOf = (text: string): string => text.replace(number, '#').replace(/\s+/g, ' ').trim()
const numbersOf = (text: string): number[] => (text.match(number) ?? []).map(Number)

const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const scripts = examples.flatMap((name) =>
  readdirSync(join(root, 'examples', name))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => `examples/${name}/${file}`),
)

/**
 * Studies of the examples that take too long for a test are run with fewer replicates, the last argument, and their tables compared with
 * the ones expected of all replicates, within the Monte Carlo errors they tell.
 */
const shortened = [
  ['examples/06-coverage-study', 'coverage.json', '150', 'expected-output.txt'],
  ['examples/06-coverage-study', 'posterior.json', '20', 'expected-posterior-output.txt'],
] as const
const whole = scripts.filter((script) => !shortened.some(([folder]) => script.startsWith(folder)))

/** Remarks on the draws, which come and go with them. */
const onTheDraws = (line: string): boolean => line.startsWith('  - posterior:')
/** Numbers of Monte Carlo or of rounding. */
const isNoise = (line: string): boolean => /mean score of the draws|the quadrature has converged/.test(line)

describe('examples', () => {
  it('each has a README, a script and the output expected', () => {
    expect(examples.length).toBeGreaterThan(1)
    for (const name of examples) {
      expect(existsSync(join(root, 'examples', name, 'README.md')), name).toBe(true)
      expect(existsSync(join(root, 'examples', name, 'expected-output.txt')), name).toBe(true)
    }
    expect(scripts.map(dirname)).toEqual(examples.map((name) => `examples/${name}`))
  })

  it.each(whole)('%s prints what is expected', async (script) => {
    const lines = (text: string): string[] => text.split('\n').filter((line) => !onTheDraws(line))
    const got = lines(await outputOf(process.execPath, [script]))
    const wanted = lines(read(`${dirname(script)}/expected-output.txt`))
    const said = (line: string): string => {
      const [computed, drawn] = line.split('|')
      const left = isNoise(line) ? wordsOf(computed) : computed
      return drawn === undefined ? left : `${left}|${wordsOf(drawn)}`
    }
    expect(got.map(said)).toEqual(wanted.map(said))
    got.forEach((line, i) => {
      // Right of the bar are summaries of draws: other draws move them by a unit or two of the last digit shown.
      const drawn = numbersOf(line.split('|')[1] ?? '')
      const expected = wanted[i].split('|')[1] ?? ''
      const unit = /\.\d\d/.test(expected) ? 0.01 : 0.1
      numbersOf(expected).forEach((value, j) => {
        expect(Math.abs(drawn[j] - value), line).toBeLessThan(2.5 * unit)
      })
    })
  })
})

describe('examples of long studies, with fewer replicates', () => {
  it.each(shortened)('%s, %s', async (folder, study, replicates, expected) => {
    const [script] = scripts.filter((one) => one.startsWith(folder))
    const [got, wanted] = [
      await outputOf(process.execPath, [script, study, replicates]),
      read(`${folder}/${expected}`),
    ].map((text) => text.split('\n\n')[0].split('\n').slice(1))
    expect(got.map(wordsOf)).toEqual(wanted.map(wordsOf))
    const estimate = /(-?\d+\.\d+) \((\d+\.\d+)\)/g
    let compared = 0
    got.forEach((line, i) => {
      const all = [...wanted[i].matchAll(estimate)]
      for (const [j, [told, value, error]] of [...line.matchAll(estimate)].entries()) {
        // Where all replicates agree the error is zero, and no error.
        if (Number(error) === 0) continue
        compared++
        expect(Math.abs(Number(value) - Number(all[j][1])), `${told}: ${line}`).toBeLessThan(4 * Number(error))
      }
    })
    expect(compared).toBeGreaterThan(20)
  })
})

/** The fenced blocks of a Markdown text, by language. */
const blocksOf = (markdown: string): { language: string; text: string }[] =>
  [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({ language, text }))

describe('README.md', () => {
  const scriptsOfPackage = JSON.parse(read('package.json')).scripts as Record<string, string>

  it('names npm scripts that exist', () => {
    const documents = ['README.md', ...markdown].map(read).join('\n')
    const named = [...documents.matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)/g)].map(([, name]) => name)
    expect(named).toContain('bench')
    expect(named.filter((name) => scriptsOfPackage[name] === undefined)).toEqual([])
  })

  it('promises no family and no link that does not exist', () => {
    const known = new Map(families.map(({ name, links }) => [name, links]))
    const [, table] = /\| family \| links[^\n]*\n\|[- |]+\n((?:\|[^\n]*\n)+)/.exec(read('README.md'))!
    const rows = [...table.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)]
    expect(rows.length).toBeGreaterThan(5)
    for (const [, names, links] of rows)
      for (const name of names.split(', '))
        expect(known.get(name), name).toEqual(expect.arrayContaining(links.split(', ')))
  })

  it('shows the two commands of a fresh clone', () => {
    const blocks = blocksOf(read('README.md')).map(({ text }) => text)
    expect(blocks).toContain('npm ci && npm start\n')
    expect(blocks).toContain('npm ci && npm test\n')
  })
})

const markdown = [
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`),
  ...examples.map((name) => `examples/${name}/README.md`),
].filter((path) => path.endsWith('.md'))

describe('documents', () => {
  it.each(['README.md', ...markdown])('%s links to files that exist', (path) => {
    const links = [...read(path).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target)
    const missing = links.filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)))
    expect(missing).toEqual([])
  })

  it('show commands that run', async () => {
    const commands = markdown
      .flatMap((path) => blocksOf(read(path)))
      .filter(({ language }) => language === '')
      .flatMap(({ text }) => text.trimEnd().split('\n'))
      .filter((line) => /^npx glmm fit /.test(line))
    expect(commands.length).toBeGreaterThan(2)
    for (const command of commands) expect((await printed(command)).length, command).toBeGreaterThan(100)
  })

  it('and all other committed text names no place of one machine', () => {
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0')
    const texts = tracked.filter((path) => path !== '' && existsSync(join(root, path)) && !path.endsWith('.parquet'))
    expect(texts.length).toBeGreaterThan(100)
    // In pieces, so that this file does not hold what it looks for.
    const places = new RegExp(
      `(?<![\\w.])/(${['home', 'Users', 'work', 'root'].join('|')})/[\\w.-]+|[A-Z]:\\\\\\\\Users`,
    )
    const found = texts.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, i) => (places.test(line) ? [`${path}:${i + 1}: ${line.slice(0, 120)}`] : [])),
    )
    expect(found).toEqual([])
  })
})
