import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fit, readTable } from '../../../dist/src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'glmm-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const bases = [
  ['"', ','],
  ['', ','],
  ['', ';'],
  ['"', '\t'],
  ['"', ' '],
].map(([quote, separator]) => {
  const row = (i) => [
    (i * 7) % 11,
    separator === ';' ? String(((i * 13) % 17) / 4).replace('.', ',') : ((i * 13) % 17) / 4,
    `${quote}g${i % 5}${quote}`,
    `${quote}${i % 2 ? 'yes' : 'no'}${quote}`,
  ]
  const rows = [['y', 'x', 'g', `${quote}told${quote}`], ...Array.from({ length: 30 }, (_, i) => row(i))]
  return `${rows.map((cells) => cells.join(separator)).join('\n')}\n`
})
const bits =
  '"|,|;|\t|\n|\r|\r\n||\0|\ufeff|NA|.|-99|1,5|1e999|€|−1|"""|#|\'|\\|sep=;\n|\u2028|\ud800|0x1|90071992547409931'.split(
    '|',
  )

const insert = (text, at, piece) => text.slice(0, at) + piece + text.slice(at)
const cut = (text, at, length) => text.slice(0, at) + text.slice(at + length)
const changes = [
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => insert(text, random.below(text.length), random.pick(bits)),
  (text, random) => insert(text, random.below(text.length), random.pick(bits).repeat(1 + random.below(20_000))),
  (text, random) => insert(text, random.below(text.length), String.fromCharCode(random.below(65536))),
  (text, random) => cut(text, random.below(text.length), 1 + random.below(20)),
  (text, random) => text.replaceAll(random.pick([',', '\n', '"', '.', 'g', ' ']), random.pick(bits)),
  (text, random) => insert(text, random.below(text.length), text.slice(random.below(text.length))),
  (text, random) => everyLine(text, (line) => (random() < 0.1 ? line + random.pick(bits) : line)),
  (text, random) => everyLine(text, (line) => (random() < 0.5 ? `${random.pick(bits)}${line}` : line)),
  (text, random) => insert(text, 0, random.pick(['# why\n', 'A title\n\n', 'sep=,\n', '\n\n', '""'])),
]
const everyLine = (text, change) => text.split('\n').map(change).join('\n')

const readings = [
  {},
  {},
  {},
  { comment: '#' },
  { skip: 2 },
  { decimal: ',' },
  { na: ['.', '-99', 'N/A'] },
  { maxBytes: 900 },
]

/** A table as text, changed in up to four places, in one of several encodings, and how it is to be read. */
export function make(random) {
  let text = random.pick(bases)
  for (let i = random.below(5); i > 0; i--) text = random.pick(changes)(text, random)
  return { text, wrapping: random.pick(wrappings), options: random.pick(readings), at: random() }
}

const wrappings = ['plain', 'plain', 'plain', 'latin1', 'utf16', 'gzip', 'damaged gzip']

function bytesOf({ text, wrapping, at }) {
  switch (wrapping) {
    case 'latin1':
      return Buffer.from(text, 'latin1')
    case 'utf16':
      return Buffer.from(`\ufeff${text}`, 'utf16le')
    case 'gzip':
      return gzipSync(text)
    case 'damaged gzip': {
      const bytes = gzipSync(text)
      bytes[2 + Math.floor(at * (bytes.length - 2))] ^= 0xff
      return bytes
    }
  }
  return Buffer.from(text)
}

/** Reads the table from a file, and fits a model to it. */
export async function attempt(input) {
  const path = join(folder, 'fuzz.csv')
  writeFileSync(path, bytesOf(input))
  const table = await readTable(path, input.options)
  fit('y ~ x + told + (1 | g)', table, { family: 'poisson' })
}
