// The blocks of README.md and docs/*.md that show what a command prints. `npm run docs:blocks` runs their commands again
// and writes what they print now; a test compares. A block is fenced as `console`: commands after `$`, continued by a
// backslash at the end of a line, and below them what they print, with `...` for lines left out. A block of `ts` that a
// block of `text` follows is a script and its output.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path) => readFileSync(join(root, path), 'utf8')

const folders = ['docs', ...readdirSync(join(root, 'examples')).map((name) => `examples/${name}`)]

/** All documents that may have such blocks. */
export const documents = [
  'README.md',
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
]

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm

/** The blocks of a document whose text a program prints: where they are, and what prints them. */
export function blocksIn(document) {
  const text = read(document)
  const found = [...text.matchAll(fence)].map(({ 1: language, 2: body, index }) => ({
    language,
    body,
    start: index + language.length + 4,
  }))
  return found.flatMap(({ language, body, start }, i) => {
    if (language === 'console') {
      const { command, head, shown } = parts(body)
      return [{ document, command, start: start + head.length, shown, script: null }]
    }
    const script = found[i - 1]
    if (language !== 'text' || script?.language !== 'ts') return []
    return [{ document, command: `the script of ${document}`, start, shown: body, script: script.body }]
  })
}

function parts(body) {
  const lines = body.split('\n')
  let end = 0
  while (lines[end].endsWith('\\')) end++
  const head = `${lines.slice(0, end + 1).join('\n')}\n`
  const command = lines
    .slice(0, end + 1)
    .map((line) => line.replace(/\\$/, '').trim())
    .join(' ')
    .replace(/^\$ /, '')
  return { command, head, shown: lines.slice(end + 1).join('\n') }
}

const scripts = JSON.parse(read('package.json')).scripts

/** A shell command as its words: bare, or in double quotes with nothing to expand. */
const shellWords = (command) => [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare)

/** What a command of a document prints, run in the checkout: npm start, npx glmm, or node. */
export async function printed(command) {
  const line = command === 'npm start' ? scripts.start.replaceAll('\\"', '"') : command
  const [first, second, ...rest] = shellWords(line)
  const args = first === 'node' ? [second, ...rest] : ['dist/src/cli/main.js', ...rest]
  if (first !== 'node' && (first !== 'npx' || second !== 'glmm')) throw new Error(`cannot run ${command}`)
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1e8 })
  return stdout
}

async function outputOf({ command, script }) {
  if (script === null) return printed(command)
  // Inside the package, where its name leads to itself.
  const folder = mkdtempSync(join(root, 'dist', 'script-'))
  try {
    writeFileSync(join(folder, 'script.mjs'), script)
    return await printed(`node ${join(folder, 'script.mjs')}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a block shows when its command is run now: the same pieces of the output, however their lines have changed. */
export async function renewed(block) {
  const output = (await outputOf(block)).replace(/\n$/, '').split('\n')
  if (block.script !== null) return `${output.join('\n')}\n`
  const pieces = piecesOf(block.shown.replace(/\n$/, '').split('\n'))
  const found = []
  let at = 0
  for (const piece of pieces) {
    if (piece === null) {
      found.push('...')
      continue
    }
    const from = bestPlace(piece, output, at)
    const lines = output.slice(from, from + piece.length)
    found.push(...lines.map((line, i) => (withoutTimes(line) === withoutTimes(piece[i]) ? piece[i] : line)))
    at = from + piece.length
  }
  return `${found.join('\n')}\n`
}

/** Runs of lines that stand together in the output; null for lines left out. */
function piecesOf(lines) {
  const pieces = []
  for (const line of lines) {
    if (line === '...') pieces.push(null)
    else if (pieces.at(-1)) pieces.at(-1).push(line)
    else pieces.push([line])
  }
  return pieces
}

/** Where in the output a piece fits best, from line `at` on; the first of equal places. */
function bestPlace(piece, output, at) {
  let best = { from: at, score: -1 }
  for (let from = at; from + piece.length <= output.length; from++) {
    const score = piece.reduce((sum, line, i) => sum + likeness(line, output[from + i]), 0)
    if (score > best.score) best = { from, score }
  }
  return best.from
}

const wordsIn = (line) => new Set(line.replace(number, '#').split(/\s+/).filter(Boolean))

/** Share of words that two lines have in common, and a little more where their numbers are the same, too. */
function likeness(a, b) {
  const [x, y] = [wordsIn(a), wordsIn(b)]
  if (x.size === 0 && y.size === 0) return 1
  const common = [...x].filter((word) => y.has(word)).length
  return common / Math.max(x.size, y.size) + (a.trim() === b.trim() ? 0.5 : 0)
}

const number = /[+-]?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?/g
const time = /\b\d+(?:\.\d+)?(?= (?:ms|s|min)\b)/g

/** A line without its times, which no two runs share, and the blanks that make room for them. */
const withoutTimes = (line) => line.replace(time, '#').replace(/ +/g, ' ').replace(/ *#/g, ' #')

/**
 * How two texts differ, line by line: in their words, or in a number by more than a unit of the last digit shown; null where they do
 * not. Times do not count.
 */
export function difference(shown, now) {
  const [a, b] = [shown, now].map((text) => text.replace(/\n$/, '').split('\n').map(withoutTimes))
  const i = a.findIndex((line, j) => b[j] === undefined || !sameLine(line, b[j]))
  if (i >= 0 || b.length > a.length) return { shown: a[i] ?? '', now: b[i] ?? b[a.length] ?? '' }
  return null
}

function sameLine(a, b) {
  if (a === b) return true
  if (a.replace(number, '#') !== b.replace(number, '#')) return false
  const [x, y] = [a.match(number) ?? [], b.match(number) ?? []]
  return x.every((text, k) => Math.abs(Number(text) - Number(y[k])) <= 1.01 * lastDigit(text))
}

/** Worth of a unit in the last digit of a number as it is written. */
function lastDigit(text) {
  const [, decimals = '', exponent = '0'] = /^[+-]?\d+(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text)
  return 10 ** (Number(exponent) - decimals.length)
}

/** Writes what the blocks of a document show now; returns how many have changed. */
export async function renew(document) {
  let text = read(document)
  let changed = 0
  // From the end, so that what stands before keeps its place.
  for (const block of blocksIn(document).reverse()) {
    const now = await renewed(block)
    if (now === block.shown || difference(block.shown, now) === null) continue
    changed++
    text = text.slice(0, block.start) + now + text.slice(block.start + block.shown.length)
  }
  if (changed > 0) writeFileSync(join(root, document), text)
  return changed
}

/** Writes what the script of an example prints into its expected-output.txt, where that is what its README says. */
async function renewExample(folder) {
  const path = `${folder}/expected-output.txt`
  const script = readdirSync(join(root, folder)).find((name) => name.endsWith('.mjs'))
  const now = await printed(`node ${folder}/${script}`)
  if (difference(read(path), now) === null) return 0
  writeFileSync(join(root, path), now)
  return 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2)
  const chosen = named.length > 0 ? named : documents
  for (const document of chosen) {
    const isExample = document.startsWith('examples/') && !document.endsWith('.md')
    const changed = isExample ? await renewExample(document.replace(/\/$/, '')) : await renew(document)
    if (changed > 0) console.log(`${document}: ${changed} renewed`)
  }
}
