import { fit, parseTable } from '../../../dist/src/index.js'

const base = () => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => `${(i * 7) % 11},${((i * 13) % 17) / 4},"g ${i % 5}",${i % 2 ? 'yes' : 'no'}`,
  )
  return `y,x,g,"told"\n${rows.join('\n')}\n`
}
const bits = [
  '"',
  ',',
  ';',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '',
  '\0',
  '\ufeff',
  'NA',
  '.',
  '-99',
  '1,5',
  '€',
  '−1',
  '"""',
  '#',
  "'",
]

const changes = [
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => insert(text, random.below(text.length), random.pick(bits)),
  (text, random) => insert(text, random.below(text.length), random.pick(bits).repeat(1 + random.below(2000))),
  (text, random) => insert(text, random.below(text.length), String.fromCharCode(random.below(65536))),
  (text, random) => cut(text, random.below(text.length), 1 + random.below(20)),
  (text, random) => text.replaceAll(random.pick([',', '\n', '"', '.', 'g']), random.pick(bits)),
  (text, random) => insert(text, random.below(text.length), text.slice(random.below(text.length))),
  (text, random) =>
    text
      .split('\n')
      .map((line) => (random() < 0.1 ? line + random.pick(bits) : line))
      .join('\n'),
  (text, random) =>
    text
      .split('\n')
      .sort(() => random() - 0.5)
      .join('\n'),
]
const insert = (text, at, piece) => text.slice(0, at) + piece + text.slice(at)
const cut = (text, at, length) => text.slice(0, at) + text.slice(at + length)

/** A table as text, changed in one to four places. */
export function make(random) {
  let text = base()
  for (let i = 1 + random.below(4); i > 0; i--) text = random.pick(changes)(text, random)
  return text
}

/** Reads the table, and fits a model to it. */
export function attempt(text) {
  const table = parseTable(text, { source: 'fuzz.csv' })
  fit('y ~ x + told + (1 | g)', table, { family: 'poisson' })
}
