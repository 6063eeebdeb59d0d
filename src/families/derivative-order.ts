/**
 * The order in which the derivatives of a log density in K linear predictors stand: first ones by their predictor,
 * second ones by pairs a >= b (00, 10, 11, 20 ...), third ones by triples a >= b >= c (000, 100, 110, 111, 200 ...).
 */
export interface DerivativeOrder {
  /** Number of the pair (a, b), in any order, at [a * K + b]. */
  readonly pair: Int32Array
  /** Number of the triple (a, b, c), in any order, at [(a * K + b) * K + c]. */
  readonly triple: Int32Array
}

/** Number of the pair a >= b. */
export const orderedPair = (a: number, b: number): number => (a * (a + 1)) / 2 + b

/** Number of the triple a >= b >= c. */
export const orderedTriple = (a: number, b: number, c: number): number =>
  (a * (a + 1) * (a + 2)) / 6 + orderedPair(b, c)

/** Number of pairs of K predictors. */
export const pairsOf = (K: number): number => orderedPair(K, 0)

/** Number of triples of K predictors. */
export const triplesOf = (K: number): number => orderedTriple(K, 0, 0)

/** Number of the pair (a, b), in any order. */
export const pairIndex = (a: number, b: number): number => (a >= b ? orderedPair(a, b) : orderedPair(b, a))

/** Number of the triple (a, b, c), in any order. */
export function tripleIndex(a: number, b: number, c: number): number {
  const high = Math.max(a, b, c)
  const low = Math.min(a, b, c)
  return orderedTriple(high, a + b + c - high - low, low)
}

const orders = new Map<number, DerivativeOrder>()

/** The numbers of all pairs and triples of K predictors, as tables for the innermost loops. */
export function derivativeOrder(K: number): DerivativeOrder {
  const known = orders.get(K)
  if (known) return known
  const order = {
    pair: Int32Array.from({ length: K ** 2 }, (_, at) => pairIndex(Math.floor(at / K), at % K)),
    triple: Int32Array.from({ length: K ** 3 }, (_, at) =>
      tripleIndex(Math.floor(at / K ** 2), Math.floor(at / K) % K, at % K),
    ),
  }
  orders.set(K, order)
  return order
}
