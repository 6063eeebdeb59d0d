import { GlmmError } from '../../errors.js'
import { nearestName } from '../../nearest-name.js'
import { normalCdf } from '../../numerics/special.js'

/** The value of an expression at the draw whose first quantity stands at `at` in `values`. */
export type Evaluate = (values: Float64Array, at: number) => number

export type Comparison = '<' | '>' | '<=' | '>='

/** An expression of drawn quantities, or a comparison of two. */
export interface Expression {
  readonly text: string
  readonly left: Evaluate
  /** Null where nothing is compared. */
  readonly comparison: { readonly operator: Comparison; readonly right: Evaluate } | null
}

interface Call {
  readonly least: number
  readonly most: number
  readonly of: (...values: number[]) => number
}

const one = (of: (x: number) => number): Call => ({ least: 1, most: 1, of })

const functions: Readonly<Record<string, Call>> = {
  exp: one(Math.exp),
  log: one(Math.log),
  sqrt: one(Math.sqrt),
  abs: one(Math.abs),
  plogis: one((x) => 1 / (1 + Math.exp(-x))),
  logit: one((x) => Math.log(x) - Math.log1p(-x)),
  pnorm: one(normalCdf),
  min: { least: 1, most: 100, of: Math.min },
  max: { least: 1, most: 100, of: Math.max },
}

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
}

/** Longer texts and deeper nesting are a mistake, and would exhaust the stack. */
const longest = 10_000
const deepest = 200

/**
 * Parses an expression of the quantities `names`: numbers, + - * / ^ with R's precedence, parentheses, the functions
 * above, and at most one comparison. A name may stand as it is, in whatever characters it is written
 * (`b_factor(period)2`, `r_center[7,Intercept]`), or in backticks. Never evaluated as code. Throws USAGE with the column of the
 * mistake.
 */
