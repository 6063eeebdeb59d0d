import type { ProbabilityLink } from './link.js'

const inverse = (eta: number): number => {
  const e = Math.exp(-Math.abs(eta))
  return eta >= 0 ? 1 / (1 + e) : e / (1 + e)
}

export const logit: ProbabilityLink = {
  name: 'logit',
  unitless: true,
  link: (mu) => Math.log(mu / (1 - mu)),
  inverse,
  slope: (eta) => {
    const e = Math.exp(-Math.abs(eta))
    return e / ((1 + e) * (1 + e))
  },
  logTails: (eta, out) => {
    const e = Math.exp(-Math.abs(eta))
    const l = Math.log1p(e)
    const large = 1 / (1 + e)
    const small = e / (1 + e)
    const p = eta >= 0 ? large : small
    const q = eta >= 0 ? small : large
    const pq = large * small
    out[0] = Math.min(eta, 0) - l
    out[1] = q
    out[2] = -pq
    out[3] = -pq * (q - p)
    out[4] = -Math.max(eta, 0) - l
    out[5] = -p
    out[6] = -pq
    out[7] = -pq * (q - p)
  },
}
