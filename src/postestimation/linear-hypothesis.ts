import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'

/** weights' beta = value. */
export interface LinearHypothesis {
  readonly text: string
  readonly weights: Float64Array
  readonly value: number
}

/**
 * Reads a linear hypothesis on coefficients: 'treatB - treatA = 0', '2 * a + (Intercept) = b', 'x = 1'. Without = it is that
 * the combination is 0.
 *
 * @param names - of the coefficients, as the fit has them
 * @throws GlmmError USAGE where a name is none, or the text is no linear combination
 */
export function linearHypothesis(text: string, names: readonly string[]): LinearHypothesis {
  const sides = withoutBackticks(text, names).split('=')
  if (sides.length > 2 || text.trim() === '') throw unreadable(text, text, names)
  const weights = new Float64Array(names.length)
  let value = 0
  sides.forEach((side, s) => {
    const sign = s === 0 ? 1 : -1
    const { of, constant } = combination(side, text, names)
    for (let j = 0; j < names.length; j++) weights[j] += sign * of[j]
    value -= sign * constant
  })
  if (weights.every((one) => one === 0)) {
    throw new GlmmError('USAGE', `expected a hypothesis on coefficients, got '${text}'`, `they are ${listed(names)}`)
  }
  return { text: text.trim(), weights, value }
}

/** The same with `names` as they are where R has them between backticks, as those with spaces. */
const withoutBackticks = (text: string, names: readonly string[]): string =>
  text.replace(/`([^`]*)`/g, (quoted, name: string) => (names.includes(name) ? name : quoted))

/** A sum of signed terms: number, name, number * name, name * number or name / number. */
function combination(side: string, text: string, names: readonly string[]): { of: Float64Array; constant: number } {
  const of = new Float64Array(names.length)
  let constant = 0
  let rest = side.trim()
  for (let first = true; rest !== '' || first; first = false) {
    const sign = /^[+-]/.exec(rest)
    if (!sign && !first) throw unreadable(rest, text, names)
    if (sign) rest = rest.slice(1).trimStart()
    let factor = sign?.[0] === '-' ? -1 : 1
    const leading = number(rest)
    if (leading) {
      factor *= leading.value
      rest = leading.rest
      if (!rest.startsWith('*')) {
        constant += factor
        continue
      }
      rest = rest.slice(1).trimStart()
    }
    const at = longest(rest, names)
    if (at < 0) throw unreadable(rest, text, names)
    rest = rest.slice(names[at].length).trimStart()
    const operator = /^[*/]/.exec(rest)
    if (operator) {
      const trailing = number(rest.slice(1).trimStart())
      if (!trailing || (operator[0] === '/' && trailing.value === 0)) throw unreadable(rest, text, names)
      factor *= operator[0] === '*' ? trailing.value : 1 / trailing.value
      rest = trailing.rest
    }
    of[at] += factor
  }
  return { of, constant }
}

function number(text: string): { value: number; rest: string } | null {
  const found = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(text)
  return found && { value: Number(found[0]), rest: text.slice(found[0].length).trimStart() }
}

/** The longest name that the text begins with and that does not go on there. */
function longest(text: string, names: readonly string[]): number {
  let best = -1
  names.forEach((name, j) => {
    if (!text.startsWith(name) || (best >= 0 && names[best].length >= name.length)) return
    if (!/^[\w.:]/.test(text.slice(name.length))) best = j
  })
  return best
}

const listed = (names: readonly string[]): string => names.slice(0, 12).join(', ') + (names.length > 12 ? ', ...' : '')

function unreadable(at: string, text: string, names: readonly string[]): GlmmError {
  const word = /^[^\s*/+=-]+/.exec(at.trim())?.[0] ?? at.trim()
  const near = nearestName(word, names)
  return new GlmmError(
    'USAGE',
    `expected a linear combination of coefficients in '${text}', got '${word}'`,
    `${near === null ? '' : `did you mean ${near}? `}the coefficients are ${listed(names)}`,
  )
}
