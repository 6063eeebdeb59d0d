/** The fault of a text that is not well-formed XML, or null: tags nest, attributes are quoted and unique, `&` begins an entity. */
export function xmlFault(text: string): string | null {
  const open: string[] = []
  let at = 0
  for (const found of text.matchAll(/<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const between = text.slice(at, found.index)
    if (between.includes('<') || /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(between + found[3]))
      return between + found[3]
    const names = [...found[3].matchAll(/([\w:.-]+)="/g)].map((m) => m[1])
    if (new Set(names).size < names.length) return found[0]
    if (found[1] === '/') {
      if (open.pop() !== found[2]) return found[0]
    } else if (found[4] === '') open.push(found[2])
    at = found.index + found[0].length
  }
  const rest = text.slice(at)
  return rest !== '' || open.length > 0 ? `${rest} ${open.join(' ')}` : null
}
