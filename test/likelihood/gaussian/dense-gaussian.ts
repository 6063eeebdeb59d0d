import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { Model } from '../../../src/data/model.js'
import { parameterLayout } from '../../../src/likelihood/frame/parameter-layout.js'
import { cholesky, choleskyInverse } from '../../../src/numerics/cholesky.js'
import { uniforms } from '../../reference/uniforms.js'

/** Structures over one table: nested (h within g) and crossed factors, vectors of effects, weights, offsets, frequencies. */
export const structures: readonly { readonly formula: string; readonly options?: Columns }[] = [
  { formula: 'y ~ x + (1 | g)' },
  { formula: 'y ~ 0 + (1 | g)' },
  { formula: 'y ~ x + (1 + x | g)' },
  { formula: 'y ~ x + z + (1 | g) + (1 | c)' },
  { formula: 'y ~ x + (1 | g / h)' },
  { formula: 'y ~ x + (1 | g) + (1 | h) + (1 | c)', options: { precision: 'w' } },
  { formula: 'y ~ x + (1 + x | g) + (0 + z | g) + (1 | c)', options: { frequency: 'f' } },
  { formula: 'y ~ z + diag(1 + x + z | c) + (1 | h)', options: { offset: 'z' } },
  { formula: 'y ~ x + cs(1 + x + z | c) + (1 + x | g)', options: { precision: 'w', frequency: 'f' } },
  { formula: 'y ~ x + (1 | g) + (1 | c) + (1 | d) + (1 | e)' },
]

/** Columns of the table with a meaning of their own. */
interface Columns {
  readonly precision?: string
  readonly frequency?: string
  readonly offset?: string
}

/** A model over rows from a generator of the test's own. */
export function randomModel(formula: string, options: Columns = {}, seed = 3, n = 120): Model {
  const next = uniforms(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const effects = Array.from({ length: 40 }, normal)
  const rows = Array.from({ length: n }, (_, i) => {
    const h = Math.floor(next() * 20)
    const [c, d, e] = [Math.floor(next() * 7), Math.floor(next() * 9), Math.floor(next() * 11)]
    const g = h % 6
    const [x, z] = [normal(), 3 + next()]
    const y = 40 + x + effects[g] * (1 + 0.5 * x) + 0.6 * effects[10 + c] + 0.4 * effects[20 + d] + normal()
    return { y, x, z, g, h, c, d, e, w: 0.5 + next(), f: 1 + (i % 3) }
  })
  const names = (letter: 'g' | 'h' | 'c' | 'd' | 'e'): string[] => rows.map((row) => `${letter}${row[letter]}`)
  const numbers = (name: 'y' | 'x' | 'z' | 'w' | 'f'): number[] => rows.map((row) => row[name])
  const table = tableFrom({
    y: numbers('y'),
    x: numbers('x'),
    z: numbers('z'),
    w: numbers('w'),
    f: numbers('f'),
    g: names('g'),
    h: names('h'),
    c: names('c'),
    d: names('d'),
    e: names('e'),
  })
  return stateModel(formula, table, { family: 'gaussian', ...options })
}

/**
 * log N(y; X beta, V) by the Cholesky factor of V, n x n; a row of frequency k stands as k rows with the same effects. Restricted:
 * beta at generalised least squares, less log|X'V^-1 X| / 2 and the normal constants of p observations.
 */
export function denseLogLik(model: Model, x: Float64Array, reml: boolean): number {
  const { layout, rows, V, design, y } = denseParts(model, x)
  const n = rows.length
  const l = V.slice()
  if (!cholesky(l, n)) return Number.NaN
  const inverse = choleskyInverse(l, n)
  const p = design.length
  const form = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let sum = 0
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += a[i] * inverse[i * n + j] * b[j]
    return sum
  }
  let logDeterminant = 0
  for (let i = 0; i < n; i++) logDeterminant += 2 * Math.log(l[i * (n + 1)])
  const beta = x.slice(0, layout.fixedStart[1])
  let more = 0
  let fitted = Array.from(beta)
  if (reml) {
    const information = new Float64Array(p * p)
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) information[a * p + b] = form(design[a], design[b])
    const factor = information.slice()
    cholesky(factor, p)
    const covariance = choleskyInverse(factor, p)
    const right = design.map((column) => form(column, y))
    fitted = design.map((_, a) => right.reduce((sum, value, b) => sum + covariance[a * p + b] * value, 0))
    for (let a = 0; a < p; a++) more += Math.log(factor[a * (p + 1)])
  }
  const residual = y.map((value, i) => value - design.reduce((sum, column, a) => sum + fitted[a] * column[i], 0))
  const observations = reml ? n - p : n
  return -0.5 * observations * Math.log(2 * Math.PI) - 0.5 * logDeterminant - more - 0.5 * form(residual, residual)
}

