import type { Model } from '../../data/model.js'
import type { ChainTerm } from './chain-terms.js'
import type { LaidTerm, ParameterLayout } from './parameter-layout.js'

/**
 * One element of a term's spherical effects as one predictor meets it: every row meets the effects of its level in as
 * many slots. Where the columns of a term are parts of several predictors, several slots of a row may be of one element.
 */
export interface Slot {
  readonly term: number
  /** Column of the term's Lambda: the element's place among those of a level. */
  readonly column: number
  readonly predictor: number
  /** The column that each row meets instead, and its Z there, where the term is a chain: length n each. */
  readonly inChain?: { readonly columns: Int32Array; readonly z: Float64Array }
}

/** The parts of eta = fixed + A u at given parameters, with A = Z Lambda, and the way back for gradients. */
export interface LinearPredictors {
  readonly slots: readonly Slot[]
  /** The columns of all fixed parts, in the order of their parameters. */
  readonly designs: readonly { readonly predictor: number; readonly x: Float64Array }[]
  /** Offset + X beta of each predictor, length n each. */
  readonly fixed: readonly Float64Array[]
  /** Multiplier of u in each slot: n x slots, row after row. */
  readonly multipliers: Float64Array
  /** Lambda of each term, q x q, row after row; of a chain its standard deviation times the identity. */
  readonly lambdas: readonly Float64Array[]
  readonly update: (parameters: Float64Array) => void
  /**
   * Gradient in the parameters of the last update, from the derivatives in each fixed part (K arrays of length n) and
   * in each multiplier (n x slots).
   */
  readonly gradient: (inFixed: readonly Float64Array[], inMultipliers: Float64Array, out: Float64Array) => void
}

