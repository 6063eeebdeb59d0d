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
  /** Contrasts of the factors that have others than treatment contrasts. */
  readonly contrasts?: Readonly<Record<string, string>>
}

/** That of a model whose columns need nothing of it. */
export const noBasis: Basis = { levels: {}, numbers: {}, columns: null }

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
export const basisOf = (keeper: BasisKeeper, columns: readonly string[] | null): Basis => ({
  levels: Object.fromEntries(keeper.levels),
  numbers: Object.fromEntries(keeper.numbers),
  columns,
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
