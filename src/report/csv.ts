/** Lines of cells, those with a comma or quote in quotes; empty where there is nothing. */
export function csvOf(names: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown): string => {
    const text = value === null || value === undefined ? '' : String(value)
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `${[names, ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`
}
