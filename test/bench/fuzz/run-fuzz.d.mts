export interface FuzzLimits {
  readonly cpuSeconds?: number
  readonly wallSeconds?: number
  readonly bytes?: number
}
export interface FuzzOptions {
  readonly seed?: number
  readonly count?: number
  readonly from?: number
  readonly limits?: FuzzLimits
}
export interface FuzzReport {
  readonly kind: string
  readonly count: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly faults: readonly { readonly index: number; readonly outcome: string; readonly detail: string }[]
  readonly slowest: { readonly index: number; readonly seconds: number }
  readonly peak: number
}
export const fuzzKinds: readonly string[]
export function runFuzz(kind: string, options?: FuzzOptions): Promise<FuzzReport>
