/**
 * Products with a design matrix stored column after column (n x p), four columns to a pass: a pass over the rows costs
 * as much as its trips to memory.
 */

/** Adds X beta to `out`, beta starting at `from`. */
export function addProduct(
  x: Float64Array,
  n: number,
  p: number,
  beta: Float64Array,
  from: number,
  out: Float64Array,
): void {
  let j = 0
  for (; j + 3 < p; j += 4) {
    const [a, b, c, d] = [beta[from + j], beta[from + j + 1], beta[from + j + 2], beta[from + j + 3]]
    for (let i = 0, at = j * n, at2 = at + n, at3 = at2 + n, at4 = at3 + n; i < n; i++) {
      out[i] += a * x[at++] + b * x[at2++] + c * x[at3++] + d * x[at4++]
    }
  }
  if (j + 1 < p) {
    // Three columns or two: the last of two stands in for the third, with the coefficient 0.
    const [a, b, c] = [beta[from + j], beta[from + j + 1], j + 2 < p ? beta[from + j + 2] : 0]
    for (let i = 0, at = j * n, at2 = at + n, at3 = (p - 1) * n; i < n; i++) {
      out[i] += a * x[at++] + b * x[at2++] + c * x[at3++]
    }
  } else if (j < p) {
    const a = beta[from + j]
    for (let i = 0, at = j * n; i < n; i++) out[i] += a * x[at++]
  }
}

/** Writes X' weights to `out`, from position `to`. */
export function transposedProduct(
  x: Float64Array,
  n: number,
  p: number,
  weights: Float64Array,
  out: Float64Array,
  to: number,
): void {
  let j = 0
  for (; j + 3 < p; j += 4) {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let i = 0, at = j * n, at2 = at + n, at3 = at2 + n, at4 = at3 + n; i < n; i++) {
      const w = weights[i]
      a += w * x[at++]
      b += w * x[at2++]
      c += w * x[at3++]
      d += w * x[at4++]
    }
    out[to + j] = a
    out[to + j + 1] = b
    out[to + j + 2] = c
    out[to + j + 3] = d
  }
  if (j + 1 < p) {
    let [a, b, c] = [0, 0, 0]
    for (let i = 0, at = j * n, at2 = at + n, at3 = (p - 1) * n; i < n; i++) {
      const w = weights[i]
      a += w * x[at++]
      b += w * x[at2++]
      c += w * x[at3++]
    }
    out[to + j] = a
    out[to + j + 1] = b
    out[to + p - 1] = c
  } else if (j < p) {
    let a = 0
    for (let i = 0, at = j * n; i < n; i++) a += weights[i] * x[at++]
    out[to + j] = a
  }
}
