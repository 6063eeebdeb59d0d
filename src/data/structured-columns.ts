import { covarianceNamed } from '../covariance/registry.js'
import { GlmmError } from '../errors.js'
import { caretLines, formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import type { RandomPart } from '../formula/random-parts.js'
import type { CompleteFrame } from './complete-frame.js'
import type { Design } from './design-matrix.js'

/**
 * Refuses a covariance structure around columns that it has no meaning for: an autoregression of anything but the levels
 * of a factor in the order of time, the common correlation of a single effect. Throws FORMULA.
 */
export function checkStructuredColumns(part: RandomPart, design: Design, complete: CompleteFrame): void {
  const { columns, name } = covarianceNamed(part.covariance)
  if (columns === undefined) return
  const reported = design.names.join(', ')
  const source = complete.frame.source
  const suggested = `${name}(0 + ${factorOf(part, complete) ?? 'factor(t)'} | ${part.group})`
  if (columns === 'cells' && !areCells(design, complete.frame.nrow))
    throw formulaFault(
      source,
      part.start,
      `one column for each level of a factor was expected in ${name}(... | ${part.group}), got ${reported}`,
      `write ${suggested}: the order of the levels is the order in time`,
    )
  if (columns === 'cells' && outOfOrder(design.names))
    throw formulaFault(
      source,
      part.start,
      `levels in the order of time were expected in ${name}(... | ${part.group}), got ${shortened(design.names)}`,
      'write factor(t, levels = c(...)) with the levels in their order, or give the times as numbers',
    )
  if (columns === 'several' && design.names.length < 2)
    throw formulaFault(
      source,
      part.start,
      `two effects or more were expected in ${name}(... | ${part.group}), whose correlation it is, got ${reported} alone`,
      reported === '(Intercept)'
        ? `write (1 | ${part.group})`
        : `write (0 + ${reported} | ${part.group}), or ${suggested}`,
    )
}

/** Parameters of one covariance, and columns of effects that no chain holds together, at most. */
const most = { parameters: 500, columns: 200 } as const

/**
 * Refuses a term with more parameters in its covariance than rows or than 500 (an unstructured one of 31 columns has 496), or of
 * more than 200 columns, the square of which is held for each group. Throws MODEL.
 */
export function checkTermSize(part: RandomPart, columns: number, complete: CompleteFrame): void {
  const covariance = covarianceNamed(part.covariance)
  const parameters = covariance.size(columns)
  const rows = complete.frame.nrow
  const limit = Math.min(rows, most.parameters)
  const tooMany = parameters > limit
  if (!tooMany && (columns <= most.columns || covariance.chain !== undefined)) return
  const got = `${columns} columns in (... | ${part.group})`
  const message = tooMany
    ? `at most ${limit} parameters were expected in the covariance of a term${limit === rows ? `, for ${rows} rows` : ''}, got ${parameters} of ${got}`
    : `at most ${most.columns} columns were expected in a term of this structure, got ${got}`
  const hint =
    'use fewer columns, a factor of its own as (1 | group:factor), or ar1(0 + factor(time) | group) for many times'
  throw new GlmmError('MODEL', message, hint, caretLines(complete.frame.source, part.start))
}

/** True if every row has a 1 in one of several columns and 0 in the others. */
function areCells({ names, x }: Design, n: number): boolean {
  if (names.length < 2) return false
  for (let i = 0; i < n; i++) {
    let ones = 0
    for (let at = i; at < x.length; at += n) {
      if (x[at] === 1) ones++
      else if (x[at] !== 0) return false
    }
    if (ones !== 1) return false
  }
  return true
}

/** True of numbered levels that were sorted as text, so that t10 stands before t2; not of those whose order was written. */
function outOfOrder(names: readonly string[]): boolean {
  const parts = names.map((name) => /^(.*?)(\d+(?:\.\d+)?)$/.exec(name))
  if (parts.some((part) => part === null || part[1] !== parts[0]![1] || part[1].includes('levels'))) return false
  const numbers = parts.map((part) => Number(part![2]))
  const steps = numbers.slice(1).map((number, i) => number - numbers[i])
  return steps.some((step) => step > 0) && steps.some((step) => step < 0)
}

const shortened = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 6).join(', ')}, ...` : names.join(', ')

/** The factor that the term's one variable is or makes; null where there are several or none. */
function factorOf({ effects: { variables, terms } }: RandomPart, { values }: CompleteFrame): string | null {
  const used = [...new Set(terms.flat())].map((v) => variables[v])
  if (used.length !== 1) return null
  const text = nodeText(used[0].node)
  return values.get(used[0].text)?.kind === 'factor' ? text : `factor(${text})`
}
