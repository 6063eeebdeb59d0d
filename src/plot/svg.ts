import type { Markish, PlotOptions } from '@observablehq/plot'

/** Observable Plot, loaded on use. */
export type PlotLibrary = typeof import('@observablehq/plot')

export interface SvgText {
  /** One line that names the picture. */
  readonly title: string
  /** What a reader who cannot see the picture should know. */
  readonly description: string
}

/** Named, because a generic family alone is drawn in a serif face by some renderers. */
const FONT = 'Helvetica, Arial, sans-serif'

/**
 * A plot as a self-standing SVG document: name space, title and description for screen readers, named font, colours
 * that follow the text colour of the page. Plot and linkedom are loaded here, on first use: together they cost
 * more than a second.
 */
export async function svg(
  text: SvgText,
  describe: (plot: PlotLibrary) => Omit<PlotOptions, 'document' | 'marks'> & { readonly marks: Markish[] },
): Promise<string> {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')])
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const options = describe(plot)
  const style = { fontFamily: FONT, fontSize: '12px', background: 'transparent', color: 'currentColor' }
  const root = plot.plot({ ...options, style, document })
  root.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  root.setAttribute('role', 'img')
  // No text of the user goes into an attribute: linkedom does not escape `<` there. The title names the picture.
  for (const [tag, content] of [
    ['desc', text.description],
    ['title', text.title],
  ] as const) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
    element.textContent = content
    root.insertBefore(element, root.firstChild)
  }
  return root.outerHTML
}
