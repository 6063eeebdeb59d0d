// Formulas, changed in one to four places, fitted to a small table.
import { fit, tableFrom } from '../../../dist/src/index.js'
import { mutatedText } from './shared-mutations.mjs'

const n = 24
const column = (of) => Array.from({ length: n }, (_, i) => of(i))
const table = tableFrom({
  y: column((i) => ((i * 7) % 11) / 2 + (i % 3)),
  r: column((i) => (i * 5) % 7),
  n: column(() => 7),
  x: column((i) => ((i * 13) % 5) / 4), // few values: as a factor it has few levels
  z: column((i) => ((i * 3) % 5) - 2),
  g: column((i) => `g${i % 4}`),
  h: column((i) => `h${Math.floor(i / 4)}`),
})
const formulas = [
  'y ~ x + (1 | g)',
  'y ~ x*z + (x | g) + (1 | h)',
  'y ~ poly(x, 2) + scale(z) + (1 | g/h)',
  'y ~ cs(0 + x + z | g) + offset(log(n))',
  'y ~ ar1(0 + g | h) - 1 + I(x^2)',
  'cbind(r, n - r) ~ x + factor(g) + (x || h)',
  'log(y + 1) ~ (x + z)^2 + diag(1 + x | g)',
  'y ~ relevel(g, ref = "g1"):x + . - h',
  'y ~ x %in% g + us(1 | h)',
]
const names = ['I', 'log', 'exp', 'sqrt', 'poly', 'scale', 'factor', 'offset', 'us', 'diag', 'cs', 'ar1', 'cbind', 'c']
const bits = [
  ...names.flatMap((name) => [name, `${name}(`, `${name}(x)`, `${name}(x | g)`]),
  ...[
    '+',
    '-',
    '*',
    '/',
    ':',
    '^',
    '|',
    '||',
    '~',
    '(',
    ')',
    ',',
    '=',
    '"',
    "'",
    '`',
    '.',
    '%in%',
    '0',
    '1',
    '2',
    '1e9',
  ],
  ...[
    'x',
    'y',
    'z',
    'g',
    'h',
    'n',
    ' ',
    '\n',
    '\t',
    '\0',
    '\u001b[31m',
    '\u202e',
    'NA',
    'TRUE',
    'NULL',
    '#',
    ';',
    '\\',
    '[',
  ],
]

/** Some by changing the text, some by exchanging names with calls, which leaves more of them formulas. */
export function make(random) {
  const text = random.pick(formulas)
  if (random() < 0.5) return mutatedText(text, random, bits)
  const words = text.split(/\b/)
  for (let i = 1 + random.below(3); i > 0; i--) {
    const at = random.below(words.length)
    words[at] = random.pick([
      random.pick(bits),
      `${random.pick(names)}(${words[at]})`,
      words[random.below(words.length)],
    ])
  }
  return words.join('')
}

export function attempt(formula) {
  fit(formula, table)
}
