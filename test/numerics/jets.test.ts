import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BinaryOperation,
  compileTape,
  type Expression,
  type UnaryOperation,
} from '../../src/numerics/expression-tape.js'
import { jetEvaluator, tileSize } from '../../src/numerics/jets.js'

const predictor = (index: number): Expression => ({ op: 'predictor', index })
const column = (index: number): Expression => ({ op: 'column', index })
const constant = (value: number): Expression => ({ op: 'constant', value })
const call = (op: UnaryOperation, x: Expression): Expression => ({ op, args: [x] })
const of = (op: BinaryOperation, x: Expression, y: Expression): Expression => ({ op, args: [x, y] })

/** The number an expression stands for, straight from its tree. */
function numberAt(expression: Expression, eta: readonly number[], data: readonly number[]): number {
  if (expression.op === 'constant') return expression.value
  if (!('args' in expression)) return (expression.op === 'predictor' ? eta : data)[expression.index]
  const [x, y, z] = expression.args.map((arg) => numberAt(arg, eta, data))
  const operations: Record<string, () => number> = {
    negative: () => -x,
    logistic: () => 1 / (1 + Math.exp(-x)),
    add: () => x + y,
    subtract: () => x - y,
    multiply: () => x * y,
    divide: () => x / y,
    power: () => x ** y,
    less: () => Number(x < y),
    ifelse: () => (x !== 0 ? y : z),
  }
  const known = operations[expression.op]
  return known ? known() : (Math as unknown as Record<string, (x: number) => number>)[expression.op](x)
}

interface Derivatives {
  readonly indices: readonly (readonly number[])[]
  readonly values: readonly number[]
}

/** All derivatives of an expression at one point, those in predictors it does not have left out. */
function derivativesAt(
  expression: Expression,
  eta: readonly number[],
  data: readonly number[],
  order = 3,
): Derivatives {
  const evaluator = jetEvaluator(
    compileTape([expression]),
    eta.length,
    data.map((value) => Float64Array.of(value)),
  )
  eta.forEach((value, k) => {
    evaluator.predictors[k][0] = value
  })
  evaluator.run(order, 1, 0, true)
  const [{ indices, entries }] = evaluator.results
  return { indices, values: entries.map((entry) => entry[0]) }
}

/** Central difference of the next lower derivative, with Richardson's extrapolation. */
function difference(
  expression: Expression,
  eta: readonly number[],
  data: readonly number[],
  index: readonly number[],
): number {
  const [k, ...lower] = index
  const at = (shift: number): number => {
    const moved = eta.map((value, j) => (j === k ? value + shift : value))
    if (lower.length === 0) return numberAt(expression, moved, data)
    const { indices, values } = derivativesAt(expression, moved, data)
    const place = indices.findIndex((own) => own.join() === lower.join())
    return place < 0 ? 0 : values[place]
  }
  const quotient = (h: number): number => (at(h) - at(-h)) / (2 * h)
  return (4 * quotient(1e-3) - quotient(2e-3)) / 3
}

const leaves = fc.oneof(
  fc.integer({ min: 0, max: 2 }).map(predictor),
  fc.integer({ min: 0, max: 1 }).map(column),
  fc.constantFrom(-1.5, 0.5, 2, 3).map(constant),
)
const smooth = ['negative', 'exp', 'expm1', 'sin', 'cos', 'atan', 'tanh', 'asinh', 'logistic'] as const
const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    fc.tuple(fc.constantFrom(...smooth), tie('tree')).map(([op, x]) => call(op, call('atan', x))),
    fc
      .tuple(fc.constantFrom('add' as const, 'subtract' as const, 'multiply' as const), tie('tree'), tie('tree'))
      .map(([op, x, y]) => of(op, x, y)),
    fc
      .tuple(tie('tree'), tie('tree'))
      .map(([x, y]) => of('divide', x, of('add', constant(2), call('exp', call('sin', y))))),
    fc
      .tuple(tie('tree'), fc.constantFrom(-1, 0, 2, 3))
      .map(([x, p]) => of('power', of('add', constant(3), call('tanh', x)), constant(p))),
    fc.tuple(tie('tree'), tie('tree')).map(([x, y]) => of('power', call('exp', call('sin', x)), call('atan', y))),
    fc
      .tuple(tie('tree'), tie('tree'))
      .map(([x, y]): Expression => ({ op: 'ifelse', args: [of('less', column(0), column(1)), x, y] })),
  ),
}))
const points = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 })

