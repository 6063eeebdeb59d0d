/** Functions of one argument that an expression may call. */
export type UnaryOperation =
  | 'negative'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'sin'
  | 'cos'
  | 'atan'
  | 'tanh'
  | 'sinh'
  | 'asinh'
  | 'logistic'
  | 'abs'

/** Operations of two arguments; the comparisons give 1 or 0. */
export type BinaryOperation =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'power'
  | 'min'
  | 'max'
  | 'less'
  | 'lessEqual'
  | 'equal'

/** An expression in linear predictors and columns of data. */
export type Expression =
  | { readonly op: 'constant'; readonly value: number }
  | { readonly op: 'predictor' | 'column'; readonly index: number }
  | { readonly op: UnaryOperation; readonly args: readonly [Expression] }
  | { readonly op: BinaryOperation; readonly args: readonly [Expression, Expression] }
  /** The second argument where the first is not 0, else the third. */
  | { readonly op: 'ifelse'; readonly args: readonly [Expression, Expression, Expression] }

/** One step: its arguments are earlier steps, by number. */
export interface Step {
  readonly op: Expression['op']
  /** Of a constant. */
  readonly value?: number
  /** Of a predictor or a column. */
  readonly index?: number
  readonly args: readonly number[]
}

/** Expressions as a list of steps, each of them once: plain data that can cross threads. */
export interface Tape {
  readonly steps: readonly Step[]
  /** The step that each expression ends with. */
  readonly results: readonly number[]
}

/** Operations with a kink or a jump, which the data may decide and no predictor. */
const kinked: ReadonlySet<string> = new Set(['abs', 'min', 'max', 'less', 'lessEqual', 'equal'])

/** The largest whole power that is taken by multiplication. */
const mostPower = 64

/** The value of an operation on numbers. */
export const numberOf: Readonly<Record<UnaryOperation | BinaryOperation | 'ifelse', (...x: number[]) => number>> = {
  negative: (x) => -x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
  tanh: Math.tanh,
  sinh: Math.sinh,
  asinh: Math.asinh,
  logistic: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  abs: Math.abs,
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  power: (x, y) => x ** y,
  min: Math.min,
  max: Math.max,
  less: (x, y) => Number(x < y),
  lessEqual: (x, y) => Number(x <= y),
  equal: (x, y) => Number(x === y),
  ifelse: (condition, x, y) => (condition !== 0 ? x : y),
}

/**
 * Compiles expressions into a tape: equal subexpressions are computed once, operations on constants now, and whole powers
 * by multiplication, so that a negative base has them and no logarithm is taken. A power whose exponent has predictors is
 * exp(exponent log base): it needs a base above 0.
 *
 * @throws RangeError where a predictor enters an operation with a kink or a condition, which has no derivatives.
 * @example
 * const mean = { op: 'exp', args: [{ op: 'predictor', index: 0 }] } as const
 * compileTape([mean]).steps.length // 2
 */
export function compileTape(expressions: readonly Expression[]): Tape {
  const steps: Step[] = []
  const known = new Map<string, number>()
  const moves: boolean[] = []

  const add = (step: Step): number => {
    const { op, args } = step
    if (args.length > 0 && args.every((arg) => steps[arg].op === 'constant')) {
      const value = numberOf[op as keyof typeof numberOf](...args.map((arg) => steps[arg].value!))
      return constant(value)
    }
    const key = JSON.stringify([op, step.value === undefined ? null : String(step.value), step.index ?? null, args])
    const before = known.get(key)
    if (before !== undefined) return before
    const moving = op === 'predictor' || args.some((arg) => moves[arg])
    if (moving && (kinked.has(op) || (op === 'ifelse' && moves[args[0]])))
      throw new RangeError(`expected ${op} to depend on data alone, got a predictor in it`)
    known.set(key, steps.push(step) - 1)
    moves.push(moving)
    return steps.length - 1
  }
  const constant = (value: number): number => add({ op: 'constant', value, args: [] })

  /** base^count by squares. */
  const wholePower = (base: number, count: number): number => {
    if (count === 0) return constant(1)
    if (count === 1) return base
    const half = wholePower(base, Math.floor(count / 2))
    const square = add({ op: 'multiply', args: [half, half] })
    return count % 2 === 0 ? square : add({ op: 'multiply', args: [square, base] })
  }

  const place = (expression: Expression): number => {
    if (expression.op === 'constant') return constant(expression.value)
    if (!('args' in expression)) return add({ op: expression.op, index: expression.index, args: [] })
    const args = expression.args.map(place)
    if (expression.op !== 'power') return add({ op: expression.op, args })
    const [base, exponent] = args
    if (moves[exponent]) {
      const log = add({ op: 'log', args: [base] })
      return add({ op: 'exp', args: [add({ op: 'multiply', args: [exponent, log] })] })
    }
    if (!moves[base]) return add({ op: 'power', args })
    const { op, value } = steps[exponent]
    if (op === 'constant' && Number.isInteger(value) && Math.abs(value!) <= mostPower) {
      const power = wholePower(base, Math.abs(value!))
      return value! < 0 ? add({ op: 'divide', args: [constant(1), power] }) : power
    }
    return add({ op: 'power', args })
  }
  const results = expressions.map(place)
  return { steps, results }
}

/** Whether each step depends on a predictor, and on which, in ascending order. */
export function dependencies({ steps }: Tape): readonly (readonly number[])[] {
  const of: number[][] = []
  for (const { op, index, args } of steps) {
    const met = op === 'predictor' ? [index!] : [...new Set(args.flatMap((arg) => of[arg]))]
    of.push(met.sort((a, b) => a - b))
  }
  return of
}
