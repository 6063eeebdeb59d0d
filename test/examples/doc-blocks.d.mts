export interface DocBlock {
  readonly document: string
  readonly command: string
  /** What it shows, and where in the document. */
  readonly shown: string
  readonly start: number
  readonly script: string | null
}
export const documents: readonly string[]
export function blocksIn(document: string): readonly DocBlock[]
export function printed(command: string): Promise<string>
export function renewed(block: DocBlock): Promise<string>
export function difference(shown: string, now: string): { readonly shown: string; readonly now: string } | null
export function renew(document: string): Promise<number>
