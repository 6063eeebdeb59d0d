/** Numbers that come one by one, at 8 bytes each. */
export interface GrowingColumn {
  readonly push: (value: number) => void
  /** A view of those so far. */
  readonly values: () => Float64Array
}

export function growingColumn(): GrowingColumn {
  let column = new Float64Array(64)
  let length = 0
  return {
    push: (value) => {
      if (length === column.length) {
        const larger = new Float64Array(2 * length)
        larger.set(column)
        column = larger
      }
      column[length++] = value
    },
    values: () => column.subarray(0, length),
  }
}
