import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

describe('examples in doc comments', () => {
  let folder: string
  // Inside the package, where its name leads to itself.
  beforeAll(() => {
    folder = mkdtempSync(join(root, 'dist', 'examples-'))
  })
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

  it.each(examples.map((example, i) => ({ ...example, i })))('$path, example $i', ({ script, printed, i }) => {
    const file = join(folder, `example-${i}.mjs`)
    writeFileSync(file, script)
    const output = execFileSync(process.execPath, [file], { cwd: root, encoding: 'utf8' })
    expect(output.trim().split('\n')).toEqual(printed)
  })
})
