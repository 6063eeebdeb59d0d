import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import type { Rule } from '../../src/likelihood/frame/integration-rule.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import type { Posterior } from '../../src/likelihood/posterior.js'
import type { MapTerms } from '../place/triangular-map.js'
import type { Kernel } from './kernel.js'

/** What a chain is about. */
export interface ChainContext {
  readonly likelihood: Likelihood
  readonly priors: PriorsInForce
  /** How far each random effect is centred; see effectsMap. */
  readonly centring: Float64Array
  /** False where the prior alone is sampled. */
  readonly rows: boolean
  /** How effects are integrated out, where they are. */
  readonly rule: Rule
  /** Where independence proposals of the outer coordinates come from; null where there are none. */
  readonly mapTerms: MapTerms | null
  /** The most doublings of a trajectory; null where the sampler has none. */
  readonly maxDepth: number | null
}

/** How a chain moves, as a value: the density it walks, and the kernel over it. Adaptation is apart, in warmUp. */
export interface Sampler {
  readonly name: string
  /** Whether a chain walks all coordinates, or the outer ones alone with the effects integrated out. */
  readonly walks: 'all' | 'outer'
  /**
   * True where its kernel moves by the model of the context, and not by the values of any density it is handed; else it
   * walks whitened coordinates, those in which the posterior is near a standard normal one.
   */
  readonly ownModel?: true
  /** True where it proposes from a transported normal distribution, which the plan is to find. */
  readonly transported?: true
  /** What Stan calls trajectories of its kind; left out where Stan has none. */
  readonly stanEngine?: 'nuts' | 'static'
  /** Acceptance rate that its step size is steered to where the user names none; null where it has no step size. */
  readonly targetAccept: number | null
  /** The most doublings of its trajectories where the user names none; null where trajectories do not double. */
  readonly maxDepth: number | null
  /** Why it cannot sample this posterior, and what to do; null where it can. */
  readonly refusal: (context: ChainContext) => { readonly expected: string; readonly hint: string } | null
  readonly posterior: (context: ChainContext) => Posterior
  readonly kernel: (posterior: Posterior, context: ChainContext) => Kernel
}
