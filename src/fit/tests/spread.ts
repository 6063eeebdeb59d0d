import { meanOf } from '../../data/roles.js'
import { backwardSolve, cholesky, forwardSolve } from '../../numerics/cholesky.js'
import type { Model } from '../../data/model.js'
import { chiSquareUpper } from '../../numerics/special.js'
import { columnSource } from './column-source.js'
import { designVariable } from './design-variable.js'
import type { Look, Tested } from './look.js'
import { type Plan, short, untested } from './planned-test.js'

/** Columns of the mean that are looked at besides the fitted values: with more the test would lose its power. */
const mostColumns = 8

interface Explained {
  /** n R^2. */
  readonly statistic: number
  readonly df: number
  /** Which column explains most, and the variance one standard deviation above its mean over that below. */
  readonly most: number
  readonly ratio: number
}

/**
 * Do the residuals vary alike whatever the fitted values and the covariates are? n R^2 of the regression of squared quantile
 * residuals on these (Koenker 1981), chi-square with as many degrees of freedom as there are columns.
 */
export function spread({ stated: { model, family } }: Tested, data: Look): Plan {
  const key = 'spread'
  const n = model.nobs
  if (model.response.trials?.every((trials) => trials <= 1))
    return untested(key, '0/1 rows carry no information on their spread')
  const { names, x } = meanOf(model).fixed
  const own = names
    .flatMap((name, j) => (name === '(Intercept)' || name.includes(':') ? [] : [j]))
    .slice(0, mostColumns)
  const columns = own.map((j) => x.subarray(j * n, (j + 1) * n))
  const look = ({ draws, mode }: Look): Explained => {
    const squares = new Float64Array(n)
    for (const z of draws) for (let i = 0; i < n; i++) squares[i] += (z[i] * z[i]) / draws.length
    return koenker(squares, [mode.rows.eta[0], ...columns])
  }
  const { statistic, df, most, ratio } = look(data)
  if (df === 0) return untested(key, 'the fitted values and the covariates are the same in every row')
  const column = most === 0 ? null : names[own[most - 1]]
  const free = family.further.some(({ role }) => role === 'scale')
  const suspects = (column === null ? own.map((j) => names[j]) : [column]).map((name) => designVariable(name, model))
  const remedy = free ? dispersionRemedy(model, suspects) : null
  return {
    key,
    tail: 'upper',
    general: !free,
    statistic: (one) => look(one).statistic,
    screen: () => chiSquareUpper(statistic, df),
    slack: 1.5,
    tell: (questionable) => ({
      statistic,
      effect: questionable
        ? `residuals vary ${short(ratio > 1 ? ratio : 1 / ratio)} times more where ${place(column, ratio > 1, model)}`
        : null,
      says: `spread of the residuals against fitted values and covariates: chi-square ${short(statistic, 3)} on ${df} df`,
      remedy: questionable ? remedy : null,
    }),
  }
}

/** Where the residuals vary more: a level of a factor, or large or small values of a column (of the fitted value, if null). */
function place(column: string | null, large: boolean, model: Model): string {
  if (column === null) return `the fitted value is ${large ? 'large' : 'small'}`
  const { variable, level } = columnSource(column, model)
  return level === null ? `${column} is ${large ? 'large' : 'small'}` : `${variable} is ${large ? '' : 'not '}${level}`
}

/** A formula of the dispersion with the suspects that it does not have yet, beside what it has; null where there is none. */
function dispersionRemedy(model: Model, suspects: readonly string[]): string | null {
  const now = model.predictors.find(({ role }) => role === 'scale')
  const has = new Set(
    now?.fixed.names
      .filter((name) => name !== '(Intercept)')
      .flatMap((name) => name.split(':').map((part) => designVariable(part, model))),
  )
  const missing = [...new Set(suspects)].filter((variable) => !has.has(variable))
  if (missing.length === 0)
    return suspects.length > 0 ? 'the dispersion depends on it already: another family may suit' : null
  if (now && now.random.length > 0) return `try ${missing.join(' + ')} in --dispersion as well`
  return `try --dispersion "~ ${[...has, ...missing].join(' + ')}"`
}

/** Regression of squares on columns, those that are constant or combinations of others left out. */
function koenker(squares: Float64Array, columns: readonly Float64Array[]): Explained {
  const n = squares.length
  const level = squares.reduce((sum, one) => sum + one, 0) / n
  const y = squares.map((one) => one - level)
  const syy = product(y, y)
  const used: { at: number; x: Float64Array; share: number }[] = []
  columns.forEach((column, at) => {
    const mean = column.reduce((sum, one) => sum + one, 0) / n
    const x = column.map((one) => one - mean)
    const size = Math.sqrt(product(x, x))
    if (!(size > 1e-9 * Math.sqrt(n) * Math.max(1, Math.abs(mean)))) return
    for (let i = 0; i < n; i++) x[i] /= size
    const tried = gram([...used.map((one) => one.x), x])
    const q = used.length + 1
    if (!cholesky(tried, q) || tried[q * q - 1] < 1e-5) return
    used.push({ at, x, share: product(x, y) })
  })
  const q = used.length
  const factor = gram(used.map(({ x }) => x))
  const beta = Float64Array.from(used, ({ share }) => share)
  if (q === 0 || !(syy > 0) || !cholesky(factor, q)) return { statistic: 0, df: q, most: 0, ratio: 1 }
  forwardSolve(factor, q, beta)
  backwardSolve(factor, q, beta)
  const explained = used.reduce((sum, { share }, j) => sum + share * beta[j], 0)
  const most = used.reduce((a, b) => (Math.abs(b.share) > Math.abs(a.share) ? b : a))
  const rise = most.share / Math.sqrt(n)
  return {
    statistic: (n * explained) / syy,
    df: q,
    most: most.at,
    ratio: Math.max(level + rise, 1e-2 * level) / Math.max(level - rise, 1e-2 * level),
  }
}

function gram(columns: readonly Float64Array[]): Float64Array {
  const q = columns.length
  const out = new Float64Array(q * q)
  for (let a = 0; a < q; a++) for (let b = 0; b <= a; b++) out[a * q + b] = product(columns[a], columns[b])
  return out
}

function product(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i]
  return sum
}
