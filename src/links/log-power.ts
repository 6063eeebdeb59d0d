/** log of eta^power, eta > 0, and its first three derivatives in eta; false where these overflow or eta <= 0. */
export function logPower(power: number, eta: number, out: Float64Array): boolean {
  if (!(eta > 1e-100 && eta < 1e300)) return false
  const per = 1 / eta
  out[0] = power * Math.log(eta)
  out[1] = power * per
  out[2] = -power * per * per
  out[3] = 2 * power * per * per * per
  return true
}
