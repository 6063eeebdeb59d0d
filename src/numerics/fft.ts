/**
 * Discrete Fourier transform of complex values of length n = 2^k, in place, without the reordering pass: `forward`
 * leaves the frequencies in bit-reversed order and `inverse` takes them so. Pointwise products of spectra, which is
 * what convolutions and correlations need, do not care about the order.
 */
export interface FourierTransform {
  readonly size: number
  /** (re, im), both of length `size`, become sum_t z_t exp(-2 pi i k t / n), frequency k at the reversal of k's bits. */
  forward(re: Float64Array, im: Float64Array): void
  /** The way back from `forward`, not divided by n. */
  inverse(re: Float64Array, im: Float64Array): void
}

/** A transform of `size` = 2^k points with its table of roots of unity (Cooley and Tukey 1965, radix 2). */
export function fourierTransform(size: number): FourierTransform {
  if (size < 1 || (size & (size - 1)) !== 0) throw new RangeError(`expected a power of two, got ${size}`)
  // The roots a stage with butterflies of width 2h needs stand together: exp(i pi w / h) at h + w, w = 0 ... h - 1.
  const cos = new Float64Array(size)
  const sin = new Float64Array(size)
  for (let half = 1; half < size; half <<= 1) {
    for (let w = 0; w < half; w++) {
      cos[half + w] = Math.cos((Math.PI * w) / half)
      sin[half + w] = Math.sin((Math.PI * w) / half)
    }
  }
  return {
    size,
    forward(re, im) {
      // Decimation in frequency: natural order in, bit-reversed order out.
      for (let half = size >> 1; half >= 1; half >>= 1) {
        for (let start = 0; start < size; start += half << 1) {
          for (let a = start, b = start + half, w = half; a < start + half; a++, b++, w++) {
            const dr = re[a] - re[b]
            const di = im[a] - im[b]
            re[a] += re[b]
            im[a] += im[b]
            re[b] = dr * cos[w] + di * sin[w]
            im[b] = di * cos[w] - dr * sin[w]
          }
        }
      }
    },
    inverse(re, im) {
      // Decimation in time with conjugate roots: bit-reversed order in, natural order out.
      for (let half = 1; half < size; half <<= 1) {
        for (let start = 0; start < size; start += half << 1) {
          for (let a = start, b = start + half, w = half; a < start + half; a++, b++, w++) {
            const br = re[b] * cos[w] - im[b] * sin[w]
            const bi = im[b] * cos[w] + re[b] * sin[w]
            re[b] = re[a] - br
            im[b] = im[a] - bi
            re[a] += br
            im[a] += bi
          }
        }
      }
    },
  }
}

/** The smallest power of two that is at least n. */
export const nextPowerOfTwo = (n: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(n)))
