import { readFile, writeFile } from 'node:fs/promises'
import { writeAtomically } from '../src/draws/write-atomically.js'
import { GlmmError } from '../src/errors.js'
import { version } from '../src/version.js'
import type { ChainPoint } from './chain-plan.js'

/** What stands beside a file of draws, so that the run can be gone on with: schema glmm/run@1. */
export interface RunFile {
  /** The call, as its command has it. */
  readonly call: Readonly<Record<string, unknown>>
  readonly chains: number
  /** Draws a chain that were asked for. */
  readonly draws: number
  readonly kept: readonly number[]
  readonly points: readonly (ChainPoint | null)[]
  /** Centre of the starting points: other data or another model have another. */
  readonly center: Float64Array
  readonly warmupSeconds: number
  readonly sampleSeconds: number
}

const schema = 'glmm/run@1'

/** The file that stands beside a file of draws. */
export const runFileOf = (draws: string): string => `${draws}.run`

export async function writeRun(path: string, run: RunFile): Promise<void> {
  const text = JSON.stringify({ schema, version, ...run }, (_, value) => packed(value))
  await writeAtomically(path, (temporary) => writeFile(temporary, text))
}

/** Reads what `writeRun` wrote, or fails with a FILE error. */
export async function readRun(path: string): Promise<RunFile> {
  const hint = 'name the draws that `glmm sample --out` wrote, with their .run file beside them'
  const text = await readFile(path, 'utf8').catch(() => {
    throw new GlmmError('FILE', `expected the state of a run in ${path}, found no such file`, hint)
  })
  const wrong = new GlmmError('FILE', `expected the state of a run (${schema}) in ${path}, got something else`, hint)
  let found: unknown
  try {
    found = JSON.parse(text, (_, value) => unpacked(value))
  } catch {
    throw wrong
  }
  if (typeof found !== 'object' || found === null || !('schema' in found) || found.schema !== schema) throw wrong
  return found as unknown as RunFile
}

const kinds = { Float64Array, Uint32Array }

/** Every bit of an array, as text; numbers that JSON lacks are in words. */
function packed(value: unknown): unknown {
  if (value instanceof Float64Array || value instanceof Uint32Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return { array: value[Symbol.toStringTag], base64: bytes.toString('base64') }
  }
  return value
}

function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('base64' in value && 'array' in value)) return value
  const { array, base64 } = value as { readonly array: keyof typeof kinds; readonly base64: string }
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
  return new kinds[array](bytes.buffer)
}
