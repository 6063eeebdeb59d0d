import type { ChainTerm } from './chain-terms.js'
import type { DenseColumns } from './dense-columns.js'
import { chainSlots, type Slot, slotsByElement } from './slots.js'
import type { Stated } from './stated.js'

/** A column of a fixed part: several may have one parameter. */
export interface DesignColumn {
  readonly parameter: number
  readonly predictor: number
  /** Length n. */
  readonly x: Float64Array
}

/** The parts of eta = fixed + A u at given parameters, with A = Z Lambda, and the way back for gradients. */
export interface LinearPredictors {
  readonly slots: readonly Slot[]
  /** The columns of all fixed parts, predictor by predictor. */
  readonly designs: readonly DesignColumn[]
  /** Offset + X beta of each predictor, length n each. */
  readonly fixed: readonly Float64Array[]
  /** Multiplier of u in each slot: n x slots, row after row. */
  readonly multipliers: Float64Array
  /** The columns that all rows meet and that have no slots, with multipliers of their own; null where there are none. */
  readonly dense: DenseColumns | null
  /** Lambda of each term, q x q, row after row; of a chain its standard deviation times the identity. */
  readonly lambdas: readonly Float64Array[]
  /** `offsets`, one array a predictor, stand in the place of the model's own. */
  readonly update: (parameters: Float64Array, offsets?: readonly Float64Array[] | null) => void
  /**
   * Gradient in the parameters of the last update, from the derivatives in each fixed part (K arrays of length n) and
   * in each multiplier (n x slots), of dense columns where these vary (n x columns).
   */
  readonly gradient: (
    inFixed: readonly Float64Array[],
    inMultipliers: Float64Array,
    out: Float64Array,
    inDense?: Float64Array | null,
  ) => void
}

/**
 * `chains` are the terms to be taken as chains, by position; all others have spherical effects. `dense` are the columns of the
 * terms to be taken as dense.
 */
export function linearPredictors(
  { model, layout, space }: Stated,
  chains: readonly (ChainTerm | undefined)[] = [],
  dense: DenseColumns | null = null,
): LinearPredictors {
  const n = model.nobs
  const slots = layout.terms.flatMap((laid, t) => {
    const chain = chains[t]
    if (dense?.slots.some(({ term }) => term === t)) return []
    return chain ? chainSlots(chain, t, laid.predictor) : slotsByElement(laid, t).flat()
  })
  const width = slots.length
  const fixed = model.predictors.map(() => space.vector(n))
  const multipliers = space.vector(n * width)
  const square = (): Float64Array[] => layout.terms.map(({ term }) => space.vector(term.names.length ** 2))
  const lambdas = square()
  const moments = square()
  const derivatives = square()
  const designs = model.predictors.flatMap(({ fixed: { x, names } }, predictor) =>
    names.map((_, j): DesignColumn => {
      return { parameter: layout.parameterOf[predictor][j], predictor, x: x.subarray(j * n, (j + 1) * n) }
    }),
  )
  const now = new Float64Array(layout.dimension)
  /** Whether the multipliers that do not depend on parameters are there. */
  let updated = false

  return {
    slots,
    designs,
    fixed,
    multipliers,
    dense,
    lambdas,
    update: (parameters, offsets = null) => {
      now.set(parameters)
      model.predictors.forEach(({ fixed: { x, names }, offset: own }, k) => {
        const out = fixed[k]
        const offset = offsets ? offsets[k] : own
        if (offset) out.set(offset)
        else out.fill(0)
        for (let j = 0; j < names.length; j++) {
          const beta = now[layout.parameterOf[k][j]]
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
      dense?.update(lambdas, !updated)
      updated = true
    },
    gradient: (inFixed, inMultipliers, out, inDense) => {
      out.fill(0, 0, layout.fixed)
      for (const { parameter, predictor, x } of designs) {
        const weights = inFixed[predictor]
        let sum = 0
        for (let i = 0; i < n; i++) sum += x[i] * weights[i]
        out[parameter] += sum
      }
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
      if (dense && inDense) {
        for (const { term } of dense.slots) moments[term].fill(0)
        dense.addMoments(inDense, moments)
      }
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
