/** How the values of options are read, the option --json, and the help of --out. */
export interface OptionValues {
  readonly word: (option: string) => (text: string) => string
  readonly wholeNumber: (option: string) => (text: string) => number
  readonly rate: (option: string) => (text: string) => number
  readonly collect: (text: string, before?: readonly string[]) => readonly string[]
  readonly outFile: (text: string, before?: readonly string[]) => readonly string[]
  readonly ownModules: readonly [flag: string, description: string, collect: OptionValues['outFile']]
  readonly json: readonly [flag: string, description: string]
  readonly outResult: string
}
