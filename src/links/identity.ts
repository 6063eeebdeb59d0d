import type { PositiveLink } from './link.js'
import { logPower } from './log-power.js'

export const identity: PositiveLink = {
  name: 'identity',
  link: (mu) => mu,
  inverse: (eta) => eta,
  slope: () => 1,
  logMean: (eta, out) => logPower(1, eta, out),
}
