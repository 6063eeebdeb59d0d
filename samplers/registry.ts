import type { LogDensity } from '../src/likelihood/likelihood.js'
import type { Kernel } from './kernel.js'
import { nuts } from './nuts.js'

/** Makes a kernel over a log density. */
export interface Sampler {
  readonly name: string
  readonly kernel: (density: LogDensity, options: { readonly maxDepth: number }) => Kernel
}

export const samplers: readonly Sampler[] = [
  { name: 'nuts', kernel: (density, { maxDepth }) => nuts(density, maxDepth) },
]
