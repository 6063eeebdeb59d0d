/**
 * Adds scale times F(log x) and its ten derivatives to a row of two predictors (t, p), where log x = p + a(t): f holds
 * F and its first three derivatives in log x, and a[at + 1 ... at + 3] the derivatives of a in t. The shapes mu phi and
 * (1 - mu) phi of a beta density are such x, with a the log tails of the link.
 */
export function addAlong(out: Float64Array, scale: number, f: Float64Array, a: Float64Array, at: number): void {
  const f1 = scale * f[1]
  const f2 = scale * f[2]
  const f3 = scale * f[3]
  const a1 = a[at + 1]
  const a2 = a[at + 2]
  const f2a1 = f2 * a1
  const f3a1 = f3 * a1
  out[0] += scale * f[0]
  out[1] += f1 * a1
  out[2] += f1
  out[3] += f2a1 * a1 + f1 * a2
  out[4] += f2a1
  out[5] += f2
  out[6] += f3a1 * a1 * a1 + 3 * f2a1 * a2 + f1 * a[at + 3]
  out[7] += f3a1 * a1 + f2 * a2
  out[8] += f3a1
  out[9] += f3
}

/** Adds scale times F(p) and its derivatives. */
export function addInSecond(out: Float64Array, scale: number, f: Float64Array): void {
  out[0] += scale * f[0]
  out[2] += scale * f[1]
  out[5] += scale * f[2]
  out[9] += scale * f[3]
}
