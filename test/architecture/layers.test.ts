import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { circles, fileImports, folderImports, importsOf, root, sources } from './sources.js'

/** Modules from the ground up: a file imports its own module, and modules on lower floors. */
const floors: readonly (readonly string[])[] = [
  [
    'src/numerics',
    'src/errors.ts',
    'src/executor.ts',
    'src/inline-executor.ts',
    'src/json-type-words.ts',
    'src/nearest-name.ts',
    'src/unknown-in-thread.ts',
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
  'src/inline-executor.ts -> src/executor.ts',
  'src/inline-executor.ts -> src/errors.ts',
  'src/executor.ts -> src/errors.ts',
  'src/unknown-in-thread.ts -> src/errors.ts',
  'src/index.ts -> src/core.ts',
])

/**
 * The same inside a module: its folders, and `.` for the files beside them. A file imports its own folder, and folders on lower
 * floors.
 */
const inside: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'src/data': [['.'], ['files']],
  'src/report': [['.'], ['kinds']],
  'src/draws': [['.'], ['diagnostics', 'files'], ['answers']],
  'src/fit': [
    ['results', 'start'],
    ['runaway'],
    ['climb'],
    ['record'],
    ['df'],
    ['limits'],
    ['compare'],
    ['predict'],
    ['tests'],
    ['.'],
  ],
  'src/likelihood': [
    ['frame'],
    ['coordinates', 'sparse'],
    ['normal', 'joint'],
    ['engine'],
    ['fixed', 'gaussian', 'nested', 'general'],
    ['vector'],
    ['scalar'],
    ['.'],
  ],
  'src/study': [
    ['spec'],
    ['estimates'],
    ['bootstrap', 'calibration', 'sensitivity', 'simulation'],
    ['.'],
    ['rows'],
    ['files'],
    ['run'],
  ],
  samplers: [['place'], ['kernels', 'quadrature'], ['adaptation'], ['run'], ['files', 'methods']],
}

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

/** The module a file belongs to and its floor. */
function placeOf(path: string): { module: string; floor: number } {
  for (let floor = 0; floor < floors.length; floor++) {
    const module = floors[floor].find((name) => path === name || path.startsWith(`${name}/`))
    if (module) return { module, floor }
  }
  throw new Error(`${path} stands on no floor: give its folder a place in the table of floors`)
}

/** What is wrong with one import, or null. */
function fault(from: string, to: string): string | null {
  const here = placeOf(from)
  const there = placeOf(to)
  if (to === 'src/index.ts' || (to === 'src/core.ts' && from !== 'src/index.ts'))
    return `${from} imports the barrel ${to}`
  if (here.module === there.module || there.floor < here.floor) return null
  if (there.floor > here.floor) return `${from} imports upward: ${to}`
  return sideways.has(`${here.module} -> ${there.module}`) ? null : `${from} imports sideways: ${to}`
}

/** What is wrong with an import inside a module with floors of its own, or null. */
function faultInside(from: string, to: string): string | null {
  const { module } = placeOf(from)
  const rooms = inside[module]
  if (!rooms || placeOf(to).module !== module) return null
  const [here, there] = [from, to].map((path) => {
    const [name, ...rest] = path.slice(module.length + 1).split('/')
    return rest.length === 0 ? '.' : name
  })
  const [low, high] = [there, here].map((room) => rooms.findIndex((floor) => floor.includes(room)))
  if (low < 0 || high < 0) return `${low < 0 ? to : from} stands in no room of ${module}: give its folder a place`
  return here === there || low < high ? null : `${from} imports upward inside ${module}: ${to}`
}

const notNull = (one: string | null): boolean => one !== null

describe('layers', () => {
  it('finds the files and their imports', () => {
    expect(sources.length).toBeGreaterThan(100)
    expect(fileImports.length).toBeGreaterThan(250)
    expect(fileImports.map(([, to]) => to).filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('imports go down, or sideways where that is allowed', () => {
    expect(fileImports.map(([from, to]) => fault(from, to)).filter(notNull)).toEqual([])
  })

  it('each import that is allowed sideways occurs', () => {
    const pairs = new Set(fileImports.map((pair) => pair.map((path) => placeOf(path).module).join(' -> ')))
    expect([...sideways].filter((pair) => !pairs.has(pair))).toEqual([])
  })

  it('inside modules, too, imports go down', () => {
    expect(fileImports.map(([from, to]) => faultInside(from, to)).filter(notNull)).toEqual([])
  })

  it('each module with folders has floors, and each room of them is there', () => {
    const rooms = (module: string): Set<string> =>
      new Set(
        sources
          .filter(({ path }) => path.startsWith(`${module}/`))
          .map(({ path }) => {
            const [name, ...rest] = path.slice(module.length + 1).split('/')
            return rest.length === 0 ? '.' : name
          }),
      )
    const modules = [...new Set(sources.map(({ path }) => placeOf(path).module))]
    const withFolders = modules.filter((module) => rooms(module).size > 1)
    expect(withFolders.filter((module) => !inside[module])).toEqual([])
    for (const [module, floors] of Object.entries(inside)) expect(rooms(module), module).toEqual(new Set(floors.flat()))
  })

  it('no imports go round, of files or of folders, types included', () => {
    expect(circles(fileImports)).toEqual([])
    expect(circles(folderImports)).toEqual([])
  })

  it('the rules would see an import upward, sideways, of the barrel, and in every form of statement', () => {
    expect(fault('src/links/log.ts', 'src/fit/start/glm.ts')).toMatch(/upward/)
    expect(fault('src/links/log.ts', 'src/families/family.ts')).toMatch(/sideways/)
    expect(fault('src/check/check.ts', 'src/study/registry.ts')).toMatch(/sideways/)
    expect(fault('src/cli/run.ts', 'src/index.ts')).toMatch(/barrel/)
    expect(fault('src/cli/run.ts', 'src/core.ts')).toMatch(/barrel/)
    expect(fault('src/core.ts', 'src/index.ts')).toMatch(/barrel/)
    expect(fault('src/families/binomial.ts', 'src/links/registry.ts')).toBeNull()
    expect(
      importsOf(
        "import type {\n  A,\n} from './a.js'\nexport * from './b.js'\nimport './c.js'\nawait import('./d.js')",
      ),
    ).toEqual(['./a.js', './b.js', './c.js', './d.js'])
  })

  it('the rules would see an import upward inside a module, and a circle', () => {
    expect(faultInside('src/fit/climb/ladder.ts', 'src/fit/record/estimates.ts')).toMatch(/upward inside/)
    expect(faultInside('src/fit/climb/ladder.ts', 'src/fit/fit.ts')).toMatch(/upward inside/)
    expect(faultInside('src/study/bootstrap/bootstrap.ts', 'src/study/simulation/simulation.ts')).toMatch(/upward/)
    expect(faultInside('src/fit/nowhere/file.ts', 'src/fit/fit.ts')).toMatch(/no room/)
    expect(faultInside('src/fit/record/estimates.ts', 'src/fit/climb/ladder.ts')).toBeNull()
    expect(faultInside('src/fit/fit.ts', 'src/fit/fit-model.ts')).toBeNull()
    const line = [
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'c'],
    ] as const
    expect(circles(line)).toEqual([])
    expect(circles([...line, ['c', 'b'], ['d', 'a']])).toEqual([['b', 'c']])
    expect(circles([...line, ['c', 'a'], ['e', 'e']])).toEqual([['a', 'b', 'c'], ['e']])
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
