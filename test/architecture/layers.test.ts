import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Modules from the ground up: a file imports its own module, and modules on lower floors. */
const floors: readonly (readonly string[])[] = [
  [
    'src/numerics',
    'src/errors.ts',
    'src/executor.ts',
    'src/inline-executor.ts',
    'src/json-type-words.ts',
    'src/nearest-name.ts',
    'src/version.ts',
  ],
  ['src/random'],
  ['src/families', 'src/links', 'src/covariance', 'src/priors'],
  ['src/data', 'src/formula'],
  ['src/likelihood'],
  ['src/fit', 'samplers', 'src/draws', 'src/plot'],
  ['src/study', 'src/check', 'src/postestimation'],
  ['src/report', 'workers'],
  ['src/cli', 'src/core.ts', 'src/index.ts'],
]

/** Imports between modules of one floor that are allowed. */
const sideways = new Set([
  'src/families -> src/links',
  'src/data -> src/formula',
  'samplers -> src/draws',
  'samplers -> src/fit', // a chain starts where the fit ends
  'src/plot -> src/draws',
  'src/plot -> src/fit',
  'src/inline-executor.ts -> src/executor.ts',
  'src/inline-executor.ts -> src/errors.ts',
  'src/executor.ts -> src/errors.ts',
  'src/index.ts -> src/core.ts',
])

/** What Node or the user starts, and what an `exports` field names. */
const entries = new Set([
  'src/cli/main.ts',
  'workers/worker.ts',
  'src/core.ts',
  'src/index.ts',
  'workers/index.ts',
  'src/data/files/parquet-worker.ts',
])

const longest = 350

/** Files that may use what Node alone has; the core must run without. */
const besideNode = /^(?:src|samplers)(?:\/[^/]+)*\/files\/|^src\/cli\/|^workers\//
const builtin = new RegExp(`^(?:${builtinModules.join('|')})$`)
const globalOfNode = /(?<![.\w])(?:(?:Buffer|process)\.[a-z]|require\(|__(?:dir|file)name\b)/

interface Source {
  readonly path: string
  readonly text: string
  /** The text without comments. */
  readonly code: string
  readonly imports: readonly string[]
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path)
    else if (entry.name.endsWith('.ts')) yield path
  }
}

const fromClause = /(?:^|[\n;}])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g
const bareImport = /(?:^|[\n;])\s*import\s*['"]([^'"]+)['"]/g
const dynamicImport = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Specifiers of everything a text imports, statically, for effect, on demand, or as a type. */
const importsOf = (code: string): string[] =>
  [fromClause, bareImport, dynamicImport].flatMap((form) => [...code.matchAll(form)].map((match) => match[1]))

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1')

const sources: readonly Source[] = ['src', 'samplers', 'workers']
  .flatMap((folder) => [...walk(folder)])
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const code = withoutComments(text)
    return { path, text, code, imports: importsOf(code) }
  })

/** The module a file belongs to and its floor. */
function placeOf(path: string): { module: string; floor: number } {
  for (let floor = 0; floor < floors.length; floor++) {
    const module = floors[floor].find((name) => path === name || path.startsWith(`${name}/`))
    if (module) return { module, floor }
  }
  throw new Error(`${path} stands on no floor: give its folder a place in the table of floors`)
}

/** Path of the file that a relative specifier means. */
const target = (from: string, specifier: string): string =>
  posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')

/** What is wrong with one import, or null. */
function fault(from: string, specifier: string): string | null {
  const to = target(from, specifier)
  const here = placeOf(from)
  const there = placeOf(to)
  if (to === 'src/index.ts' || (to === 'src/core.ts' && from !== 'src/index.ts'))
    return `${from} imports the barrel ${to}`
  if (here.module === there.module || there.floor < here.floor) return null
  if (there.floor > here.floor) return `${from} imports upward: ${to}`
  return sideways.has(`${here.module} -> ${there.module}`) ? null : `${from} imports sideways: ${to}`
}

