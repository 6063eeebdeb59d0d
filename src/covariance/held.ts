/**
 * A profiled quantity of a covariance (a standard deviation, a correlation), and theta with it fixed at a value: `hold` maps
 * all of R^m onto the thetas in which it has that value, and leaves those alone which have it already. A function of
 * theta composed with `hold` is free of constraints, and constant along what does not matter.
 */
export interface Held {
  readonly kind: 'sd' | 'correlation'
  /** The effect, or the two, it is of; a quantity that all effects share is reported of the first. */
  readonly effects: readonly number[]
  /** Its range; either end is a singular covariance, but for infinity. */
  readonly range: readonly [number, number]
  readonly value: (theta: Float64Array) => number
  /** Overwrites theta. */
  readonly hold: (theta: Float64Array, value: number) => void
  /** Turns the gradient at the theta that `hold` makes of `theta` into the gradient in `theta`, in place. */
  readonly pullback: (theta: Float64Array, value: number, gradient: Float64Array) => void
}

/** A quantity that is a function of one element of theta, even or one to one; `inverse` gives an element back. */
export const heldCoordinate = (
  kind: Held['kind'],
  effects: readonly number[],
  range: readonly [number, number],
  at: number,
  of: (element: number) => number,
  inverse: (value: number) => number,
): Held => ({
  kind,
  effects,
  range,
  value: (theta) => of(theta[at]),
  hold: (theta, value) => {
    theta[at] = inverse(value)
  },
  pullback: (_theta, _value, gradient) => {
    gradient[at] = 0
  },
})

/** A standard deviation that is the size of one element of theta. */
export const heldDeviation = (effect: number, at: number = effect): Held =>
  heldCoordinate('sd', [effect], [0, Number.POSITIVE_INFINITY], at, Math.abs, (sd) => sd)
