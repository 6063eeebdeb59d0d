import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, sources } from '../architecture/sources.js'

/** An example of a doc comment that can run by itself: it imports the package. Lines that print have after them what. */
interface Example {
  readonly path: string
  readonly script: string
  readonly printed: readonly string[]
}

const commentOf = /\/\*\*(?:[^*]|\*(?!\/))*\*\//g
const exampleIn = /^@example\n([\s\S]*?)(?=^@|(?![\s\S]))/gm
const print = /^\s*console\.log\(.*\) \/\/ (.*)$/gm

/** The examples in the doc comments of a text. */
function examplesOf(path: string, text: string): Example[] {
  return [...text.matchAll(commentOf)].flatMap(([comment]) => {
    const lines = comment.slice(3, -2).replace(/^ *\* ?/gm, '')
    return [...lines.matchAll(exampleIn)]
      .map(([, script]) => ({ path, script, printed: [...script.matchAll(print)].map(([, shown]) => shown) }))
      .filter(({ script }) => /from 'glmm(?:\/\w+)?'/.test(script))
  })
}

const examples = sources.flatMap(({ path, text }) => examplesOf(path, text))

/** A function that a barrel exports: its name, its doc comment, and how its statement begins. */
interface Published {
  readonly name: string
  readonly comment: string
  readonly statement: string
}

const exportFrom = /^export \{([^}]*)\} from '([^']+)'/gm
const functionOf = /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n)?(export (?:async )?(?:function|const|class) (\w+)[^\n]*)/g

/** The functions and classes that files export, of the given names or all. */
const functionsOf = (path: string, names: readonly string[] | null): Published[] => {
  const { text } = sources.find((source) => source.path === path)!
  return [...text.matchAll(functionOf)].flatMap(([, comment = '', statement, name]) =>
    names === null || names.includes(name) ? [{ name, comment, statement }] : [],
  )
}

/** What the barrels export that can be called: by themselves, or from other files. */
const published = ['src/index.ts', 'src/core.ts', 'workers/index.ts'].flatMap((path) => {
  const { text } = sources.find((source) => source.path === path)!
  const from = [...text.matchAll(exportFrom)].flatMap(([, names, file]) => {
    const values = names.split(',').map((name) => name.trim().split(' as ')[0])
    const wanted = values.filter((name) => name !== '' && name !== 'version' && !name.startsWith('type '))
    return wanted.length > 0 ? functionsOf(posix.join(dirname(path), file).replace(/\.js$/, '.ts'), wanted) : []
  })
  return [...functionsOf(path, null), ...from]
})

/** What an example printed, or why it failed. */
interface Outcome {
  readonly printed: readonly string[]
  readonly error: string | null
}

/** Imports the modules named as arguments, one after another, and prints what each printed. */
const runner = `
const outcomes = []
for (const path of process.argv.slice(2)) {
  const printed = []
  console.log = (...values) => printed.push(...values.map(String).join(' ').split('\\n'))
  const error = await import(path).then(() => null, (thrown) => String(thrown?.stack ?? thrown))
  outcomes.push({ printed, error })
}
process.stdout.write(JSON.stringify(outcomes))
`

describe('examples in doc comments', () => {
  let folder: string
  let outcomes: readonly Outcome[]
  // Inside the package, where its name leads to itself; in one process, as starting one takes longer than most examples.
  beforeAll(() => {
    folder = mkdtempSync(join(root, 'dist', 'examples-'))
    const files = examples.map(({ script }, i) => {
      const file = join(folder, `example-${i}.mjs`)
      writeFileSync(file, script)
      return file
    })
    const main = join(folder, 'runner.mjs')
    writeFileSync(main, runner)
    outcomes = JSON.parse(execFileSync(process.execPath, [main, ...files], { cwd: root, encoding: 'utf8' }))
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are found, with what they print', () => {
    expect(examples.length).toBeGreaterThan(2)
    expect(examples.filter(({ printed }) => printed.length === 0)).toEqual([])
    const text =
      "/**\n * Adds.\n *\n * @example\n * import { a } from 'glmm'\n * console.log(a) // 1\n * @returns 1\n */"
    expect(examplesOf('a.ts', text)).toEqual([
      { path: 'a.ts', script: "import { a } from 'glmm'\nconsole.log(a) // 1\n", printed: ['1'] },
    ])
  })

  it.each(examples.map((example, i) => ({ ...example, i })))('$path, example $i', ({ printed, i }) => {
    expect(outcomes[i]).toEqual({ printed, error: null })
  })

  it('belong to every function that the package exports, with its parameters', () => {
    expect(published.length).toBeGreaterThan(40)
    const without = published.flatMap(({ name, comment, statement }) => {
      const called = /[(<]/.test(statement)
      return [...(called ? ['@param'] : []), '@example']
        .filter((tag) => !comment.includes(` * ${tag} `) && !comment.includes(` * ${tag}\n`))
        .map((tag) => `${name}: ${tag}`)
    })
    expect(without).toEqual([])
  })
})