export function parseExpression(text: string, names: readonly string[]): Expression {
  // The longest name that fits is meant, so that b_a:b is not b_a and a rest.
  const byLength = names.map((name, index) => ({ name, index })).sort((a, b) => b.name.length - a.name.length)
  const indexOf = new Map(names.map((name, index) => [name, index]))
  let at = 0
  let depth = 0

  const fault = (expected: string, hint: string, where = at): GlmmError => {
    const rest = text.slice(where, where + 20).trim()
    const got = where >= text.length || rest === '' ? 'its end' : `'${rest}'`
    const message = `expected ${expected} at column ${where + 1} of the hypothesis '${text}', got ${got}`
    return new GlmmError('USAGE', message, hint, `${text}\n${' '.repeat(where)}^`)
  }
  const skip = (): void => {
    while (/\s/.test(text[at] ?? '')) at++
  }
  /** Takes the first of the symbols that comes next, if one does. */
  const take = (...symbols: readonly string[]): string | null => {
    skip()
    const found = symbols.find((symbol) => text.startsWith(symbol, at)) ?? null
    if (found !== null) at += found.length
    return found
  }

  function sum(): Evaluate {
    let left = product()
    for (let symbol = take('+', '-'); symbol !== null; symbol = take('+', '-')) left = binary(symbol, left, product())
    return left
  }

  function product(): Evaluate {
    let left = signed()
    for (let symbol = take('*', '/'); symbol !== null; symbol = take('*', '/')) left = binary(symbol, left, signed())
    return left
  }

  /** A sign binds less than a power: -2^2 is -4. */
  function signed(): Evaluate {
    const sign = take('+', '-')
    if (sign === null) return power()
    const of = nested(signed)
    return sign === '-' ? (values, s) => -of(values, s) : of
  }

  function power(): Evaluate {
    const base = primary()
    return take('^') === null ? base : binary('^', base, nested(signed))
  }

  function primary(): Evaluate {
    skip()
    if (take('(') !== null) {
      const inside = nested(sum)
      if (take(')') === null) throw fault("')'", 'close the parenthesis')
      return inside
    }
    const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(text.slice(at, at + 400))
    if (number !== null) {
      at += number[0].length
      const value = Number(number[0])
      return () => value
    }
    return named()
  }

  function named(): Evaluate {
    if (text[at] === '`') {
      const end = text.indexOf('`', at + 1)
      if (end < 0) throw fault('a second backtick', 'close the name')
      const name = text.slice(at + 1, end)
      const index = indexOf.get(name)
      if (index === undefined) throw unknown(name)
      at = end + 1
      return (values, s) => values[s + index]
    }
    const known = byLength.find(({ name }) => text.startsWith(name, at) && !/[\w.]/.test(text[at + name.length] ?? ''))
    if (known !== undefined) {
      at += known.name.length
      const { index } = known
      return (values, s) => values[s + index]
    }
    const word = /^[\p{L}_.][\p{L}\p{N}_.:]*(\[[^\]]*\])?/u.exec(text.slice(at))?.[0]
    if (word === undefined) throw fault('a number, a name or a parenthesis', 'write it as exp(b_treat) < 0.8')
    if (!/^\s*\(/.test(text.slice(at + word.length))) throw unknown(word)
    return call(word)
  }

  function call(name: string): Evaluate {
    if (!Object.hasOwn(functions, name)) {
      const near = nearestName(name, Object.keys(functions)) ?? nearestName(name, names)
      throw fault(
        'a function or a name',
        near === null ? `there are ${Object.keys(functions).join(', ')}` : `did you mean ${near}?`,
      )
    }
    const start = at
    const { least, most, of } = functions[name]
    at += name.length
    take('(')
    const inside: Evaluate[] = []
    do inside.push(nested(sum))
    while (take(',') !== null)
    if (take(')') === null) throw fault("')'", `close the parenthesis of ${name}`)
    if (inside.length < least || inside.length > most) {
      throw fault(`${name} of ${least === most ? 'one value' : `at most ${most} values`}`, 'give so many', start)
    }
    if (inside.length === 1) return (values, s) => of(inside[0](values, s))
    return (values, s) => of(...inside.map((each) => each(values, s)))
  }

  function nested(parse: () => Evaluate): Evaluate {
    depth++
    if (depth > deepest) throw fault(`at most ${deepest} levels of nesting`, 'write it in a simpler form')
    const parsed = parse()
    depth--
    return parsed
  }

  function unknown(name: string): GlmmError {
    const near = names.includes(`b_${name}`) ? `b_${name}` : nearestName(name, names)
    const outer = names.filter((each) => !each.startsWith('r_'))
    const hint =
      near === null
        ? `there are ${outer.slice(0, 12).join(', ')}${names.length > 12 ? ', ...' : ''}`
        : `did you mean ${near}?`
    return fault('the name of a drawn quantity', hint)
  }

  if (text.length > longest) {
    const message = `expected a hypothesis of at most ${longest} characters, got ${text.length}`
    throw new GlmmError('USAGE', message, 'write it in a simpler form')
  }
  const left = sum()
  skip()
  if (/^(=|!=)/.test(text.slice(at))) {
    throw fault(
      '<, <=, > or >=',
      'that two numbers are equal has probability 0 or 1; compare with the ends of an interval',
    )
  }
  const operator = take('<=', '>=', '<', '>') as Comparison | null
  const right = operator === null ? null : sum()
  skip()
  if (at < text.length) {
    const again = operator !== null && /[<>=]/.test(text[at])
    throw again
      ? fault('one comparison', 'give each comparison as a hypothesis of its own')
      : fault('an operator (+ - * / ^ < > <= >=) or the end', 'a multiplication is written with *')
  }
  return { text: text.trim(), left, comparison: operator && right ? { operator, right } : null }
}

function binary(symbol: string, a: Evaluate, b: Evaluate): Evaluate {
  const of = operations[symbol]
  return (values, s) => of(a(values, s), b(values, s))
}