/** Z'V^-1 or, restricted, Z'P applied to what the columns of each term are: means and covariances of all effects, term after term. */
export function denseEffects(model: Model, x: Float64Array, reml: boolean) {
  const { layout, rows, V, design, y } = denseParts(model, x)
  const n = rows.length
  cholesky(V, n)
  const inverse = choleskyInverse(V, n)
  const times = (matrix: Float64Array, column: ArrayLike<number>): number[] =>
    Array.from({ length: n }, (_, i) => {
      let sum = 0
      for (let j = 0; j < n; j++) sum += matrix[i * n + j] * column[j]
      return sum
    })
  const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += a[i] * b[i]
    return sum
  }
  const p = design.length
  const through = design.map((column) => times(inverse, column))
  const information = Float64Array.from({ length: p * p }, (_, e) => inner(design[Math.floor(e / p)], through[e % p]))
  const factor = information.slice()
  cholesky(factor, p)
  const phi = choleskyInverse(factor, p)
  const P = inverse.slice()
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) P[i * n + j] -= through[a][i] * phi[a * p + b] * through[b][j]
  const right = through.map((column) => inner(column, y))
  const best = design.map((_, a) => right.reduce((sum, value, b) => sum + phi[a * p + b] * value, 0))
  const beta = reml ? best : Array.from(x.subarray(0, p))
  const residual = y.map((value, i) => value - design.reduce((sum, column, a) => sum + beta[a] * column[i], 0))
  const weighted = times(inverse, residual)
  const effects = layout.terms.flatMap(({ term, covariance, start, size }) => {
    const q = term.names.length
    const lambda = new Float64Array(q * q)
    covariance.factor(x.subarray(start, start + size), q, lambda)
    const columns = term.levels.map((_, level) =>
      term.names.map((__, m) => rows.map((i) => (term.index[i] === level ? term.z[m * model.nobs + i] : 0))),
    )
    return columns.flatMap((own) => {
      // Z Sigma of each effect.
      const spread = own.map((_, a) =>
        rows.map((__, i) =>
          own.reduce((sum, z, b) => {
            let element = 0
            for (let k = 0; k < q; k++) element += lambda[a * q + k] * lambda[b * q + k]
            return sum + element * z[i]
          }, 0),
        ),
      )
      return spread.map((z, a) => {
        let prior = 0
        for (let k = 0; k < q; k++) prior += lambda[a * q + k] ** 2
        return { mode: inner(z, weighted), z, prior }
      })
    })
  })
  const kernel = reml ? P : inverse
  const variance = effects.map(({ z, prior }) => prior - inner(z, times(kernel, z)))
  return { effects, variance, beta, phi, information }
}

/** V, X and y less its offset, every row as often as it counts. `x` has the coefficients first, also where they are not used. */
function denseParts(model: Model, x: Float64Array) {
  const layout = parameterLayout(model)
  const [mean, dispersion] = model.predictors
  const rows = Array.from({ length: model.nobs }, (_, i) =>
    new Array<number>(model.response.frequency?.[i] ?? 1).fill(i),
  ).flat()
  const n = rows.length
  const V = new Float64Array(n * n)
  const sigma = Math.exp(x[layout.fixed - 1])
  rows.forEach((i, a) => {
    V[a * (n + 1)] += (sigma * Math.exp(dispersion.offset?.[i] ?? 0)) ** 2
  })
  for (const { term, covariance, start, size } of layout.terms) {
    const q = term.names.length
    const lambda = new Float64Array(q * q)
    covariance.factor(x.subarray(start, start + size), q, lambda)
    rows.forEach((i, a) => {
      rows.forEach((j, b) => {
        if (term.index[i] !== term.index[j]) return
        for (let k = 0; k < q; k++) {
          let [left, right] = [0, 0]
          for (let m = k; m < q; m++) {
            left += term.z[m * model.nobs + i] * lambda[m * q + k]
            right += term.z[m * model.nobs + j] * lambda[m * q + k]
          }
          V[a * n + b] += left * right
        }
      })
    })
  }
  const design = mean.fixed.names.map((_, j) => rows.map((i) => mean.fixed.x[j * model.nobs + i]))
  const y = rows.map((i) => model.response.y[i] - (mean.offset?.[i] ?? 0))
  return { layout, rows, V, design, y }
}
