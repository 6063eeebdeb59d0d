/**
 * What the data of a fit decide about the columns of its design, by the text of the expression, so that new data get
 * the same columns. Plain data.
 */
export interface Basis {
  /** Levels of the factors among the fixed and random effects' variables, the reference first. */
  readonly levels: Readonly<Record<string, readonly string[]>>
  /** scale(x): what is taken off and what is divided by. poly(x, k): see orthogonalPolynomial. */
  readonly numbers: Readonly<Record<string, readonly number[]>>
  /** Columns of the table, where the formula has a `.` to expand; else null. */
  readonly columns: readonly string[] | null
  /** The columns left out of each predictor's design, and what combination of its others each one is. */
  readonly combinations: readonly Combination[]
  /** Contrasts of the factors that have others than treatment contrasts. */
  readonly contrasts?: Readonly<Record<string, string>>
}

/** A column left out as a linear combination of the ones kept. */
export interface Combination {
  /** Name of the predictor: 'mean', 'dispersion', ... */
  readonly predictor: string
  readonly column: string
  /** Of the columns kept, in their order. */
  readonly coefficients: readonly number[]
}

/** That of a model whose columns need nothing of it. */
export const noBasis: Basis = { levels: {}, numbers: {}, columns: null, combinations: [] }

/** The basis in the making, or the one that is given and adhered to. */
export interface BasisKeeper {
  readonly given: Basis | null
  readonly levels: Map<string, readonly string[]>
  readonly numbers: Map<string, readonly number[]>
  /** Contrasts by factor, those that stand for all under the empty name. */
  readonly contrasts: Map<string, string>
}

export const newBasis = (contrasts: Readonly<Record<string, string>> = {}): BasisKeeper => ({
  given: null,
  levels: new Map(),
  numbers: new Map(),
  contrasts: new Map(Object.entries(contrasts)),
})

export const givenBasis = (given: Basis): BasisKeeper => ({
  given,
  levels: new Map(Object.entries(given.levels)),
  numbers: new Map(Object.entries(given.numbers)),
  contrasts: new Map(Object.entries(given.contrasts ?? {})),
})

/** The keeper's findings as plain data. */
export const basisOf = (
  keeper: BasisKeeper,
  columns: readonly string[] | null,
  combinations: readonly Combination[],
): Basis => ({
  levels: Object.fromEntries(keeper.levels),
  numbers: Object.fromEntries(keeper.numbers),
  columns,
  combinations,
  ...contrastsOf(keeper),
})

/** The contrasts of factors that are in the model; nothing where all have treatment contrasts. */
function contrastsOf({ contrasts, levels }: BasisKeeper): Pick<Basis, 'contrasts'> {
  const own = [...contrasts].filter(([text]) => levels.has(text))
  return own.length > 0 ? { contrasts: Object.fromEntries(own) } : {}
}

/** The numbers of an expression: given, or found now and kept. */
export function numbersKept(keeper: BasisKeeper, text: string, find: () => readonly number[]): readonly number[] {
  const known = keeper.given ? keeper.numbers.get(text) : undefined
  const numbers = known ?? find()
  keeper.numbers.set(text, numbers)
  return numbers
}
