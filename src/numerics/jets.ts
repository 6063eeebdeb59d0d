import { powerDerivatives, withDerivatives } from './derivative-functions.js'
import { dependencies, numberOf, type Step, type Tape } from './expression-tape.js'

/** Points that are taken together: each operation runs over as many before the next one. */
export const tileSize = 128

/** A quantity at the points of a tile as a truncated Taylor series in the predictors it depends on. */
export interface Jet {
  /** The predictors, ascending. */
  readonly on: readonly number[]
  /** The predictors of each derivative, descending: none, then one, two (00, 10, 11, 20 ...) and three of `on`. */
  readonly indices: readonly (readonly number[])[]
  /** The value and the derivatives in that order, each over the points of a tile. */
  readonly entries: readonly Float64Array[]
}

/** Evaluates the results of a tape with their derivatives, a tile at a time. */
export interface JetEvaluator {
  /** The predictors at the points of a tile, to be filled before `run`: K arrays. */
  readonly predictors: readonly Float64Array[]
  readonly results: readonly Jet[]
  /**
   * Writes the results at `count` points, their derivatives up to `order` (0 to 3). Point i has the data of row
   * `row + i`, or of `row` itself where `same`.
   */
  readonly run: (order: number, count: number, row: number, same: boolean) => void
}

/**
 * Truncated Taylor arithmetic (Griewank and Walther 2008, "Evaluating Derivatives", chapter 13) along a tape: each step
 * has derivatives only in the predictors that it depends on; steps on data alone are computed once for all rows.
 *
 * @param columns The columns of data, each of the rows' number n.
 */
export function jetEvaluator(tape: Tape, K: number, columns: readonly Float64Array[]): JetEvaluator {
  const on = dependencies(tape)
  const predictors = Array.from({ length: K }, () => new Float64Array(tileSize))
  const needed = new Set(tape.results)
  tape.steps.forEach(({ args }, s) => {
    if (on[s].length > 0) for (const arg of args) needed.add(arg)
  })
  const data = dataColumns(tape, on, columns)
  const ofRows: { readonly column: Float64Array; readonly into: Float64Array }[] = []
  const runners: Runner[] = []
  const jets: Jet[] = []
  tape.steps.forEach((step, s) => {
    const indices = indicesOf(on[s])
    const entries =
      step.op === 'predictor'
        ? [predictors[step.index!], ...indices.slice(1).map((_, e) => new Float64Array(tileSize).fill(e === 0 ? 1 : 0))]
        : indices.map(() => new Float64Array(tileSize))
    const jet = { on: on[s], indices, entries }
    jets.push(jet)
    if (step.op === 'constant') entries[0].fill(step.value!)
    else if (on[s].length === 0) {
      if (needed.has(s)) ofRows.push({ column: data[s]!, into: entries[0] })
    } else if (step.op !== 'predictor') {
      runners.push(
        runnerOf(
          step,
          step.args.map((arg) => jets[arg]),
          jet,
        ),
      )
    }
  })
  return {
    predictors,
    results: tape.results.map((s) => jets[s]),
    run: (order, count, row, same) => {
      for (const { column, into } of ofRows) {
        if (same) into.fill(column[row], 0, count)
        else for (let i = 0; i < count; i++) into[i] = column[row + i]
      }
      for (const run of runners) run(order, count)
    },
  }
}

/** Computes one step at the first `count` points. */
type Runner = (order: number, count: number) => void

/** The value of each step on data alone, in every row; undefined for constants and for steps with predictors. */
function dataColumns(
  { steps }: Tape,
  on: readonly (readonly number[])[],
  columns: readonly Float64Array[],
): readonly (Float64Array | undefined)[] {
  const out: (Float64Array | undefined)[] = []
  steps.forEach(({ op, index, args }, s) => {
    if (on[s].length > 0 || op === 'constant' || op === 'predictor') out.push(undefined)
    else if (op === 'column') out.push(columns[index!])
    else {
      const of = args.map((arg) => out[arg])
      const fixed = args.map((arg) => steps[arg].value ?? 0)
      const n = of.find((column) => column !== undefined)!.length
      const f = numberOf[op]
      out.push(Float64Array.from({ length: n }, (_, i) => f(...of.map((column, a) => (column ? column[i] : fixed[a])))))
    }
  })
  return out
}

/** All derivatives up to the third in some predictors, as Jet.indices. */
function indicesOf(on: readonly number[]): readonly (readonly number[])[] {
  const one = on.map((a) => [a])
  const two = on.flatMap((a) => on.filter((b) => b <= a).map((b) => [a, b]))
  const three = two.flatMap(([a, b]) => on.filter((c) => c <= b).map((c) => [a, b, c]))
  return [[], ...one, ...two, ...three]
}

const keyOf = (index: readonly number[]): string => index.join()

/** The entry of a derivative, null where the jet does not depend on all of its predictors. */
function entryOf({ indices, entries }: Jet, index: readonly number[]): Float64Array | null {
  const at = indices.findIndex((own) => keyOf(own) === keyOf(index))
  return at < 0 ? null : entries[at]
}

/** A product of two derivatives with the number of times it occurs. */
interface Product {
  times: number
  readonly x: Float64Array
  readonly y: Float64Array
}

