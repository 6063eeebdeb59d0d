/** The value of an expression of a formula. Vectors have the frame's number of rows and may be shared: never change them. */
export type Value = NumericValue | MatrixValue | FactorValue | ConstantValue

export interface NumericValue {
  readonly kind: 'numeric'
  readonly values: Float64Array
}
export interface MatrixValue {
  readonly kind: 'matrix'
  readonly columns: readonly Float64Array[]
  /** What each column adds to the name of the variable. */
  readonly suffixes: readonly string[]
  /** The columns are a factor's contrasts, named even where there is one. */
  readonly contrasts?: true
}
export interface FactorValue {
  readonly kind: 'factor'
  readonly levels: readonly string[]
  /** -1 is missing, which factor(x, levels = ) can make. */
  readonly codes: Int32Array
  /** A condition's value: levels FALSE and TRUE, which arithmetic takes as 0 and 1. */
  readonly logical?: true
  /** Contrasts that the formula asks for; see contrasts. */
  readonly contrasts?: string
}
/** One or more constants: 2, "b", TRUE, c("a", "b"). */
export interface ConstantValue {
  readonly kind: 'constant'
  readonly values: readonly (number | string | boolean)[]
}