describe('layers', () => {
  it('finds the files and their imports', () => {
    expect(sources.length).toBeGreaterThan(100)
    const all = sources.flatMap(({ path, imports }) =>
      imports.filter((name) => name.startsWith('.')).map((name) => target(path, name)),
    )
    expect(all.length).toBeGreaterThan(250)
    expect(all.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('imports go down, or sideways where that is allowed', () => {
    const faults = sources.flatMap(({ path, imports }) =>
      imports.filter((name) => name.startsWith('.')).map((name) => fault(path, name)),
    )
    expect(faults.filter((one) => one !== null)).toEqual([])
  })

  it('the rule would see an import upward, sideways, of the barrel, and in every form of statement', () => {
    expect(fault('src/links/log.ts', '../fit/glm.js')).toMatch(/upward/)
    expect(fault('src/links/log.ts', '../families/family.js')).toMatch(/sideways/)
    expect(fault('src/check/check.ts', '../study/study.js')).toMatch(/sideways/)
    expect(fault('src/cli/run.ts', '../index.js')).toMatch(/barrel/)
    expect(fault('src/cli/run.ts', '../core.js')).toMatch(/barrel/)
    expect(fault('src/core.ts', './index.js')).toMatch(/barrel/)
    expect(fault('src/families/binomial.ts', '../links/registry.js')).toBeNull()
    expect(
      importsOf(
        "import type {\n  A,\n} from './a.js'\nexport * from './b.js'\nimport './c.js'\nawait import('./d.js')",
      ),
    ).toEqual(['./a.js', './b.js', './c.js', './d.js'])
  })
})

describe('who may name what', () => {
  const users = (pattern: RegExp): string[] =>
    sources.filter(({ imports }) => imports.some((name) => pattern.test(name))).map(({ path }) => path)
  const writers = (pattern: RegExp): string[] =>
    sources.filter(({ code }) => pattern.test(code)).map(({ path }) => path)

  it('generators of @stdlib: src/random/generators.ts', () => {
    expect(users(/^[#@]stdlib\/random/)).toEqual(['src/random/generators.ts'])
  })

  it('mathematics of @stdlib: src/numerics/special.ts', () => {
    expect(users(/^[#@]stdlib\/(?!random)/)).toEqual(['src/numerics/special.ts'])
  })

  it('ml-matrix: src/numerics/linear-algebra.ts', () => {
    expect(users(/^ml-matrix/)).toEqual(['src/numerics/linear-algebra.ts'])
  })

  it('modules of Node: folders of files, the command line and workers', () => {
    expect(users(/^node:/).filter((path) => !besideNode.test(path))).toEqual([])
    expect(users(builtin).filter((path) => !besideNode.test(path))).toEqual([])
    expect(writers(globalOfNode).filter((path) => !besideNode.test(path))).toEqual([])
  })

  it('the rule would see a module and a global of Node', () => {
    expect(['src/data/table.ts', 'samplers/run/sample.ts', 'src/core.ts'].some((path) => besideNode.test(path))).toBe(
      false,
    )
    expect(['fs', 'fs/promises', 'path'].every((name) => builtin.test(name))).toBe(true)
    expect(['./fs.js', 'fs-extra', 'csv-parse/sync'].some((name) => builtin.test(name))).toBe(false)
    const globals = ['Buffer.from(x)', 'process.cwd()', "require('x')", '__dirname', 'new Blob([Buffer.alloc(1)])']
    expect(globals.every((code) => globalOfNode.test(code))).toBe(true)
    expect(
      ['new ArrayBuffer(1)', 'SharedArrayBuffer', 'a.process.b', 'required(x)'].some((code) => globalOfNode.test(code)),
    ).toBe(false)
  })

  it('worker threads and comlink: workers, and threads what decodes Parquet, which must be ended where it hangs', () => {
    const decoder = ['src/data/files/parquet-table.ts', 'src/data/files/parquet-worker.ts']
    expect(users(/^node:worker_threads/).filter((path) => !path.startsWith('workers/'))).toEqual(decoder)
    expect(users(/^comlink/).filter((path) => !path.startsWith('workers/'))).toEqual([])
  })

  it('the queue: workers, and loaded when it is used', () => {
    const named = sources.filter(({ imports }) => imports.some((name) => /^(bullmq|ioredis)$/.test(name)))
    expect(named.map(({ path }) => path).filter((path) => !path.startsWith('workers/'))).toEqual([])
    expect(writers(/\bimport\s+(?!type\b)[^('"]*from\s*'(bullmq|ioredis)'/)).toEqual([])
  })

  it('nobody: Math.random', () => {
    expect(writers(/\bMath\s*\.\s*random\b/)).toEqual([])
  })

  it('printing and exiting: src/cli', () => {
    const said = writers(/\bprocess\s*\.\s*(exit|exitCode|stdout|stderr)\b|\bconsole\s*\./)
    expect(said.filter((path) => !path.startsWith('src/cli/'))).toEqual([])
  })
})

describe('files', () => {
  it(`have at most ${longest} lines`, () => {
    expect(sources.filter(({ text }) => text.split('\n').length - 1 > longest).map(({ path }) => path)).toEqual([])
  })

  it('are named after an idea', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|misc)([/.-]|$)/
    const shape = /^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/
    expect(
      sources.map(({ path }) => path).filter((path) => vague.test(path) || !shape.test(posix.basename(path))),
    ).toEqual([])
  })

  it('have named exports and no default', () => {
    const named = /^export\s+(?:async\s+)?(?:const|function\*?|class|interface|type|let|enum|abstract|\{|\*)/m
    const silent = sources.filter(
      ({ path, code }) => !entries.has(path) && !path.endsWith('.d.ts') && !named.test(code),
    )
    expect(silent.map(({ path }) => path)).toEqual([])
    const byDefault = sources.filter(
      ({ path, code }) => !path.endsWith('.d.ts') && /^export\s+default\b|\bas\s+default\b/m.test(code),
    )
    expect(byDefault.map(({ path }) => path)).toEqual([])
  })

  it('version.ts tells the version of package.json', async () => {
    const { version } = await import('../../src/version.js')
    expect(version).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  })
})