/** Leibniz' rule: the products that make up a derivative of x y, of each derivative of x those that `admits` lets in. */
function products(x: Jet, y: Jet, index: readonly number[], admits: (ofX: number) => boolean): Product[] {
  const out: Product[] = []
  for (let chosen = 0; chosen < 1 << index.length; chosen++) {
    const [mine, rest] = [index.filter((_, p) => chosen & (1 << p)), index.filter((_, p) => !(chosen & (1 << p)))]
    if (!admits(mine.length)) continue
    const [left, right] = [entryOf(x, mine), entryOf(y, rest)]
    if (!left || !right) continue
    const same = out.find((one) => one.x === left && one.y === right)
    if (same) same.times++
    else out.push({ times: 1, x: left, y: right })
  }
  return out
}

function addProducts(terms: readonly Product[], out: Float64Array, count: number): void {
  for (const { times, x, y } of terms) for (let i = 0; i < count; i++) out[i] += times * x[i] * y[i]
}

function runnerOf({ op }: Step, args: readonly Jet[], out: Jet): Runner {
  const [x, y] = args
  if (op === 'negative') return linear(out, [[x, -1]])
  if (op === 'add' || op === 'subtract')
    return linear(out, [
      [x, 1],
      [y, op === 'add' ? 1 : -1],
    ])
  if (op === 'multiply') return multiplied(x, y, out)
  if (op === 'divide') return divided(x, y, out)
  if (op === 'ifelse') return chosen(args, out)
  if (op === 'power') {
    const [exponent] = y.entries
    return composed(x, out, (value, i, f) => powerDerivatives(value, exponent[i], f))
  }
  const f = withDerivatives[op as keyof typeof withDerivatives]
  return composed(x, out, (value, _, derivatives) => f(value, derivatives))
}

/** Calls `write` for each derivative up to the order. */
const eachUpTo = (
  { indices, entries }: Jet,
  plan: readonly ((entry: Float64Array, count: number) => void)[],
): Runner => {
  const degrees = indices.map(({ length }) => length)
  return (order, count) => {
    for (let r = 0; r < plan.length && degrees[r] <= order; r++) plan[r](entries[r], count)
  }
}

function linear(out: Jet, terms: readonly (readonly [Jet, number])[]): Runner {
  const plan = out.indices.map((index) => {
    const parts = terms.flatMap(([jet, by]) => {
      const entry = entryOf(jet, index)
      return entry ? [{ entry, by }] : []
    })
    return (into: Float64Array, count: number): void => {
      into.fill(0, 0, count)
      for (const { entry, by } of parts) for (let i = 0; i < count; i++) into[i] += by * entry[i]
    }
  })
  return eachUpTo(out, plan)
}

function multiplied(x: Jet, y: Jet, out: Jet): Runner {
  const plan = out.indices.map((index) => {
    const terms = products(x, y, index, () => true)
    return (into: Float64Array, count: number): void => {
      into.fill(0, 0, count)
      addProducts(terms, into, count)
    }
  })
  return eachUpTo(out, plan)
}

/** From x = q y: a derivative of q is that of x less the products of lower ones of q with those of y, over y. */
function divided(x: Jet, y: Jet, out: Jet): Runner {
  const plan = out.indices.map((index) => {
    const own = entryOf(x, index)
    const terms = products(out, y, index, (ofQuotient) => ofQuotient < index.length)
    const [by] = y.entries
    return (into: Float64Array, count: number): void => {
      into.fill(0, 0, count)
      addProducts(terms, into, count)
      for (let i = 0; i < count; i++) into[i] = ((own ? own[i] : 0) - into[i]) / by[i]
    }
  })
  return eachUpTo(out, plan)
}

/** The jet that a condition on data chooses at each point. */
function chosen([condition, x, y]: readonly Jet[], out: Jet): Runner {
  const [holds] = condition.entries
  const plan = out.indices.map((index) => {
    const [first, second] = [entryOf(x, index), entryOf(y, index)]
    return (into: Float64Array, count: number): void => {
      for (let i = 0; i < count; i++) into[i] = (holds[i] !== 0 ? first?.[i] : second?.[i]) ?? 0
    }
  })
  return eachUpTo(out, plan)
}

/** f(x): Faa di Bruno's formula to the third order. */
function composed(x: Jet, out: Jet, f: (value: number, i: number, derivatives: Float64Array) => void): Runner {
  const four = new Float64Array(4)
  const [value] = x.entries
  const derivatives = Array.from({ length: 3 }, () => new Float64Array(tileSize))
  const [f1, f2, f3] = derivatives
  const plan = out.indices.map((index) => {
    if (index.length === 0)
      return (into: Float64Array, count: number): void => {
        for (let i = 0; i < count; i++) {
          f(value[i], i, four)
          into[i] = four[0]
          f1[i] = four[1]
          f2[i] = four[2]
          f3[i] = four[3]
        }
      }
    const own = entryOf(x, index)!
    const one = index.map((a) => entryOf(x, [a])!)
    const [a, b, c] = one
    if (index.length === 1)
      return (into: Float64Array, count: number): void => {
        for (let i = 0; i < count; i++) into[i] = f1[i] * own[i]
      }
    if (index.length === 2)
      return (into: Float64Array, count: number): void => {
        for (let i = 0; i < count; i++) into[i] = f1[i] * own[i] + f2[i] * a[i] * b[i]
      }
    const [ab, ac, bc] = [
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(
      (two) =>
        entryOf(
          x,
          two.map((p) => index[p]),
        )!,
    )
    return (into: Float64Array, count: number): void => {
      for (let i = 0; i < count; i++)
        into[i] = f1[i] * own[i] + f2[i] * (ab[i] * c[i] + ac[i] * b[i] + bc[i] * a[i]) + f3[i] * a[i] * b[i] * c[i]
    }
  })
  return eachUpTo(out, plan)
}
