import { type FourierTransform, fourierTransform, nextPowerOfTwo } from '../../numerics/fft.js'

/**
 * Lags computed as plain sums of products before all are computed at once, about where the costs meet: measured on 8
 * half-chains of 5000 draws, 0.03 ms a lag and 3 ms for the transforms.
 */
const directLags = 96

/** From this lag on, a correlation still above `persistent` foretells more than `directLags` of them. */
const probeLag = 16
const persistent = 0.6

/** The transform last used: tables of roots of unity, made once for the many parameters of a summary. */
let latest: FourierTransform | undefined

/**
 * Autocovariance of equally long chains, averaged over the chains: lag t -> mean over chains of
 * (1/n) sum_i (x_i - xbar)(x_{i+t} - xbar), with the chain's own mean and the divisor n (Vehtari et al. 2021, section 3).
 * Lags must be asked for in ascending order from zero. Few are needed for a chain that mixes well, so they are computed
 * when asked for, and only a slowly mixing chain pays for the Fourier transforms.
 */
export function meanAutocovariance(chains: readonly Float64Array[]): (lag: number) => number {
  const n = chains[0].length
  const centred = chains.map(centre)
  const scale = 1 / (n * chains.length)
  const values = new Float64Array(n + 2)
  let known = 0
  return (lag) => {
    if (lag >= known) {
      const slow = lag >= probeLag && values[lag - 1] > persistent * values[0]
      if (lag < directLags && !slow) {
        sumsOfProducts(centred, lag, values)
        known = lag + 2
      } else {
        transformed(centred, values)
        known = n
      }
    }
    return values[lag] * scale
  }
}

function centre(chain: Float64Array): Float64Array {
  let sum = 0
  for (let i = 0; i < chain.length; i++) sum += chain[i]
  const mean = sum / chain.length
  const centred = new Float64Array(chain.length)
  for (let i = 0; i < chain.length; i++) centred[i] = chain[i] - mean
  return centred
}

/** Writes sum over chains and i of x_i x_{i+t} to out[t] for t = lag and lag + 1. */
function sumsOfProducts(centred: readonly Float64Array[], lag: number, out: Float64Array): void {
  let even = 0
  let odd = 0
  for (const x of centred) {
    const last = x.length - lag - 1
    let ahead = x[lag]
    for (let i = 0; i < last; i++) {
      const next = x[i + lag + 1]
      even += x[i] * ahead
      odd += x[i] * next
      ahead = next
    }
    if (last >= 0) even += x[last] * ahead
  }
  out[lag] = even
  out[lag + 1] = odd
}

/**
 * The same sums for every lag. Two chains make the real and imaginary part of one signal z; the inverse transform of
 * |Z|^2 is sum_i z_{i+t} conj(z_i), whose real part is the sum of the two chains' sums. The spectra add up, so one
 * inverse transform serves all chains.
 */
function transformed(centred: readonly Float64Array[], out: Float64Array): void {
  const n = centred[0].length
  const size = nextPowerOfTwo(2 * n) // zeros behind the signal, so that its ends do not meet
  if (latest?.size !== size) latest = fourierTransform(size)
  const transform = latest
  const re = new Float64Array(transform.size)
  const im = new Float64Array(transform.size)
  const power = new Float64Array(transform.size)
  for (let c = 0; c < centred.length; c += 2) {
    re.fill(0).set(centred[c])
    im.fill(0)
    if (c + 1 < centred.length) im.set(centred[c + 1])
    transform.forward(re, im)
    for (let k = 0; k < power.length; k++) power[k] += re[k] * re[k] + im[k] * im[k]
  }
  im.fill(0)
  transform.inverse(power, im)
  for (let t = 0; t < n; t++) out[t] = power[t] / transform.size
}
