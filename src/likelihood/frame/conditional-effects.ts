import type { Rng } from '../../random/stream.js'
import type { Stated } from './stated.js'

/** Conditional modes b = Lambda u of the random effects and their conditional standard deviations, one entry a term. */
export interface ConditionalModes {
  /** Level after level, each with the term's columns: levels x q; of the covariance levels x q x q. */
  readonly terms: readonly {
    readonly mode: Float64Array
    readonly sd: Float64Array
    readonly covariance: Float64Array
  }[]
  /** Each linear predictor at the modes, in the order of the model's rows. */
  readonly eta: readonly Float64Array[]
}

/**
 * The distribution of all random effects b given the response and the outer parameters. What is not asked for is not computed.
 * Effects count term after term, level after level, each with the term's columns.
 */
export interface ConditionalEffects extends ConditionalModes {
  /**
   * C'g for weights g, one an effect, with C C' the covariance of all effects at the mode: the inner product of two of these is the
   * covariance of the two weighted sums.
   */
  readonly whitened: (weights: Float64Array) => Float64Array
  /**
   * Log-likelihood less Laplace's approximation of it, to second order (Shun and McCullagh 1995); NaN where it has no value. Each
   * row's share goes to `byRow`, where given.
   */
  readonly secondOrder: (byRow?: Float64Array) => number
  /**
   * Draws all effects from their exact conditional into `out` from `at`, independent of any draw before.
   *
   * @throws TypeError where factors are crossed.
   */
  readonly draw: (rng: Rng, out: Float64Array, at: number) => void
  /**
   * The density of one effect of one level, the level's other effects integrated out by the rule's nodes. Effects of a level count
   * over all terms.
   *
   * @throws TypeError where the effects belong to several factors.
   */
  readonly ofLevel: (level: number, effect: number) => EffectDensity
}

/** Modes and linear predictors by what makes them. */
type LateParts = Omit<ConditionalEffects, 'terms' | 'eta'> & {
  readonly terms: () => ConditionalModes['terms']
  readonly eta: () => ConditionalModes['eta']
}

/** A class, because V8 keeps an object with accessors of its own as a dictionary, whose every field is slow to read. */
class LateEffects implements ConditionalEffects {
  readonly whitened: ConditionalEffects['whitened']
  readonly secondOrder: ConditionalEffects['secondOrder']
  readonly draw: ConditionalEffects['draw']
  readonly ofLevel: ConditionalEffects['ofLevel']
  readonly #parts: LateParts
  #terms: ConditionalModes['terms'] | null = null
  #eta: ConditionalModes['eta'] | null = null

  constructor(parts: LateParts) {
    this.whitened = parts.whitened
    this.secondOrder = parts.secondOrder
    this.draw = parts.draw
    this.ofLevel = parts.ofLevel
    this.#parts = parts
  }

  get terms(): ConditionalModes['terms'] {
    this.#terms ??= this.#parts.terms()
    return this.#terms
  }

  get eta(): ConditionalModes['eta'] {
    this.#eta ??= this.#parts.eta()
    return this.#eta
  }
}

/** Conditional effects whose modes and linear predictors are made when they are first read. */
export const lateEffects = (parts: LateParts): ConditionalEffects => new LateEffects(parts)

/** The conditional density of one random effect. */
export interface EffectDensity {
  /** Conditional mode, and standard deviation by the curvature there. */
  readonly center: number
  readonly sd: number
  /** Log density at from + width k, k < count, but for a constant; overwritten by the next call of any. */
  readonly logDensity: (from: number, width: number, count: number) => Float64Array
}

/** Modes of parameters out of support: none is known. */
export function unknownModes({ model, layout }: Pick<Stated, 'model' | 'layout'>): ConditionalModes {
  const unknown = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN)
  return {
    terms: layout.terms.map(({ term: { levels, names } }) => ({
      mode: unknown(levels.length * names.length),
      sd: unknown(levels.length * names.length),
      covariance: unknown(levels.length * names.length ** 2),
    })),
    eta: model.predictors.map(() => unknown(model.nobs)),
  }
}

/** Those of a model without random effects, but for its linear predictors. */
export const noEffects: Omit<ConditionalEffects, 'eta'> = {
  terms: [],
  whitened: () => new Float64Array(0),
  secondOrder: (byRow) => {
    byRow?.fill(0)
    return 0
  },
  draw: () => {},
  ofLevel: () => {
    throw new TypeError('there are no random effects')
  },
}
