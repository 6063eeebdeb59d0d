import type { PositiveLink } from './link.js'

export const log: PositiveLink = {
  name: 'log',
  unitless: true,
  link: Math.log,
  inverse: Math.exp,
  slope: Math.exp,
  logMean: (eta, out) => {
    out[0] = eta
    out[1] = 1
    out[2] = 0
    out[3] = 0
    return true
  },
}
