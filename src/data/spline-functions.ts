import { formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import type { CallNode } from '../formula/syntax-tree.js'
import { numbersKept } from './basis.js'
import { argument, constants, setting } from './call-arguments.js'
import { numericColumn, refuseNotFinite } from './evaluate.js'
import { type Frame, faultAt } from './frame.js'
import { bSplineColumns, naturalColumns, quantileKnots, type SplineKnots } from './spline-basis.js'
import type { MatrixValue } from './value.js'

/** R's bs(x, df, knots, degree = 3, intercept = FALSE, Boundary.knots): B-splines as fixed columns, or their slopes in x. */
export function bSpline(call: CallNode, frame: Frame, derivative: 0 | 1 = 0): MatrixValue {
  const degree = wholeSetting(call, 'degree', 3, 0, 10, frame)
  const intercept = setting(call, 'intercept', false, frame) === true
  const fewest = degree + (intercept ? 1 : 0)
  return splineColumns(call, frame, fewest, (x, knots) => bSplineColumns(x, degree, knots, intercept, derivative))
}

/** R's ns(x, df, knots, intercept = FALSE, Boundary.knots): natural cubic splines as fixed columns, or their slopes in x. */
export function naturalSpline(call: CallNode, frame: Frame, derivative: 0 | 1 = 0): MatrixValue {
  const intercept = setting(call, 'intercept', false, frame) === true
  return splineColumns(call, frame, intercept ? 2 : 1, (x, knots) => naturalColumns(x, knots, intercept, derivative))
}

/** The knots of a fit are kept with it (inner ones, then both boundaries), so that other data get the same columns. */
function splineColumns(
  call: CallNode,
  frame: Frame,
  /** Columns without a knot inside. */
  fewest: number,
  columnsAt: (x: Float64Array, knots: SplineKnots) => Float64Array[],
): MatrixValue {
  const node = argument(call, 'x', frame)
  const x = numericColumn(node, frame)
  const kept = numbersKept(frame.basis, nodeText(call), () => {
    const { inner, lower, upper } = knotsOf(call, x, fewest, frame)
    return [...inner, lower, upper]
  })
  const knots = { inner: kept.slice(0, -2), lower: kept[kept.length - 2], upper: kept[kept.length - 1] }
  const columns = columnsAt(x, knots)
  for (const column of columns) refuseNotFinite(column, call, frame)
  return { kind: 'matrix', columns, suffixes: columns.map((_, i) => String(i + 1)) }
}

function knotsOf(call: CallNode, x: Float64Array, fewest: number, frame: Frame): SplineKnots {
  const given = numbersGiven(call, 'knots', frame)
  const df = wholeSetting(call, 'df', fewest + (given?.length ?? 0), fewest, 1000, frame)
  const found = quantileKnots(x, given === null ? df - fewest : 0)
  const boundary = numbersGiven(call, 'Boundary.knots', frame)
  if (boundary !== null && (boundary.length !== 2 || !(boundary[0] < boundary[1])))
    throw formulaFault(
      frame.source,
      call.start,
      `two ascending boundary knots were expected, got ${nodeText(call)}`,
      'such as Boundary.knots = c(0, 10)',
    )
  const [lower, upper] = boundary ?? [found.lower, found.upper]
  const inner = given === null ? found.inner : [...given].sort((a, b) => a - b)
  const all = [lower, ...inner, upper]
  if (all.every((knot, k) => k === 0 || all[k - 1] < knot)) return { inner, lower, upper }
  throw faultAt(
    frame,
    call,
    `different knots inside ${lower} to ${upper} were expected for ${nodeText(call)}, got ${inner.join(', ') || 'a constant column'}`,
    given === null ? 'lower df: the column has too few different values' : 'correct the knots',
  )
}

function numbersGiven(call: CallNode, name: string, frame: Frame): readonly number[] | null {
  const given = constants(call, name, frame)
  if (given === null) return null
  if (given.values.every((value): value is number => typeof value === 'number')) return given.values
  throw formulaFault(
    frame.source,
    call.start,
    `numbers were expected as ${name} of ${call.name}, got ${nodeText(call)}`,
    `such as ${name} = c(2, 5)`,
  )
}

function wholeSetting(
  call: CallNode,
  name: string,
  otherwise: number,
  least: number,
  most: number,
  frame: Frame,
): number {
  const value = setting(call, name, otherwise, frame)
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw formulaFault(
    frame.source,
    call.start,
    `a whole number from ${least} to ${most} was expected as ${name} of ${call.name}, got ${nodeText(call)}`,
    `such as ${name} = ${Math.max(least, 3)}`,
  )
}