describe('derivatives along a tape', () => {
  it('are those of the expression, for a grammar of random ones', () => {
    fc.assert(
      fc.property(tree, points, (expression, [a, b, c, d, e]) => {
        const [eta, data] = [
          [a, b, c],
          [d, e],
        ]
        const { indices, values } = derivativesAt(expression, eta, data)
        const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
        fc.pre(size < 1e4)
        expect(Math.abs(values[0] - numberAt(expression, eta, data))).toBeLessThan(1e-13 * size)
        indices.slice(1).forEach((index, r) => {
          expect(Math.abs(values[1 + r] - difference(expression, eta, data, index))).toBeLessThan(1e-6 * size)
        })
      }),
      { numRuns: 60 },
    )
  })

  it.each(['sqrt', 'log', 'log1p', 'sinh'] as const)('of %s', (op) => {
    const expression = call(op, of('multiply', predictor(0), predictor(1)))
    const { indices, values } = derivativesAt(expression, [1.3, 0.7], [])
    indices.slice(1).forEach((index, r) => {
      expect(values[1 + r]).toBeCloseTo(difference(expression, [1.3, 0.7], [], index), 7)
    })
  })

  it('of a power that depends on data, and of a sum that the data decide', () => {
    const expression = of('multiply', of('power', predictor(0), column(0)), call('abs', column(1)))
    const { indices, values } = derivativesAt(expression, [1.7], [2.5, -3])
    expect(values[0]).toBeCloseTo(3 * 1.7 ** 2.5, 13)
    expect(values[indices.length - 1]).toBeCloseTo(3 * 2.5 * 1.5 * 0.5 * 1.7 ** -0.5, 12)
  })

  it('of the first-order open-compartment curve, at a tile of points', () => {
    // Dose exp(lKe + lKa - lCl) (exp(-exp(lKe) t) - exp(-exp(lKa) t)) / (exp(lKa) - exp(lKe))
    const [lKe, lKa, lCl] = [0, 1, 2].map(predictor)
    const [ke, ka] = [call('exp', lKe), call('exp', lKa)]
    const decay = (rate: Expression): Expression => call('exp', of('multiply', call('negative', rate), column(1)))
    const curve = of(
      'divide',
      of(
        'multiply',
        of('multiply', column(0), call('exp', of('subtract', of('add', lKe, lKa), lCl))),
        of('subtract', decay(ke), decay(ka)),
      ),
      of('subtract', ka, ke),
    )
    const n = tileSize
    const [dose, time] = [new Float64Array(n).fill(4), Float64Array.from({ length: n }, (_, i) => 0.1 * (i + 1))]
    const evaluator = jetEvaluator(compileTape([curve]), 3, [dose, time])
    const eta = [-2.4, 0.5, -3.2]
    eta.forEach((value, k) => evaluator.predictors[k].fill(value))
    evaluator.run(3, n, 0, false)
    const [{ indices, entries }] = evaluator.results
    for (const i of [0, 17, n - 1]) {
      indices.slice(1).forEach((index, r) => {
        const truth = difference(curve, eta, [4, time[i]], index)
        expect(Math.abs(entries[1 + r][i] - truth)).toBeLessThan(1e-6 * (1 + Math.abs(truth)))
      })
    }
  })

  it('stop at the order that is asked for', () => {
    const evaluator = jetEvaluator(compileTape([call('exp', predictor(0))]), 1, [])
    evaluator.predictors[0][0] = 1
    evaluator.run(1, 1, 0, true)
    expect(Array.from(evaluator.results[0].entries, (entry) => entry[0])).toEqual([Math.E, Math.E, 0, 0])
  })
})

describe('a tape', () => {
  it('computes equal subexpressions once and constants when it is made', () => {
    const square = of('power', call('exp', predictor(0)), constant(2))
    const { steps, results } = compileTape([of('add', square, square), of('multiply', constant(2), constant(3))])
    expect(steps.map(({ op }) => op)).toEqual(expect.arrayContaining(['predictor', 'exp', 'multiply', 'add']))
    expect(steps.filter(({ op }) => op === 'exp')).toHaveLength(1)
    expect(steps.filter(({ op }) => op === 'power')).toHaveLength(0)
    expect(steps[results[1]]).toMatchObject({ op: 'constant', value: 6 })
  })

  it('has whole powers of negative numbers, and no others', () => {
    expect(derivativesAt(of('power', predictor(0), constant(3)), [-2], []).values).toEqual([-8, 12, -12, 6])
    expect(derivativesAt(of('power', predictor(0), constant(0.5)), [-2], []).values[0]).toBeNaN()
  })

  it.each(['abs', 'min', 'less'] as const)('refuses %s of a predictor', (op) => {
    const args = op === 'abs' ? [predictor(0)] : [predictor(0), constant(1)]
    expect(() => compileTape([{ op, args } as unknown as Expression])).toThrow(RangeError)
  })

  it('is plain data', () => {
    const tape = compileTape([of('add', predictor(0), column(0))])
    expect(structuredClone(tape)).toEqual(tape)
  })
})