/** `chains` are the terms to be taken as chains, by position; all others have spherical effects. */
export function linearPredictors(
  model: Model,
  layout: ParameterLayout,
  chains: readonly (ChainTerm | undefined)[] = [],
): LinearPredictors {
  const n = model.nobs
  const slots = layout.terms.flatMap((laid, t) => {
    const chain = chains[t]
    return chain ? chainSlots(chain, t, laid.predictor) : slotsByElement(laid, t).flat()
  })
  const width = slots.length
  const fixed = model.predictors.map(() => new Float64Array(n))
  const multipliers = new Float64Array(n * width)
  const square = (): Float64Array[] => layout.terms.map(({ term }) => new Float64Array(term.names.length ** 2))
  const lambdas = square()
  const moments = square()
  const derivatives = square()
  const designs = model.predictors.flatMap(({ fixed: { x, names } }, predictor) =>
    names.map((_, j) => ({ predictor, x: x.subarray(j * n, (j + 1) * n) })),
  )
  const now = new Float64Array(layout.dimension)
  /** Whether the multipliers that do not depend on parameters are there. */
  let updated = false

  return {
    slots,
    designs,
    fixed,
    multipliers,
    lambdas,
    update: (parameters) => {
      now.set(parameters)
      model.predictors.forEach(({ fixed: { x, names }, offset }, k) => {
        const out = fixed[k]
        if (offset) out.set(offset)
        else out.fill(0)
        for (let j = 0; j < names.length; j++) {
          const beta = now[layout.fixedStart[k] + j]
          for (let i = 0, at = j * n; i < n; i++, at++) out[i] += beta * x[at]
        }
      })
      layout.terms.forEach(({ term, covariance, start, size }, t) => {
        const chain = chains[t]?.chain
        if (term.factor) lambdas[t].set(term.factor)
        else if (chain) {
          const q = term.names.length
          for (let j = 0; j < q; j++) lambdas[t][j * (q + 1)] = now[start + chain.deviation]
        } else covariance.factor(now.subarray(start, start + size), term.names.length, lambdas[t])
      })
      slots.forEach(({ term: t, column, predictor, inChain }, s) => {
        const { size, predictorOf } = layout.terms[t]
        if (inChain) {
          const [sd] = lambdas[t]
          for (let i = 0, at = s; i < n; i++, at += width) multipliers[at] = sd * inChain.z[i]
          return
        }
        const { z, names } = layout.terms[t].term
        const q = names.length
        if (size === 0 && updated) return
        for (let i = 0, at = s; i < n; i++, at += width) multipliers[at] = 0
        // Lambda is lower triangular: its column meets Z's columns from the same one on.
        for (let m = column; m < q; m++) {
          const lambda = lambdas[t][m * q + column]
          if (lambda !== 0 && predictorOf[m] === predictor)
            for (let i = 0, at = s, zi = m * n; i < n; i++, at += width) multipliers[at] += z[zi++] * lambda
        }
      })
      updated = true
    },
    gradient: (inFixed, inMultipliers, out) => {
      model.predictors.forEach(({ fixed: { x, names } }, k) => {
        for (let j = 0; j < names.length; j++) {
          let sum = 0
          for (let i = 0, at = j * n; i < n; i++, at++) sum += x[at] * inFixed[k][i]
          out[layout.fixedStart[k] + j] = sum
        }
      })
      slots.forEach(({ term: t, column, predictor, inChain }, s) => {
        if (inChain) return
        const { term, predictorOf } = layout.terms[t]
        const { z, names } = term
        const q = names.length
        for (let m = column; m < q; m++) {
          if (predictorOf[m] !== predictor) continue
          let sum = 0
          for (let i = 0, at = s, zi = m * n; i < n; i++, at += width) sum += inMultipliers[at] * z[zi++]
          moments[t][m * q + column] = sum
        }
      })
      layout.terms.forEach(({ term, covariance, start, size }, t) => {
        const chain = chains[t]?.chain
        if (chain) {
          // The correlation is in the prior of the effects, and in no row.
          out.fill(0, start, start + size)
          slots.forEach(({ term: other, inChain }, s) => {
            if (other !== t) return
            let sum = 0
            for (let i = 0, at = s; i < n; i++, at += width) sum += inMultipliers[at] * inChain!.z[i]
            out[start + chain.deviation] += sum
          })
          return
        }
        const theta = now.subarray(start, start + size)
        for (let j = 0; j < size; j++) {
          covariance.factorDerivative(theta, term.names.length, j, derivatives[t])
          let sum = 0
          for (let e = 0; e < moments[t].length; e++) sum += derivatives[t][e] * moments[t][e]
          out[start + j] = sum
        }
      })
    },
  }
}

/** True of two slots in which a row meets the same element of the effects. */
export const sameElement = (a: Slot, b: Slot): boolean => a.term === b.term && a.column === b.column

/** Which of a level's effects each slot meets, those of all terms being one vector, as where they share a factor. */
export function effectOf({ slots, lambdas }: Pick<LinearPredictors, 'slots' | 'lambdas'>): Int32Array {
  let effects = 0
  const first = lambdas.map(({ length }) => {
    const own = effects
    effects += Math.sqrt(length)
    return own
  })
  return Int32Array.from(slots, ({ term, column }) => first[term] + column)
}

/** The slots of each element of a term: one for each predictor that Lambda takes it to, those of the columns from its own on. */
export function slotsByElement({ term, predictorOf, covariance }: LaidTerm, t: number): readonly (readonly Slot[])[] {
  const q = term.names.length
  const diagonal = !term.factor && covariance.chart.correlationSize(q) === 0
  return term.names.map((_, column) => {
    const met = new Set(predictorOf.subarray(column, diagonal ? column + 1 : q))
    return Array.from(met, (predictor): Slot => ({ term: t, column, predictor }))
  })
}

/** A slot for each column that a row of a chain meets. */
function chainSlots({ width, columns, z }: ChainTerm, term: number, predictor: number): Slot[] {
  const n = columns.length / width
  return Array.from({ length: width }, (_, w) => ({
    term,
    column: w,
    predictor,
    inChain: {
      columns: Int32Array.from({ length: n }, (__, i) => columns[i * width + w]),
      z: Float64Array.from({ length: n }, (__, i) => z[i * width + w]),
    },
  }))
}
