import { heap, type Space } from '../../numerics/space.js'

/** Work space of one likelihood. Arrays are of length n, in the order of the grouped rows, unless said otherwise. */
export interface Scratch {
  /** eta of the fixed part. */
  readonly fixed: Float64Array
  readonly eta: Float64Array
  readonly logDensity: Float64Array
  /** Derivatives of the log density in eta at the conditional mode. */
  readonly d1: Float64Array
  readonly d2: Float64Array
  readonly d3: Float64Array
  /** Derivative of the log-likelihood in each row's fixed part. */
  readonly rowWeight: Float64Array
}

export function scratch(n: number, { vector }: Space = heap): Scratch {
  const column = (): Float64Array => vector(n)
  return {
    fixed: column(),
    eta: column(),
    logDensity: column(),
    d1: column(),
    d2: column(),
    d3: column(),
    rowWeight: column(),
  }
}

/** Work space of a quadrature with k nodes. */
export interface NodeScratch {
  /** Length k each. */
  readonly u: Float64Array
  readonly eta: Float64Array
  readonly logDensity: Float64Array
  /** h(u_k), later each node's share of the sum. */
  readonly share: Float64Array
  /** What exp(h(u_k)) has to be divided by. */
  readonly divisor: Float64Array
  /** Sum over the level's rows of z times the first derivative. */
  readonly slope: Float64Array
  /** First derivatives, rows of the largest level x k (or what the shift kernel keeps). */
  readonly d1: Float64Array
}

export function nodeScratch(k: number, largestCluster: number, { vector }: Space = heap): NodeScratch {
  const column = (): Float64Array => vector(k)
  return {
    u: column(),
    eta: column(),
    logDensity: column(),
    share: column(),
    divisor: column(),
    slope: column(),
    d1: vector(largestCluster * k),
  }
}
